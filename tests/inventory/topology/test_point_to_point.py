from datetime import UTC, datetime
from itertools import combinations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.kinds import LinkEvidence, LinkStanding
from inventory.topology.derivation import derive
from inventory.topology.found import FoundLink
from inventory.topology.observed import Answered, Interface, KnownDevice, KnownPort, Neighbour, Observed, Station

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
NAMES = {1: "CORE-01", 2: "R-TOWN", 3: "R-OTHER"}


def mac(device: int, port: int) -> str:
    return f"00:00:00:00:{device:02x}:{port:02x}"


DEVICES = [
    KnownDevice(n, name, "", f"10.0.0.{n}", [KnownPort(10 * n + p, f"GE0/0/{p}", "", mac(n, p)) for p in (1, 2)])
    for n, name in NAMES.items()
]


def at(device: int, address: str, port: int = 1, length: int = 30) -> Interface:
    return Interface(device, f"GE0/0/{port}", address, length, NOW)


def heard(device: int, address: str, of: int, port: int = 1) -> Answered:
    """At its port 1, with the MAC address of the other's first port."""
    return Answered(device, f"GE0/0/{port}", address, mac(of, 1))


Fact = Interface | Answered | Neighbour | Station


def links(*facts: Fact) -> list[FoundLink]:
    kinds = (Neighbour, Station, Interface, Answered)
    return derive(Observed(DEVICES, *([one for one in facts if isinstance(one, kind)] for kind in kinds)))  # type: ignore[arg-type]  # sorted by kind


CORE, TOWN = at(1, "10.8.0.1"), at(2, "10.8.0.2")


def test_two_that_have_heard_of_each_other_in_a_network_for_two_are_wired() -> None:
    [link] = links(CORE, TOWN, heard(1, "10.8.0.2", of=2), heard(2, "10.8.0.1", of=1))
    assert (link.a.port_id, link.b.port_id, link.standing) == (11, 21, LinkStanding.AGREED)
    assert link.evidence == {LinkEvidence.ADDRESSES}


def test_one_that_has_heard_of_the_other_is_enough() -> None:
    [link] = links(CORE, TOWN, heard(2, "10.8.0.1", of=1))
    assert link.standing is LinkStanding.ONE_END


@pytest.mark.parametrize(
    ("first", "second", "length"),
    [("10.8.0.0", "10.8.0.1", 31), ("2001:db8::1", "2001:db8::2", 126), ("2001:db8::", "2001:db8::1", 127)],
)
def test_every_network_for_two_counts(first: str, second: str, length: int) -> None:
    assert links(at(1, first, length=length), at(2, second, length=length), heard(1, second, of=2))


def test_two_networks_for_two_over_one_cable_are_one_link() -> None:
    six = [at(1, "2001:db8::1", length=127), at(2, "2001:db8::", length=127), heard(2, "2001:db8::1", of=1)]
    both = [heard(1, "10.8.0.2", of=2), heard(2, "10.8.0.1", of=1)]
    [link] = links(CORE, TOWN, *both, *six)
    assert link.standing is LinkStanding.AGREED


DOUBTS: dict[str, list[Fact]] = {
    "nobody has heard of the other": [CORE, TOWN],
    "the address answers from a stranger": [CORE, TOWN, Answered(1, "GE0/0/1", "10.8.0.2", "00:00:00:00:99:99")],
    "the address answers from a third device": [CORE, TOWN, heard(1, "10.8.0.2", of=3)],
    "the ends do not agree": [CORE, TOWN, heard(1, "10.8.0.2", of=2), heard(2, "10.8.0.1", of=3)],
    "it was heard behind another port": [CORE, TOWN, heard(1, "10.8.0.2", of=2, port=2)],
    "the network has room for more": [
        at(1, "10.8.0.1", length=29), at(2, "10.8.0.2", length=29), heard(1, "10.8.0.2", of=2),
    ],
    "the same network stands in a third device": [CORE, TOWN, at(3, "10.8.0.2"), heard(1, "10.8.0.2", of=2)],
    "both have one address": [CORE, at(2, "10.8.0.1"), heard(1, "10.8.0.1", of=2)],
    "a port has two of them, to two others": [
        CORE, TOWN, at(1, "10.8.0.5"), at(3, "10.8.0.6"), heard(1, "10.8.0.2", of=2), heard(1, "10.8.0.6", of=3),
    ],
    "both ends are one device's": [CORE, at(1, "10.8.0.2", port=2), heard(1, "10.8.0.2", of=1)],
}  # fmt: skip


@pytest.mark.parametrize("facts", DOUBTS.values(), ids=DOUBTS.keys())
def test_what_leaves_a_doubt_makes_no_link(facts: list[Fact]) -> None:
    assert links(*facts) == []


@pytest.mark.parametrize(
    "surer",
    [Neighbour(1, "GE0/0/1", "R-OTHER", "GE0/0/2", "lldp", NOW), Station(3, "GE0/0/1", mac(2, 1), NOW)],
    ids=["a protocol", "a switch that has learnt the address"],
)
def test_what_tells_of_the_port_itself_is_believed_before_addresses(surer: Fact) -> None:
    told = links(surer, CORE, TOWN, heard(1, "10.8.0.2", of=2))
    assert [LinkEvidence.ADDRESSES in link.evidence for link in told] == [False]


INTERFACES = st.builds(
    at, st.integers(1, 3), st.sampled_from(["10.8.0.1", "10.8.0.2", "10.8.0.5", "10.8.0.6"]), st.integers(1, 2),
    st.sampled_from([29, 30]),
)  # fmt: skip
HEARD = st.builds(
    heard,
    st.integers(1, 3),
    st.sampled_from(["10.8.0.1", "10.8.0.2", "10.8.0.5", "10.8.0.6"]),
    st.integers(1, 3),
    st.integers(1, 2),
)


@given(st.lists(st.one_of(INTERFACES, HEARD), max_size=10), st.randoms())
def test_the_order_of_the_facts_does_not_matter_and_no_port_has_two_links(facts: list[Fact], random: Random) -> None:
    found = links(*facts)
    shuffled = list(facts)
    random.shuffle(shuffled)
    assert links(*shuffled) == found
    ends = [{link.a.key, link.b.key} for link in found]
    assert all(not one & other for one, other in combinations(ends, 2))
