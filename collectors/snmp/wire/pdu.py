"""Protocol data units (RFC 3416 section 3), apart from the message that carries them.

Version 3 wraps the very same octets in a scoped PDU, so nothing here knows of versions or communities.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, NamedTuple

from collectors.snmp.errors import WireError
from collectors.snmp.wire.ber import (
    MOST_INTEGER_OCTETS,
    SHORT_LENGTH,
    Oid,
    element,
    expect,
    integer_contents,
    oid_name,
    read_header,
    read_integer,
    read_oid,
)
from collectors.snmp.wire.values import LIMITS, Tag, Value, VarBind, read_value, write_value


class PduType(IntEnum):
    GET = 0xA0
    GET_NEXT = 0xA1
    RESPONSE = 0xA2
    SET = 0xA3
    GET_BULK = 0xA5
    INFORM = 0xA6
    TRAP = 0xA7
    REPORT = 0xA8


class ErrorStatus(IntEnum):
    """RFC 3416 section 3; versions 1's are the first six."""

    NO_ERROR = 0
    TOO_BIG = 1
    NO_SUCH_NAME = 2
    BAD_VALUE = 3
    READ_ONLY = 4
    GEN_ERR = 5
    NO_ACCESS = 6
    WRONG_TYPE = 7
    WRONG_LENGTH = 8
    WRONG_ENCODING = 9
    WRONG_VALUE = 10
    NO_CREATION = 11
    INCONSISTENT_VALUE = 12
    RESOURCE_UNAVAILABLE = 13
    COMMIT_FAILED = 14
    UNDO_FAILED = 15
    AUTHORIZATION_ERROR = 16
    NOT_WRITABLE = 17
    INCONSISTENT_NAME = 18


SEQUENCE: Final = 0x30
INTEGER: Final = 0x02
INT32_OCTETS: Final = 4
NO_ERROR: Final = 2 * element(Tag.INTEGER, b"\0")
KINDS: Final = {kind.value: kind for kind in PduType}


@dataclass(frozen=True, slots=True)
class Pdu:
    """For GETBULK, `error_status` and `error_index` stand at the places of non-repeaters and max-repetitions."""

    kind: PduType
    request_id: int
    varbinds: tuple[VarBind, ...] = ()
    error_status: int = 0
    error_index: int = 0

    @property
    def non_repeaters(self) -> int:
        return max(0, self.error_status)

    @property
    def max_repetitions(self) -> int:
        return max(0, self.error_index)

    def respond(self, varbinds: Iterable[VarBind], *, error_status: int = 0, error_index: int = 0) -> "Pdu":
        """The response that answers this request."""
        return Pdu(PduType.RESPONSE, self.request_id, tuple(varbinds), error_status, error_index)


def request(kind: PduType, request_id: int, oids: Iterable[Oid]) -> Pdu:
    """GET or GETNEXT."""
    return Pdu(kind, request_id, tuple(VarBind(oid) for oid in oids))


def bulk_request(request_id: int, oids: Iterable[Oid], *, max_repetitions: int, non_repeaters: int = 0) -> Pdu:
    return Pdu(PduType.GET_BULK, request_id, tuple(VarBind(oid) for oid in oids), non_repeaters, max_repetitions)


def encode_pdu(pdu: Pdu) -> bytes:
    numbers = (pdu.request_id, pdu.error_status, pdu.error_index)
    if not all(_is_int32(number) for number in numbers):
        raise WireError(reason="request-id, error-status or error-index beyond 32 bits")
    head = b"".join(element(Tag.INTEGER, integer_contents(number)) for number in numbers)
    return element(pdu.kind, head + element(SEQUENCE, b"".join(map(encode_varbind, pdu.varbinds))))


def _is_int32(number: int) -> bool:
    return -0x80000000 <= number <= 0x7FFFFFFF  # noqa: PLR2004  # RFC 2578 7.1.1


def encode_varbind(varbind: VarBind) -> bytes:
    return element(SEQUENCE, oid_name(varbind.oid) + write_value(varbind.tag, varbind.value))


class PduHead(NamedTuple):
    """A PDU read as far as its request-id, which is all that finding out who waits for it takes."""

    kind: PduType
    request_id: int
    rest: int
    end: int


def read_pdu_head(data: bytes, position: int, end: int) -> PduHead:
    tag, start, stop = read_header(data, position, end)
    kind = KINDS.get(tag)
    if kind is None:
        raise WireError(reason=f"no PDU has tag {tag:#04x}")
    request_id, rest = read_number(data, start, stop)
    return PduHead(kind, request_id, rest, stop)


def read_number(data: bytes, position: int, end: int) -> tuple[int, int]:
    """One of the integers of a PDU's head, and where the next element begins. Nearly all take one octet or four."""
    start = position + 2
    if start < end and data[position] == INTEGER and 0 < data[position + 1] <= INT32_OCTETS:
        stop = start + data[position + 1]
        if stop <= end:
            return int.from_bytes(data[start:stop], signed=True), stop
    start, stop = expect(data, position, end, Tag.INTEGER)
    number = read_integer(data, start, stop)
    if not _is_int32(number):
        raise WireError(reason="integer beyond 32 bits")
    return number, stop


def read_body(data: bytes, head: PduHead) -> tuple[int, int, int, int]:
    """Error-status, error-index, and where the varbinds start and stop."""
    if data.startswith(NO_ERROR, head.rest, head.end):
        status, index, position = 0, 0, head.rest + len(NO_ERROR)
    else:
        status, position = read_number(data, head.rest, head.end)
        index, position = read_number(data, position, head.end)
    start, stop = expect(data, position, head.end, SEQUENCE)
    if stop != head.end:
        raise WireError(reason="octets after the varbinds")
    return status, index, start, stop


def read_pdu(data: bytes, head: PduHead) -> Pdu:
    status, index, position, end = read_body(data, head)
    varbinds: list[VarBind] = []
    while position < end:
        varbind, position = _read_varbind(data, position, end)
        varbinds.append(varbind)
    return Pdu(head.kind, head.request_id, tuple(varbinds), status, index)


def _read_varbind(data: bytes, position: int, end: int) -> tuple[VarBind, int]:
    start, stop = expect(data, position, end, SEQUENCE)
    name_start, name_stop = expect(data, start, stop, Tag.OBJECT_IDENTIFIER)
    tag, value_start, value_stop = read_header(data, name_stop, stop)
    if value_stop != stop:
        raise WireError(reason="octets after a value")
    value = read_value(tag, data, value_start, value_stop)
    return VarBind(read_oid(data, name_start, name_stop), tag, value), stop


def read_expected(data: bytes, head: PduHead, names: Sequence[bytes]) -> tuple[int, int, list[Value]] | None:
    """Error-status, error-index and the values of an answer whose names are known beforehand.

    `names` are encoded object identifiers, tag and length included. They are compared as octets, so that a poll of
    known instances decodes no name and builds no tuple. None means other names or another number of them: the caller
    then reads the slow way and finds out which.
    """
    status, index, position, end = read_body(data, head)
    values: list[Value] = []
    for name in names:
        if position >= end:
            return None
        start, stop = _enter(data, position, end)
        if not data.startswith(name, start):
            return None
        place = start + len(name)
        if place + 2 <= stop and data[place + 1] < SHORT_LENGTH and place + 2 + data[place + 1] == stop:
            tag, contents = data[place], place + 2
        else:
            tag, contents, contents_stop = read_header(data, place, stop)
            if contents_stop != stop:
                raise WireError(reason="octets after a value")
        limit = LIMITS.get(tag)
        if limit is not None and contents < stop <= contents + MOST_INTEGER_OCTETS:
            value = int.from_bytes(data[contents:stop])
            values.append(value if value <= limit else read_value(tag, data, contents, stop))
        else:
            values.append(read_value(tag, data, contents, stop))
        position = stop
    return (status, index, values) if position == end else None


def _enter(data: bytes, position: int, end: int) -> tuple[int, int]:
    """A varbind's contents; nearly all are shorter than 128 octets."""
    if position + 2 <= end and data[position] == SEQUENCE:
        stop = position + 2 + data[position + 1]
        if data[position + 1] < SHORT_LENGTH and stop <= end:
            return position + 2, stop
    return expect(data, position, end, SEQUENCE)
