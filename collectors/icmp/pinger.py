"""The sockets of the ICMP probes: one datagram socket a family, a raw one where the kernel refuses that.

Round trips end at the kernel's receive timestamp (SO_TIMESTAMPNS), not when the event loop gets to the datagram: the
loop's own delay would add up to ten milliseconds. A wall clock that jumps in between cannot make a false round trip,
because the monotonic time since sending bounds it.

Sending is paced: whatever is asked for at once leaves in bursts that the receive buffer can hold the answers of, and
what comes in is read between them. So thousands of targets share one process and one socket, and no answer is lost
here that was not lost on the way.
"""

import asyncio
import errno
import ipaddress
import os
import secrets
import socket
import struct
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from time import monotonic_ns, time_ns
from typing import Final, Self

from collectors.errors import IcmpUnavailableError
from collectors.icmp import packet
from collectors.icmp.sieve import hear_own_replies_only

SO_TIMESTAMPNS: Final = 35
TIMESPEC: Final = struct.Struct("@ll")
BUFFER_BYTES: Final = 4 * 1024 * 1024
# An IPv4 header with options, and an answer; more is not ours.
LARGEST: Final = 256
ANCILLARY: Final = 64
DRAIN: Final = 64
LATE_DRAINS: Final = 256
BURST: Final = 64
BURST_S: Final = 0.001
SEND_RETRIES: Final = 20
SEND_RETRY_S: Final = 0.005
# Sequence numbers have 16 bits, and one must not come round while its predecessor is waited for.
MOST_WAITING: Final = 0xF000
BUSY: Final = frozenset({errno.EAGAIN, errno.ENOBUFS, errno.ENOMEM})
PROTOCOL: Final = {4: socket.IPPROTO_ICMP, 6: socket.IPPROTO_ICMPV6}
FAMILY: Final = {4: socket.AF_INET, 6: socket.AF_INET6}

# The kernel gives a datagram socket one of its own.
IDENTIFIER: Final = os.getpid() & 0xFFFF

# Called once with the round trip in milliseconds, or with None.
Heard = Callable[[float | None], None]


@dataclass(slots=True)
class _Waiting:
    version: int
    address: str
    heard: Heard
    timeout_s: float
    tries: int = 0
    wall_ns: int = 0
    monotonic_ns: int = 0
    done: bool = False


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
    if raw:
        hear_own_replies_only(found, version, IDENTIFIER)
    return _Endpoint(version, found, raw)


@lru_cache(maxsize=1 << 16)
def _read(address: str) -> tuple[int, str]:
    """Version, and the spelling in which the kernel gives the address back."""
    found = ipaddress.ip_address(address)
    return found.version, str(found)


class Pinger:
    """`await pinger.ping(address)` gives the round trip in milliseconds, or None when no answer came in time."""

    def __init__(self, endpoints: dict[int, _Endpoint], timeout_s: float) -> None:
        self.timeout_s = timeout_s
        self._endpoints = endpoints
        self._cookie = secrets.token_bytes(packet.COOKIE_OCTETS)
        self._requests = {
            version: packet.Requests(version, IDENTIFIER if endpoint.raw else 0, self._cookie)
            for version, endpoint in endpoints.items()
        }
        self.sent = 0
        self.received = 0
        self._sequence = 0
        self._queue: deque[_Waiting] = deque()
        self._left = BURST
        self._pause: asyncio.TimerHandle | None = None
        self._waiting: dict[int, _Waiting] = {}
        # By time-out, of which there are few: within one the oldest is always the first.
        self._deadlines: dict[float, deque[tuple[float, int, _Waiting]]] = {}
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
        """What is still waited for is lost."""
        for timer in (self._timer, self._pause):
            if timer:
                timer.cancel()
        for endpoint in self._endpoints.values():
            self._loop.remove_reader(endpoint.socket)
            endpoint.socket.close()
        unanswered = [*self._queue, *self._waiting.values()]
        self._queue.clear()
        self._waiting.clear()
        for waiting in unanswered:
            _answer(waiting, None)

    def can(self, address: str) -> bool:
        """Whether there is a socket for this kind of address."""
        return _read(address)[0] in self._endpoints

    def ping(self, address: str, timeout_s: float | None = None) -> "asyncio.Future[float | None]":
        answer: asyncio.Future[float | None] = self._loop.create_future()
        self.ask(address, lambda rtt: None if answer.done() else answer.set_result(rtt), timeout_s)
        return answer

    def ask(self, address: str, heard: Heard, timeout_s: float | None = None) -> None:
        """As `ping`, for whoever asks so often that a future each would be the larger part of the cost."""
        version, spelling = _read(address)
        self._queue.append(_Waiting(version, spelling, heard, timeout_s or self.timeout_s))
        if self._pause is None:
            self._send()

    def _send(self) -> None:
        """What is queued, until a burst is complete; the rest after what has come in was read."""
        while self._queue:
            if len(self._waiting) >= MOST_WAITING or not self._sent(self._queue[0]):
                self._pause = self._loop.call_later(SEND_RETRY_S, self._go_on)
                return
            self._queue.popleft()
            self._left -= 1
            if self._left == 0:
                self._pause = self._loop.call_later(BURST_S, self._go_on)
                return

    def _go_on(self) -> None:
        self._pause, self._left = None, BURST
        self._send()

    def _sent(self, waiting: _Waiting) -> bool:
        """False when the kernel had no room for it; it is tried again."""
        self._sequence = sequence = (self._sequence + 1) & 0xFFFF
        if sequence in self._waiting:
            sequence = self._free()
        octets = self._requests[waiting.version].octets(sequence)
        waiting.wall_ns, waiting.monotonic_ns = time_ns(), monotonic_ns()
        self._waiting[sequence] = waiting
        try:
            self._endpoints[waiting.version].socket.sendto(octets, (waiting.address, 0))
        except OSError as error:
            del self._waiting[sequence]
            waiting.tries += 1
            if error.errno in BUSY and waiting.tries < SEND_RETRIES:
                return False
            self._loop.call_soon(_answer, waiting, None)
            return True
        self._expect(sequence, waiting)
        return True

    def _free(self) -> int:
        while self._sequence in self._waiting:
            self._sequence = (self._sequence + 1) & 0xFFFF
        return self._sequence

    def _expect(self, sequence: int, waiting: _Waiting) -> None:
        self.sent += 1
        deadline = waiting.monotonic_ns / 1e9 + waiting.timeout_s
        queue = self._deadlines.get(waiting.timeout_s)
        if queue is None:
            queue = self._deadlines[waiting.timeout_s] = deque()
        queue.append((deadline, sequence, waiting))
        if self._timer is None or deadline < self._timer.when():
            if self._timer:
                self._timer.cancel()
            self._timer = self._loop.call_at(deadline, self._expire)

    def _expire(self) -> None:
        """One timer for all, at the earliest deadline."""
        now = self._loop.time()
        # An answer may lie in the buffer unread when the loop itself was late; the kernel's timestamp tells.
        for endpoint in self._endpoints.values():
            for _ in range(LATE_DRAINS):
                if not self._drain(endpoint):
                    break
        for queue in list(self._deadlines.values()):
            while queue and (queue[0][0] <= now or queue[0][2].done):
                _, sequence, waiting = queue.popleft()
                if not waiting.done:
                    del self._waiting[sequence]
                    _answer(waiting, None)
        self._deadlines = {timeout_s: queue for timeout_s, queue in self._deadlines.items() if queue}
        earliest = min((queue[0][0] for queue in self._deadlines.values()), default=None)
        self._timer = None if earliest is None else self._loop.call_at(earliest, self._expire)

    def _drain(self, endpoint: _Endpoint) -> bool:
        """Read some datagrams; True when there may be more."""
        receive, version = endpoint.socket.recvmsg, endpoint.version
        with_header = endpoint.raw and version == packet.V4
        for _ in range(DRAIN):
            try:
                data, ancillary, _, source = receive(LARGEST, ANCILLARY)
            except OSError:
                return False
            sequence = packet.answered(version, data, self._cookie, with_ip_header=with_header)
            waiting = None if sequence is None else self._waiting.get(sequence)
            if sequence is None or waiting is None or waiting.address != source[0]:
                continue
            del self._waiting[sequence]
            self.received += 1
            _answer(waiting, _round_trip_ms(waiting, ancillary))
        return True


def _answer(waiting: _Waiting, rtt_ms: float | None) -> None:
    waiting.done = True
    waiting.heard(rtt_ms)


def _round_trip_ms(waiting: _Waiting, ancillary: list[tuple[int, int, bytes]]) -> float:
    elapsed = monotonic_ns() - waiting.monotonic_ns
    for level, kind, data in ancillary:
        if kind == SO_TIMESTAMPNS and level == socket.SOL_SOCKET and len(data) >= TIMESPEC.size:
            seconds, nanoseconds = TIMESPEC.unpack_from(data)
            measured: int = seconds * 1_000_000_000 + nanoseconds - waiting.wall_ns
            if 0 <= measured <= elapsed:
                return measured / 1_000_000
    return elapsed / 1_000_000
