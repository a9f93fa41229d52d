"""Real routers with net-snmp's agent: a cut cable shows in time, is recorded, and ends when it is mended."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from collectors.models import (
    DeviceState,
    LineCondition,
    LineState,
    OutageRecord,
    PortState,
    PortStatus,
    Reachability,
    SubjectKind,
)
from core.database import Database
from inventory.kinds import Carrier, DeviceRole, LineKind
from inventory.models import Device, Line, Port
from security.audit import SYSTEM
from security.vault import Kind, Realm, Vault
from tests.collectors.running import Place
from tests.lab.frr import FrrLab, Router
from tests.lab.system import run

pytestmark = pytest.mark.slow
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PROMISED_S = 15.0
ON_SCREEN_S = 3.0  # for a line that is looked at every second
BEHIND = "198.19.255.2"  # the far router's own address, which OSPF carries


@pytest.fixture(scope="module")
def lab() -> Iterator[FrrLab]:
    with FrrLab(2) as running:
        yield running


@pytest.fixture
def place(database: Database, tmp_path: Path) -> Place:
    """With the settings that an installation has by default."""
    return Place.make(database, tmp_path, interval_s=60, icmp_interval_s=5, timeout_s=2.0, retries=2)


def enter(place: Place, lab: FrrLab, *, probe_interval_s: int | None = None) -> int:
    """The two routers and the line between them, as a ledger would bring them."""
    first, second = lab.routers
    with place.database.write() as session:
        a, b = (_device(session, place, router) for router in (first, second))
        south, north = Port(device=a, name="south"), Port(device=b, name="north")
        line = Line(
            name="r1-r2",
            carrier=Carrier.OWN,
            kind=LineKind.DARK_FIBRE,
            a_device=a,
            a_port=south,
            b_device=b,
            b_port=north,
            probe_interval_s=probe_interval_s,
        )
        session.add_all([a, b, south, north, line])
        session.flush()
        return line.id


def _device(session: Session, place: Place, router: Router) -> Device:
    secret = {"community": router.community}
    Vault(place.keyring).put(session, Realm.MONITOR, router.name, secret, actor=SYSTEM, kind=Kind.SNMP_V2C)
    return Device(
        name=router.name,
        role=DeviceRole.ROUTER,
        platform="frr",
        address=router.address,
        snmp_port=router.snmp_port,
        snmp_credential=router.name,
    )


def state(session: Session, name: str) -> DeviceState | None:
    return session.scalar(
        select(DeviceState).join(Device, Device.id == DeviceState.device_id).where(Device.name == name)
    )


def reaches(name: str, wanted: Reachability) -> object:
    return lambda session: (found := state(session, name)) and found.reachability is wanted and found


def answered(name: str) -> object:
    return lambda session: (found := state(session, name)) and found.last_answer and found


@on_sqlite
async def test_a_cut_management_link_shows_within_fifteen_seconds(place: Place, lab: FrrLab) -> None:
    enter(place, lab)
    router = lab.routers[1]
    async with place.poller():
        known = await place.until(answered(router.name))
        assert known.sys_name == router.name
        assert known.reachability is Reachability.UP
        lab.cut(router)
        try:
            down = await place.until(reaches(router.name, Reachability.DOWN), PROMISED_S)
        finally:
            lab.mend(router)
        assert down
        assert down.error_code == "snmp.no_answer"
        up = await place.until(reaches(router.name, Reachability.UP), PROMISED_S)
        assert up.since > down.since
        other = await place.until(lambda session: state(session, lab.routers[0].name))
        assert other.reachability is Reachability.UP
        outages = await place.until(
            lambda session: session.scalars(
                select(OutageRecord).where(
                    OutageRecord.subject_kind == SubjectKind.DEVICE, OutageRecord.ended.is_not(None)
                )
            ).all()
        )
    (outage,) = outages
    assert (outage.subject_name, outage.began, outage.ended) == (router.name, down.since, up.since)


@on_sqlite
async def test_a_cut_line_between_two_routers_that_stay_reachable_shows_as_quickly(place: Place, lab: FrrLab) -> None:
    line = enter(place, lab)
    async with place.poller():
        assert await place.until(
            lambda session: (
                (s := session.get(LineState, line))
                and s.state is LineCondition.UP
                and session.scalar(select(PortState).where(PortState.name == "north"))
            )
        )
        lab.cut(lab.routers[1], "north")
        try:
            down = await place.until(
                lambda session: (s := session.get_one(LineState, line)).state is LineCondition.DOWN and s, PROMISED_S
            )
        finally:
            lab.mend(lab.routers[1], "north")
        assert down
        assert down.cause in {"port_down", "port_disabled"}
        assert await place.until(lambda session: session.get_one(LineState, line).state is LineCondition.UP, PROMISED_S)
        ends = select(PortState.oper).where(PortState.name.in_(["north", "south"]))
        assert await place.until(lambda session: set(session.scalars(ends)) == {PortStatus.UP})


def enter_behind(place: Place, lab: FrrLab, *, as_device: bool) -> int:
    """The far router as it is when everything leads over the line: known by an address behind the near one."""
    with place.database.write() as session:
        a = _device(session, place, lab.routers[0])
        line = Line(name="r1-behind", carrier=Carrier.OWN, kind=LineKind.DARK_FIBRE, a_device=a)
        if as_device:
            line.b_device = Device(name="behind", role=DeviceRole.ROUTER, address=BEHIND)
        else:
            line.b_address = f"{BEHIND}/32"
        line.probe_interval_s = 1
        session.add_all([a, line])
        session.flush()
        return line.id


@on_sqlite
@pytest.mark.parametrize("as_device", [True, False], ids=["a device", "only an address"])
async def test_the_outage_of_a_line_keeps_how_far_the_way_to_its_end_led(
    place: Place,
    lab: FrrLab,
    as_device: bool,  # noqa: FBT001
) -> None:
    line, (near, far) = enter_behind(place, lab, as_device=as_device), lab.routers
    run("ip", "route", "replace", f"{BEHIND}/32", "via", near.address)
    # Linux answers one lost datagram in two seconds, and the outage of the test before has used that up.
    run("ip", "netns", "exec", near.namespace, "sysctl", "-qw", "net.ipv4.icmp_ratemask=0")
    assert await place.until(lambda _: BEHIND in near.vtysh("show ip route ospf"), 60)
    async with place.poller():
        measured = await place.until(lambda session: (s := session.get(LineState, line)) and s.rtt_ms and s, 60)
        assert measured.state is LineCondition.UP
        lab.cut(far, "north")
        try:
            down = await place.until(
                lambda session: (s := session.get_one(LineState, line)).state is LineCondition.DOWN and s, ON_SCREEN_S
            )
            outage = await place.until(
                lambda session: session.scalar(
                    select(OutageRecord).where(
                        OutageRecord.subject_kind == SubjectKind.LINE, OutageRecord.path.is_not(None)
                    )
                )
            )
        finally:
            lab.mend(far, "north")
        assert down
        assert await place.until(lambda session: session.get_one(LineState, line).state is LineCondition.UP, 60)
    assert outage.cause == "end_b_unreachable"
    assert (outage.path["target"], outage.path["reached"]) == (BEHIND, False)
    assert [hop["address"] for hop in outage.path["hops"]] == [near.address]
