from hypothesis import given
from hypothesis import strategies as st

from collectors.icmp import packet

COOKIE = b"\x01" * packet.COOKIE_OCTETS


def as_reply(version: int, request: bytes) -> bytes:
    return bytes([packet.ECHO_REPLY[version]]) + request[1:]


@given(identifier=st.integers(0, 0xFFFF), sequence=st.integers(0, 0xFFFF), cookie=st.binary(min_size=8, max_size=8))
def test_a_request_comes_back_as_its_own_reply(identifier: int, sequence: int, cookie: bytes) -> None:
    for version in (4, 6):
        sent = packet.Requests(version, identifier, cookie).octets(sequence)
        assert packet.answered(version, as_reply(version, sent), cookie, with_ip_header=False) == sequence


@given(other=st.binary(min_size=8, max_size=8).filter(lambda cookie: cookie != COOKIE))
def test_an_answer_to_somebody_else_is_not_ours(other: bytes) -> None:
    reply = as_reply(4, packet.Requests(4, 7, other).octets(9))
    assert packet.answered(4, reply, COOKIE, with_ip_header=False) is None


@given(identifier=st.integers(0, 0xFFFF), sequence=st.integers(0, 0xFFFF))
def test_a_version_4_request_sums_up_to_zero(identifier: int, sequence: int) -> None:
    assert packet.checksum(packet.Requests(4, identifier, COOKIE).octets(sequence)) == 0


def test_the_header_of_a_raw_socket_is_stepped_over() -> None:
    reply = as_reply(4, packet.Requests(4, 7, COOKIE).octets(9))
    for words in (5, 6, 15):
        header = bytes([0x40 | words]).ljust(words * 4, b"\0")
        assert packet.answered(4, header + reply, COOKIE, with_ip_header=True) == 9


def test_a_request_or_an_error_is_not_taken_for_a_reply() -> None:
    request = packet.Requests(4, 7, COOKIE).octets(9)
    assert packet.answered(4, request, COOKIE, with_ip_header=False) is None
    assert packet.answered(4, b"\x03\x01" + request[2:], COOKIE, with_ip_header=False) is None


@given(data=st.binary(max_size=100), version=st.sampled_from([4, 6]), header=st.booleans())
def test_no_octets_can_break_the_reader(data: bytes, version: int, header: bool) -> None:  # noqa: FBT001
    packet.answered(version, data, COOKIE, with_ip_header=header)
