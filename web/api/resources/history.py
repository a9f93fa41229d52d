"""Recorded values over time, of devices, ports and lines."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

from pydantic import Field

from collectors.history import Kind
from core.i18n import N_
from security.roles import Permission
from web.api.operations import NUMBER, SECOND_NUMBER, operation
from web.api.parameters import Digits, Parameters
from web.api.resources import devices, lines
from web.api.resources.shapes import Answer
from web.history import PageReader
from web.state import console

TAG: Final = "history"
WATCHING: Final = (Permission.VIEW_MONITORING, Permission.VIEW_OWN_UNIT)
# Hours of lines are kept for 13 months.
MOST_HOURS: Final = 396 * 24


class HistoryQuery(Parameters):
    hours: Annotated[int, Field(ge=1, le=MOST_HOURS), Digits] = Field(6, description=N_("how far back from now"))
    points: Annotated[int, Field(ge=10, le=2000), Digits] = Field(
        400, description=N_("most steps in the answer; a step is one minute or more")
    )


class Series(Answer):
    """`values` and `peaks` hold one list for each field, with one entry for each time; null where nothing is known."""

    step_s: int
    times: list[datetime] = Field(description=N_("the beginning of each step"))
    values: dict[str, list[float | None]] = Field(description=N_("means over the step; the unit stands in the name"))
    peaks: dict[str, list[float | None]] = Field(description=N_("the highest minute in the step"))


@operation(
    "GET",
    f"/devices/{NUMBER}/history",
    tag=TAG,
    summary=N_("Processor, memory, round trip and loss of a device over time"),
    permissions=WATCHING,
    query=HistoryQuery,
    answer=Series,
    parts={"number": N_("number of the device")},
)
def show_device_history(number: int, query: HistoryQuery) -> Series:
    with console().database.read() as session:
        devices.detail(session, number)
    return _series(Kind.DEVICE, number, query)


@operation(
    "GET",
    f"/devices/{NUMBER}/ports/{SECOND_NUMBER}/history",
    tag=TAG,
    summary=N_("Traffic and errors of a port over time"),
    description=N_("Beyond a week, only ports at which lines end have history."),
    permissions=WATCHING,
    query=HistoryQuery,
    answer=Series,
    parts={"number": N_("number of the device"), "second": N_("number of the port")},
)
def show_port_history(number: int, second: int, query: HistoryQuery) -> Series:
    devices.show_port(number, second)
    return _series(Kind.PORT, second, query)


@operation(
    "GET",
    f"/lines/{NUMBER}/history",
    tag=TAG,
    summary=N_("Traffic, round trip and loss of a line over time"),
    permissions=WATCHING,
    query=HistoryQuery,
    answer=Series,
    parts={"number": N_("number of the line")},
)
def show_line_history(number: int, query: HistoryQuery) -> Series:
    with console().database.read() as session:
        lines.health(session, number)
    return _series(Kind.LINE, number, query)


def _series(kind: Kind, number: int, query: HistoryQuery) -> Series:
    end = console().clock.now()
    found = PageReader().read(kind, number, end - timedelta(hours=query.hours), end, points=query.points)
    return Series(
        step_s=found.step_s,
        times=[datetime.fromtimestamp(moment, UTC) for moment in found.times],
        values={name: _rounded(values) for name, values in found.values.items()},
        peaks={name: _rounded(values) for name, values in found.peaks.items()},
    )


def _rounded(values: list[float | None]) -> list[float | None]:
    return [None if value is None else round(value, 3) for value in values]
