"""Lets a raw socket hear the answers to its own questions only, by a filter in the kernel (classic BPF).

A raw socket is otherwise given every ICMP packet of the machine. Somebody else's pings would fill its buffer, and our
answers would be lost in it.
"""

import ctypes
import socket
import struct
from typing import Final

from collectors.icmp import packet

SO_ATTACH_FILTER: Final = 26
INSTRUCTION: Final = struct.Struct("@HBBI")
PROGRAM: Final = struct.Struct("@HP")
LDX_HEADER_LENGTH, RETURN, EQUAL = 0xB1, 0x06, 0x15
OCTET_BEHIND_X, HALF_BEHIND_X, OCTET_AT, HALF_AT = 0x50, 0x48, 0x30, 0x28
ALL: Final = 0xFFFFFFFF
Instruction = tuple[int, int, int, int]  # code, how far to jump when true and when false, operand


def instructions(version: int, identifier: int) -> list[Instruction]:
    """Keep echo replies with our identifier. IPv4's header, whose length varies, comes with the packet; IPv6's not."""
    v4 = version == packet.V4
    octet, half = (OCTET_BEHIND_X, HALF_BEHIND_X) if v4 else (OCTET_AT, HALF_AT)
    return [
        *([(LDX_HEADER_LENGTH, 0, 0, 0)] if v4 else []),
        (octet, 0, 0, 0),
        (EQUAL, 0, 3, packet.ECHO_REPLY[version]),
        (half, 0, 0, 4),
        (EQUAL, 0, 1, identifier),
        (RETURN, 0, 0, ALL),
        (RETURN, 0, 0, 0),
    ]


def hear_own_replies_only(raw: socket.socket, version: int, identifier: int) -> None:
    program = instructions(version, identifier)
    octets = b"".join(INSTRUCTION.pack(*one) for one in program)
    buffer = ctypes.create_string_buffer(octets, len(octets))
    raw.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, PROGRAM.pack(len(program), ctypes.addressof(buffer)))
