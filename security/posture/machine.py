"""The machine: who may read the files, as whom the processes run, the clock, the disk, dumps of memory."""

import ctypes
import os
import shutil
import socket
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import select

from core.i18n import N_
from core.jobs import workers
from security.audit import AuditRecord
from security.posture.check import Check, Installation
from security.posture.finding import Finding, Severity

CLOCK_SLACK: Final = timedelta(minutes=5)
UNSYNCHRONISED: Final = 5  # TIME_ERROR of adjtimex(2)
LOW: Final = 5  # times the reserve


@dataclass(frozen=True)
class Entry:
    """A file or folder. `kind` is data, key or settings; `secret`: a password stands in it."""

    path: str
    kind: str
    mode: int
    owner: int
    secret: bool = False


def look_at_files(site: Installation) -> tuple[Entry, ...]:
    data = site.settings.storage.data
    found = [_entry(data, "data")]
    found += [_entry(path, "key") for path in sorted((data / "keys").glob("*"))]
    if site.config is not None:
        url = site.database.url
        found.append(_entry(site.config, "settings", secret=bool(url.password)))
    return tuple(found)


def _entry(path: Path, kind: str, *, secret: bool = False) -> Entry:
    seen = path.stat()
    return Entry(str(path), kind, stat.S_IMODE(seen.st_mode), seen.st_uid, secret)


def judge_files(entries: tuple[Entry, ...]) -> Iterator[Finding]:
    owner = entries[0].owner
    for entry in entries:
        facts = {"mode": f"{entry.mode:04o}"}
        if entry.kind in {"data", "key"} and entry.mode & 0o077:
            severity = Severity.CRITICAL if entry.kind == "key" or entry.mode & 0o007 else Severity.WARNING
            yield Finding(
                "files.readable",
                severity,
                entry.path,
                N_("others than its owner may reach %(subject)s (mode %(mode)s)"),
                N_("take the rights away: `chmod go-rwx %(subject)s`, and find out who has used them"),
                facts,
            )
        if entry.kind == "settings" and entry.mode & (0o066 if entry.secret else 0o022):
            yield Finding(
                "files.settings",
                Severity.CRITICAL if entry.mode & 0o022 else Severity.WARNING,
                entry.path,
                N_("others than its owner may read a password in %(subject)s, or change it (mode %(mode)s)"),
                N_("`chmod go-rw %(subject)s`; a password is better off in the environment file of the service"),
                facts,
            )
        if entry.kind == "key" and entry.owner != owner:
            yield Finding(
                "files.owner",
                Severity.WARNING,
                entry.path,
                N_("%(subject)s belongs to user %(owner)s and the data folder to user %(other)s"),
                N_("give both to the user whom the service runs as: `chown`"),
                {"owner": entry.owner, "other": owner},
            )


def look_at_user(site: Installation) -> int:
    """Whom the data belongs to is whom the processes run as, or they could not write it."""
    return site.settings.storage.data.stat().st_uid


def judge_user(owner: int) -> Iterator[Finding]:
    if owner == 0:
        yield Finding(
            "machine.root",
            Severity.WARNING,
            "root",
            N_(
                "the processes run as %(subject)s: a mistake in any of them is a mistake with all rights of the machine"
            ),
            N_("make a user for the service, give it the data folder, and start it as that user"),
        )


@dataclass(frozen=True)
class Times:
    """`last` is the time of the newest audit record; `synchronised` None where the kernel does not say."""

    now: datetime
    last: datetime | None
    synchronised: bool | None


def look_at_clock(site: Installation) -> Times:
    newest = select(AuditRecord.at).order_by(AuditRecord.sequence.desc()).limit(1)
    with site.database.read() as session:
        return Times(site.clock.now(), session.scalar(newest), _synchronised())


def _synchronised() -> bool | None:
    """What the kernel knows of it, whichever program keeps the time (adjtimex(2), `modes` = 0: only asked)."""
    buffer = (ctypes.c_byte * 512)()
    try:
        state = ctypes.CDLL(None).adjtimex(ctypes.byref(buffer))
    except (OSError, AttributeError):
        return None
    return None if state < 0 else state != UNSYNCHRONISED


def judge_clock(times: Times) -> Iterator[Finding]:
    if times.last is not None and times.now < times.last - CLOCK_SLACK:
        yield Finding(
            "machine.clock_back",
            Severity.CRITICAL,
            "clock",
            N_("the clock stands %(minutes)s minutes before the newest audit record: it was set back"),
            N_("set the clock right by NTP; until then sessions, lock-outs and deadlines cannot be relied on"),
            {"minutes": int((times.last - times.now).total_seconds() // 60)},
        )
    if times.synchronised is False:
        yield Finding(
            "machine.clock_free",
            Severity.WARNING,
            "clock",
            N_("the kernel says that no time server keeps the clock right"),
            N_("set up chrony or systemd-timesyncd with the time server of your network"),
        )


@dataclass(frozen=True)
class Space:
    folder: str
    free: int
    reserve: int


def look_at_disk(site: Installation) -> Space:
    folder = site.settings.storage.data
    return Space(str(folder), shutil.disk_usage(folder).free, site.settings.storage.reserve_bytes)


def judge_disk(space: Space) -> Iterator[Finding]:
    if space.free >= space.reserve * LOW:
        return
    yield Finding(
        "machine.disk",
        Severity.CRITICAL if space.free < space.reserve else Severity.WARNING,
        space.folder,
        N_("the disk of %(subject)s has %(free)s MB left; below %(reserve)s MB changes are refused"),
        N_("make room, or lower storage.history_bytes"),
        {"free": space.free // 1_000_000, "reserve": space.reserve // 1_000_000},
    )


def look_at_dumps(site: Installation) -> tuple[int, ...] | None:
    """Processes of this installation on this machine that may leave their memory on the disk."""
    host = socket.gethostname()
    with site.database.read() as session:
        pids = [one.pid for one in workers(session) if one.stopped_at is None and one.host == host]
    limits = {pid: text for pid in pids if (text := _limits(pid))}
    if not limits:
        return None
    return tuple(pid for pid, text in limits.items() if _may_dump(text))


def _limits(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/limits").read_text(encoding="ascii")
    except OSError:
        return ""


def _may_dump(limits: str) -> bool:
    line = next((line for line in limits.splitlines() if line.startswith("Max core file size")), "")
    return bool(line) and line.split()[4] != "0"


def judge_dumps(pids: tuple[int, ...]) -> Iterator[Finding]:
    for pid in pids:
        yield Finding(
            "machine.core_dump",
            Severity.WARNING,
            str(pid),
            N_("process %(subject)s would leave its memory, keys included, on the disk when it crashes"),
            N_("start the service with LimitCORE=0 (systemd) or `ulimit -c 0`"),
        )


def look_at_environment(_site: Installation) -> tuple[str, ...]:
    return tuple(sorted(name for name in os.environ if name.startswith(("PYTHONINSPECT", "FLASK_", "WERKZEUG_"))))


def judge_environment(names: tuple[str, ...]) -> Iterator[Finding]:
    for name in names:
        yield Finding(
            "machine.environment",
            Severity.WARNING,
            name,
            N_("the environment variable %(subject)s is one for developers"),
            N_("remove it from where the service is started"),
        )


CHECKS: Final = (
    Check("files", N_("owners and rights of files"), look_at_files, judge_files, needs_schema=False),
    Check("user", N_("user of the processes"), look_at_user, judge_user, needs_schema=False),
    Check("clock", N_("clock"), look_at_clock, judge_clock),
    Check("disk", N_("free disk space"), look_at_disk, judge_disk, needs_schema=False),
    Check("core-dumps", N_("dumps of memory"), look_at_dumps, judge_dumps),
    Check("environment", N_("environment"), look_at_environment, judge_environment, needs_schema=False),
)
