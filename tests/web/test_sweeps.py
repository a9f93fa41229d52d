"""Sweeps in the console: who may, what a form that is refused keeps, and finds that become devices."""

from collections.abc import Callable
from ipaddress import ip_address

import pytest
from sqlalchemy import select

from collectors.sweep.models import Sweep, SweepFind, SweepRange, SweepState
from core.database import Database
from inventory.addresses import sort_key
from inventory.kinds import DeviceRole, SnmpVersion
from inventory.models import ChangeSet, Device, Unit
from security.reach import Reach
from security.roles import Role
from tests.web.conftest import Browser, StillClock, person

Browse = Callable[..., Browser]


@pytest.fixture
def manager(browse: Browse, database: Database, clock: StillClock) -> Browser:
    with database.write() as session:
        session.add_all([Unit(name="县财政局"), Device(name="OLD", role=DeviceRole.ROUTER, address="10.1.8.9")])
        allowed = SweepRange(prefix="10.1.8.0/24", credentials=["ro"], allowed_by="li", allowed_at=clock.now())
        done = Sweep(
            range=allowed, state=SweepState.DONE, asked_by="li", asked_at=clock.now(), addresses=254, asked=254
        )
        done.finds = [found("10.1.8.9"), found("10.1.8.10", name="SW-10", credential="ro"), found("10.1.8.11")]
        session.add(done)
    return browse(person(Role.NETWORK_ADMIN))


def found(address: str, **facts: object) -> SweepFind:
    plain = {"rtt_ms": 0.4, "snmp_version": SnmpVersion.V2C}
    return SweepFind(address=address, place=sort_key(ip_address(address)), **(plain | facts))


def test_a_sweep_shows_what_is_new_and_what_is_known(manager: Browser) -> None:
    page = manager.get("/sweeps/1").text.partition("<main")[2]
    rows = page.split("<tr>")
    old, new, mute = (
        next(row for row in rows if f">{address}<" in row) for address in ("10.1.8.9", "10.1.8.10", "10.1.8.11")
    )
    assert "已在台账" in old
    assert 'name="find"' not in old
    assert " checked" in new
    assert "不应答 SNMP" in mute
    assert " checked" not in mute.partition("<select")[0], "a mute address is taken over by choice only"


def test_what_was_chosen_becomes_one_change(manager: Browser, database: Database) -> None:
    form = {"find": ["2", "3"], "name-2": "SW-10", "role-2": "access_switch", "name-3": "打印机", "role-3": "server"}
    assert manager.post("/sweeps/1/take-over", {**form, "unit": "县财政局"}).status_code == 303
    with database.read() as session:
        devices = session.scalars(select(Device).where(Device.name != "OLD").order_by(Device.address)).all()
        assert [(d.name, d.role, d.snmp_credential) for d in devices] == [
            ("SW-10", DeviceRole.ACCESS_SWITCH, "ro"),
            ("打印机", DeviceRole.SERVER, ""),
        ]
        assert len(session.scalars(select(ChangeSet)).all()) == 1


def test_a_name_that_is_taken_comes_back_with_everything_typed(manager: Browser, database: Database) -> None:
    form = {"find": ["2"], "name-2": "OLD", "role-2": "firewall", "unit": "县财政局"}
    answer = manager.post("/sweeps/1/take-over", form)
    assert answer.status_code == 400
    assert "10.1.8.10: OLD" in answer.text
    assert 'value="县财政局"' in answer.text
    assert 'value="firewall" selected' in answer.text
    with database.read() as session:
        assert len(session.scalars(select(Device)).all()) == 1


@pytest.mark.parametrize(
    ("form", "complaint"),
    [
        ({"prefix": "10.1.0.0/16"}, "65536"),
        ({"prefix": "县政府"}, "县政府"),
        ({"prefix": "10.1.8.0/25"}, "10.1.8.0/24"),
        ({"prefix": "10.2.0.0/24", "credential": "../etc"}, "../etc"),
    ],
)
def test_a_range_that_is_refused_comes_back_with_the_reason(
    manager: Browser, form: dict[str, object], complaint: str
) -> None:
    answer = manager.post("/sweeps/ranges", {"note": "新楼", **form})
    assert 400 <= answer.status_code < 500
    assert complaint in answer.text
    assert "新楼" in answer.text


def test_a_sweep_is_asked_for_once_and_stopped(manager: Browser, database: Database) -> None:
    assert manager.post("/sweeps/ranges/1/sweep").status_code == 303
    assert manager.post("/sweeps/ranges/1/sweep").status_code == 409
    assert manager.post("/sweeps/ranges/1/withdraw").status_code == 409
    assert manager.post("/sweeps/2/stop").status_code == 303
    assert manager.post("/sweeps/ranges/1/withdraw").status_code == 303
    with database.read() as session:
        assert session.scalars(select(Sweep)).all() == []


def test_who_keeps_a_part_of_the_ledger_sweeps_nothing(browse: Browse, manager: Browser) -> None:
    limited = browse(person(Role.NETWORK_ADMIN, limits={Role.NETWORK_ADMIN: Reach.to(units=[1])}))
    assert [limited.get(path).status_code for path in ("/sweeps", "/sweeps/1")] == [404, 404]
    assert limited.post("/sweeps/ranges/1/sweep").status_code == 404
    assert browse(person(Role.OPERATOR)).get("/sweeps").status_code == 403
