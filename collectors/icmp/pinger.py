"""The sockets of the ICMP probes: one datagram socket a family, a raw one where the kernel refuses that.

Round trips end at the kernel's receive timestamp (SO_TIMESTAMPNS), not when the event loop gets to the datagram: the
loop's own delay would add up to ten milliseconds. A wall clock that jumps in between cannot make a false round trip,
because the monotonic time since sending bounds it.
"""

import asyncio
import errno
import ipaddress
import os
import secrets
import socket
import struct
import time
from collections import deque
from dataclasses import dataclass
from typing import Final, Self

from collectors.errors import IcmpUnavailableError
from collectors.icmp import packet

SO_TIMESTAMPNS: Final = 35
TIMESPEC: Final = struct.Struct("@ll")
BUFFER_BYTES: Final = 4 * 1024 * 1024
DRAIN: Final = 64
LATE_DRAINS: Final = 256
SEND_RETRIES: Final = 20
SEND_RETRY_S: Final = 0.005
BUSY: Final = frozenset({errno.EAGAIN, errno.ENOBUFS, errno.ENOMEM})
PROTOCOL: Final = {4: socket.IPPROTO_ICMP, 6: socket.IPPROTO_ICMPV6}
FAMILY: Final = {4: socket.AF_INET, 6: socket.AF_INET6}


@dataclass(slots=True)
class _Waiting:
    address: str
    answer: "asyncio.Future[float | None]"
    wall_ns: int
    monotonic_ns: int


@dataclass(slots=True)
class _Endpoint:
    """One socket. `raw` ones see IPv4's header and carry our own identifier."""

    version: int
    socket: socket.socket
    raw: bool


def _open(version: int) -> _Endpoint:
    try:
        found = socket.socket(FAMILY[version], socket.SOCK_DGRAM, PROTOCOL[version])
        raw = False
    except OSError:
        found = socket.socket(FAMILY[version], socket.SOCK_RAW, PROTOCOL[version])
        raw = True
    found.settimeout(0)
    found.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
    return _Endpoint(version, found, raw)


class Pinger:
    """`await pinger.ping(address)` gives the round trip in milliseconds, or None when no answer came in `timeout_s`."""

    def __init__(self, endpoints: dict[int, _Endpoint], timeout_s: float) -> None:
        self.timeout_s = timeout_s
        self._endpoints = endpoints
        self._cookie = secrets.token_bytes(packet.COOKIE_OCTETS)
        self._identifier = os.getpid() & 0xFFFF
        self._sequence = 0
        self._waiting: dict[int, _Waiting] = {}
        self._deadlines: deque[tuple[float, int, _Waiting]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()
        for endpoint in endpoints.values():
            self._loop.add_reader(endpoint.socket, self._drain, endpoint)

    @classmethod
    def open(cls, timeout_s: float = 1.0) -> Self:
        """Raises IcmpUnavailableError when the kernel permits neither kind of socket."""
        endpoints: dict[int, _Endpoint] = {}
        reason: OSError | None = None
        for version in (4, 6):
            try:
                endpoints[version] = _open(version)
            except OSError as error:
                reason = reason or error
        if packet.V4 not in endpoints and reason is not None:
            for endpoint in endpoints.values():
                endpoint.socket.close()
            raise IcmpUnavailableError(reason=reason.strerror or type(reason).__name__)
        return cls(endpoints, timeout_s)

    def close(self) -> None:
        if self._timer:
            self._timer.cancel()
        for endpoint in self._endpoints.values():
            self._loop.remove_reader(endpoint.socket)
            endpoint.socket.close()
        for waiting in self._waiting.values():
            waiting.answer.cancel()
        self._waiting.clear()

    def can(self, address: str) -> bool:
        """Whether there is a socket for this kind of address."""
        return ipaddress.ip_address(address).version in self._endpoints

    async def ping(self, address: str) -> float | None:
        target = ipaddress.ip_address(address)
        endpoint = self._endpoints[target.version]
        sequence = self._next()
        identifier = self._identifier if endpoint.raw else 0
        request = packet.request(endpoint.version, identifier, sequence, self._cookie)
        waiting = _Waiting(str(target), self._loop.create_future(), 0, 0)
        self._waiting[sequence] = waiting
        for _ in range(SEND_RETRIES):
            waiting.wall_ns, waiting.monotonic_ns = time.time_ns(), time.monotonic_ns()
            try:
                endpoint.socket.sendto(request, (address, 0))
            except OSError as error:
                if error.errno in BUSY:
                    await asyncio.sleep(SEND_RETRY_S)
                    continue
                break
            self._expect(sequence, waiting)
            return await waiting.answer
        self._waiting.pop(sequence, None)
        return None

    def _next(self) -> int:
        self._sequence = (self._sequence + 1) & 0xFFFF
        while self._sequence in self._waiting:
            self._sequence = (self._sequence + 1) & 0xFFFF
        return self._sequence

    def _expect(self, sequence: int, waiting: _Waiting) -> None:
        self._deadlines.append((self._loop.time() + self.timeout_s, sequence, waiting))
        if self._timer is None:
            self._timer = self._loop.call_later(self.timeout_s, self._expire)

    def _expire(self) -> None:
        """One timer for all: the oldest deadline is always the first, because the time-out is the same for each."""
        now = self._loop.time()
        # An answer may lie in the buffer unread when the loop itself was late; the kernel's timestamp tells.
        for endpoint in self._endpoints.values():
            for _ in range(LATE_DRAINS):
                if not self._drain(endpoint):
                    break
        while self._deadlines and (self._deadlines[0][0] <= now or self._deadlines[0][2].answer.done()):
            _, sequence, waiting = self._deadlines.popleft()
            if not waiting.answer.done():
                del self._waiting[sequence]
                waiting.answer.set_result(None)
        self._timer = self._loop.call_at(self._deadlines[0][0], self._expire) if self._deadlines else None

    def _drain(self, endpoint: _Endpoint) -> bool:
        """Read some datagrams; True when there may be more."""
        for _ in range(DRAIN):
            try:
                data, ancillary, _, source = endpoint.socket.recvmsg(2048, 64)
            except OSError:
                return False
            self._take(endpoint, data, ancillary, source[0])
        return True

    def _take(self, endpoint: _Endpoint, data: bytes, ancillary: list[tuple[int, int, bytes]], source: str) -> None:
        with_header = endpoint.raw and endpoint.version == packet.V4
        reply = packet.read_reply(endpoint.version, data, with_ip_header=with_header)
        if reply is None or reply.cookie != self._cookie:
            return
        waiting = self._waiting.get(reply.sequence)
        if waiting is None or waiting.address != source or waiting.wall_ns == 0:
            return
        del self._waiting[reply.sequence]
        if not waiting.answer.done():
            waiting.answer.set_result(_round_trip_ms(waiting, ancillary))


def _round_trip_ms(waiting: _Waiting, ancillary: list[tuple[int, int, bytes]]) -> float:
    elapsed = time.monotonic_ns() - waiting.monotonic_ns
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == SO_TIMESTAMPNS and len(data) >= TIMESPEC.size:
            seconds, nanoseconds = TIMESPEC.unpack_from(data)
            measured = seconds * 1_000_000_000 + nanoseconds - waiting.wall_ns
            if 0 <= measured <= elapsed:
                elapsed = measured
    return float(elapsed / 1_000_000)
