"""What each limit of a reach lets through: units, the units below, sites, device groups, and their union."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.database import Database
from inventory import groups
from inventory.catalogue import catalogue
from inventory.devices import device
from inventory.errors import GroupInUseError, GroupNameError, GroupNotFoundError, GroupTakenError, NotFoundError
from inventory.kinds import AdministrativeLevel, Carrier, DeviceRole, LineKind, ObjectKind
from inventory.ledger.sheets import SHEET_OF
from inventory.models import BusinessSystem, Device, Line, Region, Room, Site, Unit
from inventory.reaches import names
from inventory.scope import ALL, Scope
from inventory.units import find_units
from security import accounts, grants
from security.accounts import NewAccount
from security.audit import Actor, AuditRecord
from security.passwords import HashedPassword
from security.reach import NOWHERE, Reach
from security.roles import Role

ADMIN = Actor("zhou", "person")
LEVEL = AdministrativeLevel
DEVICES, LINES = (catalogue(SHEET_OF[kind]) for kind in (ObjectKind.DEVICE, ObjectKind.LINE))


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A county bureau and its county; two townships, one with a village; a device and a line for each unit."""
    with Session(database.write_engine, expire_on_commit=False) as session:
        county = Region(name="县", level=LEVEL.COUNTY)
        stone, willow = (Region(name=name, level=LEVEL.TOWNSHIP, parent=county) for name in ("石桥镇", "柳河镇"))
        village = Region(name="石桥村", level=LEVEL.VILLAGE, parent=stone)
        hall, tower = Site(name="行政中心"), Site(name="机房楼")
        room = Room(site=tower, name="中心机房")
        core = Device(name="core", role=DeviceRole.CORE_SWITCH, site=hall)
        placed = {"bureau": {"site": hall}, "stone": {"room": room}, "village": {}, "willow": {"site": tower}}
        for (name, place), region in zip(placed.items(), (county, stone, village, willow), strict=True):
            unit = Unit(name=name, region=region)
            far = Device(name=f"sw-{name}", role=DeviceRole.ACCESS_SWITCH, unit=unit, **place)
            line = Line(
                name=f"to {name}", carrier=Carrier.OWN, kind=LineKind.DARK_FIBRE, unit=unit, a_device=core, b_device=far
            )
            session.add_all([unit, far, line])
        session.add(Device(name="spare", role=DeviceRole.ROUTER))
        session.flush()
        yield session
        session.rollback()


def number(session: Session, kind: type[Unit | Site | Device], name: str) -> int:
    return session.scalars(select(kind.id).where(kind.name == name)).one()


def seen(session: Session, reach: Reach) -> tuple[list[str], list[str]]:
    """Names of the devices and of the lines, without `sw-` and `to `."""
    scope = Scope(reach)
    found = [row.name.removeprefix("sw-") for row in DEVICES.page(session, scope=scope).items]
    return sorted(found), [row.name.removeprefix("to ") for row in LINES.page(session, scope=scope).items]


def test_a_unit_is_itself_and_nothing_below(session: Session) -> None:
    assert seen(session, Reach.to(units=[number(session, Unit, "stone")])) == (["stone"], ["stone"])


def test_the_units_below_are_those_in_the_regions_below(session: Session) -> None:
    stone, bureau, village = (number(session, Unit, name) for name in ("stone", "bureau", "village"))
    assert seen(session, Reach.to(units_below=[stone])) == (["stone", "village"], ["stone", "village"])
    everything = ["bureau", "stone", "village", "willow"]
    assert seen(session, Reach.to(units_below=[bureau])) == (everything, everything)
    assert seen(session, Reach.to(units_below=[village])) == (["village"], ["village"])


def test_a_loop_of_regions_ends(session: Session) -> None:
    stone, village = (session.scalars(select(Region).where(Region.name == name)).one() for name in ("石桥镇", "石桥村"))
    stone.parent = village
    session.flush()
    below = Reach.to(units_below=[number(session, Unit, "village")])
    assert seen(session, below)[0] == ["stone", "village"]


def test_a_site_is_what_stands_in_it_or_in_its_rooms_and_the_lines_that_end_there(session: Session) -> None:
    there = ["stone", "willow"]
    assert seen(session, Reach.to(sites=[number(session, Site, "机房楼")])) == (there, there)


def test_the_office_end_of_a_line_does_not_open_the_line(session: Session) -> None:
    """Else whoever looks after the core switch's building would see every line of the county."""
    assert seen(session, Reach.to(sites=[number(session, Site, "行政中心")])) == (["bureau", "core"], ["bureau"])
    group = groups.create(session, "核心", [number(session, Device, "core")], actor=ADMIN)
    assert seen(session, Reach.to(groups=[group.id])) == (["core"], [])


def test_several_limits_reach_what_any_of_them_does(session: Session) -> None:
    group = groups.create(session, "备件", [number(session, Device, "spare")], actor=ADMIN)
    reach = Reach.to(units=[number(session, Unit, "willow")], groups=[group.id]) | Reach.to(
        sites=[number(session, Site, "行政中心")]
    )
    assert seen(session, reach) == (["bureau", "core", "spare", "willow"], ["bureau", "willow"])


def test_nowhere_and_numbers_that_are_gone_reach_nothing(session: Session) -> None:
    for reach in (NOWHERE, Reach.to(units=[999], units_below=[998], sites=[997], groups=[996])):
        assert seen(session, reach) == ([], [])
        assert find_units(session, scope=Scope(reach)).total == 0


def test_what_belongs_to_nobody_needs_the_whole_scope(session: Session) -> None:
    system = BusinessSystem(name="审批")
    session.add(system)
    session.flush()
    limited = Scope(Reach.to(units=[number(session, Unit, "stone")]))
    assert session.scalars(limited.apply(select(BusinessSystem), BusinessSystem)).all() == []
    assert session.scalars(ALL.apply(select(BusinessSystem), BusinessSystem)).all() == [system]


def test_one_object_is_covered_exactly_when_the_list_has_it(session: Session) -> None:
    scope = Scope(Reach.to(units_below=[number(session, Unit, "stone")]))
    for kind in (Device, Line):
        listed = {thing.id for thing in session.scalars(scope.apply(select(kind), kind))}
        assert {thing.id for thing in session.scalars(select(kind)) if scope.covers(session, thing)} == listed
    with pytest.raises(NotFoundError):
        device(session, number(session, Device, "core"), scope)


def test_a_group_is_made_changed_and_deleted_and_each_step_is_recorded(session: Session) -> None:
    core, spare = (number(session, Device, name) for name in ("core", "spare"))
    group = groups.create(session, " 骨干 ", [core, 999], actor=ADMIN)
    groups.change(session, group.id, "骨干", [core], actor=ADMIN)
    groups.change(session, group.id, "骨干网", [core, spare], actor=ADMIN)
    groups.delete(session, group.id, actor=ADMIN)
    records = session.scalars(select(AuditRecord).order_by(AuditRecord.sequence)).all()
    assert [(one.event.rpartition(":")[2], one.subject) for one in records] == [
        ("create", "device-group:骨干"),
        ("change", "device-group:骨干网"),
        ("delete", "device-group:骨干网"),
    ]
    assert records[1].before == {"name": "骨干", "devices": ["core"]}
    assert records[1].after == {"name": "骨干网", "devices": ["core", "spare"]}
    with pytest.raises(GroupNotFoundError):
        groups.get(session, group.id)


def test_a_group_has_a_name_of_its_own(session: Session) -> None:
    group = groups.create(session, "骨干", [], actor=ADMIN)
    with pytest.raises(GroupTakenError):
        groups.create(session, "骨干", [], actor=ADMIN)
    for name in ("", "x" * 61, "a\nb"):
        with pytest.raises(GroupNameError):
            groups.change(session, group.id, name, [], actor=ADMIN)


def test_a_group_that_limits_somebodys_grant_stays(session: Session) -> None:
    group = groups.create(session, "骨干", [], actor=ADMIN)
    made = accounts.create(session, NewAccount("zhou", "周"), HashedPassword("$x"), actor=ADMIN)
    grants.grant(session, made.id, Role.OPERATOR, Reach.to(groups=[group.id]), actor=ADMIN)
    with pytest.raises(GroupInUseError) as caught:
        groups.delete(session, group.id, actor=ADMIN)
    assert "zhou" in str(caught.value)
    grants.revoke(session, made.id, Role.OPERATOR, actor=ADMIN)
    groups.delete(session, group.id, actor=ADMIN)


def test_a_deleted_device_leaves_its_groups(session: Session) -> None:
    group = groups.create(session, "备件", [number(session, Device, "spare")], actor=ADMIN)
    session.delete(session.scalars(select(Device).where(Device.name == "spare")).one())
    session.flush()
    session.expire(group)
    assert group.devices == []


def test_a_reach_is_told_by_names(session: Session) -> None:
    stone = number(session, Unit, "stone")
    reach = Reach.to(units=[stone, 999], units_below=[stone], sites=[number(session, Site, "机房楼")])
    assert names(session).of(reach) == [
        ("units", "stone"),
        ("units", "#999"),
        ("units_below", "stone"),
        ("sites", "机房楼"),
    ]
