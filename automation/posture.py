"""Whether a device that burns down tonight could be replaced tomorrow."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from automation.standings import Standing, overview
from core.i18n import N_
from security.posture import Check, Finding, Installation, Severity

OLD: Final = timedelta(days=7)


@dataclass(frozen=True)
class Backups:
    now: datetime
    standings: Sequence[Standing]


def look(site: Installation) -> Backups:
    with site.database.read() as session:
        return Backups(site.clock.now(), overview(session))


def judge(backups: Backups) -> Iterator[Finding]:
    supported = [one for one in backups.standings if one.supported]
    old = [one for one in supported if one.succeeded_at is None or backups.now - one.succeeded_at > OLD]
    if old:
        yield Finding(
            "automation.backup_old",
            Severity.WARNING,
            old[0].device if len(old) == 1 else f"{old[0].device} …",
            N_(
                "%(number)s of %(total)s devices have no backup of their configuration of the last 7 days (%(subject)s)"
            ),
            N_("the page of configurations says of each why"),
            {"number": len(old), "total": len(supported)},
        )


CHECKS: Final = (Check("backups", N_("backups of configurations"), look, judge),)
