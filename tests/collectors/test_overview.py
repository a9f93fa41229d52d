from datetime import timedelta

import pytest

from collectors.detail import device_detail
from collectors.freshness import POLLER, poller_health
from collectors.health import list_devices, list_lines
from collectors.models import (
    DeviceState,
    Evidence,
    LineCondition,
    LineState,
    OutageRecord,
    PollerStatus,
    PortState,
    PortStatus,
    Reachability,
    SubjectKind,
)
from collectors.overview import Severity, overview, who_is_cut_off
from core.database import Database
from inventory.kinds import Effect, ObjectKind
from inventory.models import Device, Line
from inventory.scope import Scope
from tests.collectors.county import NOW, County, build


def device_state(device_id: int, reachability: Reachability, **more: object) -> DeviceState:
    since = NOW - timedelta(minutes=5)
    return DeviceState(
        device_id=device_id, reachability=reachability, since=since, judged_by=Evidence.ICMP, updated=NOW, **more
    )


@pytest.fixture
def county(database: Database) -> County:
    with database.write() as session:
        found = build(session)
        answered = {"last_poll": NOW, "last_answer": NOW - timedelta(seconds=30)}
        session.add(device_state(found.core, Reachability.UP, **answered))
        session.add(device_state(found.access, Reachability.DOWN, last_poll=NOW))
        session.add(
            LineState(
                line_id=found.line,
                watched_since=NOW - timedelta(days=1),
                state=LineCondition.DOWN,
                since=NOW - timedelta(minutes=5),
                cause="end_b_unreachable",
                updated=NOW,
            )
        )
    return found


def test_the_counts_name_every_state_and_leave_out_what_is_not_watched(database: Database, county: County) -> None:
    with database.read() as session:
        counts = overview(session, NOW).counts
    assert counts.devices == {
        Reachability.UP: 1,
        Reachability.DOWN: 1,
        Reachability.SILENT: 0,
        Reachability.UNKNOWN: 0,
    }
    assert counts.lines[LineCondition.DOWN] == 1
    assert counts.stale_devices == 1


def test_a_line_that_is_down_is_one_item_with_the_device_behind_it_and_who_is_hit(
    database: Database, county: County
) -> None:
    with database.read() as session:
        (item,) = overview(session, NOW).attention
    assert (item.kind, item.severity, item.cause) == (SubjectKind.LINE, Severity.CRITICAL, "end_b_unreachable")
    assert item.devices == ["KJ-ACC-01"]
    assert item.units == ["新华村委会"]
    assert item.systems == ["行政审批系统"]


def test_who_is_cut_off_is_told_of_what_failed_where_the_station_is_known(database: Database, county: County) -> None:
    with database.read() as session:
        items = overview(session, NOW).attention
        found = who_is_cut_off(session, items, station="HX-CORE-01")
        unknown = who_is_cut_off(session, items, station="HX-CORE-99")
        others = who_is_cut_off(session, items, station="HX-CORE-01", scope=Scope.units([county.other_unit]))
    [hits] = found.values()
    assert [(hit.kind, hit.name, hit.effect) for hit in hits] == [
        (ObjectKind.UNIT, "新华村委会", Effect.CUT_OFF),
        (ObjectKind.SYSTEM, "行政审批系统", Effect.CUT_OFF),
    ]
    assert set(found) == {(SubjectKind.LINE, county.line)}
    assert unknown == {}
    assert others == {}, "that nobody is cut off is not said to whom not everybody is known"


def test_what_has_not_failed_cuts_nobody_off(database: Database, county: County) -> None:
    with database.write() as session:
        session.get_one(LineState, county.line).state = LineCondition.DEGRADED
        session.get_one(DeviceState, county.access).reachability = Reachability.SILENT
    with database.read() as session:
        items = overview(session, NOW).attention
        assert len(items) == 2
        assert who_is_cut_off(session, items, station="HX-CORE-01") == {}


def test_where_there_is_a_second_way_nobody_is_cut_off(database: Database, county: County) -> None:
    with database.write() as session:
        first = session.get_one(Line, county.line)
        second = Line(
            name="第二路", carrier=first.carrier, kind=first.kind, unit_id=first.unit_id, a_device_id=first.a_device_id
        )
        second.b_device_id = first.b_device_id
        session.add(second)
    with database.read() as session:
        items = overview(session, NOW).attention
        assert who_is_cut_off(session, items, station="HX-CORE-01") == {(SubjectKind.LINE, county.line): []}


def test_what_is_marked_for_maintenance_asks_for_no_attention(database: Database, county: County) -> None:
    with database.write() as session:
        session.get_one(LineState, county.line).state = LineCondition.MAINTENANCE
        session.get_one(Device, county.access).maintenance_until = NOW + timedelta(hours=1)
    with database.read() as session:
        found = overview(session, NOW)
    assert found.attention == []
    assert found.counts.devices_in_maintenance == 1


def test_a_core_switch_that_is_down_comes_before_an_access_switch(database: Database, county: County) -> None:
    with database.write() as session:
        session.get_one(LineState, county.line).state = LineCondition.UP
        session.get_one(DeviceState, county.core).reachability = Reachability.DOWN
    with database.read() as session:
        items = overview(session, NOW).attention
    assert [(item.name, item.severity) for item in items] == [
        ("HX-CORE-01", Severity.CRITICAL),
        ("KJ-ACC-01", Severity.MAJOR),
    ]


def test_lines_stand_under_their_township(database: Database, county: County) -> None:
    with database.read() as session:
        (group,) = overview(session, NOW).townships
        assert group.region is not None
        assert group.region.name == "柯街镇"
        assert [tile.id for tile in group.lines] == [county.line]


def test_another_units_administrator_sees_none_of_it(database: Database, county: County) -> None:
    with database.read() as session:
        assert overview(session, NOW, scope=Scope.units([county.other_unit])).attention == []
        assert [found.device.id for found in list_devices(session, NOW, scope=Scope.units([county.unit]))] == [
            county.access
        ]
        assert list_lines(session, NOW, scope=Scope.units([county.other_unit])) == []
        assert device_detail(session, NOW, county.core, scope=Scope.units([county.unit])) is None


def test_a_value_is_stale_after_two_intervals(database: Database, county: County) -> None:
    with database.read() as session:
        ages = {found.device.name: found.freshness for found in list_devices(session, NOW)}
        later = {found.device.name: found.freshness for found in list_devices(session, NOW + timedelta(seconds=91))}
    assert (ages["HX-CORE-01"].age_s, ages["HX-CORE-01"].stale) == (30, False)
    assert (later["HX-CORE-01"].age_s, later["HX-CORE-01"].stale) == (121, True)
    assert (ages["KJ-ACC-01"].age_s, ages["KJ-ACC-01"].stale) == (None, True)


def test_a_devices_page_has_its_ports_lines_and_outages(database: Database, county: County) -> None:
    with database.write() as session:
        session.add(
            PortState(
                port_id=county.core_port,
                device_id=county.core,
                name="GE1/0/1",
                ifindex=5,
                admin=PortStatus.UP,
                oper=PortStatus.DOWN,
                speed_bps=10**10,
                updated=NOW,
            )
        )
        session.add(
            OutageRecord(
                subject_kind=SubjectKind.DEVICE,
                subject_id=county.core,
                subject_name="HX-CORE-01",
                state="down",
                began=NOW - timedelta(days=1),
                ended=NOW,
                in_maintenance=False,
            )
        )
    with database.read() as session:
        detail = device_detail(session, NOW, county.core)
        assert detail is not None
        assert [(found.port.name, found.state and found.state.oper) for found in detail.ports] == [("GE1/0/1", "down")]
        assert [found.id for found in detail.lines] == [county.line]
        assert [found.state for found in detail.outages] == ["down"]


def test_a_poller_without_a_heartbeat_for_twenty_seconds_is_away(database: Database) -> None:
    with database.read() as session:
        assert not poller_health(session, NOW).running
    counts = dict.fromkeys(("devices", "ports", "lines", "polls", "failed_polls", "late_polls"), 0)
    status = PollerStatus(name=POLLER, pid=1, started=NOW, heartbeat=NOW, icmp="available", interval_s=60, **counts)
    with database.write() as session:
        session.add(status)
    with database.read() as session:
        assert poller_health(session, NOW + timedelta(seconds=20)).running
        assert not poller_health(session, NOW + timedelta(seconds=21)).running
