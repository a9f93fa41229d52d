from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.kinds import LinkEvidence, LinkStanding
from inventory.topology.derivation import derive
from inventory.topology.found import FoundLink
from inventory.topology.observed import KnownDevice, KnownPort, Neighbour, Observed, Station

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
CORE = KnownDevice(
    1,
    "CORE-01",
    "core-01.gov.cn",
    "10.0.0.1",
    [
        KnownPort(11, "GigabitEthernet0/0/1", "to SW-1", "00:00:00:00:01:01"),
        KnownPort(12, "GigabitEthernet0/0/2", "", "00:00:00:00:01:02"),
    ],
)
ACCESS = KnownDevice(2, "SW-1", "sw-1", "10.0.1.1", [KnownPort(21, "GE0/0/24", "uplink", "00:00:00:00:02:24")])
SERVER = KnownDevice(3, "SRV-1", "", "10.0.0.9", [KnownPort(31, "eth0", "", "00:00:00:00:03:00")])
# As they come out of the box: two that both call themselves HUAWEI.
TWINS = [KnownDevice(4, "SW-4", "HUAWEI"), KnownDevice(5, "SW-5", "HUAWEI")]
DEVICES = [CORE, ACCESS, SERVER, *TWINS]


def said(device: int, port: str, name: str, far: str, protocol: str = "lldp", age_s: int = 0) -> Neighbour:
    return Neighbour(device, port, name, far, protocol, NOW - timedelta(seconds=age_s))


def learnt(device: int, port: str, *macs: str) -> list[Station]:
    return [Station(device, port, mac, NOW) for mac in macs]


def links(*facts: Neighbour | Station) -> list[FoundLink]:
    neighbours = [fact for fact in facts if isinstance(fact, Neighbour)]
    stations = [fact for fact in facts if isinstance(fact, Station)]
    return derive(Observed(DEVICES, neighbours, stations))


def test_two_ends_that_say_the_same_are_one_link() -> None:
    [link] = links(
        said(1, "GigabitEthernet0/0/1", "sw-1", "GE0/0/24"), said(2, "GE0/0/24", "CORE-01", "Gi0/0/1", "cdp")
    )
    assert link.standing is LinkStanding.AGREED
    assert link.evidence == {LinkEvidence.LLDP, LinkEvidence.CDP}
    assert {link.a.port_id, link.b.port_id} == {11, 21}


def test_one_end_alone_is_a_link_that_one_end_tells() -> None:
    [link] = links(said(1, "GigabitEthernet0/0/1", "sw-1", "GE0/0/24"))
    assert (link.standing, link.a.port_id, link.b.port_id) == (LinkStanding.ONE_END, 11, 21)


def test_ends_that_contradict_each_other_are_both_kept() -> None:
    found = links(
        said(1, "GigabitEthernet0/0/1", "sw-1", "GE0/0/24"), said(2, "GE0/0/24", "CORE-01", "GigabitEthernet0/0/2")
    )
    assert [link.standing for link in found] == [LinkStanding.CONFLICTING] * 2


def test_a_port_that_hears_two_neighbours_contradicts_nobody() -> None:
    """A hub between them, or a telephone: IEEE 802.1AB knows of several neighbours on one port."""
    found = links(said(1, "GigabitEthernet0/0/1", "SRV-1", "eth0"), said(1, "GigabitEthernet0/0/1", "phone", "1"))
    assert [link.standing for link in found] == [LinkStanding.ONE_END] * 2


@pytest.mark.parametrize(
    "called",
    ["CORE-01", "core-01", "core-01.gov.cn", "core-01.other.cn", "10.0.0.1", "00:00:00:00:01:01", "CORE-01(F1)"],
)
def test_a_device_is_found_by_whatever_it_is_called(called: str) -> None:
    [link] = links(said(2, "GE0/0/24", called, "Gi0/0/1"))
    assert (link.b.device_id, link.b.port_id) == (1, 11)


@pytest.mark.parametrize("called", ["GE0/0/24", "GigabitEthernet0/0/24", "uplink", "00:00:00:00:02:24"])
def test_a_port_is_found_by_its_name_alias_and_mac(called: str) -> None:
    [link] = links(said(1, "GigabitEthernet0/0/1", "SW-1", called))
    assert link.b.port_id == 21


def test_a_name_that_fits_two_devices_is_neither_of_them() -> None:
    [link] = links(said(1, "GigabitEthernet0/0/1", "HUAWEI", "GE0/0/1"))
    assert (link.b.device_id, link.b.name, link.candidates) == (None, "HUAWEI", 2)


def test_what_nobody_manages_is_kept_under_its_own_name() -> None:
    [link] = links(said(1, "GigabitEthernet0/0/1", "carrier-olt", "0/1/3"))
    assert (link.b.device_id, link.b.name, link.b.port, link.candidates) == (None, "carrier-olt", "0/1/3", 0)


def test_a_far_port_with_a_number_of_its_own_is_named_by_its_own_device() -> None:
    """A port identifier of LLDP may be locally assigned (IEEE 802.1AB, 8.5.3.2, subtype 7)."""
    [link] = links(said(1, "GigabitEthernet0/0/1", "sw-1", "524"), said(2, "GE0/0/24", "CORE-01", "Gi0/0/1"))
    assert (link.standing, {link.a.port_id, link.b.port_id}) == (LinkStanding.AGREED, {11, 21})


def test_a_device_that_sees_itself_has_no_link() -> None:
    assert links(said(1, "GigabitEthernet0/0/1", "CORE-01", "GigabitEthernet0/0/2")) == []


def test_a_device_alone_behind_a_port_is_wired_to_it() -> None:
    [link] = links(*learnt(2, "GE0/0/24", "00:00:00:00:03:00"))
    assert (link.a.port_id, link.b.device_id, link.b.port_id) == (21, 3, 31)
    assert link.evidence == {LinkEvidence.MAC_TABLE}


@pytest.mark.parametrize(
    "facts",
    [
        learnt(1, "GigabitEthernet0/0/1", "00:00:00:00:03:00", "00:00:00:00:02:24"),
        learnt(1, "GigabitEthernet0/0/1", "00:00:00:00:03:00", "00:00:00:00:99:99"),
        [*learnt(1, "GigabitEthernet0/0/1", "00:00:00:00:03:00"), *learnt(2, "GE0/0/1", "00:00:00:00:03:00")],
        learnt(1, "GigabitEthernet0/0/1", "00:00:00:00:01:02"),
    ],
    ids=["through a trunk", "beside a stranger", "behind two ports", "its own"],
)
def test_addresses_that_leave_a_doubt_make_no_link(facts: list[Station]) -> None:
    assert links(*facts) == []


def test_a_protocol_that_speaks_of_a_port_outweighs_its_addresses() -> None:
    told = said(2, "GE0/0/24", "CORE-01", "Gi0/0/1")
    [link] = links(told, *learnt(2, "GE0/0/24", "00:00:00:00:03:00"))
    assert link.b.device_id == 1


FACTS = st.lists(
    st.builds(
        said,
        st.integers(1, 5),
        st.sampled_from(["GE0/0/1", "GE0/0/2", "GE0/0/24"]),
        st.sampled_from(["CORE-01", "SW-1", "SRV-1", "HUAWEI", "SW-4", "stranger"]),
        st.sampled_from(["Gi0/0/1", "GigabitEthernet0/0/24", "7"]),
        st.sampled_from(["lldp", "cdp"]),
        st.integers(0, 3),
    ),
    max_size=12,
)


@given(FACTS, st.randoms())
def test_the_order_of_the_facts_does_not_matter_and_no_link_is_told_twice(
    facts: list[Neighbour],
    random: Random,
) -> None:
    found = links(*facts)
    shuffled = list(facts)
    random.shuffle(shuffled)
    assert links(*shuffled) == found
    assert len({link.key for link in found}) == len(found)
