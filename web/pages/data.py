"""Numbers for the charts. Each endpoint answers for one object that the person may see, and for nothing else."""

from collections.abc import Mapping
from datetime import timedelta

from flask import Blueprint, jsonify, request
from sqlalchemy import select
from werkzeug.wrappers import Response

from collectors.health import device_health, line_health
from collectors.history import Kind
from core.i18n import N_
from inventory.models import Line, Port
from security.roles import Permission
from web.access import requires
from web.errors import PageMissingError
from web.history import PageReader
from web.i18n import gettext
from web.scope import seen
from web.state import console

blueprint = Blueprint("data", __name__, url_prefix="/data")
WEEK_H = 7 * 24
SHORT = N_("Beyond a week, only ports at which lines end have history")
HOURS = {"1": 1, "6": 6, "24": 24, "168": WEEK_H, "8760": 365 * 24}
# Six hours by the minute, and two pixels a point at least.
POINTS = 400
FIELDS: Mapping[Kind, frozenset[str]] = {
    Kind.DEVICE: frozenset({"cpu_percent", "memory_percent", "rtt_avg_ms", "rtt_max_ms", "loss_percent"}),
    Kind.PORT: frozenset({"in_bps", "out_bps", "in_errors", "out_errors"}),
    Kind.LINE: frozenset({"in_bps", "out_bps", "rtt_avg_ms", "rtt_max_ms", "loss_percent"}),
}


@blueprint.get("/devices/<int:number>")
@requires(Permission.VIEW_MONITORING, Permission.VIEW_OWN_UNIT)
def device(number: int) -> Response:
    _require_device(number)
    return _series(Kind.DEVICE, number)


@blueprint.get("/ports/<int:number>")
@requires(Permission.VIEW_MONITORING, Permission.VIEW_OWN_UNIT)
def port(number: int) -> Response:
    with console().database.read() as session:
        owner = session.scalar(select(Port.device_id).where(Port.id == number))
        ends = session.scalar(select(Line.id).where((Line.a_port_id == number) | (Line.b_port_id == number)).limit(1))
    _require_device(owner or 0)
    return _series(Kind.PORT, number, hourly=ends is not None)


@blueprint.get("/lines/<int:number>")
@requires(Permission.VIEW_MONITORING, Permission.VIEW_OWN_UNIT)
def line(number: int) -> Response:
    with console().database.read() as session:
        if line_health(session, console().clock.now(), number, scope=seen()) is None:
            raise PageMissingError(path=request.path)
    return _series(Kind.LINE, number)


def _require_device(number: int) -> None:
    with console().database.read() as session:
        if device_health(session, console().clock.now(), number, scope=seen()) is None:
            raise PageMissingError(path=request.path)


def _series(kind: Kind, number: int, *, hourly: bool = True) -> Response:
    """`hourly`: its hours are kept, so that there is more than a week."""
    hours = HOURS.get(request.args.get("hours", ""), 6)
    end = console().clock.now()
    reader = PageReader()
    found = reader.read(kind, number, end - timedelta(hours=hours), end, points=POINTS)
    shown, elsewhere = FIELDS[kind], console().settings.polling.prometheus_url
    return jsonify(
        times=found.times,
        step=found.step_s,
        values={name: _rounded(values) for name, values in found.values.items() if name in shown},
        peaks={name: _rounded(values) for name, values in found.peaks.items() if name in shown},
        note=reader.note or ("" if hourly or hours <= WEEK_H or elsewhere else gettext(SHORT)),
    )


def _rounded(values: list[float | None]) -> list[float | None]:
    return [None if value is None else round(value, 3) for value in values]
