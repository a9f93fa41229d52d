"""Backups as durable jobs against emulated devices with faults, and what is left of each in the database."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select

import automation.jobs
from automation import services
from automation.archive import ArchiveKeys
from automation.models import BackupState, ConfigVersion
from core import jobs
from core.clock import SystemClock
from core.database import Database
from core.events import Event
from core.jobs import JobState, Worker
from demo.devices.fleet import Fleet
from demo.devices.machine import Faults
from inventory.kinds import DeviceRole
from inventory.models import Device
from security import audit
from security.vault import Keyring, Realm, Vault
from security.vault.keyfiles import create_keys
from tests.core.jobs.working import wait_for, working
from tests.demo import samples
from tests.demo.running import running

pytestmark = pytest.mark.slow

PLATFORMS = ("huawei_vrp", "h3c_comware", "ruijie_rgos")
ACTOR = audit.Actor("tester", "person")


@dataclass
class WorkerServices:
    clock: SystemClock
    archive_keys: ArchiveKeys
    login: Mapping[str, str]

    def ssh_secret(self, credential: str) -> Mapping[str, str]:
        assert credential == "fleet"
        return self.login


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    devices = [samples.device(platform, number) for number, platform in enumerate(PLATFORMS, 1)]
    with running(devices, samples.StillClock()) as started:
        yield started


@pytest.fixture(params=PLATFORMS)
def machine_name(request: pytest.FixtureRequest) -> str:
    number = PLATFORMS.index(request.param) + 1
    return f"QL-{request.param.upper().replace('_', '-')}-{number}"


@pytest.fixture
def device(database: Database, fleet: Fleet, machine_name: str) -> Device:
    fleet[machine_name].faults = Faults()
    endpoint, known = fleet.endpoint(machine_name), fleet[machine_name].device
    with database.write() as session:
        row = Device(
            name=machine_name,
            role=DeviceRole.CORE_SWITCH,
            platform=known.platform,
            address=endpoint.address,
            ssh_port=endpoint.ssh_port,
            ssh_credential="fleet",
        )
        session.add(row)
    return row


@pytest.fixture
def worker(database: Database, fleet: Fleet, machine_name: str, tmp_path: Path) -> Iterator[Worker]:
    create_keys(tmp_path)
    with database.write() as session:
        keys = ArchiveKeys.open(session, Vault(Keyring.load(tmp_path, [Realm.CHANGE])))
    known = fleet[machine_name].device
    given = WorkerServices(SystemClock(), keys, {"username": known.username, "password": known.password})
    with working(database, jobs.REGISTRY, services=given, lease_s=60) as started:
        yield started


Backup = Callable[[JobState], jobs.Job]


@pytest.fixture
def back_up(database: Database, worker: Worker, device: Device) -> Backup:
    """Back the device up, without the patience that a real failure gets."""

    def run(wanted: JobState) -> jobs.Job:
        with database.write() as session:
            job_id = automation.jobs.request_backup(session, device, actor=ACTOR)
        if wanted is JobState.FAILED:
            with database.write() as session:
                session.get_one(jobs.Job, job_id).failures = 99
        return wait_for(database, job_id, wanted)

    return run


def _versions(database: Database) -> list[ConfigVersion]:
    with database.read() as session:
        return list(session.scalars(select(ConfigVersion).order_by(ConfigVersion.number)))


@pytest.mark.parametrize("delay", [0.0, 0.06, 0.15, 0.4])
def test_the_whole_configuration_is_filed_however_slow_the_prompt(
    database: Database, fleet: Fleet, machine_name: str, back_up: Backup, delay: float
) -> None:
    fleet[machine_name].faults.delay = delay
    back_up(JobState.DONE)
    (version,) = _versions(database)
    expected = fleet[machine_name].running().strip().splitlines()
    assert abs(version.lines - len(expected)) <= 4  # remarks of the device before the configuration
    assert version.size_bytes > 500


def test_a_change_on_the_device_is_the_next_version_and_is_audited(
    database: Database, fleet: Fleet, machine_name: str, device: Device, back_up: Backup
) -> None:
    back_up(JobState.DONE)
    edit, configuration = fleet[machine_name].device.edit, fleet[machine_name].configuration
    assert edit is not None
    assert configuration is not None
    port = edit.interface
    configuration.put((f"interface {port}",), f"description changed-{database.dialect}")
    back_up(JobState.DONE)
    back_up(JobState.DONE)
    assert [version.number for version in _versions(database)] == [1, 2]
    with database.read() as session:
        found = services.difference(session, device, 1, 2)
        records = audit.find(session, audit.Filter(event=Event.BACKUP_STORED)).records
    assert [hunk.section for hunk in found.hunks] == [f"interface {port}"]
    assert len(records) == 2


@pytest.mark.parametrize(
    ("faults", "code"),
    [
        (Faults(truncate=700), "automation.incomplete_config"),
        (Faults(drop=700), "automation.read"),
        (Faults(refuse_password=True), "automation.login_refused"),
        (Faults(reset_before_login=True), "automation.connect"),
    ],
)
def test_a_bad_session_files_nothing_and_is_named(
    database: Database, fleet: Fleet, machine_name: str, back_up: Backup, faults: Faults, code: str
) -> None:
    back_up(JobState.DONE)
    fleet[machine_name].faults = faults
    job = back_up(JobState.FAILED)
    assert len(_versions(database)) == 1
    with database.read() as session:
        state = session.scalars(select(BackupState)).one()
    assert state.error_code == code
    assert state.succeeded_at is not None
    assert fleet[machine_name].device.password not in str(job.error) + str(state.error_facts)
