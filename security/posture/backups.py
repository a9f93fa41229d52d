"""System backups: when the last one was made, by the audit log, which knows of those made by hand too."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from core.events import Event
from core.i18n import N_
from security.audit import AuditRecord
from security.posture.check import Check, Installation
from security.posture.finding import Finding, Severity

# A weekly schedule with one day to spare.
OLD: Final = timedelta(days=8)
FEW: Final = 2


@dataclass(frozen=True)
class Backups:
    """`last` is the time of the newest that was made; `keep` is None where none are made by schedule."""

    now: datetime
    last: datetime | None
    keep: int | None


def look(site: Installation) -> Backups:
    made = select(AuditRecord.at).where(AuditRecord.event == Event.SYSTEM_BACKED_UP.value, AuditRecord.result == "ok")
    given = site.settings.backup
    with site.database.read() as session:
        last = session.scalar(made.order_by(AuditRecord.sequence.desc()).limit(1))
    return Backups(site.clock.now(), last, None if given.folder is None else given.keep)


def judge(backups: Backups) -> Iterator[Finding]:
    advice = (
        N_("set backup.folder to another disk or a share")
        if backups.keep is None
        else N_("look at the page of jobs for why `system.backup` fails")
    )
    if backups.last is None:
        yield Finding("backup.never", Severity.WARNING, "backup", N_("the system has never been backed up"), advice)
    elif backups.now - backups.last > OLD:
        yield Finding(
            "backup.old",
            Severity.WARNING,
            "backup",
            N_("the last system backup is %(days)s days old"),
            advice,
            {"days": (backups.now - backups.last).days},
        )
    if backups.keep is not None and backups.keep < FEW:
        yield Finding(
            "backup.few",
            Severity.WARNING,
            "backup.keep",
            N_("only %(keep)s system backup is kept: damage that is noticed late is in it, too"),
            N_("set backup.keep to 7 or more"),
            {"keep": backups.keep},
        )


CHECKS: Final = (Check("system-backups", N_("system backups"), look, judge),)
