from datetime import timedelta

from collectors.models import PortStatus
from collectors.poller.port_news import PortNews, take_over
from collectors.snmp import IfStatus, PortCounters, PortFacts, PortTable
from collectors.snmp.port_table import COUNTERS
from collectors.targets import DeviceTarget
from collectors.watched import EarlierPort, Watched
from inventory.kinds import SnmpVersion
from tests.collectors.county import NOW

LATER = NOW + timedelta(minutes=1)
UP, DOWN = 1, 2
TARGET = DeviceTarget(7, "core", "192.0.2.1", 161, SnmpVersion.V2C, b"public", 22, None)


def known(*indexes: int) -> tuple[PortFacts, ...]:
    up = IfStatus.UP
    wide = PortCounters(wide=True)
    return tuple(PortFacts(i, f"GE{i}", f"GE{i}", "", 6, 10**9, up, up, "", wide) for i in indexes)


def table(ports: tuple[PortFacts, ...], octets: int, *, oper: int = UP, speed_bps: int = 10**9) -> PortTable:
    count = len(ports)
    counters = {name: [octets] * count for name in COUNTERS}
    return PortTable(ports, [UP] * count, [oper] * count, [speed_bps] * count, counters)


def watched(**ids: int) -> Watched:
    """Port ids by ifIndex."""
    found = Watched(TARGET, NOW)
    found.ids = {int(index.removeprefix("i")): port_id for index, port_id in ids.items()}
    found.names = {index: f"GE{index}" for index in found.ids}
    return found


def test_a_port_that_went_up_or_down_is_news_of_the_cabling_and_traffic_is_not() -> None:
    device, ports = watched(i1=11), known(1)
    told = [
        take_over(device, table(ports, octets, oper=oper), 60, NOW).turned
        for octets, oper in ((0, UP), (9, UP), (9, DOWN), (9, DOWN), (9, UP))
    ]
    assert told == [False, False, True, False, True]


def test_after_a_discovery_every_port_has_a_row_and_later_only_its_traffic() -> None:
    device, ports = watched(i1=11, i2=12), known(1, 2)
    first = take_over(device, table(ports, 0), None, NOW)
    assert [row["port_id"] for row in first.rows] == [11, 12]
    assert (first.traffic, device.ports[11].rates.in_bps) == ({}, None)
    second = take_over(device, table(ports, 1000), 10.0, LATER)
    assert second.rows == []
    assert second.traffic == dict.fromkeys((11, 12), (800, 800, 100.0, 100.0, 100.0, 100.0))
    assert device.ports[12].rates.in_bps == 800
    third = take_over(device, table(ports, 2000), 10.0, LATER)
    assert third == PortNews([], {}, third.history)
    assert [port for port, _ in third.history] == [11, 12]


def test_a_port_that_turns_has_a_whole_row_with_the_moment_and_one_that_stays_down_has_no_history() -> None:
    device, ports = watched(i1=11), known(1)
    take_over(device, table(ports, 0), None, NOW)
    turned = take_over(device, table(ports, 0, oper=DOWN), 10.0, LATER)
    assert [(row["oper"], row["last_change"]) for row in turned.rows] == [(PortStatus.DOWN, LATER)]
    assert turned.history == [(11, (0, 0, 0.0, 0.0, 0.0, 0.0, UP * 16 + DOWN, 0.0))]
    still = take_over(device, table(ports, 0, oper=DOWN), 10.0, LATER)
    assert still == PortNews()


def test_what_a_probe_saw_in_between_is_corrected_by_the_poll() -> None:
    device, ports = watched(i1=11), known(1)
    same = table(ports, 0)
    take_over(device, same, None, NOW)
    device.ports[11].oper = PortStatus.DOWN
    assert [row["oper"] for row in take_over(device, same, 10.0, LATER).rows] == [PortStatus.UP]


def test_a_new_speed_is_written_and_known_from_then_on() -> None:
    device, ports = watched(i1=11), known(1)
    take_over(device, table(ports, 0), None, NOW)
    assert [row["speed_bps"] for row in take_over(device, table(ports, 0, speed_bps=10**8), 10.0, LATER).rows] == [
        10**8
    ]
    assert device.ports[11].facts.speed_bps == 10**8
    assert take_over(device, table(ports, 0, speed_bps=10**8), 10.0, LATER).rows == []


def test_a_renumbered_port_is_compared_with_itself() -> None:
    device = watched(i1=11, i2=12)
    before = table(known(1, 2), 0)
    before.counters["in_octets"] = [1000, 5000]  # type: ignore[index]  # a dictionary here
    take_over(device, before, None, NOW)
    device.ids, device.names = {101: 12, 102: 13, 103: 11}, {101: "GE2", 102: "GE3", 103: "GE1"}
    after = table(known(101, 102, 103), 0)
    after.counters["in_octets"] = [6000, 7, 1100]  # type: ignore[index]  # a dictionary here
    take_over(device, after, 10.0, LATER)
    assert {port_id: port.rates.in_bps for port_id, port in device.ports.items()} == {12: 800, 13: None, 11: 80}


def test_an_interface_that_is_no_port_of_its_own_is_passed_over() -> None:
    device = watched(i1=11)
    news = take_over(device, table(known(1, 2), 0), None, NOW)
    assert [row["port_id"] for row in news.rows] == [11]
    assert list(device.ports) == [11]


def test_a_change_of_state_during_a_restart_is_dated_by_the_first_poll_after_it() -> None:
    device = watched(i1=11, i2=12)
    device.earlier = {11: EarlierPort(PortStatus.UP, NOW), 12: EarlierPort(PortStatus.DOWN, NOW)}
    take_over(device, table(known(1, 2), 0), None, LATER)
    assert [device.ports[port].last_change for port in (11, 12)] == [NOW, LATER]
