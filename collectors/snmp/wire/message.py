"""Messages of versions 1 and 2c (RFC 1157 section 4, RFC 1901): a version, a community, a PDU.

The version 3 message differs in everything but the PDU, so it has a module of its own beside this one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Final, NamedTuple

from collectors.snmp.errors import WireError
from collectors.snmp.wire.ber import element, expect, integer_contents
from collectors.snmp.wire.expected import Expected
from collectors.snmp.wire.pdu import (
    NO_ERROR,
    SEQUENCE,
    Pdu,
    PduHead,
    PduType,
    encode_pdu,
    read_body,
    read_number,
    read_pdu,
    read_pdu_head,
)
from collectors.snmp.wire.secure import SecureHead, read_secure
from collectors.snmp.wire.values import Tag, Value


class Version(IntEnum):
    """As on the wire."""

    V1 = 0
    V2C = 1
    V3 = 3


VERSIONS: Final = {version.value: version for version in Version}
FIRST_REQUEST_ID: Final = 0x01000000
LAST_REQUEST_ID: Final = 0x7FFFFFFF
NULL: Final = element(Tag.NULL, b"")


@dataclass(frozen=True, slots=True)
class Message:
    version: Version
    community: bytes
    pdu: Pdu


class Head(NamedTuple):
    """A message read as far as the request-id."""

    version: Version
    community: bytes
    pdu: PduHead

    @property
    def number(self) -> int:
        """By which an answer finds its question."""
        return self.pdu.request_id


def encode_message(message: Message) -> bytes:
    return envelope(message.version, message.community, encode_pdu(message.pdu))


def envelope(version: Version, community: bytes, pdu: bytes) -> bytes:
    """A message of version 1 or 2c around an encoded PDU."""
    return element(SEQUENCE, _community(version, community) + pdu)


@lru_cache(maxsize=1024)
def _community(version: Version, community: bytes) -> bytes:
    """What all messages to a device begin with."""
    return element(Tag.INTEGER, integer_contents(version)) + element(Tag.OCTET_STRING, community)


def read_head(data: bytes) -> Head | SecureHead:
    """Who waits for this datagram? Octets after the message are ignored: some agents pad."""
    start, end = expect(data, 0, len(data), SEQUENCE)
    number, position = read_number(data, start, end)
    version = VERSIONS.get(number)
    if version is None:
        raise WireError(reason=f"no message has version {number}")
    if version is Version.V3:
        return read_secure(data, position, end)
    community_start, community_stop = expect(data, position, end, Tag.OCTET_STRING)
    pdu = read_pdu_head(data, community_stop, end)
    if pdu.end != end:
        raise WireError(reason="octets after the PDU")
    return Head(version, data[community_start:community_stop], pdu)


def decode_message(data: bytes) -> Message:
    """Of versions 1 and 2c. Raises `WireError`, and nothing else, whatever the octets are."""
    head = read_head(data)
    if isinstance(head, SecureHead):
        raise WireError(reason="a message of version 3")
    return Message(head.version, head.community, read_pdu(data, head.pdu))


@lru_cache(maxsize=4096)
def _asked(names: tuple[bytes, ...]) -> tuple[tuple[bytes, ...], bytes]:
    """Names and a GET of them from its error-status on: one of each for all devices of a make."""
    return names, NO_ERROR + element(SEQUENCE, b"".join(element(SEQUENCE, name + NULL) for name in names))


class GetTemplate:
    """A GET of always the same instances: encoded once, sent with a new request-id, answers matched by octets.

    `names` are encoded by `oid_name`. The request-id has to lie between `FIRST_REQUEST_ID` and `LAST_REQUEST_ID`, so
    that it always takes four octets.
    """

    __slots__ = ("_after", "_before", "_expected", "names")

    def __init__(self, names: Sequence[bytes]) -> None:
        self.names, self._after = _asked(tuple(names))
        self._expected = Expected(self.names)
        number = element(Tag.INTEGER, integer_contents(FIRST_REQUEST_ID))
        pdu = element(PduType.GET, number + self._after)
        self._before = pdu[: len(pdu) - len(self._after) - 4]

    def encode(self, request_id: int) -> bytes:
        """The PDU, to be put into a message."""
        return self._before + request_id.to_bytes(4) + self._after

    def read(self, data: bytes, head: PduHead) -> tuple[int, int, list[Value]]:
        """Error-status, error-index and values in the order asked; of an error answer, no values.

        Raises `WireError` when the answer names other variables than were asked (RFC 3416 section 4.2.1 forbids it).
        """
        matched = self._expected.read(data, head)
        if matched is not None:
            return matched
        status, index, _, _ = read_body(data, head)
        if status:
            return status, index, []
        raise WireError(reason="the answer names other variables than were asked")
