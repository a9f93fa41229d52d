"""The message of version 3 with the User-based Security Model's parameters (RFC 3412 section 6, RFC 3414 section 2.4).

    3 | msgID size flags model | OCTET STRING(engine boots time user digest salt) | scoped PDU, plain or encrypted

Octets and places only: whether a digest is right and what encrypted octets say is `collectors.snmp.usm`'s business.
"""

from dataclasses import dataclass
from enum import IntFlag
from typing import Final

from collectors.snmp.errors import WireError
from collectors.snmp.wire.ber import element, expect, integer_contents, read_header
from collectors.snmp.wire.pdu import SEQUENCE, PduHead, read_number, read_pdu_head
from collectors.snmp.wire.values import Tag

VERSION: Final = 3
USM: Final = 3
LARGEST_MESSAGE: Final = 65507
MOST_ENGINE_ID: Final = 32
MOST_USER: Final = 32


class Flags(IntFlag):
    """msgFlags."""

    NONE = 0
    AUTHENTICATED = 1
    ENCRYPTED = 2
    REPORTABLE = 4


@dataclass(frozen=True, slots=True)
class SecurityParameters:
    """usmSecurityParameters; engine boots and time are seconds and starts of the agent's engine."""

    engine_id: bytes = b""
    boots: int = 0
    time: int = 0
    user: bytes = b""
    digest: bytes = b""
    salt: bytes = b""


@dataclass(frozen=True, slots=True)
class SecureHead:
    """A version 3 message read as far as its scoped PDU, which lies from `start` to `stop`, header included.

    `digest_at` is where the digest's octets begin.
    """

    number: int
    flags: Flags
    security: SecurityParameters
    digest_at: int
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class ScopedHead:
    engine_id: bytes
    context: bytes
    pdu: PduHead


def encode_secure(number: int, flags: Flags, security: SecurityParameters, data: bytes) -> tuple[bytes, int]:
    """The message, and where in it the digest's octets begin. `data` is an element: see `scoped_pdu`."""
    head = b"".join(_integer(each) for each in (number, LARGEST_MESSAGE))
    head += element(Tag.OCTET_STRING, bytes((flags,))) + _integer(USM)
    salt = element(Tag.OCTET_STRING, security.salt)
    parameters = (
        element(Tag.OCTET_STRING, security.engine_id)
        + _integer(security.boots)
        + _integer(security.time)
        + element(Tag.OCTET_STRING, security.user)
        + element(Tag.OCTET_STRING, security.digest)
        + salt
    )
    contents = _integer(VERSION) + element(SEQUENCE, head)
    packet = element(SEQUENCE, contents + element(Tag.OCTET_STRING, element(SEQUENCE, parameters)) + data)
    return packet, len(packet) - len(data) - len(salt) - len(security.digest)


def _integer(number: int) -> bytes:
    return element(Tag.INTEGER, integer_contents(number))


def scoped_pdu(engine_id: bytes, context: bytes, pdu: bytes) -> bytes:
    """`pdu` is an element, as `encode_pdu` makes it."""
    return element(SEQUENCE, element(Tag.OCTET_STRING, engine_id) + element(Tag.OCTET_STRING, context) + pdu)


def read_secure(data: bytes, position: int, end: int) -> SecureHead:
    """What follows the version. Raises WireError for other security models than the user-based one."""
    start, after_head = expect(data, position, end, SEQUENCE)
    number, start = read_number(data, start, after_head)
    _, start = read_number(data, start, after_head)
    flags, start = _octets(data, start, after_head, 1)
    model, _ = read_number(data, start, after_head)
    if model != USM or len(flags) != 1 or number < 0:
        raise WireError(reason="not a message of the user-based security model")
    start, stop = expect(data, after_head, end, Tag.OCTET_STRING)
    security, digest_at = _read_parameters(data, start, stop)
    _, _, data_stop = read_header(data, stop, end)
    if data_stop != end:
        raise WireError(reason="octets after the scoped PDU")
    return SecureHead(number, Flags(flags[0] & 0x07), security, digest_at, stop, data_stop)


def _read_parameters(data: bytes, position: int, end: int) -> tuple[SecurityParameters, int]:
    start, stop = expect(data, position, end, SEQUENCE)
    engine_id, start = _octets(data, start, stop, MOST_ENGINE_ID)
    boots, start = read_number(data, start, stop)
    time, start = read_number(data, start, stop)
    user, start = _octets(data, start, stop, MOST_USER)
    digest_at, after_digest = expect(data, start, stop, Tag.OCTET_STRING)
    salt, start = _octets(data, after_digest, stop, 8)
    if start != stop or boots < 0 or time < 0:
        raise WireError(reason="unusable security parameters")
    return SecurityParameters(engine_id, boots, time, user, data[digest_at:after_digest], salt), digest_at


def _octets(data: bytes, position: int, end: int, most: int) -> tuple[bytes, int]:
    start, stop = expect(data, position, end, Tag.OCTET_STRING)
    if stop - start > most:
        raise WireError(reason="octet string of unusable size")
    return data[start:stop], stop


def read_scoped(data: bytes, position: int, end: int) -> ScopedHead:
    """A scoped PDU in the clear. Octets after it are ignored: block ciphers pad."""
    start, stop = expect(data, position, end, SEQUENCE)
    engine_id, start = _octets(data, start, stop, MOST_ENGINE_ID)
    context, start = _octets(data, start, stop, stop - start)
    pdu = read_pdu_head(data, start, stop)
    if pdu.end != stop:
        raise WireError(reason="octets after the PDU")
    return ScopedHead(engine_id, context, pdu)
