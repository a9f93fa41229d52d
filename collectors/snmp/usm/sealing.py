"""Protecting a message that goes out, and judging one that came in (RFC 3414 sections 3.1 and 3.2). No sockets."""

import hmac
from typing import Final

from collectors.snmp.errors import GarbledError, WireError, WrongDigestError, WrongEngineError
from collectors.snmp.usm.ciphers import Stamp, decrypt, encrypt, salt_of
from collectors.snmp.usm.engine import AuthoritativeEngine
from collectors.snmp.usm.protocols import DIGEST_OCTETS, Privacy
from collectors.snmp.usm.user import SecurityLevel, User
from collectors.snmp.wire import (
    Flags,
    ScopedHead,
    SecureHead,
    SecurityParameters,
    Tag,
    encode_secure,
    read_scoped,
    scoped_pdu,
)
from collectors.snmp.wire.ber import element, expect

LEVEL_FLAGS: Final = {
    SecurityLevel.NO_AUTH_NO_PRIV: Flags.NONE,
    SecurityLevel.AUTH_NO_PRIV: Flags.AUTHENTICATED,
    SecurityLevel.AUTH_PRIV: Flags.AUTHENTICATED | Flags.ENCRYPTED,
}
LEVEL: Final = Flags.AUTHENTICATED | Flags.ENCRYPTED


def seal(user: User, engine: AuthoritativeEngine, number: int, pdu: bytes, now: float) -> bytes:
    """The message that carries this encoded PDU; `number` is its msgID."""
    keys, (boots, time) = engine.keys(user), engine.boots_and_time(now)
    data, salt = scoped_pdu(engine.id, user.context.encode(), pdu), b""
    if user.privacy is not Privacy.NONE:
        salt = salt_of(user.privacy, engine.next_salt(), boots)
        data = element(Tag.OCTET_STRING, encrypt(user.privacy, keys.privacy, data, Stamp(boots, time, salt)))
    octets = DIGEST_OCTETS[user.authentication]
    parameters = SecurityParameters(engine.id, boots, time, user.name.encode(), bytes(octets), salt)
    packet, at = encode_secure(number, Flags.REPORTABLE | LEVEL_FLAGS[user.level], parameters, data)
    if not octets:
        return packet
    return packet[:at] + _digest(user, keys.authentication, packet) + packet[at + octets :]


def protected_as(user: User, head: SecureHead) -> bool:
    """Whether a message claims the user's own security level: no lower one will do, and there is no higher."""
    return head.flags & LEVEL == LEVEL_FLAGS[user.level]


def authenticate(user: User, engine: AuthoritativeEngine, data: bytes, head: SecureHead, address: str) -> None:
    """Raises WrongEngineError and WrongDigestError; its time is judged by `engine.time`."""
    security = head.security
    if security.engine_id != engine.id or security.user != user.name.encode():
        raise WrongEngineError(address=address)
    octets, at = len(security.digest), head.digest_at
    blank = data[:at] + bytes(octets) + data[at + octets :]
    expected = _digest(user, engine.keys(user).authentication, blank)
    if not hmac.compare_digest(expected, security.digest):
        raise WrongDigestError(address=address)


def _digest(user: User, key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, user.authentication.value)[: DIGEST_OCTETS[user.authentication]]


def unwrap(
    user: User, engine: AuthoritativeEngine, data: bytes, head: SecureHead, address: str
) -> tuple[bytes, ScopedHead]:
    """The octets in which the PDU lies, and where. Raises GarbledError when what was decrypted makes no sense."""
    if not head.flags & Flags.ENCRYPTED:
        return data, read_scoped(data, head.start, head.stop)
    security = head.security
    start, stop = expect(data, head.start, head.stop, Tag.OCTET_STRING)
    key = engine.keys(user).privacy
    try:
        plain = decrypt(user.privacy, key, data[start:stop], Stamp(security.boots, security.time, security.salt))
        return plain, read_scoped(plain, 0, len(plain))
    except WireError:
        raise GarbledError(address=address) from None
