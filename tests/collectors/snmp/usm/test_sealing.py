import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.snmp.errors import GarbledError, SnmpError, WireError, WrongEngineError
from collectors.snmp.usm.engine import AuthoritativeEngine
from collectors.snmp.usm.protocols import Authentication, Privacy
from collectors.snmp.usm.sealing import authenticate, protected_as, seal, unwrap
from collectors.snmp.usm.user import User
from collectors.snmp.wire import PduType, SecureHead, encode_pdu, read_head, read_pdu, request

PASSWORDS = {"auth_password": "correct-horse", "privacy_password": "battery-staple"}
USERS = [
    User("plain"),
    *(User("proven", each, **PASSWORDS) for each in Authentication if each is not Authentication.NONE),
    *(User("hidden", Authentication.SHA256, privacy=each, **PASSWORDS) for each in Privacy if each is not Privacy.NONE),
]
PROVEN = [user for user in USERS if user.authentication is not Authentication.NONE]
PDU = encode_pdu(request(PduType.GET, 0x12345678, [(1, 3, 6, 1, 2, 1, 1, 3, 0)]))


def engine(engine_id: bytes = b"\x80\0\0\0\1engine", boots: int = 7, time: int = 99) -> AuthoritativeEngine:
    made = AuthoritativeEngine()
    made.discovered(engine_id, boots, time, 0.0)
    return made


def opened(user: User, known: AuthoritativeEngine, packet: bytes) -> bytes:
    """The whole judgement but for the time; raises what it finds wrong."""
    head = read_head(packet)
    if not isinstance(head, SecureHead) or not protected_as(user, head):
        raise WireError(reason="another level")
    if user.authentication is not Authentication.NONE:
        authenticate(user, known, packet, head, "agent")
    plain, scoped = unwrap(user, known, packet, head, "agent")
    return encode_pdu(read_pdu(plain, scoped.pdu))


@pytest.mark.parametrize("user", USERS, ids=lambda user: f"{user.authentication}-{user.privacy}")
def test_what_was_sealed_opens_as_it_was(user: User) -> None:
    assert opened(user, engine(), seal(user, engine(), 5, PDU, 0.0)) == PDU


@given(st.sampled_from(PROVEN), st.data())
def test_every_changed_octet_is_refused(user: User, data: st.DataObject) -> None:
    packet = bytearray(seal(user, engine(), 5, PDU, 0.0))
    place = data.draw(st.integers(0, len(packet) - 1))
    packet[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(SnmpError):
        opened(user, engine(), bytes(packet))


@pytest.mark.parametrize("user", PROVEN, ids=lambda user: f"{user.authentication}-{user.privacy}")
def test_what_is_meant_for_another_engine_is_refused(user: User) -> None:
    with pytest.raises(WrongEngineError):
        opened(user, engine(), seal(user, engine(b"\x80\0\0\0\1another"), 5, PDU, 0.0))


def test_a_wrong_privacy_password_gives_no_reading() -> None:
    mine = User("hidden", Authentication.SHA256, "correct-horse", Privacy.AES128, "battery-staple")
    theirs = User("hidden", Authentication.SHA256, "correct-horse", Privacy.AES128, "another-staple")
    packet = seal(theirs, engine(), 5, PDU, 0.0)
    head = read_head(packet)
    assert isinstance(head, SecureHead)
    authenticate(mine, engine(), packet, head, "agent")
    with pytest.raises(GarbledError):
        unwrap(mine, engine(), packet, head, "agent")


@pytest.mark.parametrize("privacy", [each for each in Privacy if each is not Privacy.NONE])
def test_the_same_question_never_looks_the_same_twice(privacy: Privacy) -> None:
    user, known = User("hidden", Authentication.SHA1, privacy=privacy, **PASSWORDS), engine()
    packets = {seal(user, known, 5, PDU, 0.0) for _ in range(100)}
    assert len(packets) == 100
    assert all(PDU not in packet for packet in packets)


@given(st.sampled_from(USERS), st.binary(max_size=200))
def test_foreign_octets_are_refused_and_nothing_else(user: User, data: bytes) -> None:
    with pytest.raises(SnmpError):
        opened(user, engine(), data)
