"""What the kernel's error queue tells of a datagram that came to nothing (ip(7), IP_RECVERR). Pure.

struct sock_extended_err { u32 errno; u8 origin, type, code, pad; u32 info, data; } and the offender's address
"""

import ipaddress
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

SOL: Final = {4: 0, 6: 41}
RECVERR: Final = {4: 11, 6: 25}
EXTENDED: Final = struct.Struct("@IBBBBII")
# Where the offender's address stands in its sockaddr, and how long it is.
ADDRESS: Final = {4: (4, 4), 6: (8, 16)}
BY_ICMP: Final = frozenset({2, 3})
TIME_EXCEEDED: Final = {4: 11, 6: 3}
# Port unreachable (RFC 792, RFC 4443): the target itself has nothing there to listen.
NO_LISTENER: Final = {4: (3, 3), 6: (1, 4)}

Ancillary = Iterable[tuple[int, int, bytes]]


@dataclass(frozen=True, slots=True)
class Offence:
    """Who did not pass the datagram on. `expired` is what a hop on the way says; anything else ends the way."""

    address: str
    expired: bool
    no_listener: bool


def read_offence(version: int, ancillary: Ancillary) -> Offence | None:
    """None for what no router or host said, whatever the octets are."""
    for level, kind, data in ancillary:
        if (level, kind) != (SOL[version], RECVERR[version]) or len(data) < EXTENDED.size:
            continue
        _, origin, icmp_type, code, _, _, _ = EXTENDED.unpack_from(data)
        start, length = ADDRESS[version]
        address = data[EXTENDED.size + start : EXTENDED.size + start + length]
        if origin in BY_ICMP and len(address) == length:
            return Offence(
                str(ipaddress.ip_address(address)),
                expired=icmp_type == TIME_EXCEEDED[version],
                no_listener=(icmp_type, code) == NO_LISTENER[version],
            )
    return None
