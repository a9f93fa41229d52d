"""Another's object is not there: every route that names an object, and every page that lists some, by asking.

The routes come from the URL map. A new one with an argument has to be classified here, or the run fails.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from sqlalchemy import func, select
from werkzeug.routing import Rule

from automation.archive import ArchiveKeys
from automation.drivers import platform_of
from automation.jobs import request_backup
from automation.store import file_version
from core import jobs
from core.database import Database
from inventory import documents, groups
from inventory.kinds import ObjectKind
from inventory.models import Device, Line, Port, Region, Site, Unit
from inventory.scope import ALL
from security.audit import SYSTEM, AuditRecord
from security.reach import EVERYWHERE, Reach
from security.roles import Role
from tests.web import county
from tests.web.conftest import SESSION, Browser, StillClock, person
from web.access import PUBLIC

Browse = Callable[..., Browser]
OWN, FOREIGN = "石塘镇人民政府", "白沙镇人民政府"

# Routes whose objects belong to a unit, a site or a group: for whom they are asked here, and with which form.
SCOPED: dict[str, Callable[["Objects"], dict[str, Any]]] = {
    "devices.show": lambda of: {"number": of.device},
    "devices.port": lambda of: {"number": of.device, "port": of.port},
    "devices.key_port": lambda of: {"number": of.device, "port": of.port},
    "lines.show": lambda of: {"number": of.line},
    "data.device": lambda of: {"number": of.device},
    "data.port": lambda of: {"number": of.port},
    "data.line": lambda of: {"number": of.line},
    "inventory.show": lambda of: {"kind": "devices", "number": of.device},
    "inventory.changes_of": lambda of: {"kind": "lines", "number": of.line},
    "inventory.edit": lambda of: {"kind": "devices", "number": of.device},
    "inventory.delete": lambda of: {"kind": "devices", "number": of.device},
    "inventory.download": lambda of: {"number": of.document},
    "inventory.remove": lambda of: {"number": of.document},
    "maintenance.mark": lambda of: {"kind": "devices", "number": of.device},
    "maintenance.unmark": lambda of: {"kind": "lines", "number": of.line},
    "configs.history": lambda of: {"number": of.device},
    "configs.text": lambda of: {"number": of.device, "version": 1},
    "configs.back_up": lambda of: {"number": of.device},
    "jobs.show": lambda of: {"number": of.job},
    "jobs.cancel": lambda of: {"number": of.job},
    "jobs.retry": lambda of: {"number": of.job},
    "jobs.resolve": lambda of: {"number": of.job},
}
FORMS = {
    "maintenance.mark": {"note": "更换电源", "hours": "8"},
    "jobs.resolve": {"resolution": "done"},
    "devices.key_port": {"is_key": "yes"},
}
# Routes whose objects belong to no unit, and who keeps their objects apart.
ELSEWHERE = {
    "static": "files for everybody",
    "favicon.icon": "a number for everybody",
    "rooms.show": "by site, see tests/web/test_rooms.py",
    "rounds.show": "by site, see tests/web/test_rooms.py",
    "rounds.create": "by site, see tests/web/test_rooms.py",
    "rounds.close": "by site, see tests/web/test_rooms.py",
    "visits.index": "by site, see tests/web/test_rooms.py",
    "visits.enter": "by site, see tests/web/test_rooms.py",
    "visits.leave": "by site, see tests/web/test_rooms.py",
    "topology.withdraw": "needs both ends, see tests/web/test_topology.py",
    "sweeps.withdraw": "only without a limit",
    "sweeps.ask": "only without a limit",
    "sweeps.show": "only without a limit",
    "sweeps.stop": "only without a limit",
    "sweeps.accept": "only without a limit",
    "checklists.edit": "only without a limit",
    "checklists.retire": "only without a limit",
    "inventory.listed": "a list of what is reached, see tests/web/inventory/test_scope.py",
    "inventory.create": "a new one within the reach, see tests/web/inventory/test_scope.py",
    "inventory.choices": "names of what is reached, see tests/web/inventory/test_scope.py",
    "inventory.change_set": "only without a limit",
    "inventory.undo": "only without a limit",
    "inventory.field": "only without a limit",
    "inventory.end_field": "only without a limit",
    "groups.edit": "only without a limit",
    "groups.delete": "only without a limit",
    "imports.show": "one's own only, and only without a limit, see tests/web/test_imports.py",
    "imports.confirm": "one's own only, and only without a limit, see tests/web/test_imports.py",
    "imports.choose_headings": "one's own only, and only without a limit, see tests/web/test_imports.py",
    "imports.say_words": "one's own only, and only without a limit, see tests/web/test_foreign_imports.py",
    "imports.forget_heading": "of all files, and only without a limit, see tests/web/test_imports.py",
    "accounts.show": "administrators' own, never limited",
    "accounts.disable": "administrators' own, never limited",
    "accounts.enable": "administrators' own, never limited",
    "accounts.password": "administrators' own, never limited",
    "accounts.grant": "administrators' own, never limited",
    "accounts.revoke": "administrators' own, never limited",
    "accounts.end_session": "administrators' own, never limited",
    "account_access.addresses": "administrators' own, never limited",
    "account_access.directory": "administrators' own, never limited",
    "account_access.add_certificate": "administrators' own, never limited",
    "account_access.revoke_certificate": "administrators' own, never limited",
    "account_access.reset_factors": "administrators' own, never limited",
    "own_account.end_session": "one's own only, see tests/web/test_second_factor.py",
    "own_factors.remove_key": "one's own only, see tests/web/test_second_factor.py",
    "archives.ask": "the audit log is one, see tests/web/test_audit.py",
    "archives.confirm": "the audit log is one, see tests/web/test_audit.py",
    "archives.file": "the audit log is one, see tests/web/test_audit.py",
    "audit.proof": "the audit log is one, see tests/web/test_audit.py",
    "grants.confirm": "two persons, see tests/security/test_proposals.py",
    "grants.refuse": "two persons, see tests/security/test_proposals.py",
    "grants.withdraw": "two persons, see tests/security/test_proposals.py",
    "transfers.show": "by submitter and duty, see tests/web/test_ferry.py",
    "transfers.file": "by submitter and duty, see tests/web/test_ferry.py",
    "transfers.withdraw": "by submitter, see tests/web/test_ferry.py",
    "approvals.approve": "by duty, see tests/web/test_ferry.py",
    "approvals.reject": "by duty, see tests/web/test_ferry.py",
    "media.carry": "by duty, see tests/web/test_ferry.py",
    "media.receipt": "by duty, see tests/web/test_ferry.py",
    "incoming.show": "by receiver and duty, see tests/web/test_ferry.py",
    "incoming.release": "by duty, see tests/web/test_ferry.py",
    "incoming.hold": "by duty, see tests/web/test_ferry.py",
    "incoming.collect": "by receiver, see tests/web/test_ferry.py",
    "own_signing_key.revoke": "by owner, see tests/web/test_signing_keys.py",
    "signing_keys.revoke": "by the security administrator, see tests/web/test_signing_keys.py",
    "tokens.revoke": "by owner, see tests/web/test_tokens.py",
    "tokens.revoke_any": "by the system administrator, see tests/web/test_tokens.py",
}


@dataclass
class Objects:
    """One of each kind of one unit. A job may be asked for again: retrying needs one that failed."""

    unit: int
    device: int
    port: int
    line: int
    job: int
    document: int
    names: set[str] = field(default_factory=set)


@dataclass
class Sample:
    database: Database
    own: Objects
    foreign: Objects
    reaches: dict[str, Reach]
    outside: set[str]


@pytest.fixture
def sample(database: Database, clock: StillClock) -> Sample:
    """The sample county. What is `own` may be reached by its unit, from above, by its site, or by a group."""
    with database.write() as session:
        county.fill(session, clock.now())
        own, foreign = (_objects(database, session, name, clock) for name in (OWN, FOREIGN))
        tower = Site(name="石塘镇机房")
        parent = Unit(name="石塘片区", region=Region(name="石塘片区", level="county"))
        session.add_all([tower, parent])
        session.flush()
        for device in session.scalars(select(Device).where(Device.unit_id == own.unit)):
            device.site_id = tower.id
            assert device.unit
        region = session.get_one(Unit, own.unit).region
        assert region
        region.parent_id = parent.region_id
        members = session.scalars(select(Device.id).where(Device.unit_id == own.unit)).all()
        group = groups.create(session, "石塘镇设备", members, actor=SYSTEM)
        jobs.enqueue(session, "config.backup_all", {}, actor="system", subject="whole-county", clock=clock)
        outside = set(session.scalars(select(Device.name).where(Device.unit_id.is_distinct_from(own.unit))))
        outside |= set(session.scalars(select(Device.serial).where(Device.unit_id.is_distinct_from(own.unit))))
        outside |= set(session.scalars(select(Line.name).where(Line.unit_id.is_distinct_from(own.unit))))
        outside |= {"whole-county"}
    reaches = {
        "its unit": Reach.to(units=[own.unit]),
        "a unit above": Reach.to(units_below=[parent.id]),
        "its site": Reach.to(sites=[tower.id]),
        "its group": Reach.to(groups=[group.id]),
    }
    return Sample(database, own, foreign, reaches, outside)


def _objects(database: Database, session: Any, unit_name: str, clock: StillClock) -> Objects:
    unit = session.scalars(select(Unit.id).where(Unit.name == unit_name)).one()
    device = session.scalars(select(Device).where(Device.unit_id == unit).order_by(Device.id)).first()
    line = session.scalars(select(Line).where(Line.unit_id == unit).order_by(Line.id)).first()
    port = session.scalars(select(Port.id).where(Port.device_id == device.id).order_by(Port.id)).first()
    keys = ArchiveKeys(b"k" * 32, b"d" * 32)
    file_version(
        session,
        keys,
        device_id=device.id,
        platform=platform_of(device.name, device.platform),
        text=f"sysname {device.name}\n",
        now=clock.now(),
        taken_by="system",
    )
    job = request_backup(session, device, actor=SYSTEM)
    document = documents.attach(
        session, ObjectKind.DEVICE, device.id, "验收.pdf", b"%PDF-1.7", scope=ALL, actor=SYSTEM, now=clock.now()
    )
    return Objects(unit, device.id, port, line.id, job, document.id)


@pytest.fixture(params=["its unit", "a unit above", "its site", "its group"])
def limited(request: pytest.FixtureRequest, sample: Sample, browse: Browse) -> Browser:
    """Network administrator and operator, for one township's objects only."""
    reach = sample.reaches[request.param]
    limits = {Role.NETWORK_ADMIN: reach, Role.OPERATOR: reach}
    return browse(person(Role.NETWORK_ADMIN, Role.OPERATOR, limits=limits))


def rules(browser: Browser) -> Iterator[tuple[Rule, str]]:
    for rule in browser.client.application.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule, method


def ask(browser: Browser, rule: Rule, method: str, of: Objects) -> Any:
    adapter = browser.client.application.url_map.bind("localhost")
    path = adapter.build(rule.endpoint, SCOPED[rule.endpoint](of), method=method)
    browser.client.set_cookie(browser.cookie, SESSION)
    return browser.get(path) if method == "GET" else browser.post(path, FORMS.get(rule.endpoint))


def records(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(AuditRecord)) or 0


def test_every_route_that_names_an_object_is_classified(browse: Browse) -> None:
    named = {rule.endpoint for rule in browse().client.application.url_map.iter_rules() if rule.arguments}
    named = {endpoint for endpoint in named if not endpoint.startswith("api.")}  # tests/web/api/test_scope.py
    assert named == SCOPED.keys() | ELSEWHERE.keys()
    assert not SCOPED.keys() & ELSEWHERE.keys()


def test_anothers_object_is_not_there_and_nothing_happens_to_it(limited: Browser, sample: Sample) -> None:
    before = records(sample.database)
    for rule, method in rules(limited):
        if rule.endpoint in SCOPED:
            answer = ask(limited, rule, method, sample.foreign)
            assert answer.status_code == 404, f"{method} {rule.endpoint}"
            assert not any(name in answer.text for name in sample.outside), f"{method} {rule.endpoint}"
    assert records(sample.database) == before


def test_the_own_object_is_there(limited: Browser, sample: Sample) -> None:
    """Else the test before would pass with a console that refuses everything."""
    for rule, method in rules(limited):
        if rule.endpoint in SCOPED:
            answer = ask(limited, rule, method, sample.own)
            assert answer.status_code in {200, 303, 409}, f"{method} {rule.endpoint}: {answer.text}"


def test_a_guessed_number_answers_as_one_that_does_not_exist(limited: Browser, sample: Sample) -> None:
    """Whether something is there must not show by a difference between the two refusals."""
    nowhere = Objects(*[999_999] * 6)
    for rule, method in rules(limited):
        if rule.endpoint in SCOPED:
            foreign, missing = (ask(limited, rule, method, of) for of in (sample.foreign, nowhere))
            assert missing.status_code == foreign.status_code == 404
            assert without_numbers(missing.text) == without_numbers(foreign.text), f"{method} {rule.endpoint}"


def without_numbers(text: str) -> str:
    return re.sub(r"[0-9a-f]{12,}|\d+", "#", text)


def test_an_own_port_does_not_open_anothers_device(limited: Browser, sample: Sample) -> None:
    assert limited.get(f"/devices/{sample.own.device}/ports/{sample.foreign.port}").status_code == 404
    assert limited.get(f"/devices/{sample.foreign.device}/ports/{sample.own.port}").status_code == 404


def test_no_list_count_search_or_tile_names_what_is_out_of_reach(limited: Browser, sample: Sample) -> None:
    asked = ["/search?q=JR", "/search?q=GE1", "/search?q=10.30.1.1", f"/search?q={county.STATION}", "/search?q=bsz"]
    asked += [
        "/search?q=172.20.1.7",
        "/search?q=10.0.0.0/8",
        "/search?q=政府&kind=unit",
        "/search?q=1380734&kind=contact",
        "/search?q=10.8.0.1",
        "/search?q=00:e0:fc:12:00:00",
        "/jobs?state=queued",
        "/devices?sort=-name",
    ]
    adapter = limited.client.application.url_map.bind("localhost")
    for rule, method in rules(limited):
        if method == "GET" and not rule.arguments and rule.endpoint not in PUBLIC:
            asked.append(adapter.build(rule.endpoint))
    for path in asked:
        answer = limited.get(path)
        assert answer.status_code < 500, path
        text = unpacked(answer.data) if answer.data.startswith(b"PK") else answer.text
        # The office's end of an own line is part of the line.
        shown = {name for name in sample.outside - {"HX-核心交换机-01"} if name and name in text}
        assert not shown, path


def unpacked(content: bytes) -> str:
    """What a workbook says, in all of its parts."""
    with ZipFile(BytesIO(content)) as archive:
        return "\n".join(archive.read(name).decode() for name in archive.namelist())


def test_the_numbers_are_of_what_is_reached(limited: Browser, sample: Sample) -> None:
    with sample.database.read() as session:
        mine = session.scalar(select(func.count()).where(Device.unit_id == sample.own.unit))
    assert mine
    assert f"<small> / {mine}</small>" in limited.get("/overview").text
    assert limited.get("/devices").text.count('href="/devices/') == mine
    assert re.search(r"排队中 1\b|等待中 1\b|queued 1\b", limited.get("/jobs").text), "of three queued jobs one is mine"


def test_each_permission_reaches_as_far_as_its_own_grant(browse: Browse, sample: Sample) -> None:
    """May view all, may work on one township: what is seen is not therefore touched."""
    limits = {Role.OPERATOR: sample.reaches["its unit"], Role.NETWORK_ADMIN: Reach.to(sites=[0])}
    browser = browse(person(Role.SECURITY_OFFICER, Role.OPERATOR, limits=limits))
    for of, touched in ((sample.own, True), (sample.foreign, False)):
        device = browser.get(f"/devices/{of.device}")
        assert device.status_code == 200
        assert (f'action="/devices/{of.device}/mark"' in device.text) == touched
        assert (f'href="/configs/{of.device}"' in device.text) == touched
        assert (f'action="/lines/{of.line}/mark"' in browser.get(f"/lines/{of.line}").text) == touched
        answer = browser.post(f"/devices/{of.device}/mark", {"note": "x", "hours": "2"})
        assert answer.status_code == (303 if touched else 404)
        assert browser.get(f"/configs/{of.device}").status_code == (200 if touched else 404)
        assert browser.post(f"/jobs/{of.job}/cancel").status_code == (303 if touched else 404)


def test_seeing_a_job_is_not_managing_it(browse: Browse, sample: Sample) -> None:
    limits = {Role.NETWORK_ADMIN: EVERYWHERE, Role.OPERATOR: sample.reaches["its unit"]}
    browser = browse(person(Role.NETWORK_ADMIN, Role.OPERATOR, limits=limits))
    for of, managed in ((sample.own, True), (sample.foreign, False)):
        assert (f'action="/jobs/{of.job}/cancel"' in browser.get(f"/jobs/{of.job}").text) == managed
        assert browser.post(f"/jobs/{of.job}/cancel").status_code == (303 if managed else 404)


def test_a_units_administrator_sees_the_own_unit(browse: Browse, sample: Sample) -> None:
    browser = browse(person(Role.UNIT_ADMIN, unit_id=sample.own.unit))
    assert browser.get(f"/devices/{sample.own.device}").status_code == 200
    assert browser.get(f"/devices/{sample.foreign.device}").status_code == 404
    assert "action=" not in browser.get(f"/devices/{sample.own.device}").text.partition("<main")[2]


def test_a_limited_administrator_does_not_widen_a_group(limited: Browser, sample: Sample) -> None:
    assert 'href="/groups"' not in limited.get("/devices").text
    for path in ("/groups", "/groups/new", "/groups/1"):
        assert limited.get(path).status_code == 404
    for path in ("/groups/new", "/groups/1", "/groups/1/delete"):
        form = {"name": "石塘镇设备", "device": str(sample.foreign.device)}
        assert limited.post(path, form).status_code == 404


def test_a_group_is_kept_by_whoever_reaches_everything(browse: Browse, sample: Sample) -> None:
    browser = browse(person(Role.NETWORK_ADMIN))
    assert "石塘镇设备" in browser.get("/groups").text
    assert "checked" in browser.get("/groups/1").text
    taken = browser.post("/groups/new", {"name": "石塘镇设备", "device": [str(sample.foreign.device)]})
    assert (taken.status_code, "inventory.group_taken" in taken.text) == (409, True)
    assert f'value="{sample.foreign.device}" checked' in taken.text, "what was chosen is still chosen"
    assert browser.post("/groups/new", {"name": "白沙", "device": [str(sample.foreign.device)]}).status_code == 303
    assert browser.post("/groups/2", {"name": "白沙镇", "device": []}).status_code == 303
    with sample.database.read() as session:
        assert groups.get(session, 2).devices == []
    assert browser.post("/groups/2/delete").status_code == 303
    assert "白沙镇" not in browser.get("/groups").text.partition("<table")[2]
