"""One UDP socket an address family for all devices of a process.

    exchange() --sendto--> socket --> agent
       |                     | readable: up to 64 datagrams a wake-up
    pending[number] <--------+ source address checked, then the waiter's own reader

The number is the request-id, or the msgID of version 3. The questions of a poll follow each other from here, at once:
a turn of the event loop for each answer would cost more than all the rest of it.

A socket a device costs a file descriptor, a registration and a wake-up a request; one socket for all costs a table
look-up. Whoever is not on the way between us and a device has to guess a random request-id to be heard, and the
device's address as well. Whatever else arrives is counted and dropped.
"""

import asyncio
import os
import socket
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from struct import unpack
from typing import Any, Final, NamedTuple, Self, TypeVar

from collectors.snmp.errors import NoAnswerError, RefusedError, ReportedError, SendFailedError, SnmpError, WireError
from collectors.snmp.target import Target
from collectors.snmp.wire import FIRST_REQUEST_ID, LAST_REQUEST_ID, Head, SecureHead, read_head

Answer = TypeVar("Answer")
Reader = Callable[[bytes, Head | SecureHead], Answer]


class Question(NamedTuple):
    """`reader` turns the octets of an answer into a value, or refuses them."""

    number: int
    packet: bytes
    reader: Reader[Any]


Follow = Callable[[Any], Question | None]

DRAIN: Final = 64
LARGEST_DATAGRAM: Final = 65535
RECEIVE_BUFFER: Final = 4 << 20
REMEMBERED: Final = 4096
# Numbers that are taken from the kernel at once.
RANDOM: Final = 256
# Time-outs are rare, so one timer looks for them all, this often.
SWEEP_S: Final = 0.05


@dataclass(slots=True)
class Counters:
    """What the transport has seen; all of it since the start."""

    sent: int = 0
    retried: int = 0
    answered: int = 0
    timed_out: int = 0
    malformed: int = 0
    unknown: int = 0
    late: int = 0
    misdirected: int = 0
    reports: int = 0
    wrong_digest: int = 0
    wrong_engine: int = 0
    insecure: int = 0
    not_in_time: int = 0
    undecryptable: int = 0

    @property
    def refused(self) -> int:
        """Answers that were not protected as their questions demanded."""
        return self.wrong_digest + self.wrong_engine + self.insecure + self.not_in_time + self.undecryptable


class _Pending:
    """A question that waits for its answer; `doubt` is why an answer that came is none."""

    __slots__ = ("doubt", "follow", "future", "question", "target", "until", "waits")

    def __init__(self, target: Target, question: Question, follow: Follow, future: asyncio.Future[Any]) -> None:
        self.target = target
        self.follow = follow
        self.future = future
        self.ask(question)

    def ask(self, question: Question) -> None:
        self.question = question
        self.waits: Iterator[float] = iter(self.target.timeouts())
        self.until: float | None = None
        self.doubt: SnmpError | None = None


class Transport:
    """`async with Transport() as transport`; lives in one event loop."""

    def __init__(self, *, in_flight: int = 500) -> None:
        self.counters = Counters()
        self._free = asyncio.Semaphore(in_flight)
        self._pending: dict[int, _Pending] = {}
        self._over: OrderedDict[int, None] = OrderedDict()
        self._sockets: dict[socket.AddressFamily, socket.socket] = {}
        self._random: Iterator[int] = iter(())
        self._sweeper: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        return self

    async def __aexit__(self, *_: object) -> None:
        for opened in self._sockets.values():
            self._loop.remove_reader(opened)
            opened.close()
        self._sockets.clear()
        if self._sweeper is not None:
            self._sweeper.cancel()
        for pending in list(self._pending.values()):
            pending.future.cancel()

    def now(self) -> float:
        """The event loop's own clock, in seconds; never set back."""
        return self._loop.time()

    def new_request_id(self) -> int:
        """Random, so that it cannot be guessed from another one; always four octets long, so that it can be patched."""
        while True:
            for octets in self._random:
                number = octets & LAST_REQUEST_ID
                if number >= FIRST_REQUEST_ID and number not in self._pending:
                    return number
            self._random = iter(unpack(f"{RANDOM}I", os.urandom(4 * RANDOM)))

    async def exchange(self, target: Target, question: Question, follow: Follow = lambda _: None) -> Any:
        """Send, wait, send again. Of an answer `follow` makes the next question; the last answer is returned.

        A reader may raise WireError: not an answer. RefusedError: not a secure one. Both are waited on, for the right
        one may still come; a RefusedError is raised if it does not. ReportedError: the agent refuses the question; it
        is not sent again, but a right answer is waited for, because anyone may have said that.

        All attempts carry the same request-id, so that an answer to the first is still good after the second.
        """
        async with self._free:
            pending = _Pending(target, question, follow, self._loop.create_future())
            self._pending[question.number] = pending
            if self._sweeper is None:
                self._sweeper = self._loop.call_later(SWEEP_S, self._sweep)
            try:
                self._attempt(pending)
                return await pending.future
            finally:
                self._forget(pending.question.number)

    def _sweep(self) -> None:
        now = self._loop.time()
        for pending in [one for one in self._pending.values() if one.until is not None and one.until <= now]:
            self._attempt(pending)
        self._sweeper = self._loop.call_later(SWEEP_S, self._sweep) if self._pending else None

    def _forget(self, number: int) -> None:
        """Remember for a while that this was ours, to tell a late answer from a stray one."""
        del self._pending[number]
        self._over[number] = None
        if len(self._over) > REMEMBERED:
            self._over.popitem(last=False)

    def _attempt(self, pending: _Pending) -> None:
        """Runs once for each attempt, and once more when the last one has been waited for."""
        target = pending.target
        if pending.future.done():
            return
        wait = None if isinstance(pending.doubt, ReportedError) else next(pending.waits, None)
        if wait is None:
            self.counters.timed_out += pending.doubt is None
            pending.future.set_exception(pending.doubt or NoAnswerError(address=target.address, port=target.port))
            return
        self.counters.retried += pending.until is not None
        try:
            self._send(target, pending.question.packet)
        except OSError as error:
            reason = error.strerror or str(error)
            pending.future.set_exception(SendFailedError(address=target.address, port=target.port, reason=reason))
            return
        pending.until = self._loop.time() + wait

    def _send(self, target: Target, packet: bytes) -> None:
        self.counters.sent += 1
        try:
            self._socket(target.family).sendto(packet, target.endpoint)
        except BlockingIOError:
            # A full send buffer is a lost datagram like any other: the next attempt makes up for it.
            return

    def _socket(self, family: socket.AddressFamily) -> socket.socket:
        opened = self._sockets.get(family)
        if opened is None:
            opened = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
            opened.bind(("", 0))
            self._loop.add_reader(opened, self._drain, opened)
            self._sockets[family] = opened
        return opened

    def _drain(self, opened: socket.socket) -> None:
        for _ in range(DRAIN):
            try:
                data, source = opened.recvfrom(LARGEST_DATAGRAM)
            except OSError:  # BlockingIOError: empty; anything else concerns one datagram that is gone anyway
                return
            self._receive(data, source)

    def _receive(self, data: bytes, source: tuple[Any, ...]) -> None:
        try:
            head = read_head(data)
        except WireError:
            self.counters.malformed += 1
            return
        pending = self._pending.get(head.number)
        if pending is None or pending.future.done():
            self._count_stray(head.number, answered=pending is not None)
        elif source[:2] != pending.target.endpoint:
            self.counters.misdirected += 1
        else:
            self._resolve(pending, data, head)

    def _count_stray(self, request_id: int, *, answered: bool) -> None:
        if answered or request_id in self._over:
            self.counters.late += 1
        else:
            self.counters.unknown += 1

    def _resolve(self, pending: _Pending, data: bytes, head: Head | SecureHead) -> None:
        """A bad answer changes nothing: the right one may still come, and if not, the timer speaks."""
        try:
            answer = pending.question.reader(data, head)
        except WireError:
            self.counters.malformed += 1
            return
        except ReportedError as error:
            self.counters.reports += 1
            pending.doubt = error
            return
        except RefusedError as error:
            setattr(self.counters, error.counter, getattr(self.counters, error.counter) + 1)
            pending.doubt = pending.doubt or error
            return
        self.counters.answered += 1
        self._go_on(pending, answer)

    def _go_on(self, pending: _Pending, answer: object) -> None:
        try:
            question = pending.follow(answer)
        except Exception as error:  # noqa: BLE001  # raised to whoever waits
            pending.future.set_exception(error)
            return
        if question is None:
            pending.future.set_result(answer)
            return
        self._forget(pending.question.number)
        pending.ask(question)
        self._pending[question.number] = pending
        self._attempt(pending)
