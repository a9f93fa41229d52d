"""The types that a variable may have (RFC 2578 section 7, RFC 3416 section 3) and their Python faces.

INTEGER, counters, gauges and times are `int`; strings, Opaque and IpAddress (four octets) are `bytes`; an OBJECT
IDENTIFIER is a tuple of numbers; NULL is `None`; the three exceptions of version 2 are members of `Missing`.
"""

from enum import Enum, IntEnum
from typing import Final, NamedTuple

from collectors.snmp.errors import WireError
from collectors.snmp.wire.ber import (
    Oid,
    element,
    integer_contents,
    oid_contents,
    read_integer,
    read_oid,
    read_unsigned,
)


class Tag(IntEnum):
    INTEGER = 0x02
    OCTET_STRING = 0x04
    NULL = 0x05
    OBJECT_IDENTIFIER = 0x06
    IP_ADDRESS = 0x40
    COUNTER32 = 0x41
    GAUGE32 = 0x42
    TIME_TICKS = 0x43
    OPAQUE = 0x44
    COUNTER64 = 0x46
    NO_SUCH_OBJECT = 0x80
    NO_SUCH_INSTANCE = 0x81
    END_OF_MIB_VIEW = 0x82


class Missing(Enum):
    """In place of a value: the agent has none (RFC 3416 section 3)."""

    NO_SUCH_OBJECT = Tag.NO_SUCH_OBJECT
    NO_SUCH_INSTANCE = Tag.NO_SUCH_INSTANCE
    END_OF_MIB_VIEW = Tag.END_OF_MIB_VIEW


Value = int | bytes | Oid | Missing | None


class VarBind(NamedTuple):
    """A variable and its value; `tag` says which SMI type the value has."""

    oid: Oid
    tag: int = Tag.NULL
    value: Value = None


def missing(oid: Oid, why: Missing) -> VarBind:
    """The varbind with which an agent says that it has no such value."""
    return VarBind(oid, why.value, why)


IP_ADDRESS_OCTETS: Final = 4
LIMITS: Final[dict[int, int]] = {
    Tag.COUNTER32: 0xFFFFFFFF,
    Tag.GAUGE32: 0xFFFFFFFF,
    Tag.TIME_TICKS: 0xFFFFFFFF,
    Tag.COUNTER64: 0xFFFFFFFFFFFFFFFF,
}
MISSING: Final[dict[int, Missing]] = {missing.value: missing for missing in Missing}


def read_value(tag: int, data: bytes, start: int, stop: int) -> Value:
    """The value of a varbind; the commonest types of a poll come first."""
    limit = LIMITS.get(tag)
    if limit is not None:
        return read_unsigned(data, start, stop, limit)
    if tag == Tag.INTEGER:
        return read_integer(data, start, stop)
    if tag in {Tag.OCTET_STRING, Tag.OPAQUE}:
        return data[start:stop]
    if tag == Tag.OBJECT_IDENTIFIER:
        return read_oid(data, start, stop)
    return _read_rare(tag, data, start, stop)


def _read_rare(tag: int, data: bytes, start: int, stop: int) -> Value:
    if tag in MISSING:
        return MISSING[tag]
    if tag == Tag.NULL:
        return None
    if tag == Tag.IP_ADDRESS and stop - start == IP_ADDRESS_OCTETS:
        return data[start:stop]
    raise WireError(reason=f"no value can have tag {tag:#04x} and {stop - start} octets")


def write_value(tag: int, value: Value) -> bytes:
    """Tag, length and contents of a value."""
    return element(tag, _contents(tag, value))


def _contents(tag: int, value: Value) -> bytes:
    if isinstance(value, int):
        if tag == Tag.INTEGER and -0x80000000 <= value <= 0x7FFFFFFF:  # noqa: PLR2004  # RFC 2578 7.1.1
            return integer_contents(value)
        if 0 <= value <= LIMITS.get(tag, -1):
            return integer_contents(value)
    elif isinstance(value, bytes):
        if tag in {Tag.OCTET_STRING, Tag.OPAQUE} or (tag == Tag.IP_ADDRESS and len(value) == IP_ADDRESS_OCTETS):
            return value
    elif isinstance(value, tuple):
        if tag == Tag.OBJECT_IDENTIFIER:
            return oid_contents(value)
    elif tag == Tag.NULL or tag in MISSING:
        return b""
    raise WireError(reason=f"{value!r} does not fit tag {tag:#04x}")
