"""Durable jobs of this package, and how they are asked for: who can ask has the kinds registered.

Arguments and results are ids and numbers; configurations never pass through a job.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import ColumnElement, String, cast, literal, select, true
from sqlalchemy.orm import Session

from automation.archive import ArchiveKeys
from automation.backup import read_device
from automation.completeness import require_complete
from automation.connections import Access
from automation.drivers import PLATFORMS, platform_of
from automation.errors import AutomationError, IncompleteConfigError, NoCredentialError, UnsupportedPlatformError
from automation.models import BackupState, HostKey
from automation.session import RunningConfig
from automation.store import Filed, file_version, latest
from core.clock import Clock
from core.commandline import plain
from core.database import Database
from core.errors import GuanjinError
from core.events import Event
from core.jobs import JobContext, Retry, enqueue, job, schedule
from core.jobs.models import Job
from inventory.kinds import LifeCycle
from inventory.models import Device
from inventory.scope import Scope
from security import audit

QUEUE = "automation"
BACKUP = "config.backup"
BACKUP_ALL = "config.backup_all"
LANE = "device:"


class Services(Protocol):
    """What the worker gives to the jobs of this package."""

    clock: Clock
    archive_keys: ArchiveKeys

    def ssh_secret(self, credential: str) -> Mapping[str, str]:
        """From the vault's change realm."""
        ...


@job(BACKUP, queue=QUEUE, retry=Retry(6, base_s=20, cap_s=300), timeout_s=300)
def backup(ctx: JobContext, args: Mapping[str, Any]) -> dict[str, Any]:
    """Read, check, file. A configuration that is not whole is refused and the last good version stays."""
    given: Services = ctx.services
    device_id: int = args["device_id"]
    with ctx.database.read() as session:
        device = session.get_one(Device, device_id)
        last = None if args.get("accept_smaller") else latest(session, device_id)
    platform = platform_of(device.name, device.platform)
    access = Access(secret=given.ssh_secret, pinned_key=lambda number: _pinned(ctx.database, number))
    actor = audit.Actor(ctx.job.actor, "system")
    ctx.check()
    try:
        found = read_device(ctx.database, device_id, access)
        require_complete(
            found.text,
            platform,
            device=device.name,
            base_prompt=found.base_prompt,
            last_size=last.size_bytes if last else None,
        )
    except AutomationError as error:
        with ctx.write() as session:
            _refused(session, device, error, actor, given.clock.now())
        raise
    return ctx.transact("file", lambda session: plain(_file(session, given, device, found, actor)))


@job(BACKUP_ALL, queue=QUEUE)
def backup_all(ctx: JobContext, args: Mapping[str, Any]) -> dict[str, Any]:
    """One job a device, so that one slow device holds up nobody."""
    del args

    def spread(session: Session) -> dict[str, Any]:
        actor = audit.Actor(ctx.job.actor, "system")
        devices = devices_to_back_up(session)
        for device in devices:
            request_backup(session, device, actor=actor)
        return {"devices": len(devices)}

    return ctx.transact("spread", spread)


def request_backup(session: Session, device: Device, *, actor: audit.Actor, accept_smaller: bool = False) -> int:
    """Enqueue the backup of a device; a backup of it that still waits is not doubled. Returns the job's id.

    Raises NoCredentialError, UnsupportedPlatformError: what can be known before is not left to the job.
    """
    if not device.address or not device.ssh_credential:
        raise NoCredentialError(device=device.name)
    if device.platform not in PLATFORMS:
        raise UnsupportedPlatformError(device=device.name, platform=device.platform or "-", known=", ".join(PLATFORMS))
    job_id = enqueue(
        session,
        BACKUP,
        {"device_id": device.id, "accept_smaller": accept_smaller},
        actor=actor.name,
        subject=f"device:{device.name}",
        lane=f"{LANE}{device.id}",
        limits=(f"site:{device.site_id}",) if device.site_id else (),
        dedupe=f"{BACKUP}:{device.id}",
    )
    audit.record(session, Event.BACKUP_REQUESTED, actor, subject=f"device:{device.name}", detail={"job": job_id})
    return job_id


def about_devices(scope: Scope) -> ColumnElement[bool]:
    """The condition for jobs about devices of a scope; jobs about anything else need the whole scope."""
    if scope.whole:
        return true()
    lanes = select(literal(LANE).concat(cast(Device.id, String))).where(scope.of(Device))
    return Job.lane.in_(lanes)


def devices_to_back_up(session: Session) -> Sequence[Device]:
    """In service, with an address, a credential and a driver."""
    query = select(Device).where(
        Device.life_cycle == LifeCycle.SERVICE,
        Device.address.is_not(None),
        Device.ssh_credential != "",
        Device.platform.in_(PLATFORMS),
    )
    return session.scalars(query.order_by(Device.name)).all()


def install_schedules(session: Session, cron: str, timezone: str) -> None:
    """At the start of the worker: every device is backed up when the settings say so."""
    schedule(session, BACKUP_ALL, BACKUP_ALL, {}, cron=cron, tz=timezone)


def _pinned(database: Database, device_id: int) -> str | None:
    with database.read() as session:
        return session.scalar(select(HostKey.fingerprint).where(HostKey.device_id == device_id))


def _file(session: Session, given: Services, device: Device, found: RunningConfig, actor: audit.Actor) -> Filed:
    now = given.clock.now()
    if session.get(HostKey, device.id) is None:
        session.add(HostKey(device_id=device.id, fingerprint=found.host_key, pinned_at=now))
    filed = file_version(
        session,
        given.archive_keys,
        device_id=device.id,
        platform=platform_of(device.name, device.platform),
        text=found.text,
        now=now,
        taken_by=actor.name,
    )
    state = _state(session, device.id, now)
    state.succeeded_at, state.error_code, state.error_facts = now, "", {}
    if filed.is_new:
        subject = f"device:{device.name}"
        audit.record(session, Event.BACKUP_STORED, actor, subject=subject, detail=plain(filed))
    return filed


def _refused(session: Session, device: Device, error: GuanjinError, actor: audit.Actor, now: datetime) -> None:
    state = _state(session, device.id, now)
    state.error_code, state.error_facts = error.code, plain(error.facts)
    if isinstance(error, IncompleteConfigError):
        subject = f"device:{device.name}"
        audit.record(session, Event.BACKUP_REFUSED, actor, subject=subject, result="refused", detail=state.error_facts)


def _state(session: Session, device_id: int, now: datetime) -> BackupState:
    state = session.get(BackupState, device_id)
    if state is None:
        state = BackupState(device_id=device_id, attempted_at=now, error_code="", error_facts={})
        session.add(state)
    state.attempted_at = now
    return state
