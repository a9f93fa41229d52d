"""Backups by themselves: a durable job that makes one, and lets the oldest go."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Protocol

from sqlalchemy.orm import Session

from core.errors import GuanjinError
from core.events import Event
from core.jobs import JobContext, Retry, job, schedule
from core.jobs.schedules import unschedule
from core.settings import Settings
from security.audit import Actor, record_refusal
from security.backup.creating import create
from security.backup.errors import FolderMissingError
from security.backup.framing import MAGIC
from security.backup.place import Place
from security.vault import Vault

KIND: Final = "system.backup"
_PREFIX, SUFFIX = "guanjin-", ".backup"


class Services(Protocol):
    """What the worker gives to this package's job."""

    @property
    def place(self) -> Place: ...
    @property
    def vault(self) -> Vault: ...


@job(KIND, retry=Retry(3, base_s=300, cap_s=1800))
def back_up(ctx: JobContext, args: Mapping[str, Any]) -> dict[str, Any]:
    """A new file; then the oldest go, so that a failure never leaves fewer than there were."""
    del args
    given: Services = ctx.services
    place, actor = given.place, Actor(ctx.job.actor, "system")
    folder = place.settings.backup.folder
    if folder is None:
        return {"skipped": "backup.folder"}
    target = folder / name_of(place.clock.now())
    try:
        if not folder.is_dir():
            raise FolderMissingError(folder=folder, reason="not a folder")
        history = place.settings.backup.history
        made = create(place, given.vault, target, history=history, actor=actor, look=ctx.check)
    except GuanjinError as error:
        subject = f"backup:{target.name}"
        record_refusal(place.database, Event.SYSTEM_BACKED_UP, actor, error, subject=subject, clock=place.clock)
        raise
    removed = remove_oldest(folder, place.settings.backup.keep)
    return {"file": made.path.name, "bytes": made.size, "rows": made.rows, "removed": removed}


def name_of(at: datetime) -> str:
    """Names sort as times do."""
    return f"{_PREFIX}{at:%Y%m%dT%H%M%SZ}{SUFFIX}"


def remove_oldest(folder: Path, keep: int) -> int:
    """Only files that are backups, whatever else somebody put there; the number removed."""
    found = sorted(path for path in folder.glob(f"{_PREFIX}*{SUFFIX}") if _is_backup(path))
    for path in found[:-keep]:
        path.unlink()
    return len(found[:-keep])


def _is_backup(path: Path) -> bool:
    if path.is_symlink() or not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def install_schedules(session: Session, settings: Settings) -> None:
    """At the start of the worker."""
    if settings.backup.folder is None:
        unschedule(session, KIND)
    else:
        schedule(session, KIND, KIND, {}, cron=settings.backup.cron, tz=settings.site.timezone)
