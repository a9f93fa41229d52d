"""Every command and job that changes something writes its audit records; a command that only reads writes none.

Each is run once for real, on the composition root, in installations of their own. A command or a kind of job that
stands in none of the tables here fails the run.
"""

import io
import json
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import click
import pytest
from sqlalchemy import Executable, delete, insert, select, update

import automation.jobs
import collectors.topology
import core.jobs.upkeep
import security.audit.jobs
import security.backup.schedule
import security.ferry.jobs
from automation.archive import ArchiveKeys
from collectors.models import DiscoveredNeighbour
from collectors.sweep.models import Sweep, SweepFind
from core import schema
from core.clock import SystemClock
from core.commandline import Application
from core.commandline import run as run_command
from core.database import Database, sqlite_url
from core.jobs import REGISTRY, Job, JobState, Registry, enqueue
from demo.devices.fleet import Fleet
from guanjin import cli
from inventory.addresses import sort_key
from inventory.kinds import DeviceRole
from inventory.models import Device
from security import accounts, passwords, proposals, setup
from security.audit import Actor, AuditRecord, archive
from security.audit.archive import FLOOR, Archive
from security.audit.keeping import open_key
from security.audit.signing import sign_new
from security.backup.place import Place as BackupPlace
from security.emergency import seal
from security.factors.models import TotpFactor
from security.ferry import approver_key, services
from security.ferry.bundle import receipt
from security.ferry.models import FerryIncoming, FerryTransfer
from security.ferry.site import Ferry, open_ferry
from security.passwords import Cost, PasswordPolicy
from security.roles import THREE_ADMINISTRATORS
from security.setup import Administrator
from security.vault import Keyring, Realm, Vault
from tests.core.jobs.working import wait_for, working
from tests.demo import samples
from tests.demo.running import running
from tests.inventory.sheets import COUNTY, workbook

PIN = "246810"
# Without accounts here: those of an account have to hold the role.
APPROVERS = (("qian", "department_approver"), ("sun", "security_officer"))
PASSWORD = "marble-otter-lantern"
DEVICE = "QL-HUAWEI-VRP-1"

READING = frozenset(
    {
        "account list", "account proposals", "audit checkpoint", "audit export", "audit key", "audit list",
        "audit prove", "audit verify", "audit witness", "backup verify", "check", "config diff", "config list",
        "config show", "credential list", "database status", "directory try", "emergency status", "ferry gaps",
        "ferry key approvers", "ferry key show", "ferry link list", "ferry list", "ferry show", "ferry verify",
        "health availability", "health line", "health list", "health locate", "health overview", "health parts",
        "health show", "inventory changes", "inventory find", "inventory headings", "inventory impact",
        "inventory links", "inventory list", "inventory show", "inventory template", "job list", "job show",
        "settings", "snmp probe", "sweep ranges", "sweep show", "vault status",
    }
)  # fmt: skip
CHANGING = frozenset(
    {
        "account allow-addresses", "account create", "account disable", "account enable", "account grant",
        "account link", "account reset-factors", "account reset-password", "account revoke", "backup create",
        "backup key", "backup restore", "config backup", "config forget-key", "credential delete", "credential set",
        "database upgrade", "directory secret", "emergency end", "emergency open", "ferry collect", "ferry hand-off",
        "ferry init", "ferry key approver", "ferry key export", "ferry key revoke", "ferry link add",
        "ferry peer pin", "ferry receipt", "ferry receive", "ferry release", "ferry submit", "init",
        "inventory export", "inventory forget-heading", "inventory hand-over", "inventory import",
        "inventory key-port", "inventory link add", "inventory link remove", "inventory undo", "job cancel",
        "job resolve", "job retry", "sweep accept", "sweep allow", "sweep start", "sweep stop", "sweep withdraw",
        "vault rotate", "vault source",
    }
)  # fmt: skip
# `up` says in the log when it starts and stops; a process of it does what jobs and pages do.
PROCESSES = frozenset({"up", "process"})

# What a job of each kind records when it does its work once: a record for each step of what it moves.
JOBS: Mapping[str, tuple[str, ...]] = {
    "config.backup": ("security:credential:open", "automation:backup:store"),
    "config.backup_all": ("automation:backup:request",),
    "audit.archive": ("audit:segment:store",),
    "audit.remove": ("audit:segment:remove",),
    "inventory.links": ("inventory:links:change",),
    "ferry.inspect": ("ferry:transfer:inspect-start", "ferry:transfer:inspect"),
    "ferry.seal": ("ferry:transfer:seal-start", "security:credential:open", "ferry:transfer:seal"),
    "ferry.carry": ("ferry:transfer:hand-off",),
    "ferry.poll": ("ferry:bundle:see",),
    "ferry.receive": (
        "ferry:bundle:assemble", "ferry:bundle:verify", "security:credential:open", "ferry:bundle:open",
        "ferry:bundle:reinspect", "ferry:bundle:pass",
    ),
    "ferry.tidy": ("ferry:transfer:expire",),
    "system.backup": ("security:credential:open", "system:backup:create"),
    # Removes rows about jobs that ended long ago; what those did has records of its own.
    "jobs.purge": (),
}  # fmt: skip


def leaves(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[str]:
    if not isinstance(command, click.Group):
        yield " ".join(path)
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        member = command.get_command(context, name)
        assert member is not None
        yield from leaves(member, (*path, name))


def test_every_command_is_known_to_read_or_to_change() -> None:
    assert set(leaves(cli)) == READING | CHANGING | PROCESSES


def test_every_kind_of_job_is_known() -> None:
    imported = {automation.jobs.BACKUP, core.jobs.upkeep.KIND, security.audit.jobs.STORE, security.ferry.jobs.TIDY}
    imported |= {security.backup.schedule.KIND, collectors.topology.REFRESH}
    assert imported <= set(JOBS)
    assert {kind for kind, _version in REGISTRY.known()} == set(JOBS)


def only(kind: str) -> Registry:
    """A worker's registry of one kind, so that no job which this one enqueues runs with it."""
    known, registry = REGISTRY.newest(kind), Registry()
    registry.job(kind, queue=known.queue, version=known.version, retry=known.retry)(known.handler)
    return registry


@dataclass
class Given:
    """What the worker hands to the jobs, as the composition root does."""

    clock: SystemClock
    archive_keys: ArchiveKeys
    ferry: Ferry
    audit_archive: Archive
    database: Database
    vault: Vault
    place: BackupPlace

    def ssh_secret(self, credential: str) -> Mapping[str, str]:
        with self.database.write() as session:
            return self.vault.open(session, Realm.CHANGE, credential, purpose="ssh")


class LaterClock(SystemClock):
    def now(self) -> datetime:
        return super().now() + timedelta(days=500)


@dataclass
class Place:
    """An installation, and whoever types at its terminal."""

    folder: Path
    zone: str
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]
    tried: set[str] = field(default_factory=set)

    @property
    def database(self) -> Database:
        return Database(sqlite_url(self.folder / "guanjin.db"))

    def typed(self, line: str, *expected: str, stdin: str = "") -> str:
        """Run a command, which has to record exactly these events; what it printed."""
        before = self.newest_record()
        said = self.run(line, stdin=stdin)
        assert self.events(before) == expected, line
        return said

    def run(self, line: str, *, stdin: str = "") -> str:
        words = shlex.split(line)
        self.monkeypatch.chdir(self.folder)
        self.monkeypatch.setenv("GUANJIN_STORAGE_DATA", str(self.folder))
        self.monkeypatch.setenv("GUANJIN_SITE_ZONE", self.zone)
        self.monkeypatch.setenv("GUANJIN_FERRY_MEDIA", str(self.folder.parent / "disc"))
        self.monkeypatch.setenv("GUANJIN_BACKUP_FOLDER", str(self.folder.parent / "disc"))
        self.monkeypatch.setenv("GUANJIN_LANGUAGE", "en")
        self.monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        with pytest.raises(SystemExit) as left:
            run_command(cli, words)
        said = self.capsys.readouterr()
        assert left.value.code == 0, (line, said.err)
        self.tried |= {name for name in CHANGING | READING if words[: len(name.split())] == name.split()}
        return said.out

    def newest_record(self) -> int:
        return max((number for number, _event in self._records()), default=0)

    def events(self, after: int) -> tuple[str, ...]:
        return tuple(event for number, event in self._records() if number > after)

    def _records(self) -> list[tuple[int, str]]:
        if not (self.folder / "guanjin.db").exists():
            return []
        database = self.database
        try:
            if schema.current(database) is None:
                return []
            with database.read() as session:
                statement = select(AuditRecord.sequence, AuditRecord.event).order_by(AuditRecord.sequence)
                return [(row.sequence, row.event) for row in session.execute(statement)]
        finally:
            database.close()

    @property
    def application(self) -> Application:
        return Application()

    def ferry(self) -> Ferry:
        keyring = Keyring.load(self.folder, [Realm.FERRY])
        return open_ferry(self.application.settings, keyring=keyring)

    @property
    def archive(self) -> Archive:
        """In a year and a half, when what is recorded now is old."""
        return Archive(self.folder / "audit", FLOOR, LaterClock())

    def work(self, kind: str, args: Mapping[str, Any] | None = None, *, enqueued: bool = False) -> None:
        """Let the worker do one job of this kind, which has to record what the table says, and no other job."""
        database = self.database
        vault = Vault(Keyring.load(self.folder, list(Realm)))
        with database.write() as session:
            keys = ArchiveKeys.open(session, vault)
            if not enqueued:
                enqueue(session, kind, dict(args or {}), actor="test")
            number = session.scalars(select(Job.id).where(Job.kind == kind).order_by(Job.id.desc())).first()
        backup = BackupPlace(self.application.settings, database, SystemClock(), "test")
        given = Given(SystemClock(), keys, self.ferry(), self.archive, database, vault, backup)
        before = self.newest_record()
        assert number is not None
        with working(database, only(kind), services=given, threads=1):
            wait_for(database, number, JobState.DONE, 60)
        assert self.events(before) == JOBS[kind], kind
        database.close()

    def newest(self, column: Any) -> Any:
        database = self.database
        with database.read() as session:
            found = session.scalars(select(column).order_by(column.desc())).first()
        database.close()
        return found

    def change(self, statement: Executable) -> None:
        database = self.database
        with database.write() as session:
            session.execute(statement)
        database.close()


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> tuple[Place, Place]:
    monkeypatch.setattr(passwords, "COST", Cost(memory_kib=64, iterations=1, lanes=1))
    for module in (approver_key, receipt):
        monkeypatch.setattr(module, "_MEMORY_KIB", 1024)
    for name in ("near", "far", "disc"):
        (tmp_path / name).mkdir()
    near = Place(tmp_path / "near", "extranet", monkeypatch, capsys)
    return near, Place(tmp_path / "far", "intranet", monkeypatch, capsys)


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    with running([samples.device("huawei_vrp", 1)], samples.StillClock()) as started:
        yield started


@pytest.mark.slow
def test_every_command_and_job_records_what_it_does(places: tuple[Place, Place], fleet: Fleet) -> None:
    near, far = places
    install(near)
    install(far)
    people_and_credentials(near, fleet)
    ledger_backups_and_jobs(near, fleet)
    swept(near)
    introduced(near, far)
    uid = sent(near)
    number = arrived(far)
    code = far.typed(f"ferry receipt {number}").strip()
    near.typed(f"ferry receipt {uid} {code}", "ferry:transfer:receipt", "ferry:transfer:close")
    left_over(near)
    archived(near)
    keys_renewed_and_system_backed_up(near)
    for line in (
        "settings",
        "database status",
        "audit list",
        "audit verify",
        "job list",
        "ferry list",
        "account list",
        "account proposals",
    ):
        near.typed(line)
    assert near.tried | far.tried >= CHANGING


def install(place: Place) -> None:
    """The installation and its token; then a schema that is one step behind."""
    place.typed("init", "system:installation:initialise", "security:setup:issue-token")
    token = place.typed("init", "security:setup:issue-token").strip()
    database = place.database
    policy = PasswordPolicy(12)
    three = {
        role: Administrator(role.value, f"name of {role.value}", policy.accept(PASSWORD, login=role.value))
        for role in THREE_ADMINISTRATORS
    }
    with database.write() as session:
        setup.complete_setup(session, token, three)
    database.close()
    schema.downgrade(place.database, schema.known_revisions()[-2])
    place.typed("database upgrade", "system:schema:upgrade")
    place.typed("database upgrade")


def people_and_credentials(place: Place, fleet: Fleet) -> None:
    given = {"stdin": f"{PASSWORD}\n"}
    place.typed("account create zhang --name 张 --password-stdin", "security:account:create", **given)
    an_account_and_its_role = ("security:account:create", "security:role:propose")
    place.typed("account create wang --name 王 --role operator --password-stdin", *an_account_and_its_role, **given)
    place.typed("account grant zhang operator", "security:role:propose")
    confirm(place)
    place.typed("account revoke zhang operator", "security:role:propose")
    place.typed("account allow-addresses zhang 10.0.0.0/8", "security:account:allow-addresses")
    place.typed("account link zhang ldap zhangwei", "security:account:link")
    place.typed("account link zhang local", "security:account:link")
    place.typed("directory secret ldap --stdin", "security:credential:store", stdin="x\n")
    place.typed("account allow-addresses zhang", "security:account:allow-addresses")
    one_time_codes(place)
    place.typed("account reset-factors zhang", "security:factor:reset")
    place.typed("account reset-password zhang --password-stdin", "security:password:change", **given)
    place.typed("account disable zhang", "security:account:disable")
    place.typed("account enable zhang", "security:account:enable")
    stored = "security:credential:store"
    place.typed("credential set monitor snmp --kind snmp-v2c --stdin", stored, stdin='{"community": "x"}')
    place.typed("credential delete monitor snmp", "security:credential:delete")
    known = fleet[DEVICE].device
    login = json.dumps({"username": known.username, "password": known.password})
    emergency(place)
    place.typed("credential set change ssh --kind ssh-password --stdin", stored, stdin=login)


def confirm(place: Place) -> None:
    """In the console, by a security administrator; see tests/web/test_records.py."""
    database = place.database
    with database.write() as session:
        number = accounts.by_login(session, "security_admin").id
        for one in proposals.waiting(session, SystemClock().now()):
            proposals.confirm(session, one.id, actor=Actor("security_admin", "person", number))
    database.close()


def one_time_codes(place: Place) -> None:
    """Set up by the person in the console; see tests/web/test_second_factor.py."""
    database, now = place.database, SystemClock().now()
    vault = Vault(Keyring.load(place.folder, [Realm.IDENTITY]))
    with database.write() as session:
        number = accounts.by_login(session, "zhang").id
        session.add(TotpFactor(account_id=number, created=now, last_used=None, last_step=0))
        vault.put(session, Realm.IDENTITY, f"totp/{number}", {"secret": "x"}, actor=Actor("zhang", "person"))
    database.close()


def emergency(place: Place) -> None:
    """The halves are made in the console; see tests/web/test_emergency.py."""
    database = place.database
    halves = []
    with database.write() as session:
        for login in ("system_admin", "security_admin"):
            number = accounts.by_login(session, login).id
            halves.append(seal.seal_half(session, actor=Actor(login, "person", number)))
    database.close()
    place.typed("emergency open zhang --reason 演练 --stdin", "security:emergency:open", stdin="\n".join(halves) + "\n")
    place.typed("emergency status")
    place.typed("emergency end", "security:emergency:end")


def keys_renewed_and_system_backed_up(place: Place) -> None:
    """What is restored says in its own log that it was."""
    key, file = place.folder.parent / "recovery.key", place.folder.parent / "whole.backup"
    for way in ("", " --master"):
        place.typed(f"vault rotate --realm monitor{way}", "security:vault:rotate")
    place.typed("vault source file", "security:vault:move")
    place.typed("vault status")
    signing_key_and_recovery_key = ("security:credential:store", "security:recovery-key:create")
    place.typed(f"backup key --out {key}", *signing_key_and_recovery_key)
    place.typed(f"backup create {file}", "security:credential:open", "system:backup:create")
    place.typed(f"backup verify {file} --key {key}")
    place.work("system.backup")
    restored = replace(place, folder=place.folder.parent / "again")
    restored.folder.mkdir()
    restored.run(f"backup restore {file} --key {key}")
    *log, last = restored.events(0)
    assert last == "system:backup:restore"
    assert tuple(log) == place.events(0)[: len(log)]


def ledger_backups_and_jobs(place: Place, fleet: Fleet) -> None:
    (place.folder / "county.xlsx").write_bytes(workbook(COUNTY).content)
    place.typed("inventory import county.xlsx")
    place.typed("inventory import county.xlsx --apply", "inventory:ledger:import")
    place.typed("inventory undo 1", "inventory:change-set:undo")
    place.typed("inventory export county-out.xlsx", "inventory:ledger:export")
    place.typed("inventory template empty.xlsx")
    place.typed("inventory import county.xlsx --apply", "inventory:ledger:import")
    (place.folder / "own.csv").write_text("名称,简称,叫法\n电子政务办,政务办,县政务办\n", encoding="utf-8")
    mapped = "inventory import own.csv --kind unit --map 叫法=备注 --apply"
    place.typed(mapped, "inventory:ledger:import", "inventory:headings:remember")
    place.typed("inventory headings")
    place.typed("inventory forget-heading unit 叫法", "inventory:headings:forget")
    place.typed("inventory hand-over --to nornir other", "inventory:ledger:hand-over")
    port = json.loads(place.typed("inventory show CORE-01 --json"))[0]["ports"][0]
    place.typed(f"inventory key-port CORE-01 {port}", "inventory:port:change")
    endpoint = fleet.endpoint(DEVICE)
    database = place.database
    with database.write() as session:
        device = Device(name=DEVICE, role=DeviceRole.CORE_SWITCH, platform="huawei_vrp", address=endpoint.address)
        device.ssh_port, device.ssh_credential = endpoint.ssh_port, "ssh"
        session.add(device)
        ArchiveKeys.open(session, Vault(Keyring.load(place.folder, list(Realm))))
    database.close()
    place.typed(f"config backup {DEVICE}", "automation:backup:request")
    number = place.newest(Job.id)
    place.typed(f"job cancel {number}", "jobs:job:cancel")
    place.typed(f"job retry {number}", "jobs:job:retry")
    place.work("config.backup", enqueued=True)
    place.typed(f"config forget-key {DEVICE}", "automation:host-key:forget")
    place.work("config.backup_all")
    number = place.newest(Job.id)
    place.change(update(Job).where(Job.id == number).values(state=JobState.UNCERTAIN))
    place.typed(f"job resolve {number} done", "jobs:job:resolve")
    place.work("jobs.purge", {"days": 90})
    with database.write() as session:
        first = session.scalars(select(Device.id).order_by(Device.id)).first()
        heard = {"local_port": "GE1", "remote_name": "carrier", "remote_port": "1", "protocol": "lldp"}
        session.add(DiscoveredNeighbour(device_id=first, seen=SystemClock().now(), **heard))
    database.close()
    place.work("inventory.links")
    place.typed(f"inventory link add CORE-01 {port} {DEVICE} GE0/0/1 --note 现场核对", "inventory:link:state")
    place.typed(f"inventory link remove CORE-01 {port}", "inventory:link:withdraw")


def swept(place: Place) -> None:
    """What answers stands in the table here; the poller's part is in tests/collectors/sweep."""
    place.typed("sweep allow 10.9.8.0/29 --note 新办公楼", "collectors:sweep-range:allow")
    place.typed("sweep ranges")
    place.typed("sweep start 10.9.8.0/29", "collectors:sweep:ask")
    find = {"address": "10.9.8.1", "place": sort_key(ip_address("10.9.8.1")), "name": "SW-NEW"}
    place.change(insert(SweepFind).values(sweep_id=place.newest(Sweep.id), **find))
    place.typed("sweep show 10.9.8.0/29")
    place.typed("sweep accept 10.9.8.0/29 10.9.8.1 --role 10.9.8.1=router", "collectors:sweep:take-over")
    place.typed("sweep stop 10.9.8.0/29", "collectors:sweep:stop")
    place.typed("sweep withdraw 10.9.8.0/29", "collectors:sweep-range:withdraw")


def introduced(near: Place, far: Place) -> None:
    cards = near.folder.parent
    for place, name in ((near, "外网中心"), (far, "内网中心")):
        keys_and_where_they_are_kept = ("security:credential:store", "ferry:key:create")
        place.typed(f"ferry init {name}", *keys_and_where_they_are_kept)
    for person, role in APPROVERS:
        near.typed(f"ferry key approver {person} --role {role} --pin-stdin", "ferry:key:create", stdin=f"{PIN}\n")
    near.typed("ferry key approvers")
    near.typed("ferry key revoke 1 --reason 演练", "ferry:key:revoke")
    made_again = f"ferry key approver {APPROVERS[0][0]} --role {APPROVERS[0][1]} --pin-stdin"
    near.typed(made_again, "ferry:key:create", stdin=f"{PIN}\n")
    for place, name, other in ((near, "near", far), (far, "far", near)):
        card = cards / f"{name}.card"
        place.typed(f"ferry key export {card}", "security:credential:open")
        fingerprint = place.typed("ferry key show").split("\n", 1)[1]
        other.typed(f"ferry peer pin {card} --fingerprint '{fingerprint.strip()}'", "ferry:peer:pin")
    near.typed("ferry link add 外到内 --to 内网中心", "ferry:link:create")
    far.typed("ferry link add 外到内 --from 外网中心", "ferry:link:create")


def sent(place: Place) -> str:
    """The approvals are given in the console; see tests/web/test_records.py."""
    (place.folder / "说明.txt").write_text("专线台账说明\n", encoding="utf-8")
    submit = "ferry submit 说明.txt --link 外到内 --level 内部 --purpose 报送 --to 信息中心"
    uid = place.typed(submit, "ferry:transfer:submit").strip()
    place.work("ferry.inspect", enqueued=True)
    database = place.database
    for person, role in APPROVERS:
        services.give_approval(database, place.ferry(), uid, pin=PIN, roles=[role], actor=Actor(person, "person"))
    database.close()
    place.work("ferry.seal", enqueued=True)
    place.typed(f"ferry hand-off {uid}", "ferry:transfer:carry")
    place.work("ferry.carry", enqueued=True)
    return uid


def arrived(place: Place) -> int:
    place.work("ferry.poll")
    place.typed("ferry receive")
    place.change(delete(Job))
    place.change(delete(FerryIncoming))
    place.typed("ferry receive", "ferry:bundle:see")
    place.work("ferry.receive", enqueued=True)
    number: int = place.newest(FerryIncoming.id)
    place.typed(f"ferry release {number}", "ferry:bundle:release")
    place.typed(f"ferry collect {number} {place.folder}", "ferry:bundle:collect")
    return number


def archived(place: Place) -> None:
    """Two persons give the rows up in the console; see tests/web/test_audit.py."""
    database = place.database
    with database.write() as session:
        key = open_key(session, Vault(Keyring.load(place.folder, [Realm.AUDIT])), SystemClock())
    while sign_new(database, key, SystemClock()):
        pass
    place.work("audit.archive")
    with database.write() as session:
        last = archive.segments(session)[-1].last
        archive.ask_removal(session, place.archive, last, actor=Actor("security_admin", "person"))
        archive.confirm_removal(session, place.archive, last, actor=Actor("audit_admin", "person"))
    database.close()
    place.work("audit.remove")


def left_over(place: Place) -> None:
    """A transfer that nobody decides about is over after its time."""
    submit = "ferry submit 说明.txt --link 外到内 --level 内部 --purpose 报送 --to 信息中心"
    uid = place.typed(submit, "ferry:transfer:submit").strip()
    long_ago = SystemClock().now() - timedelta(days=1)
    place.change(update(FerryTransfer).where(FerryTransfer.uid == uid).values(expires_at=long_ago))
    place.work("ferry.tidy")
