"""Foreign octets by the million, into the very code that reads answers from the socket.

    make fuzz PACKETS=1000000 SEED=1

Each packet is an honest answer to a question that is really under way, then damaged: octets changed, lost, doubled,
lengths lied about. Of version 3 the damage is also done before the message is sealed, for a device that has the right
keys may still be mad. Whatever comes, an answer is a value or an SnmpError, each packet is accounted for, none takes
long, and nothing is kept of them.
"""

import argparse
import asyncio
import gc
import random
import resource
import signal
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field

from collectors.snmp import Target
from collectors.snmp.agent import Agent as Shared
from collectors.snmp.errors import SnmpError
from collectors.snmp.known import KnownInstances
from collectors.snmp.processing import CommunityProcessing, Processing
from collectors.snmp.session import Session
from collectors.snmp.transport import Counters, Transport
from collectors.snmp.usm.processing import UserProcessing
from collectors.snmp.usm.protocols import Authentication, Privacy
from collectors.snmp.usm.sealing import seal
from collectors.snmp.usm.user import User
from collectors.snmp.wire import Oid, Tag, VarBind, Version, decode_message, encode_pdu
from tests.collectors.snmp.agent import Agent
from tests.collectors.snmp.usm.agent import Question, SecureAgent

USER = User("ops", Authentication.SHA256, "correct-horse", Privacy.AES128, "battery-staple")
COLUMNS: tuple[Oid, ...] = tuple((1, 3, 6, 1, 2, 1, 2, 2, 1, column) for column in (2, 7, 10))
HANG_S = 5
MOST_GROWN_KIB = 8192
MOST_GROWN_OBJECTS = 1000
# Octets that mean something where a tag or a length is read.
TELLING = bytes((0x00, 0x02, 0x04, 0x05, 0x06, 0x30, 0x41, 0x46, 0x7F, 0x80, 0x81, 0x82, 0x84, 0xA2, 0xA8, 0xFF))


def mib() -> list[VarBind]:
    names = [VarBind((*COLUMNS[0], index), Tag.OCTET_STRING, f"GE1/0/{index}".encode()) for index in range(1, 9)]
    states = [VarBind((*COLUMNS[1], index), Tag.INTEGER, 1) for index in range(1, 9)]
    return [*names, *states, *(VarBind((*COLUMNS[2], index), Tag.COUNTER32, index << 20) for index in range(1, 9))]


def damaged(chance: random.Random, packet: bytes) -> bytes:
    """The packet, one to four times changed."""
    octets = bytearray(packet)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(octets) + 1)
        match chance.randrange(6):
            case 0 if place < len(octets):
                octets[place] ^= 1 << chance.randrange(8)
            case 1 if place < len(octets):
                octets[place] = chance.choice(TELLING)
            case 2:
                del octets[place:]
            case 3:
                octets[place:place] = octets[place : place + chance.randint(1, 40)]
            case 4:
                del octets[place : place + chance.randint(1, 12)]
            case _:
                octets[place:place] = chance.randbytes(chance.randint(1, 12))
    return bytes(octets)


class Deaf(Transport):
    """A transport whose datagrams go nowhere: what was asked stands in `asked`, what is answered is put in by hand."""

    asked: bytes = b""

    def _send(self, target: Target, packet: bytes) -> None:
        del target
        self.counters.sent += 1
        self.asked = packet


Ask = Callable[[Session], Awaitable[object]]
Answer = Callable[[random.Random, bytes], bytes]


@dataclass(frozen=True)
class Scene:
    """A kind of question, and how the damaged answer to the octets that asked it is made."""

    name: str
    target: Target
    ask: Ask
    answer: Answer


def scenes() -> Iterator[Scene]:
    agent = Agent(mib())
    names = [(*column, index) for column in COLUMNS for index in range(1, 9)]

    def by_community(chance: random.Random, asked: bytes) -> bytes:
        message = decode_message(asked)
        (whole,) = agent.behave(agent, message, agent.answer(message))
        return damaged(chance, whole)

    for version in (Version.V1, Version.V2C):
        target = Target("192.0.2.1", version=version, timeout_s=1e6, retries=0)
        yield Scene(
            f"poll {version.name}", target, lambda session: session.get_known(KnownInstances(names)), by_community
        )
        yield Scene(f"next {version.name}", target, lambda session: session.get_next(COLUMNS), by_community)
    yield Scene("bulk V2C", target, lambda session: session.get_bulk(COLUMNS, 8), by_community)
    for user in (User("plain"), User("ops", USER.authentication, USER.auth_password), USER):
        secure = SecureAgent([user])
        target = Target("192.0.2.3", version=Version.V3, timeout_s=1e6, retries=0, user=user)

        def by_user(chance: random.Random, asked: bytes, secure: SecureAgent = secure, user: User = user) -> bytes:
            (whole,) = secure.heed(asked)
            question = secure.asked[-1] if secure.asked else None
            secure.asked.clear()
            if question is None or chance.random() < 0.5:  # half of either kind
                return damaged(chance, whole)
            return mad(chance, secure, user, question)

        yield Scene(f"poll V3 {user.level}", target, lambda session: session.get_known(KnownInstances(names)), by_user)


def mad(chance: random.Random, secure: SecureAgent, user: User, question: Question) -> bytes:
    """Sealed as it should be, with nonsense inside."""
    pdu = damaged(chance, encode_pdu(secure.response(question)))
    return seal(user, secure.engine(), question.head.number, pdu, 0.0)


@dataclass
class Report:
    packets: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    counters: Counters = field(default_factory=Counters)
    grown_kib: int = 0
    grown_objects: int = 0


async def fuzz(packets: int, seed: int) -> Report:
    """Raises whatever should not have been raised."""
    chance, report = random.Random(seed), Report()  # noqa: S311  # repeatable
    resident = objects = 0
    async with Deaf() as transport:
        several = list(scenes())
        each = max(1, packets // len(several))
        # Once to warm up, so that caches are no growth; then in earnest.
        for share in (min(each, 20_000), each):
            for scene in several:
                await _play(transport, scene, share, chance, report)
            if not resident:
                report.packets, report.outcomes = 0, Counter()
                resident, objects = _resident_kib(), len(gc.get_objects())
        report.counters = transport.counters
        assert not transport._pending
    report.grown_kib = _resident_kib() - resident
    report.grown_objects = len(gc.get_objects()) - objects
    return report


def _resident_kib() -> int:
    gc.collect()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


async def _play(transport: Deaf, scene: Scene, packets: int, chance: random.Random, report: Report) -> None:
    shared = Shared()
    user = scene.target.user
    processing: Processing = (
        CommunityProcessing(transport) if user is None else UserProcessing(transport, user, shared.engine)
    )
    task: asyncio.Task[object] | None = None
    for _ in range(packets):
        if task is None:
            session = Session(transport, processing, scene.target, shared)
            task = asyncio.ensure_future(scene.ask(session))
            await asyncio.sleep(0)
        packet = scene.answer(chance, transport.asked)
        before = _accounted(transport.counters)
        signal.alarm(HANG_S)
        transport._receive(packet, scene.target.endpoint)
        signal.alarm(0)
        assert _accounted(transport.counters) == before + 1, (scene.name, packet.hex())
        await asyncio.sleep(0)
        task = _settled(task, report, scene, packet)
        report.packets += 1
    if task is not None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _settled(task: asyncio.Task[object], report: Report, scene: Scene, packet: bytes) -> "asyncio.Task[object] | None":
    """The task, as long as it waits; what came of it is counted."""
    if not task.done():
        return task
    error = task.exception()
    if error is not None and not isinstance(error, SnmpError):
        raise AssertionError(f"{scene.name}: {packet.hex()}") from error
    report.outcomes[error.code if error else "value"] += 1
    return None


def _accounted(counters: Counters) -> int:
    """Each datagram that came in is counted once."""
    strays = counters.unknown + counters.late + counters.misdirected
    return counters.answered + counters.malformed + counters.refused + counters.reports + strays


def _hung(*_: object) -> None:
    raise AssertionError("a packet took too long")


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    options.add_argument("--packets", type=int, default=1_000_000)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    signal.signal(signal.SIGALRM, _hung)
    report = asyncio.run(fuzz(chosen.packets, chosen.seed))
    print(report)  # noqa: T201  # a command of its own
    return int(report.grown_kib > MOST_GROWN_KIB or report.grown_objects > MOST_GROWN_OBJECTS)


if __name__ == "__main__":
    sys.exit(main())
