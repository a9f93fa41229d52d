"""An agent with an engine, for the tests: it protects what it says, as the real ones do, until it is told to misbehave.

    async with SecureAgent(users=[user]) as agent:
        agent.forge = plain
        engine.session(agent.target(user))

A forgery is a function of the agent, the request and the honest answer's scoped PDU; it returns the datagrams to send.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Self

from collectors.snmp import Target, Version
from collectors.snmp.errors import RefusedError
from collectors.snmp.usm import reports
from collectors.snmp.usm.engine import AuthoritativeEngine
from collectors.snmp.usm.sealing import authenticate, protected_as, seal, unwrap
from collectors.snmp.usm.user import User
from collectors.snmp.wire import (
    Flags,
    Oid,
    Pdu,
    PduType,
    SecureHead,
    SecurityParameters,
    Tag,
    VarBind,
    WireError,
    encode_pdu,
    encode_secure,
    read_head,
    read_pdu,
    read_scoped,
    scoped_pdu,
)

ENGINE_ID = bytes.fromhex("80000009030018fe0100")
SYS_UP_TIME: Oid = (1, 3, 6, 1, 2, 1, 1, 3, 0)


@dataclass(frozen=True)
class Question:
    """`pdu` and `user` are missing of a message that only asks for the engine."""

    head: SecureHead
    pdu: Pdu
    user: User | None


Forgery = Callable[["SecureAgent", Question], list[bytes]]


def honest(agent: "SecureAgent", question: Question) -> list[bytes]:
    return [agent.answer(question)]


@dataclass
class SecureAgent:
    users: Sequence[User]
    engine_id: bytes = ENGINE_ID
    boots: int = 7
    time: int = 1000
    forge: Forgery = honest
    asked: list[Question] = field(default_factory=list)
    _transport: asyncio.DatagramTransport | None = None

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: _Protocol(self), ("127.0.0.1", 0))
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._transport is not None
        self._transport.close()
        await asyncio.sleep(0)

    def target(self, user: User, *, timeout_s: float = 0.2, retries: int = 1) -> Target:
        assert self._transport is not None
        port = int(self._transport.get_extra_info("sockname")[1])
        return Target("127.0.0.1", port, Version.V3, timeout_s=timeout_s, retries=retries, user=user)

    def send(self, datagram: bytes, destination: tuple[str, int]) -> None:
        assert self._transport is not None
        self._transport.sendto(datagram, destination)

    def engine(self) -> AuthoritativeEngine:
        """As a station with a perfect knowledge of this agent would have it, for a clock that stands at 0."""
        engine = AuthoritativeEngine()
        engine.discovered(self.engine_id, self.boots, self.time, 0.0)
        return engine

    def sealed(self, question: Question, pdu: Pdu, user: User | None = None) -> bytes:
        user = user or question.user
        assert user is not None
        return seal(user, self.engine(), question.head.number, encode_pdu(pdu), 0.0)

    def answer(self, question: Question) -> bytes:
        if question.user is None:
            return self.report(question, reports.UNKNOWN_ENGINES)
        return self.sealed(question, self.response(question))

    def response(self, question: Question, value: int = 42) -> Pdu:
        return question.pdu.respond(VarBind(each.oid, Tag.TIME_TICKS, value) for each in question.pdu.varbinds)

    def report(self, question: Question, oid: Oid, user: User | None = None) -> bytes:
        """Plain; proven when a user is given."""
        pdu = Pdu(PduType.REPORT, question.pdu.request_id, (VarBind(oid, Tag.COUNTER32, 1),))
        if user is not None:
            return self.sealed(question, pdu, user)
        parameters = SecurityParameters(self.engine_id, self.boots, self.time)
        scoped = scoped_pdu(self.engine_id, b"", encode_pdu(pdu))
        return encode_secure(question.head.number, Flags.NONE, parameters, scoped)[0]

    def heed(self, data: bytes) -> list[bytes]:
        head = read_head(data)
        assert isinstance(head, SecureHead)
        if head.security.engine_id != self.engine_id:
            pdu = Pdu(PduType.GET, 0)
            if not head.flags & Flags.ENCRYPTED:
                pdu = read_pdu(data, read_scoped(data, head.start, head.stop).pdu)
            return [self.report(Question(head, pdu, None), reports.UNKNOWN_ENGINES)]
        return self._heed_user(data, head)

    def _heed_user(self, data: bytes, head: SecureHead) -> list[bytes]:
        unnamed = Question(head, Pdu(PduType.GET, 0), None)
        user = next((each for each in self.users if each.name.encode() == head.security.user), None)
        if user is None:
            return [self.report(unnamed, reports.UNKNOWN_USERS)]
        if not protected_as(user, head):
            return [self.report(unnamed, reports.UNSUPPORTED_LEVELS)]
        engine = self.engine()
        try:
            if head.flags & Flags.AUTHENTICATED:
                authenticate(user, engine, data, head, "station")
            plain, scoped = unwrap(user, engine, data, head, "station")
        except RefusedError:
            return [self.report(unnamed, reports.WRONG_DIGESTS)]
        question = Question(head, read_pdu(plain, scoped.pdu), user)
        security = head.security
        late = security.boots != self.boots or abs(security.time - self.time) > 150
        if head.flags & Flags.AUTHENTICATED and late:
            proof = User(user.name, user.authentication, user.auth_password)
            return [self.report(question, reports.NOT_IN_TIME, proof)]
        self.asked.append(question)
        return self.forge(self, question)


class _Protocol(asyncio.DatagramProtocol):
    def __init__(self, agent: SecureAgent) -> None:
        self._agent = agent

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        try:
            answers = self._agent.heed(data)
        except WireError:
            return
        for datagram in answers:
            self._agent.send(datagram, addr)
