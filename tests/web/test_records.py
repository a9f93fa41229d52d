"""Every route that changes something writes exactly one audit record, and so does a door that stays shut.

Each is done once for real. A route that stands in none of the tables here fails the run.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import select, update

from core import jobs
from core.database import Database
from core.jobs import Job, JobState
from core.settings import Settings
from inventory import custom_fields, documents, groups
from inventory.changes.editing import Edit, save
from inventory.changes.recording import Occasion
from inventory.custom_fields import Draft
from inventory.kinds import ChangeOrigin, FieldFormat, ObjectKind
from inventory.models import Device
from inventory.scope import ALL
from inventory.topology.stating import end_of, state_link
from security import accounts, grants, proposals, setup
from security.accounts import NewAccount
from security.audit import SYSTEM, Actor, AuditRecord
from security.audit.models import AuditSegment
from security.factors import certificates
from security.models import LoginSession
from security.passwords import HashedPassword
from security.roles import Role
from security.vault import Keyring, Realm, Vault
from security.vault.keyfiles import create_keys
from tests.security.factors.making import made
from tests.security.ferry.world import PIN, Site, without
from tests.web import county
from tests.web.conftest import Browser, StillClock, person
from tests.web.sites import At, World, at, people, submit, world
from web.app import create_app

__all__ = ["at", "people", "world"]  # fixtures
PASSWORD = "竹篮打水一场空也不空，石板桥"
CHEAP = HashedPassword("$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$x")
CERTIFICATE = "a certificate that holds now"
DOCUMENT = "a file that is sent"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
R = Role

# Endpoint: who, where, with which form, and the event that is recorded.
ACTS: dict[str, tuple[Role, str, dict[str, object], str]] = {
    "maintenance.mark": (R.OPERATOR, "/devices/1/mark", {"note": "x", "hours": "2"}, "inventory:maintenance:mark"),
    "maintenance.unmark": (R.OPERATOR, "/devices/2/unmark", {}, "inventory:maintenance:unmark"),
    "configs.back_up": (R.OPERATOR, "/configs/1/backup", {}, "automation:backup:request"),
    "jobs.cancel": (R.OPERATOR, "/jobs/1/cancel", {}, "jobs:job:cancel"),
    "jobs.retry": (R.OPERATOR, "/jobs/2/retry", {}, "jobs:job:retry"),
    "jobs.resolve": (R.OPERATOR, "/jobs/3/resolve", {"resolution": "done"}, "jobs:job:resolve"),
    "accounts.create": (
        R.SYSTEM_ADMIN, "/accounts/new", {"login": "ne", "name": "新", "password": PASSWORD}, "security:account:create",
    ),
    "accounts.disable": (R.SYSTEM_ADMIN, "/accounts/2/disable", {}, "security:account:disable"),
    "accounts.enable": (R.SYSTEM_ADMIN, "/accounts/3/enable", {}, "security:account:enable"),
    "accounts.password": (R.SYSTEM_ADMIN, "/accounts/2/password", {"password": PASSWORD}, "security:password:change"),
    "accounts.grant": (
        R.SECURITY_ADMIN,
        "/accounts/2/grant",
        {"role": "operator", "where": "everywhere", "reason": "x"},
        "security:role:propose",
    ),
    "accounts.revoke": (
        R.SECURITY_ADMIN, "/accounts/3/revoke", {"role": "operator", "reason": "x"}, "security:role:propose",
    ),
    "grants.confirm": (R.SYSTEM_ADMIN, "/grants/1/confirm", {}, "security:role:grant"),
    "grants.refuse": (R.SYSTEM_ADMIN, "/grants/1/refuse", {"reason": "x"}, "security:role:refuse"),
    "grants.withdraw": (R.SECURITY_ADMIN, "/grants/1/withdraw", {}, "security:role:withdraw"),
    "groups.create": (R.NETWORK_ADMIN, "/groups/new", {"name": "x", "device": "1"}, "inventory:device-group:create"),
    "groups.edit": (R.NETWORK_ADMIN, "/groups/1", {"name": "y", "device": "1"}, "inventory:device-group:change"),
    "groups.delete": (R.NETWORK_ADMIN, "/groups/1/delete", {}, "inventory:device-group:delete"),
    "sweeps.allow": (
        R.NETWORK_ADMIN, "/sweeps/ranges", {"prefix": "10.9.9.0/24"}, "collectors:sweep-range:allow",
    ),
    "sweeps.withdraw": (R.NETWORK_ADMIN, "/sweeps/ranges/1/withdraw", {}, "collectors:sweep-range:withdraw"),
    "sweeps.ask": (R.NETWORK_ADMIN, "/sweeps/ranges/1/sweep", {}, "collectors:sweep:ask"),
    "sweeps.stop": (R.NETWORK_ADMIN, "/sweeps/2/stop", {}, "collectors:sweep:stop"),
    "sweeps.accept": (
        R.NETWORK_ADMIN,
        "/sweeps/1/take-over",
        {"find": "1", "name-1": "x", "role-1": "server"},
        "collectors:sweep:take-over",
    ),
    "checklists.create": (
        R.NETWORK_ADMIN,
        "/checklists/new",
        {"name": "x", "purpose": "round", "items": "y"},
        "inventory:checklist:create",
    ),
    "checklists.edit": (
        R.NETWORK_ADMIN, "/checklists/1", {"name": "x", "purpose": "round", "items": "y"}, "inventory:checklist:change",
    ),
    "checklists.retire": (R.NETWORK_ADMIN, "/checklists/1/retire", {}, "inventory:checklist:retire"),
    "rounds.create": (
        R.OPERATOR,
        "/rooms/1/rounds/new?checklist=1",
        {"verdict-0": "good", "value-1": "22", "due_on": "2027-01-01"},
        "inventory:round:record",
    ),
    "rounds.close": (R.OPERATOR, "/rooms/1/findings/1/close", {"remedy": "x"}, "inventory:finding:close"),
    "visits.enter": (
        R.OPERATOR,
        "/rooms/1/visits",
        {"name": "x", "organisation": "x", "purpose": "x", "escort": "x", "entered_at": "2026-11-23T10:00"},
        "inventory:visit:enter",
    ),
    "visits.leave": (
        R.OPERATOR, "/rooms/1/visits/1/leave", {"left_at": "2026-11-23T10:00"}, "inventory:visit:leave",
    ),
    "inventory.create": (R.NETWORK_ADMIN, "/inventory/sites/new", {"name": "新址"}, "inventory:object:create"),
    "inventory.edit": (R.NETWORK_ADMIN, "/inventory/devices/1/edit", {"model": "S1"}, "inventory:object:change"),
    "inventory.delete": (R.NETWORK_ADMIN, "/inventory/vlans/1/delete", {}, "inventory:object:delete"),
    "inventory.undo": (R.NETWORK_ADMIN, "/inventory/changes/1/undo", {}, "inventory:change-set:undo"),
    "inventory.attach": (
        R.NETWORK_ADMIN,
        "/inventory/documents",
        {"kind": "devices", "number": "1", "document": DOCUMENT},
        "inventory:document:add",
    ),
    "inventory.remove": (R.NETWORK_ADMIN, "/inventory/documents/1/remove", {}, "inventory:document:remove"),
    "inventory.new_field": (
        R.NETWORK_ADMIN,
        "/inventory/fields/new",
        {"kind": "devices", "name": "采购单价", "format": "number"},
        "inventory:custom-field:create",
    ),
    "inventory.field": (
        R.NETWORK_ADMIN, "/inventory/fields/1", {"name": "属性", "format": "text"}, "inventory:custom-field:change",
    ),
    "inventory.end_field": (
        R.NETWORK_ADMIN, "/inventory/fields/1/end", {"losing": "0"}, "inventory:custom-field:end",
    ),
    "topology.state": (
        R.NETWORK_ADMIN,
        "/topology/links/new",
        {"device": "UPS-中心机房", "port": "GE1/0/1", "far_device": "HX-核心交换机-01", "far_port": "GE1/0/2"},
        "inventory:link:state",
    ),
    "topology.withdraw": (R.NETWORK_ADMIN, "/topology/links/1/withdraw", {}, "inventory:link:withdraw"),
    "topology.arrange": (
        R.NETWORK_ADMIN, "/topology/map/arrange", {"at": "", "places": '{"device-1": [1, 2]}'}, "inventory:map:arrange",
    ),
    "devices.key_port": (R.NETWORK_ADMIN, "/devices/1/ports/1/key", {"is_key": "yes"}, "inventory:port:change"),
    "accounts.end_session": (R.SYSTEM_ADMIN, "/accounts/2/sessions/1/end", {}, "security:session:end"),
    "account_access.addresses": (
        R.SYSTEM_ADMIN, "/accounts/2/addresses", {"addresses": "10.0.0.0/8"}, "security:account:allow-addresses",
    ),
    "account_access.directory": (
        R.SYSTEM_ADMIN, "/accounts/2/directory", {"source": "ldap", "subject": "x"}, "security:account:link",
    ),
    "account_access.add_certificate": (
        R.SYSTEM_ADMIN, "/accounts/2/certificates", {"certificate": CERTIFICATE}, "security:factor:enrol",
    ),
    "account_access.revoke_certificate": (
        R.SYSTEM_ADMIN, "/accounts/3/certificates/1/revoke", {}, "security:factor:remove",
    ),
    "account_access.reset_factors": (R.SYSTEM_ADMIN, "/accounts/3/factors/reset", {}, "security:factor:reset"),
    "credentials.create": (
        R.SYSTEM_ADMIN,
        "/credentials/new",
        {"kind": "snmp-v2c", "name": "new", "community": "x"},
        "security:credential:store",
    ),
    "archives.ask": (R.SECURITY_ADMIN, "/audit/archive/2/ask", {}, "audit:segment:ask-removal"),
    "archives.confirm": (R.AUDIT_ADMIN, "/audit/archive/1/confirm", {}, "audit:segment:confirm-removal"),
    "credentials.delete": (
        R.SYSTEM_ADMIN, "/credentials/delete", {"realm": "monitor", "name": "snmp"}, "security:credential:delete",
    ),
}  # fmt: skip
# Done one after the other, in the tests below.
WAY_IN = frozenset({"setup.begin", "session.login", "password.change", "session.logout"})
FERRY = frozenset(
    {
        "transfers.submit", "transfers.withdraw", "approvals.approve", "approvals.reject", "media.look", "media.carry",
        "media.receipt", "incoming.release", "incoming.hold", "incoming.collect",
    }
)  # fmt: skip
EMERGENCY = frozenset({"emergency.make_half", "emergency.enter", "emergency.end"})  # tests/web/test_emergency.py
# tests/web/test_second_factor.py; keys and certificates: tests/security/factors and tests/browser.
FACTORS = frozenset(
    {
        "own_account.end_session",
        "second_factor.by_code", "second_factor.by_key", "second_factor.by_certificate", "own_factors.one_time_codes",
        "own_factors.remove_one_time_codes", "own_factors.add_key", "own_factors.remove_key", "own_factors.issue_codes",
    }
)  # fmt: skip
TOKENS = frozenset({"tokens.create", "tokens.revoke", "tokens.revoke_any"})  # tests/web/test_tokens.py
# tests/web/test_signing_keys.py
SIGNING_KEYS = frozenset(
    {"own_signing_key.create", "own_signing_key.change_pin", "own_signing_key.revoke", "signing_keys.revoke"}
)
IMPORTS = frozenset(
    {"imports.upload", "imports.confirm", "imports.choose_headings", "imports.forget_heading"}
)  # tests/web/test_imports.py
EXEMPT = {
    "preferences.choose": "sets cookies of the own browser, and nothing on the server",
    "imports.say_words": "changes one's own preview only; the import that follows records the words",
}


@pytest.fixture
def prepared(database: Database, clock: StillClock, tmp_path: Path) -> Database:
    """A county, persons, a session, a credential, and jobs in three states."""
    create_keys(tmp_path)
    vault = Vault(Keyring.load(tmp_path, [Realm.MONITOR]), clock)
    vault.prepare(database)
    with database.write() as session:
        county.fill(session, clock.now())
        for login in ("zhangwei", "wang", "li", "qian"):
            accounts.create(session, NewAccount(login, f"Person {login}"), CHEAP, actor=SYSTEM, clock=clock)
        grants.grant(session, 1, Role.SYSTEM_ADMIN, actor=SYSTEM, clock=clock)
        grants.grant(session, 4, Role.SECURITY_ADMIN, actor=SYSTEM, clock=clock)
        qian = Actor("qian", "person", 4)
        proposals.propose(session, 2, proposals.Change.GRANT, Role.MEDIA_OPERATOR, reason="x", actor=qian, clock=clock)
        groups.create(session, "core", [1], actor=SYSTEM)
        ends = [end_of(session.get_one(Device, number), "GE1/0/9") for number in (1, 2)]
        state_link(session, *ends, actor=SYSTEM, now=clock.now())
        of_test = Occasion(SYSTEM, clock.now(), ChangeOrigin.FORM, "办公")
        save(session, Edit(ObjectKind.VLAN, None, {"name": "办公", "vid": "10"}), of_test, scope=ALL)
        custom_fields.add(session, ObjectKind.DEVICE, Draft("网络属性", FieldFormat.TEXT), actor=SYSTEM)
        documents.attach(
            session, ObjectKind.DEVICE, 1, "验收.pdf", b"%PDF-1.7", scope=ALL, actor=SYSTEM, now=clock.now()
        )
        certificates.enrol(session, 3, made(clock), actor=SYSTEM, clock=clock)
        accounts.disable(session, 3, actor=SYSTEM, clock=clock)
        grants.grant(session, 3, Role.OPERATOR, actor=SYSTEM, clock=clock)
        vault.put(session, Realm.MONITOR, "snmp", {"community": "x"}, actor=SYSTEM)
        live = LoginSession(token_hash="0" * 64, account_id=2, address="", user_agent="", created=clock.now())
        live.last_seen = clock.now()
        session.add(live)
        devices = session.scalars(select(Device).order_by(Device.id).limit(2)).all()
        devices[0].ssh_credential, devices[0].address, devices[0].platform = "ssh", "10.0.0.1", "huawei_vrp"
        devices[1].maintenance_until, devices[1].maintenance_note = clock.now(), "x"
        for number in (1, 2, 3):
            jobs.enqueue(session, "config.backup", {"device_id": number}, actor="test", clock=clock)
        for number, state in ((2, JobState.FAILED), (3, JobState.UNCERTAIN)):
            session.execute(update(Job).where(Job.id == number).values(state=state))
        session.add_all(segments(tmp_path, clock))
    return database


def segments(data: Path, clock: StillClock) -> list[AuditSegment]:
    """Two of the archive; the removal of the first was asked for."""
    (data / "audit").mkdir()
    (data / "audit" / "x").touch()
    common = {"head": "0" * 64, "note": "", "file": "x", "sha256": sha256().hexdigest(), "size": 0}
    long_ago = clock.now() - timedelta(days=500)
    return [
        AuditSegment(first=number, last=number, latest=long_ago, stored=long_ago, asked_by=asked, **common)
        for number, asked in ((1, "another"), (2, None))
    ]


def recorded(database: Database, act: Callable[[], int]) -> list[str]:
    """The events that an act leaves in the log; it has to succeed."""
    with database.read() as session:
        before = session.scalars(select(AuditRecord.sequence).order_by(AuditRecord.sequence.desc())).first() or 0
    status = act()
    with database.read() as session:
        statement = select(AuditRecord.event).where(AuditRecord.sequence > before).order_by(AuditRecord.sequence)
        found = list(session.scalars(statement))
    assert status in (200, 303), (status, found)
    return found


def posting(browser: Browser, path: str, **form: object) -> Callable[[], int]:
    return lambda: browser.post(path, form).status_code


def test_every_mutating_route_is_tried_here(browse: Callable[..., Browser]) -> None:
    rules = browse().client.application.url_map.iter_rules()
    mutating = {rule.endpoint for rule in rules if (rule.methods or set()) - SAFE}
    pages = {endpoint for endpoint in mutating if not endpoint.startswith("api.")}  # tests/web/api/test_entrance.py
    assert pages == {*ACTS, *WAY_IN, *FERRY, *EMERGENCY, *FACTORS, *TOKENS, *SIGNING_KEYS, *IMPORTS, *EXEMPT}


@pytest.mark.parametrize("endpoint", sorted(ACTS))
def test_a_change_is_recorded_once(
    prepared: Database, browse: Callable[..., Browser], clock: StillClock, endpoint: str
) -> None:
    role, path, form, event = ACTS[endpoint]
    form = {name: _meant(value, clock) for name, value in form.items()}
    browser = browse(person(role, login="someone"))
    rule, _values = browser.client.application.url_map.bind("localhost").match(
        path.partition("?")[0], "POST", return_rule=True
    )
    assert rule.endpoint == endpoint
    assert recorded(prepared, posting(browser, path, **form)) == [event]


def _meant(value: object, clock: StillClock) -> object:
    """What can be made only once a test runs."""
    if value == DOCUMENT:
        return BytesIO(b"%PDF-1.7"), "合同.pdf"
    return made(clock) if value == CERTIFICATE else value


@pytest.mark.parametrize("endpoint", sorted(ACTS))
def test_who_may_not_is_recorded_once_and_changes_nothing(
    prepared: Database, browse: Callable[..., Browser], endpoint: str
) -> None:
    _role, path, form, _event = ACTS[endpoint]
    browser = browse(person(Role.RECEIVER))
    found = recorded(prepared, lambda: 200 if browser.post(path, form).status_code == 403 else 0)
    assert found == ["security:access:deny"]
    with prepared.read() as session:
        entry = session.scalars(select(AuditRecord).order_by(AuditRecord.sequence.desc())).first()
    assert entry is not None
    assert (entry.result, entry.subject) == ("refused", f"page:POST {path.partition('?')[0]}")


def test_a_page_that_is_only_read_records_nothing(prepared: Database, browse: Callable[..., Browser]) -> None:
    for role, path in ((Role.OPERATOR, "/devices"), (Role.AUDIT_ADMIN, "/audit"), (Role.SYSTEM_ADMIN, "/accounts")):
        browser = browse(person(role))
        assert recorded(prepared, lambda: browser.get(path).status_code) == []  # noqa: B023  # called at once


def test_the_way_in_is_recorded(settings: Settings, database: Database, clock: StillClock) -> None:
    """The set-up is several events, because three accounts with their roles begin there."""
    visitor = Browser(create_app(settings, database, clock=clock), None)
    with database.write() as session:
        token = setup.issue_token(session, clock=clock)
    form: dict[str, object] = {"token": token}
    for role in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN):
        form |= {f"{role}_login": role.value, f"{role}_name": role.value}
        form |= {f"{role}_password": PASSWORD + role, f"{role}_repeat": PASSWORD + role}
    begun = recorded(database, posting(visitor, "/setup", **form))
    assert begun == [*["security:account:create", "security:role:grant"] * 3, "security:setup:complete"]
    wrong = posting(visitor, "/login", login="audit_admin", password="x")
    assert recorded(database, lambda: 200 if wrong() == 403 else 0) == ["security:session:refuse"]
    right = posting(visitor, "/login", login="audit_admin", password=f"{PASSWORD}audit_admin")
    assert recorded(database, right) == ["security:session:login"]
    cookie = visitor.client.get_cookie(visitor.cookie)
    assert cookie is not None
    visitor.session = cookie.value
    change = {"current": f"{PASSWORD}audit_admin", "new": f"{PASSWORD}二", "repeat": f"{PASSWORD}二"}
    assert recorded(database, posting(visitor, "/password", **change)) == ["security:password:change"]
    cookie = visitor.client.get_cookie(visitor.cookie)
    assert cookie is not None
    visitor.session = cookie.value
    assert recorded(database, posting(visitor, "/logout")) == ["security:session:logout"]


@pytest.mark.slow
def test_the_ferry_records_each_act_once(world: World, at: At) -> None:
    near = world.near
    submitter = at(near, person(Role.SUBMITTER, login="li"))
    where: list[str] = []

    def send() -> int:
        where.append(submit(submitter))
        return 303

    for _ in range(4):
        assert recorded(near.database, send) == ["ferry:transfer:submit"]
    near.work()
    first, second, withdrawn, rejected = where
    assert recorded(near.database, posting(submitter, f"{withdrawn}/withdraw")) == ["ferry:transfer:withdraw"]
    officer = at(near, person(Role.SECURITY_OFFICER, login="wang"))
    head = at(near, person(Role.DEPARTMENT_APPROVER, login="zhang"))
    assert recorded(near.database, posting(officer, f"{rejected}/reject", reason="x")) == ["ferry:transfer:reject"]
    for place in (first, second):
        for approver in (head, officer):
            assert recorded(near.database, posting(approver, f"{place}/approve", pin=PIN)) == ["ferry:transfer:approve"]
    media = at(near, person(Role.MEDIA_OPERATOR, login="chen"))
    uid = first.rpartition("/")[2]
    carry_late(near, posting(media, f"/media/{uid}/carry"))
    code = received(world, at)
    receipt = posting(media, f"/media/{uid}/receipt", code=code)
    two_steps_of_the_transfer = ["ferry:transfer:receipt", "ferry:transfer:close"]
    assert recorded(near.database, receipt) == two_steps_of_the_transfer


def carry_late(near: Site, carry: Callable[[], int]) -> None:
    """The disc is put in after the first try, and the operator asks for another."""
    assert near.ferry.medium is not None
    with without(near.ferry.medium):
        near.work()
        assert recorded(near.database, carry) == ["ferry:transfer:carry"]
    with near.database.write() as session:
        session.execute(update(Job).where(Job.state == JobState.QUEUED).values(not_before=None, failures=0))
    near.work()


def received(world: World, at: At) -> str:
    """Both bundles are looked at, one is released and collected, one held; the receipt code."""
    far = world.far
    media = at(far, person(Role.MEDIA_OPERATOR, login="bai"))
    one_for_each_bundle = ["ferry:bundle:see"] * 2
    assert recorded(far.database, posting(media, "/media/look")) == one_for_each_bundle
    assert recorded(far.database, posting(media, "/media/look")) == []
    far.work()
    officer = at(far, person(Role.SECURITY_OFFICER, login="yu"))
    first, second = (row.id for row in sorted(far.incoming(), key=lambda row: row.sequence or 0))
    assert recorded(far.database, posting(officer, f"/incoming/{first}/release")) == ["ferry:bundle:release"]
    assert recorded(far.database, posting(officer, f"/incoming/{second}/hold", reason="x")) == ["ferry:bundle:hold"]
    receiver = at(far, person(Role.RECEIVER, login="zhang"))
    assert recorded(far.database, posting(receiver, f"/incoming/{first}/files/1")) == ["ferry:bundle:collect"]
    code = re.search(r'class="code">([\w-]+)<', officer.get(f"/incoming/{first}").text)
    assert code
    return code[1]
