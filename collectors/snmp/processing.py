"""How a PDU becomes a message to a device, and the answer a PDU again: what RFC 3412 calls message processing."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from collectors.snmp.errors import WireError
from collectors.snmp.target import Target
from collectors.snmp.transport import Transport
from collectors.snmp.wire import Head, PduHead, PduType, SecureHead, envelope

Answer = TypeVar("Answer")
PduReader = Callable[[bytes, PduHead], Answer]


class Processing(Protocol):
    async def exchange(self, target: Target, request_id: int, pdu: bytes, read: PduReader[Answer]) -> Answer:
        """`pdu` is encoded and carries `request_id`; `read` gets octets and where in them the response's PDU lies."""


class CommunityProcessing:
    """Versions 1 and 2c."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def exchange(self, target: Target, request_id: int, pdu: bytes, read: PduReader[Answer]) -> Answer:
        version = target.version

        def reader(data: bytes, head: Head | SecureHead) -> Answer:
            if isinstance(head, SecureHead) or head.version is not version or head.pdu.kind is not PduType.RESPONSE:
                raise WireError(reason="not the response that was asked for")
            return read(data, head.pdu)

        return await self._transport.exchange(target, request_id, envelope(version, target.community, pdu), reader)
