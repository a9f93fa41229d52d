"""How a PDU becomes a message to a device, and the answer a PDU again: what RFC 3412 calls message processing."""

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol, TypeVar

from collectors.snmp.errors import WireError
from collectors.snmp.target import Target
from collectors.snmp.transport import Question, Transport
from collectors.snmp.wire import Head, PduHead, PduType, SecureHead, envelope

Answer = TypeVar("Answer")
PduReader = Callable[[bytes, PduHead], Answer]


class PduQuestion(NamedTuple):
    """`pdu` is encoded and carries `request_id`; `read` gets octets and where in them the response's PDU lies."""

    request_id: int
    pdu: bytes
    read: PduReader[Any]


FollowPdu = Callable[[Any], PduQuestion | None]


class Processing(Protocol):
    async def exchange(self, target: Target, question: PduQuestion, follow: FollowPdu = lambda _: None) -> Any:
        """The last answer; of each answer `follow` makes the next question."""


class CommunityProcessing:
    """Versions 1 and 2c."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def exchange(self, target: Target, question: PduQuestion, follow: FollowPdu = lambda _: None) -> Any:
        def go_on(answer: object) -> Question | None:
            following = follow(answer)
            return None if following is None else _enclosed(target, following)

        return await self._transport.exchange(target, _enclosed(target, question), go_on)


def _enclosed(target: Target, question: PduQuestion) -> Question:
    version, read = target.version, question.read

    def reader(data: bytes, head: Head | SecureHead) -> object:
        if isinstance(head, SecureHead) or head.version is not version or head.pdu.kind is not PduType.RESPONSE:
            raise WireError(reason="not the response that was asked for")
        return read(data, head.pdu)

    return Question(question.request_id, envelope(version, target.community, question.pdu), reader)
