"""How values are written for people: times in the site's zone, sizes and rates with units, ages in words."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask
from jinja2 import Undefined
from markupsafe import Markup

from collectors.lines.availability import rounded_down
from web.i18n import gettext
from web.state import console

KILO = 1000
KIBI = 1024
MINUTE, HOUR, DAY = 60, 3600, 86400


def local(moment: datetime | None, form: str = "%Y-%m-%d %H:%M:%S") -> str:
    if moment is None:
        return "—"
    return moment.astimezone(ZoneInfo(console().settings.site.timezone)).strftime(form)


def clock_time(moment: datetime | None) -> str:
    """Hours and minutes today, the date with it on other days."""
    if moment is None:
        return "—"
    same_day = local(moment, "%Y-%m-%d") == local(console().clock.now(), "%Y-%m-%d")
    return local(moment, "%H:%M:%S" if same_day else "%m-%d %H:%M")


def duration(seconds: float | None) -> str:
    """One unit is enough: the reader wants the order of magnitude."""
    if seconds is None:
        return "—"
    if seconds < MINUTE:
        return gettext("%(n)d s") % {"n": max(0, seconds)}
    if seconds < HOUR:
        return gettext("%(n)d min") % {"n": seconds // MINUTE}
    if seconds < 2 * DAY:
        return gettext("%(n)d h") % {"n": seconds // HOUR}
    return gettext("%(n)d d") % {"n": seconds // DAY}


def age(moment: datetime | None) -> str:
    if moment is None:
        return gettext("never")
    seconds = (console().clock.now() - moment).total_seconds()
    if seconds < MINUTE:
        return gettext("%(n)d s ago") % {"n": max(0, seconds)}
    if seconds < HOUR:
        return gettext("%(n)d min ago") % {"n": seconds // MINUTE}
    if seconds < 2 * DAY:
        return gettext("%(n)d h ago") % {"n": seconds // HOUR}
    return gettext("%(n)d d ago") % {"n": seconds // DAY}


def rate(bits_per_second: float | None) -> str:
    """Line and port rates, in thousands as carriers sell them."""
    return "—" if bits_per_second is None else _scaled(bits_per_second, KILO, ("b/s", "kb/s", "Mb/s", "Gb/s", "Tb/s"))


def size(octets: float | None) -> str:
    return "—" if octets is None else _scaled(octets, KIBI, ("B", "KB", "MB", "GB", "TB"))


def lasted(span: timedelta) -> str:
    """To the second, for what is a record: 2:05:07, or 3 d 02:05:07."""
    seconds = max(0, round(span.total_seconds()))
    clock = f"{seconds % DAY // HOUR:02d}:{seconds % HOUR // MINUTE:02d}:{seconds % MINUTE:02d}"
    return gettext("%(n)d d") % {"n": seconds // DAY} + f" {clock}" if seconds >= DAY else clock


def share(value: float | None) -> str:
    """An availability."""
    return "—" if value is None else f"{rounded_down(value)}%"


def percent(value: float | None, digits: int = 1) -> str:
    return "—" if value is None else f"{value:.{digits}f}%"


def milliseconds(value: float | None) -> str:
    """Without the unit; what is quick has more digits."""
    return "—" if value is None else f"{value:.{2 if value < 10 else 1 if value < 100 else 0}f}"  # noqa: PLR2004


def ticks(text: str) -> Markup:
    """`word` in back ticks is something to type."""
    parts = text.split("`")
    return Markup().join(Markup("<code>{}</code>").format(part) if n % 2 else part for n, part in enumerate(parts))


def short_hash(digest: str | None) -> str:
    return "—" if not digest else digest if len(digest) <= 12 else f"{digest[:6]}…{digest[-4:]}"  # noqa: PLR2004


def _scaled(value: float, base: int, units: tuple[str, ...]) -> str:
    step = 0
    while abs(value) >= base and step < len(units) - 1:
        value /= base
        step += 1
    digits = 0 if step == 0 or value >= 100 or value == int(value) else 1  # noqa: PLR2004
    return f"{value:.{digits}f} {units[step]}"


def install(app: Flask) -> None:
    for function in (
        local,
        clock_time,
        duration,
        lasted,
        age,
        rate,
        size,
        share,
        percent,
        short_hash,
        milliseconds,
        ticks,
    ):
        app.jinja_env.filters[function.__name__] = _of_nothing(function)


def _of_nothing(function: Callable[..., str]) -> Callable[..., str]:
    """`(state.rtt_ms if state)` is Jinja's Undefined where there is no state; to a format that is None."""

    @wraps(function)
    def form(value: object, *options: Any, **more: Any) -> str:
        return function(None if isinstance(value, Undefined) else value, *options, **more)

    return form
