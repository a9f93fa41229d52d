"""Two whole sites for the tests: databases, data folders, keys, people, a folder that stands for the disc."""

import io
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from core import jobs
from core.database import Database
from core.jobs import REGISTRY, JobState
from core.jobs.values import ACTIVE
from security.audit import Actor, AuditRecord, verify
from security.ferry import card, policy, services
from security.ferry import jobs as ferry_jobs
from security.ferry.approver_key import LockedKey
from security.ferry.levels import Level, Zone
from security.ferry.links import CarrierKind
from security.ferry.models import FerryIncoming, FerryTransfer
from security.ferry.site import Ferry, open_keys
from security.ferry.store import ObjectStore
from security.vault import Keyring, Realm, Vault
from security.vault.keyfiles import create_keys
from tests.core.jobs.working import until, working

PIN = "246810"
START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ADMIN = Actor("root", "person")
APPROVERS = {"zhang": "department_approver", "wang": "security_officer", "zhao": "unit_admin"}


@dataclass
class SetClock:
    """Stands still until it is moved."""

    at: datetime = START
    ticks: float = 0

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        self.ticks += 0.001
        return self.ticks

    def forward(self, **span: float) -> None:
        self.at += timedelta(**span)


@dataclass
class Given:
    """What the worker hands to the jobs."""

    ferry: Ferry


@dataclass
class Site:
    name: str
    database: Database
    ferry: Ferry
    clock: SetClock
    keys: dict[str, LockedKey] = field(default_factory=dict)

    def work(self) -> None:
        """Run a worker until no job is left that could go on now."""
        with working(self.database, REGISTRY, services=Given(self.ferry), threads=2):
            until(lambda: not self.active(), 60)

    def active(self) -> list[jobs.Job]:
        with self.database.read() as session:
            waiting = (JobState.QUEUED, JobState.RUNNING)
            rows = session.scalars(select(jobs.Job).where(jobs.Job.state.in_(waiting))).all()
        return [row for row in rows if row.failures == 0]

    def run(self, kind: str) -> None:
        with self.database.write() as session:
            jobs.enqueue(session, kind, {}, actor="test")
        self.work()

    def submit(self, files: dict[str, bytes], *, level: Level = Level.INTERNAL, link: str = "外网到内网") -> str:
        staged = [services.stage(self.ferry, name, io.BytesIO(data)) for name, data in files.items()]
        with self.database.write() as session:
            return services.submit(
                session,
                self.ferry,
                link=link,
                level=level,
                purpose="季度台账报送",
                recipients=["信息中心"],
                files=staged,
                actor=Actor("li", "person"),
            ).uid

    def approve(self, uid: str, person: str, *, pin: str = PIN, role: str | None = None) -> str:
        roles = [role or APPROVERS[person]]
        actor = Actor(person, "person")
        return services.give_approval(self.database, self.ferry, uid, pin=pin, roles=roles, actor=actor)

    def state(self, uid: str) -> str:
        with self.database.read() as session:
            return services.get_transfer(session, uid).state

    def transfer(self, uid: str) -> FerryTransfer:
        with self.database.read() as session:
            return services.get_transfer(session, uid)

    def incoming(self) -> list[FerryIncoming]:
        with self.database.read() as session:
            return list(services.find_incoming(session))

    def audit(self, event: str = "") -> list[AuditRecord]:
        with self.database.read() as session:
            assert verify(session).broken is None
            rows = session.scalars(select(AuditRecord).order_by(AuditRecord.sequence)).all()
        return [row for row in rows if row.event.startswith(event)]

    def release(self, number: int) -> None:
        with self.database.write() as session:
            services.release(session, self.ferry, number, actor=Actor("sun", "person"))


def make_site(name: str, zone: Zone, folder: Path, database: Database, medium: Path) -> Site:
    create_keys(folder)
    clock = SetClock()
    ferry = Ferry(
        store=ObjectStore(folder / "ferry" / "objects"),
        policy=policy.load(None),
        zone=zone,
        approval_hours=72,
        max_files=50,
        max_file_bytes=64 << 20,
        clock=clock,
        medium=medium,
        vault=Vault(Keyring.load(folder, [Realm.FERRY])),
    )
    site = Site(name, database, ferry, clock)
    with database.write() as session:
        services.initialise(session, ferry, name, actor=ADMIN)
    return site


def add_people(site: Site, keys: dict[str, LockedKey]) -> None:
    with site.database.write() as session:
        for person, role in APPROVERS.items():
            services.add_approver_key(session, site.ferry, keys[person], [role], actor=ADMIN)
    site.keys = keys


def introduce(one: Site, other: Site, *, name: str = "外网到内网", carrier: CarrierKind = CarrierKind.MEDIUM) -> None:
    """Cards exchanged and pinned by hand, and the link from one to the other on both sides."""
    for here, there in ((one, other), (other, one)):
        given = exported(there)
        with here.database.write() as session:
            services.pin_peer(session, here.ferry, given, given.fingerprint, actor=ADMIN)
    for here, there, outgoing in ((one, other, True), (other, one, False)):
        with here.database.write() as session:
            services.add_link(
                session,
                here.ferry,
                name,
                peer=there.name,
                outgoing=outgoing,
                carrier=carrier,
                ceiling=Level.INTERNAL if one.ferry.zone is Zone.UNCLASSIFIED else Level.PUBLIC,
                actor=ADMIN,
            )


def exported(site: Site) -> card.Card:
    with site.database.write() as session:
        keys = open_keys(session, site.ferry, actor=ADMIN, purpose="test")
        return card.read(services.export_card(session, keys), "card")


def bundles(medium: Path) -> list[Path]:
    return sorted(medium.rglob("*.fry"))


def offer_again(bundle: Path, name: str, change: Callable[[bytearray], object] = lambda _: None) -> None:
    """The bundle once more on the disc under another name, perhaps changed, with an `.ok` that fits."""
    import hashlib

    from security.ferry import canonical

    data = bytearray(bundle.read_bytes())
    change(data)
    bundle.with_name(f"{name}.fry").write_bytes(data)
    note = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
    bundle.with_name(f"{name}.ok").write_bytes(canonical.encode(note))  # type: ignore[arg-type]


@contextmanager
def without(medium: Path) -> Iterator[None]:
    """The disc is out of the drive."""
    aside = medium.with_name(medium.name + "-out")
    shutil.move(medium, aside)
    try:
        yield
    finally:
        shutil.move(aside, medium)


__all__ = ["ACTIVE", "ferry_jobs", "replace"]
