"""`guanjin health line` and `guanjin health availability`: a line's record, at a terminal and for other programs."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import click
from sqlalchemy.orm import Session

from collectors.busy import busy
from collectors.errors import MonthError
from collectors.health import LineHealth, list_lines, outages_of
from collectors.history import HistoryReader
from collectors.labels import cause_label, label
from collectors.lines.availability import Availability, Period, rounded_down
from collectors.lines.periods import day_of, month_before, month_named, month_of
from collectors.lines.records import line_availability
from collectors.models import LineCondition, LineState, OutageRecord, SubjectKind
from core.commandline import Application, json_option, pass_application, print_json, print_table
from core.i18n import N_, Translate
from inventory.errors import NotFoundError
from inventory.kinds import ObjectKind

SHOWN_OUTAGES = 50


@click.command("availability", help=N_("Show how much of a month each line worked."))
@click.option("--month", default="", help=N_("a month such as 2026-11; the present one if left out"))
@json_option
@pass_application
def availability_command(application: Application, *, month: str, as_json: bool) -> None:
    now, zone = application.clock.now(), application.settings.site.timezone
    period = month_named(month, zone) if month else month_of(now, zone)
    if period is None:
        raise MonthError(month=month)
    with application.database.read() as session:
        lines = list_lines(session, now)
        found = line_availability(session, now, period)
    if as_json:
        print_json([{"line": one.line.name} | _facts(found.get(one.line.id)) for one in lines])
        return
    headings = (N_("line"), N_("promised"), N_("availability"), N_("with marks"), N_("down"), N_("not known"))
    print_table(
        [application.translate(heading) for heading in headings],
        [(one.line.name, _promised(one), *_cells(found.get(one.line.id))) for one in lines],
    )


@click.command("line", help=N_("Show one line with its outages and its availability."))
@click.argument("name")
@json_option
@pass_application
def line_command(application: Application, name: str, *, as_json: bool) -> None:
    now, zone, translate = application.clock.now(), application.settings.site.timezone, application.translate
    periods = {"this_month": month_of(now, zone), "last_month": month_before(now, zone)}
    with application.database.read() as session:
        found = _line_named(session, name, now)
        number = found.line.id
        worked = {word: _of(session, now, period, number) for word, period in periods.items()}
        outages = outages_of(session, SubjectKind.LINE, number, SHOWN_OUTAGES)
    reader = HistoryReader(application.settings.storage.data / "history")
    used = {"today": day_of(now, zone), "this_month": periods["this_month"]}
    traffic = {word: busy(reader, number, period, now, found.line.bandwidth_bps) for word, period in used.items()}
    if as_json:
        print_json(
            _line_facts(found)
            | {word: _facts(one) for word, one in worked.items()}
            | {"traffic_95th_percentile": traffic}
            | {"outages": [_outage_facts(outage) for outage in outages]}
        )
        return
    facts = _line_facts(found) | {"state": label(found.condition, translate)}
    facts["cause"] = cause_label(found.state.cause if found.state else None, translate)
    print_table(
        [translate(N_("fact")), translate(N_("value"))],
        [(fact, value) for fact, value in facts.items() if value not in {None, ""}],
    )
    click.echo()
    headings = (N_("month"), N_("availability"), N_("with marks"), N_("down"), N_("not known"))
    print_table(
        [translate(heading) for heading in headings],
        [(f"{periods[word].begin.astimezone(ZoneInfo(zone)):%Y-%m}", *_cells(one)) for word, one in worked.items()],
    )
    click.echo()
    _print_outages(outages, now, ZoneInfo(zone), translate)


def _line_named(session: Session, name: str, now: datetime) -> LineHealth:
    found = next((one for one in list_lines(session, now) if one.line.name == name), None)
    if found is None:
        raise NotFoundError(kind=ObjectKind.LINE, name=name)
    return found


def _of(session: Session, now: datetime, period: Period, line: int) -> Availability | None:
    return line_availability(session, now, period, line).get(line)


def _line_facts(found: LineHealth) -> dict[str, Any]:
    state = found.state
    measured = [column.name for column in LineState.__table__.columns if column.name not in {"line_id", "state"}]
    return {
        "name": found.line.name,
        "state": found.condition,
        "in_maintenance": found.in_maintenance,
        **{name: getattr(state, name) if state else None for name in measured},
    }


def _facts(found: Availability | None) -> dict[str, Any]:
    """Empty for a line of which nothing of the period was watched."""
    if found is None:
        return {}
    times = ("up", "down", "marked_up", "marked_down", "unknown")
    return {
        "from": found.period.begin,
        "to": found.period.end,
        "percent": found.percent,
        "percent_with_marks": found.percent_with_marks,
        **{f"{name}_s": getattr(found, name).total_seconds() for name in times},
    }


def _outage_facts(outage: OutageRecord) -> dict[str, Any]:
    return {name: getattr(outage, name) for name in ("state", "began", "ended", "cause", "in_maintenance", "path")}


def _promised(found: LineHealth) -> str:
    ppm = found.line.promised_availability_ppm
    return "" if ppm is None else _percent(ppm / 10_000)


def _cells(found: Availability | None) -> tuple[str, str, str, str]:
    if found is None:
        return "-", "-", "-", "-"
    down = found.down + found.marked_down
    return _percent(found.percent), _percent(found.percent_with_marks), _lasted(down), _lasted(found.unknown)


def _print_outages(outages: Sequence[OutageRecord], now: datetime, zone: ZoneInfo, translate: Translate) -> None:
    headings = (N_("began"), N_("ended"), N_("lasted"), N_("state"), N_("cause"), N_("marked"), N_("path"))
    print_table(
        [translate(heading) for heading in headings],
        [
            (
                f"{outage.began.astimezone(zone):%Y-%m-%d %H:%M:%S}",
                f"{outage.ended.astimezone(zone):%Y-%m-%d %H:%M:%S}" if outage.ended else translate(N_("still out")),
                _lasted((outage.ended or now) - outage.began),
                label(LineCondition(outage.state), translate),
                cause_label(outage.cause, translate),
                translate(N_("yes")) if outage.in_maintenance else "",
                _way(outage.path),
            )
            for outage in outages
        ],
    )


def _way(path: Mapping[str, Any] | None) -> str:
    """Hop after hop; `*` kept silent, `!` knew no way on."""
    hops = path.get("hops", []) if path else []
    return " > ".join((hop["address"] or "*") + (" !" if hop["refused"] else "") for hop in hops)


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{rounded_down(value)} %"


def _lasted(duration: timedelta) -> str:
    return str(timedelta(seconds=round(duration.total_seconds())))
