"""`kill -9` of each process, twenty times: nothing that was acknowledged is lost, doubled or half done.

A real installation with three emulated devices and a ferry link. A program and a person in the console write without
pause; web, poller, worker and supervisor are killed in turn (now and then all four at once), and with each supervisor
the writing program as well.
Afterwards every acknowledged row is looked for, and what was sealed is opened at the other site.
"""

import hashlib
import random
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import pytest
from sqlalchemy import select, text

from automation.models import ConfigVersion
from automation.store import redacted_text
from core import jobs, schema
from core.clock import SystemClock
from core.database import Database, sqlite_url
from core.events import Event
from core.jobs import JobState
from demo.devices.fleet import Fleet
from demo.devices.model import Device as Emulated
from inventory.models import Device
from security.audit import AuditRecord, verify
from security.ferry import approver_key, services
from security.ferry.levels import Zone
from security.ferry.models import FerryBundle, FerryTransfer
from security.ferry.site import open_ferry
from security.ferry.states import Incoming, Outgoing
from security.models import Account
from security.vault import Keyring, Realm
from tests.console import set_up
from tests.demo.running import running
from tests.durability.clients import Person, Program, Told, writing
from tests.durability.furnishing import KINDS, ROOT_USER, add_devices, emulated
from tests.durability.site import Site
from tests.installation import until
from tests.postgresql import Cluster
from tests.security.ferry import world

KILLS = 20
ALL = 8  # every so often not the supervisor alone, but all four at one moment
VICTIMS = ("web", "poller", "worker", "supervisor")
FAST = {
    "worker": {"lease_s": 5, "poll_s": 0.5, "threads": 4},
    "polling": {"interval_s": 5, "icmp": "off"},
    "storage": {"reserve_bytes": 0},
}
JOBS_S = 90.0


@dataclass
class Scene:
    site: Site
    fleet: Fleet
    devices: tuple[Emulated, ...]
    far: world.Site
    told: list[Told]

    def names(self, wrote: str) -> list[str]:
        return [str(one["name"]) for one in self.told if one["wrote"] == wrote]

    def change_configurations(self, mark: str) -> None:
        for device in self.devices:
            configuration = self.fleet[device.name].configuration
            assert configuration is not None
            configuration.put((f"interface {device.ports[-1].name}",), f"description {mark}")


def prepare(site: Site, fleet: Fleet, devices: tuple[Emulated, ...], far: world.Site) -> None:
    """What a person does once at the terminal: credentials, devices, keys of the ferry, a link to the other site."""
    add_devices(site, fleet, devices)
    database = site.open()
    keyring = Keyring.load(site.data, [Realm.FERRY])
    ferry = open_ferry(site.settings(), keyring=keyring)
    with database.write() as session:
        services.initialise(session, ferry, "外网中心", actor=ROOT_USER)
    near = world.Site("外网中心", database, ferry, world.SetClock())
    world.add_people(near, {person: approver_key.create(person, world.PIN) for person in world.APPROVERS})
    world.introduce(near, far)
    database.close()


def far_site(folder: Path, medium: Path) -> world.Site:
    folder.mkdir()
    database = Database(sqlite_url(folder / "guanjin.db"))
    schema.upgrade(database)
    site = world.make_site("内网中心", Zone.CLASSIFIED, folder, database, medium)
    return replace(site, ferry=replace(site.ferry, clock=SystemClock()))


@contextmanager
def database_of(kind: str, request: pytest.FixtureRequest) -> Iterator[str]:
    if kind == "sqlite":
        yield ""
        return
    cluster: Cluster = request.getfixturevalue("postgresql_cluster")
    with cluster.database() as url:
        yield url


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def scene(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp(str(request.param))
    medium = folder / "disc"
    medium.mkdir()
    devices = emulated(*KINDS)
    with ExitStack() as stack:
        url = stack.enter_context(database_of(request.param, request))
        fleet = stack.enter_context(running(devices, SystemClock()))
        storage = {**FAST["storage"], "database_url": url}
        site = Site(folder / "near", **{**FAST, "storage": storage}, ferry={"media": str(medium)})
        stack.enter_context(site)
        far = far_site(folder / "far", medium)
        stack.callback(far.database.close)
        prepare(site, fleet, devices, far)
        scene = Scene(site, fleet, devices, far, [])
        write_and_kill(scene)
        yield scene


def write_and_kill(scene: Scene) -> None:
    site = scene.site
    site.up_and_working()
    set_up(site)
    with writing(site) as (program, person):
        for number in range(KILLS):
            scene.change_configurations(f"kill-{number}")
            wait_for_news(program, person)
            victim = VICTIMS[number % len(VICTIMS)]
            kill(site, "all" if number % ALL == ALL - 1 else victim, program)
        until((site.data / "run" / "poller.sock").exists, "the poller answers")
        until(site.works, "the worker is there")
        wait_for_news(program, person)
        person.stop()
        program.finish()
        scene.told = [*program.told, *person.told]
    request_last_backups(site)
    until(lambda: not unfinished(site), "all jobs have ended", JOBS_S)
    site.down()


def wait_for_news(program: Program, person: Person) -> None:
    """Until both have been served again, and a little longer, so that kills come at any moment of the work."""
    heard = (len(program.told), len(person.told))
    until(lambda: len(program.told) > heard[0] and len(person.told) > heard[1], "writers are served")
    until(lambda: random.random() < 0.3, "chance")  # noqa: S311  # spreads kills, guards nothing


def kill(site: Site, victim: str, program: Program) -> None:
    if victim in {"supervisor", "all"}:
        program.kill()
        site.kill_all() if victim == "all" else site.kill()
        site.up()
        program.start()
    else:
        site.kill_child(victim)


def request_last_backups(site: Site) -> None:
    site.guanjin("config", "backup")


def unfinished(site: Site) -> list[str]:
    database = site.open()
    try:
        with database.read() as session:
            states = (JobState.QUEUED, JobState.RUNNING)
            return [str(job.id) for job in session.scalars(select(jobs.Job).where(jobs.Job.state.in_(states)))]
    finally:
        database.close()


pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def database(scene: Scene) -> Iterator[Database]:
    database = scene.site.open()
    yield database
    database.close()


@pytest.fixture(scope="module")
def records(database: Database) -> list[AuditRecord]:
    with database.read() as session:
        return list(session.scalars(select(AuditRecord).order_by(AuditRecord.sequence)))


def counted(records: list[AuditRecord], event: Event) -> Counter[str]:
    return Counter(record.subject for record in records if record.event == event)


def test_the_writers_and_the_jobs_were_busy_throughout(scene: Scene, database: Database) -> None:
    kinds = Counter(one["wrote"] for one in scene.told)
    assert kinds["credential"] >= KILLS
    assert kinds["backup"] >= KILLS
    assert kinds["account"] >= KILLS
    assert kinds["transfer"] >= KILLS // 4
    assert kinds["approval"] >= KILLS // 4
    with database.read() as session:
        assert any(job.attempt > 1 for job in session.scalars(select(jobs.Job))), "no kill hit a job"


def test_every_acknowledged_audit_record_is_there_once(scene: Scene, records: list[AuditRecord]) -> None:
    stored = counted(records, Event.CREDENTIAL_STORED)
    assert [name for name in scene.names("credential") if stored[f"credential:monitor/{name}"] != 1] == []
    requested = Counter(record.actor_name for record in records if record.event == Event.BACKUP_REQUESTED)
    assert [name for name in scene.names("backup") if requested[name] != 1] == []
    approved = Counter(
        (record.subject, record.actor_name) for record in records if record.event == Event.TRANSFER_APPROVED
    )
    given = [(f"transfer:{one['uid']}", one["person"]) for one in scene.told if one["wrote"] == "approval"]
    assert [one for one in given if approved[one] != 1] == []


def test_every_account_that_the_console_confirmed_exists_once(
    scene: Scene, database: Database, records: list[AuditRecord]
) -> None:
    with database.read() as session:
        accounts = Counter(session.scalars(select(Account.login)))
    created = counted(records, Event.ACCOUNT_CREATED)
    for login in scene.names("account"):
        assert (accounts[login], created[f"account:{login}"]) == (1, 1), login


def test_the_audit_log_is_whole(scene: Scene, database: Database, records: list[AuditRecord]) -> None:
    with database.read() as session:
        assert verify(session).broken is None
    assert scene.site.guanjin("audit", "verify").split()[0] == str(len(records))
    assert [record.sequence for record in records] == list(range(1, len(records) + 1))
    ups = KILLS // len(VICTIMS) + 1
    assert Counter(record.event for record in records)[Event.SYSTEM_STARTED] == ups


def test_every_acknowledged_backup_job_is_done(scene: Scene, database: Database) -> None:
    asked = {int(one["job"]) for one in scene.told if one["wrote"] == "backup"}
    with database.read() as session:
        found = {job.id: (job.state, job.attempt, job.error) for job in session.scalars(select(jobs.Job))}
    done = {number for number, (state, _, _) in found.items() if state == JobState.DONE}
    assert {number: found.get(number) for number in asked - done} == {}
    assert found.keys() == done


def test_every_version_is_filed_once_with_its_record(
    scene: Scene, database: Database, records: list[AuditRecord]
) -> None:
    filed = Counter(
        (record.subject, record.detail["number"])
        for record in records
        if record.event == Event.BACKUP_STORED and record.detail
    )
    with database.read() as session:
        for device in scene.devices:
            row = session.scalars(select(Device).where(Device.name == device.name)).one()
            query = select(ConfigVersion).where(ConfigVersion.device_id == row.id).order_by(ConfigVersion.number)
            versions = session.scalars(query).all()
            prints = [version.fingerprint for version in versions]
            assert [version.number for version in versions] == list(range(1, len(versions) + 1))
            assert all(one != other for one, other in zip(prints, islice(prints, 1, None), strict=False))
            assert f"description kill-{KILLS - 1}" in redacted_text(session, versions[-1])
            assert len(versions) > 1
            for version in versions:
                assert filed.pop((f"device:{device.name}", version.number)) == 1
    assert not filed


def test_every_acknowledged_transfer_went_its_way_once(
    scene: Scene, database: Database, records: list[AuditRecord]
) -> None:
    acknowledged = {str(one["uid"]): str(one["sha256"]) for one in scene.told if one["wrote"] == "transfer"}
    store = open_ferry(scene.site.settings()).store
    with database.read() as session:
        rows = {row.uid: row for row in services.find_transfers(session, limit=1000)}
    assert set(acknowledged) <= set(rows)
    assert {row.state for row in rows.values()} == {Outgoing.HANDED_OFF}
    for uid, row in rows.items():
        [file] = row.files
        assert acknowledged.get(uid, file.sha256) == file.sha256
        store.check(file.sha256)
    way = (
        Event.TRANSFER_SUBMITTED,
        Event.TRANSFER_INSPECTING,
        Event.TRANSFER_INSPECTED,
        Event.TRANSFER_SEALING,
        Event.TRANSFER_SEALED,
        Event.TRANSFER_HANDED_OFF,
    )
    for event in way:
        assert counted(records, event) == {f"transfer:{uid}": 1 for uid in rows}, event


def test_what_was_sealed_opens_at_the_other_site_without_a_gap(scene: Scene, database: Database) -> None:
    with database.read() as session:
        sealed = session.scalars(select(FerryBundle).order_by(FerryBundle.sequence)).all()
        sent = {row.uid for row in session.scalars(select(FerryTransfer))}
    assert [bundle.sequence for bundle in sealed] == list(range(1, len(sent) + 1))
    services.look_at_medium(scene.far.database, scene.far.ferry, actor=ROOT_USER)
    scene.far.work()
    arrived = scene.far.incoming()
    assert sorted(str(row.transfer) for row in arrived) == sorted(sent)
    assert {row.state for row in arrived} == {Incoming.RELEASABLE}
    with scene.far.database.read() as session:
        assert services.open_gaps(session) == []


def test_the_store_holds_whole_objects_only_and_its_leftovers_can_be_swept(scene: Scene, database: Database) -> None:
    root = scene.site.data / "ferry" / "objects"
    for path in root.glob("??/*"):
        assert hashlib.sha256(path.read_bytes()).hexdigest() == path.parent.name + path.name
    with database.read() as session:
        wanted = {file.sha256 for row in services.find_transfers(session, limit=1000) for file in row.files}
        wanted |= set(filter(None, session.scalars(select(FerryBundle.sha256))))
    after = SystemClock().now().timestamp() + 60
    open_ferry(scene.site.settings()).store.sweep(before=after, wanted=wanted.__contains__)
    left = {path.parent.name + path.name for path in root.rglob("*") if path.is_file()}
    assert left == wanted
    medium = scene.site.settings().ferry.media
    assert medium is not None
    assert list(medium.rglob("*.part")) == []


def test_the_database_is_sound(scene: Scene, database: Database) -> None:
    if database.path is None:
        _check_indexes(database)
        return
    copy = shutil.copy(database.path, scene.site.folder / "copy.db")
    with sqlite3.connect(copy) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()


def _check_indexes(database: Database) -> None:
    """PostgreSQL's own checker raises where an index and its table do not agree."""
    btrees = text(
        "SELECT c.oid FROM pg_class c JOIN pg_am a ON a.oid = c.relam"
        " WHERE a.amname = 'btree' AND c.relkind = 'i' AND c.relpersistence = 'p'"
    )
    with database.write() as session:
        session.execute(text("CREATE EXTENSION IF NOT EXISTS amcheck"))
        found = session.scalars(btrees).all()
        assert len(found) > 20
        for index in found:
            session.execute(text("SELECT bt_index_check(:index, true)"), {"index": index})


def test_nothing_is_left_running_and_the_log_is_quiet(scene: Scene) -> None:
    assert scene.site.processes() == []
    assert scene.site.orphans() == []
    assert "Traceback" not in scene.site.words()
    assert "refused to start" not in scene.site.words()
