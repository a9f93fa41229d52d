"""The way to an address, hop by hop: probes that live for one hop, two hops, three ... and who says that they died.

    ICMP   echo requests through a datagram socket, or a raw one where the kernel refuses that
    UDP    to ports where nobody listens, where it refuses both; firewalls stop these more often

The answers come through the kernel's error queue (IP_RECVERR), so that no privilege is needed to hear them. A trace
has sockets of its own, sends fifty small datagrams a second at most and ends within some seconds; nothing waits for it.
"""

import asyncio
import contextlib
import ipaddress
import secrets
import socket
import time
from dataclasses import dataclass, field
from typing import Final, Literal

from collectors.errors import PathUnavailableError
from collectors.icmp import packet
from collectors.icmp.offence import RECVERR, SOL, read_offence

HOPS: Final = 24
PACE_S: Final = 0.02
WAIT_S: Final = 1.0
ROUNDS: Final = 2
# Behind so many silent hops nothing is expected any more.
SILENT_HOPS: Final = 4
FIRST_PORT: Final = 33434
HOP_LIMIT: Final = {4: socket.IP_TTL, 6: socket.IPV6_UNICAST_HOPS}
FAMILY: Final = {4: socket.AF_INET, 6: socket.AF_INET6}
ICMP: Final = {4: socket.IPPROTO_ICMP, 6: socket.IPPROTO_ICMPV6}
LARGEST: Final = 512
DRAIN: Final = 64

Method = Literal["icmp", "udp"]


@dataclass(frozen=True, slots=True)
class Hop:
    """`address` is None for a hop that kept silent. `refused`: it said that there is no way on from it."""

    number: int
    address: str | None = None
    rtt_ms: float | None = None
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Path:
    """`hops` end with the target, or with the last hop that was heard of."""

    target: str
    method: Method
    hops: tuple[Hop, ...]
    reached: bool


async def trace(address: str) -> Path:
    """Raises PathUnavailableError where the kernel permits no kind of probe."""
    target = ipaddress.ip_address(address)
    found, method, raw = _open(target.version)
    with found:
        return await _Trace(str(target), target.version, found, method, raw=raw).run()


def _open(version: int) -> tuple[socket.socket, Method, bool]:
    reason: OSError | None = None
    kinds: tuple[tuple[Method, socket.SocketKind, int, bool], ...] = (
        ("icmp", socket.SOCK_DGRAM, ICMP[version], False),
        ("icmp", socket.SOCK_RAW, ICMP[version], True),
        ("udp", socket.SOCK_DGRAM, socket.IPPROTO_UDP, False),
    )
    for method, kind, protocol, raw in kinds:
        try:
            found = socket.socket(FAMILY[version], kind, protocol)
            found.settimeout(0)
            found.setsockopt(SOL[version], RECVERR[version], 1)
        except OSError as error:
            reason = error
        else:
            return found, method, raw
    raise PathUnavailableError(reason=(reason and reason.strerror) or "")


@dataclass
class _Trace:
    target: str
    version: int
    socket: socket.socket
    method: Method
    raw: bool = field(kw_only=True)
    _identifier: int = field(default_factory=lambda: secrets.randbelow(0x10000))
    _cookie: bytes = field(default_factory=lambda: secrets.token_bytes(packet.COOKIE_OCTETS))
    _sent: dict[int, tuple[int, float]] = field(default_factory=dict)  # hop and monotonic time by number
    _hops: dict[int, Hop] = field(default_factory=dict)
    _end: int = HOPS  # the hop behind which there is nothing
    _reached: bool = False
    _heard: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> Path:
        loop = asyncio.get_running_loop()
        loop.add_reader(self.socket, self._drain)
        try:
            for _ in range(ROUNDS):
                await self._round()
        finally:
            loop.remove_reader(self.socket)
        last = self._end if self._reached else max(self._hops, default=0)
        hops = tuple(self._hops.get(number, Hop(number)) for number in range(1, last + 1))
        return Path(self.target, self.method, hops, self._reached)

    async def _round(self) -> None:
        """Ask the hops that have not answered yet, and wait until they have."""
        limit = HOPS if not self._sent else max(self._hops, default=0) + SILENT_HOPS
        for number in range(1, limit + 1):
            if number <= self._end and number not in self._hops:
                self._send(number)
                await asyncio.sleep(PACE_S)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(WAIT_S):
                while any(number not in self._hops for number in range(1, self._end + 1)):
                    self._heard.clear()
                    await self._heard.wait()

    def _send(self, hop: int) -> None:
        number = len(self._sent)
        self._sent[number] = hop, time.monotonic()
        octets, port = b"\0" * packet.PAYLOAD_OCTETS, FIRST_PORT + number
        if self.method == "icmp":
            identifier = self._identifier if self.raw else 0
            octets, port = packet.Requests(self.version, identifier, self._cookie).octets(number), 0
        for _ in range(2):
            # An error of an earlier probe is reported by the next call, which then has done nothing.
            try:
                self.socket.setsockopt(SOL[self.version], HOP_LIMIT[self.version], hop)
                self.socket.sendto(octets, (self.target, port))
            except OSError:
                self._drain()
            else:
                return

    def _drain(self) -> None:
        for _ in range(DRAIN):
            if not self._read_error() and not self._read_answer():
                return

    def _read_error(self) -> bool:
        try:
            data, ancillary, _, source = self.socket.recvmsg(LARGEST, LARGEST, socket.MSG_ERRQUEUE)
        except OSError:
            return False
        offence, number = read_offence(self.version, ancillary), self._number(data, source)
        if offence is not None and number is not None:
            if offence.expired:
                self._note(number, offence.address)
            else:
                here = offence.no_listener and offence.address == self.target
                self._note(number, offence.address, reached=here, refused=not here)
        return True

    def _read_answer(self) -> bool:
        try:
            data, _, _, source = self.socket.recvmsg(LARGEST, 0)
        except BlockingIOError:
            return False
        except OSError:
            return True  # the error of a probe; the queue has the particulars
        with_header = self.raw and self.version == packet.V4
        number = packet.answered(self.version, data, self._cookie, with_ip_header=with_header)
        if number is not None and source[0] == self.target:
            self._note(number, self.target, reached=True)
        return True

    def _number(self, data: bytes, source: tuple[str, int] | tuple[str, int, int, int]) -> int | None:
        """Which probe it was: UDP's by its port, ICMP's by the header that comes back with the error."""
        if self.method == "udp":
            return source[1] - FIRST_PORT
        if len(data) < packet.HEADER.size:
            return None
        kind, _, _, identifier, sequence = packet.HEADER.unpack_from(data)
        known = kind == packet.ECHO_REQUEST[self.version] and (not self.raw or identifier == self._identifier)
        return sequence if known else None

    def _note(self, number: int, address: str, *, reached: bool = False, refused: bool = False) -> None:
        if number not in self._sent:
            return
        hop, sent = self._sent[number]
        if reached or refused:
            self._end = min(self._end, hop)
            self._reached = self._reached or reached
            self._hops = {known: one for known, one in self._hops.items() if known <= self._end}
        if hop <= self._end and hop not in self._hops:
            self._hops[hop] = Hop(hop, address, round(1000 * (time.monotonic() - sent), 3), refused)
        self._heard.set()
