"""ICMP echo messages (RFC 792, RFC 4443 section 4) as octets.

A reply is recognised by its sequence number, its source and a cookie that only this process knows: a raw socket sees
the replies to every ping of the machine, and the kernel chooses the identifier of a datagram socket itself.
"""

import struct
from typing import Final

V4: Final = 4
ECHO_REPLY: Final = {4: 0, 6: 129}
ECHO_REQUEST: Final = {4: 8, 6: 128}
COOKIE_OCTETS: Final = 8
# As many octets as `ping` sends, so that a path treats the probe like any other.
PAYLOAD_OCTETS: Final = 56
HEADER: Final = struct.Struct("!BBHHH")
# The header, and the cookie that the payload begins with.
REPLY: Final = struct.Struct(f"!BBHHH{COOKIE_OCTETS}s")


def checksum(data: bytes) -> int:
    """The one's complement sum of RFC 1071."""
    if len(data) % 2:
        data += b"\0"
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total & 0xFFFF) + (total >> 16)
    return ~(total + (total >> 16)) & 0xFFFF


class Requests:
    """Echo requests of one sender: they differ in the sequence number, so the rest is summed up only once.

    Version 6 leaves the checksum to the kernel, which knows the source address.
    """

    def __init__(self, version: int, identifier: int, cookie: bytes) -> None:
        self._kind = ECHO_REQUEST[version]
        self._identifier = identifier
        self._payload = cookie.ljust(PAYLOAD_OCTETS, b"\0")
        rest = HEADER.pack(self._kind, 0, 0, identifier, 0) + self._payload
        self._sum = ~checksum(rest) & 0xFFFF if version == V4 else None

    def octets(self, sequence: int) -> bytes:
        total = 0
        if self._sum is not None:
            total = self._sum + sequence
            total = ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF
        return HEADER.pack(self._kind, 0, total, self._identifier, sequence) + self._payload


def answered(version: int, data: bytes, cookie: bytes, *, with_ip_header: bool) -> int | None:
    """The sequence number that an echo reply to this sender gives back; None for anything else, whatever it is."""
    start = (data[0] & 0x0F) * 4 if with_ip_header and data else 0
    if len(data) < start + REPLY.size:
        return None
    kind, code, _, _, sequence, brought = REPLY.unpack_from(data, start)
    if kind != ECHO_REPLY[version] or code or brought != cookie:
        return None
    return int(sequence)
