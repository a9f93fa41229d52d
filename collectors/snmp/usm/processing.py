"""Message processing of version 3: from a PDU to a protected message, and from a proven answer to its PDU.

    engine unknown: discover --Report, plain--> engine's id, and what it claims of its clock
    ask --Response, level as asked, digest, time, engine, context, request-id all right--> the caller's reader
        --Report, proven: not in time--> clock learnt, ask again
        --Report, plain: unknown engine--> discover, ask again
        --Report, plain: anything else--> cannot be proven, so a right answer is waited for, and then it is the reason
        --anything else--> refused, counted, waited on

The msgID is the request-id of the PDU: one random number of 31 bits that an answer has to carry inside and outside.
"""

from typing import Any, Final, NamedTuple, TypeVar

from collectors.snmp.errors import (
    InsecureAnswerError,
    OutOfTimeError,
    ReportedError,
    StaleAnswerError,
    WireError,
    WrongEngineError,
)
from collectors.snmp.processing import FollowPdu, PduQuestion, PduReader
from collectors.snmp.target import Target
from collectors.snmp.transport import Question, Transport
from collectors.snmp.usm import reports
from collectors.snmp.usm.engine import AuthoritativeEngine
from collectors.snmp.usm.sealing import authenticate, protected_as, seal, unwrap
from collectors.snmp.usm.user import User
from collectors.snmp.wire import (
    Flags,
    Head,
    PduType,
    ScopedHead,
    SecureHead,
    SecurityParameters,
    encode_pdu,
    encode_secure,
    read_pdu,
    read_scoped,
    request,
    scoped_pdu,
)

Answer = TypeVar("Answer")

# Discovery, a clock to set, a restart in between: whatever needs more rounds will not come to an end.
ROUNDS: Final = 4


class _Again(NamedTuple):
    """Ask once more; `error` is what to say when it was the last time."""

    error: ReportedError | WrongEngineError
    discover: bool = False


class UserProcessing:
    """One user with one engine; `engine` is shared by all who ask the same agent."""

    def __init__(self, transport: Transport, user: User, engine: AuthoritativeEngine) -> None:
        self._transport = transport
        self._user = user
        self._engine = engine

    async def exchange(self, target: Target, question: PduQuestion, follow: FollowPdu = lambda _: None) -> Any:
        """Raises ReportedError when the agent refuses, RefusedError when only answers came that prove nothing."""
        asked = question

        def go_on(answer: object) -> Question | None:
            nonlocal asked
            following = None if isinstance(answer, _Again) else follow(answer)
            if following is None:
                return None
            asked = following
            return self._sealed(target, asked)

        last: ReportedError | WrongEngineError = OutOfTimeError(address=target.address)
        for _ in range(ROUNDS):
            if not self._engine.id:
                await self._discover(target)
            answer = await self._transport.exchange(target, self._sealed(target, asked), go_on)
            if not isinstance(answer, _Again):
                return answer
            last = answer.error
            if answer.discover:
                await self._discover(target)
        raise last

    def _sealed(self, target: Target, question: PduQuestion) -> Question:
        request_id, pdu, read = question

        def reader(data: bytes, head: Head | SecureHead) -> object:
            return self._open(target, data, head, request_id, read)

        return Question(request_id, seal(self._user, self._engine, request_id, pdu, self._transport.now()), reader)

    async def _discover(self, target: Target) -> None:
        """RFC 3414 section 4: an empty question in nobody's name makes the engine tell its own."""
        number = self._transport.new_request_id()
        scoped = scoped_pdu(b"", b"", encode_pdu(request(PduType.GET, number, ())))
        packet, _ = encode_secure(number, Flags.REPORTABLE, SecurityParameters(), scoped)
        told = await self._transport.exchange(target, Question(number, packet, _introduction))
        self._engine.discovered(told.engine_id, told.boots, told.time, self._transport.now())

    def _open(
        self, target: Target, data: bytes, head: Head | SecureHead, request_id: int, read: PduReader[Answer]
    ) -> Answer | _Again:
        if not isinstance(head, SecureHead):
            raise InsecureAnswerError(address=target.address)
        if not protected_as(self._user, head):
            return self._hear_less(target, data, head)
        proven, in_time = self._prove(target, data, head)
        plain, scoped = unwrap(self._user, self._engine, data, head, target.address)
        if scoped.pdu.kind is PduType.REPORT:
            return self._report(target, plain, scoped, head, proven=proven)
        if not in_time:
            # It is authentic and answers a number that was never used before, so the clock is wrong and not the
            # message; but the rule is to refuse it. The next attempt goes by the clock that it told.
            self._learn(head)
            raise StaleAnswerError(address=target.address)
        if (scoped.engine_id, scoped.context) != (self._engine.id, self._user.context.encode()):
            raise WrongEngineError(address=target.address)
        if scoped.pdu.kind is not PduType.RESPONSE or scoped.pdu.request_id != request_id:
            raise WireError(reason="not the response that was asked for")
        return read(plain, scoped.pdu)

    def _hear_less(self, target: Target, data: bytes, head: SecureHead) -> _Again:
        """A message below the user's security level: nothing but a Report may be one."""
        proven, _ = self._prove(target, data, head) if head.flags & Flags.AUTHENTICATED else (False, False)
        scoped = None if head.flags & Flags.ENCRYPTED else read_scoped(data, head.start, head.stop)
        if scoped is None or scoped.pdu.kind is not PduType.REPORT:
            raise InsecureAnswerError(address=target.address)
        return self._report(target, data, scoped, head, proven=proven)

    def _prove(self, target: Target, data: bytes, head: SecureHead) -> tuple[bool, bool]:
        """Whether the message is authentic, and in time; without authentication there is nothing to be proven."""
        if not head.flags & Flags.AUTHENTICATED:
            return False, True
        if not protected_as(self._user, head) and not self._engine.keys(self._user).authentication:
            raise InsecureAnswerError(address=target.address)
        authenticate(self._user, self._engine, data, head, target.address)
        security = head.security
        return True, self._engine.time.hear(security.boots, security.time, self._transport.now())

    def _report(self, target: Target, data: bytes, scoped: ScopedHead, head: SecureHead, *, proven: bool) -> _Again:
        """Raises what the agent says, unless it can be mended by asking again."""
        oid = next((varbind.oid for varbind in read_pdu(data, scoped.pdu).varbinds), ())
        if oid == reports.UNKNOWN_ENGINES:
            return _Again(WrongEngineError(address=target.address), discover=True)
        error = reports.error_of(oid, target.address, self._user)
        if oid == reports.NOT_IN_TIME and proven:
            self._learn(head)
            return _Again(error)
        raise error

    def _learn(self, head: SecureHead) -> None:
        self._engine.time.learn(head.security.boots, head.security.time, self._transport.now())


def _introduction(data: bytes, head: Head | SecureHead) -> SecurityParameters:
    if not isinstance(head, SecureHead) or head.flags & (Flags.AUTHENTICATED | Flags.ENCRYPTED):
        raise WireError(reason="not the report of an engine")
    scoped = read_scoped(data, head.start, head.stop)
    if scoped.pdu.kind is not PduType.REPORT or not head.security.engine_id:
        raise WireError(reason="not the report of an engine")
    return head.security
