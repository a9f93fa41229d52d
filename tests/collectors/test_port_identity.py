from hypothesis import given
from hypothesis import strategies as st

from collectors.port_identity import KnownPort, identify, unique_names
from collectors.snmp import IfStatus, PortFacts


def port(index: int, name: str, mac: str = "") -> PortFacts:
    return PortFacts(index, name, name, "", 6, None, IfStatus.UP, IfStatus.UP, mac)


def test_a_renumbered_interface_keeps_its_port() -> None:
    known = [KnownPort(71, "GE0/0/1", "00:00:5e:00:53:01"), KnownPort(72, "GE0/0/2", "00:00:5e:00:53:02")]
    found = identify(known, [port(900, "GE0/0/1", "00:00:5e:00:53:01"), port(901, "GE0/0/2", "00:00:5e:00:53:02")])
    assert (found.ids, found.unknown) == ({900: 71, 901: 72}, {})


def test_a_renamed_interface_keeps_its_port_by_its_mac() -> None:
    known = [KnownPort(71, "GE0/0/1", "00:00:5e:00:53:01")]
    found = identify(known, [port(5, "GigabitEthernet0/0/1", "00:00:5e:00:53:01")])
    assert found.ids == {5: 71}


def test_a_mac_that_several_interfaces_share_identifies_none() -> None:
    known = [KnownPort(71, "Vlanif10", "00:00:5e:00:53:01")]
    found = identify(known, [port(5, "Vlanif20", "00:00:5e:00:53:01"), port(6, "Vlanif30", "00:00:5e:00:53:01")])
    assert found.ids == {}
    assert found.unknown == {5: "Vlanif20", 6: "Vlanif30"}


def test_a_port_that_is_still_there_is_not_taken_by_another_with_its_mac() -> None:
    known = [KnownPort(71, "eth0", "00:00:5e:00:53:01")]
    found = identify(known, [port(1, "eth0", "00:00:5e:00:53:01"), port(2, "bond0", "00:00:5e:00:53:09")])
    assert (found.ids, found.unknown) == ({1: 71}, {2: "bond0"})


def test_one_name_given_twice_is_two_ports() -> None:
    assert unique_names([port(1, "port"), port(2, "port"), port(3, "lan")]) == {1: "port (1)", 2: "port (2)", 3: "lan"}


def test_two_spellings_that_the_inventory_takes_for_one_port_are_one() -> None:
    found = identify([], [port(1, "GE0/0/1"), port(2, "GigabitEthernet0/0/1")])
    assert found.complete({"GE0/0/1": 5, "GigabitEthernet0/0/1": 5}) == {1: 5}


@given(st.lists(st.tuples(st.text(max_size=200), st.sampled_from(["", "a", "b"])), max_size=8))
def test_every_interface_has_a_name_of_its_own_that_fits(agents: list[tuple[str, str]]) -> None:
    ports = [port(index, name, mac) for index, (name, mac) in enumerate(agents, start=1)]
    names = unique_names(ports)
    assert all(len(name) <= 120 for name in names.values())
    again = [KnownPort(100 + index, name, "") for index, name in names.items()]
    found = identify(again, ports)
    assert set(found.ids) | set(found.unknown) == {one.index for one in ports}
