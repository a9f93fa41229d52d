import ipaddress
import socket
import struct

from hypothesis import given
from hypothesis import strategies as st

from collectors.icmp.offence import EXTENDED, RECVERR, SOL, Offence, read_offence

ICMP_ORIGIN, LOCAL_ORIGIN = 2, 1


def told(
    kind: int, code: int, *, origin: int = ICMP_ORIGIN, address: str = "198.18.7.1"
) -> list[tuple[int, int, bytes]]:
    version = ipaddress.ip_address(address).version
    packed = ipaddress.ip_address(address).packed
    head = struct.pack("=HH", socket.AF_INET if version == 4 else socket.AF_INET6, 0) + b"\0" * (version == 6) * 4
    return [(SOL[version], RECVERR[version], EXTENDED.pack(113, origin, kind, code, 0, 0, 0) + head + packed)]


def test_a_router_that_let_a_probe_die_is_named() -> None:
    assert read_offence(4, told(11, 0)) == Offence("198.18.7.1", expired=True, no_listener=False)
    assert read_offence(6, told(3, 0, origin=3, address="2001:db8::1")) == Offence(
        "2001:db8::1", expired=True, no_listener=False
    )


def test_no_listener_and_no_way_on_are_told_apart() -> None:
    assert read_offence(4, told(3, 3)) == Offence("198.18.7.1", expired=False, no_listener=True)
    assert read_offence(4, told(3, 1)) == Offence("198.18.7.1", expired=False, no_listener=False)


def test_what_the_kernel_itself_says_is_no_hop() -> None:
    assert read_offence(4, told(3, 1, origin=LOCAL_ORIGIN)) is None
    assert read_offence(4, []) is None


@given(st.sampled_from([4, 6]), st.binary(max_size=64))
def test_no_octets_can_break_the_reader(version: int, data: bytes) -> None:
    read_offence(version, [(SOL[version], RECVERR[version], data), (1, 35, data)])
