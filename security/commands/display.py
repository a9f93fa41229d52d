"""Times and headings as the person at the terminal reads and types them."""

from datetime import datetime
from zoneinfo import ZoneInfo

from core.commandline import Application


def zone_of(application: Application) -> ZoneInfo:
    return ZoneInfo(application.settings.site.timezone)


def moment(naive: datetime | None, zone: ZoneInfo) -> datetime | None:
    """Times are typed as the clock on the wall shows them."""
    return None if naive is None else naive.replace(tzinfo=zone)


def local(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def translated(application: Application, headings: tuple[str, ...]) -> list[str]:
    return [application.translate(heading) for heading in headings]
