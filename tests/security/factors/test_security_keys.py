"""Security keys, with an authenticator made of a few lines: what it signs is right, or wrong in one respect."""

import base64
import json
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any, Protocol

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2 import cbor
from fido2.cose import ES256
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from security.door import Door
from security.errors import LoginLockedError, SecurityError
from security.factors import security_keys
from security.factors.errors import SecurityKeyCopiedError, SecurityKeyRefusedError, SecurityKeyTakenError
from security.factors.proving import prove_key
from security.factors.security_keys import RelyingParty, grows
from security.factors.setting_up import SetUp, remove_key, set_up_key
from security.login import LoggedIn, log_in
from security.sessions import SignedIn

PASSWORD = "marble-otter-lantern"
PARTY = RelyingParty("guanjin.example.gov.cn", "青岚县")
ORIGIN = "https://guanjin.example.gov.cn"
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


class Held(Protocol):
    def forward(self, **duration: float) -> None: ...


def text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@dataclass
class Authenticator:
    """A key on a chain; its owner may change what it says."""

    identifier: bytes = b"credential-of-the-tests"
    counter: int = 1
    origin: str = ORIGIN
    host: str = PARTY.host
    flags: int = PRESENT | VERIFIED
    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def create(self, options: str) -> str:
        public = cbor.encode(dict(ES256.from_cryptography_key(self.private.public_key())))
        credential = bytes(16) + len(self.identifier).to_bytes(2, "big") + self.identifier + public
        data = self._data(self.flags | ATTESTED) + credential
        attestation = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", options)
        return self._answer({"clientDataJSON": text(client), "attestationObject": text(attestation)})

    def get(self, options: str) -> str:
        client, data = self._client("webauthn.get", options), self._data(self.flags)
        signature = self.private.sign(data + sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._answer(
            {"clientDataJSON": text(client), "authenticatorData": text(data), "signature": text(signature)}
        )

    def _client(self, kind: str, options: str) -> bytes:
        return json.dumps({"type": kind, "challenge": json.loads(options)["challenge"], "origin": self.origin}).encode()

    def _data(self, flags: int) -> bytes:
        return sha256(self.host.encode()).digest() + bytes([flags]) + self.counter.to_bytes(4, "big")

    def _answer(self, response: dict[str, str]) -> str:
        name = text(self.identifier)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})


def offer(door: Door, signed_in: SignedIn) -> str:
    with door.database.write() as session:
        return security_keys.offer(session, PARTY, signed_in, clock=door.clock)


def ask(door: Door, signed_in: SignedIn) -> str:
    with door.database.write() as session:
        return security_keys.ask(session, PARTY, signed_in, clock=door.clock)


def enrol(door: Door, signed_in: SignedIn, key: Authenticator, name: str = "蓝色") -> SetUp:
    answer = key.create(offer(door, signed_in))
    return set_up_key(door, signed_in, PARTY, password=PASSWORD, name=name, answer=answer)


@pytest.fixture
def key(demanding: Door, at_the_door: LoggedIn) -> Authenticator:
    """Set up for `system_admin`."""
    made = Authenticator()
    done = enrol(demanding, at_the_door.signed_in, made)
    assert done.token
    assert len(done.codes) == 10
    return made


def half(door: Door) -> SignedIn:
    return log_in(door, "system_admin", PASSWORD).signed_in


def test_a_key_opens_what_the_password_left_closed(demanding: Door, key: Authenticator) -> None:
    found = half(demanding)
    key.counter += 1
    assert prove_key(demanding, found, PARTY, key.get(ask(demanding, found)))


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "https://evil.example"},
        {"origin": f"https://sub.{PARTY.host}"},
        {"origin": f"http://{PARTY.host}"},
        {"origin": "https://guanjin.example.gov.cn.evil.example"},
        {"host": "evil.example"},
        {"flags": PRESENT},
        {"flags": VERIFIED},
        {"private": ec.generate_private_key(ec.SECP256R1())},
        {"identifier": b"credential-of-another"},
    ],
)
def test_an_answer_that_is_wrong_in_one_respect_is_refused(
    demanding: Door, key: Authenticator, wrong: dict[str, Any]
) -> None:
    found = half(demanding)
    with pytest.raises(SecurityKeyRefusedError):
        prove_key(demanding, found, PARTY, replace(key, counter=2, **wrong).get(ask(demanding, found)))


@pytest.mark.parametrize("wrong", [{"origin": "https://evil.example"}, {"host": "evil.example"}, {"flags": PRESENT}])
def test_a_key_is_not_set_up_for_another_place_or_without_verification(
    demanding: Door, at_the_door: LoggedIn, wrong: dict[str, Any]
) -> None:
    with pytest.raises(SecurityKeyRefusedError):
        enrol(demanding, at_the_door.signed_in, Authenticator(**wrong))


def test_an_answer_counts_once(demanding: Door, key: Authenticator) -> None:
    first, second = half(demanding), half(demanding)
    key.counter += 1
    answer = key.get(ask(demanding, first))
    ask(demanding, second)
    prove_key(demanding, first, PARTY, answer)
    for found in (first, second):
        with pytest.raises(SecurityKeyRefusedError):
            prove_key(demanding, found, PARTY, answer)


def test_a_question_is_out_of_date_after_five_minutes_and_before_it_was_asked(
    demanding: Door, key: Authenticator, clock: Held
) -> None:
    for minutes in (5, -10):
        found = half(demanding)
        key.counter += 1
        answer = key.get(ask(demanding, found))
        clock.forward(minutes=minutes)
        with pytest.raises(SecurityKeyRefusedError):
            prove_key(demanding, found, PARTY, answer)


@pytest.mark.parametrize("counter", [0, 1])
def test_a_counter_that_does_not_grow_is_a_copy(demanding: Door, key: Authenticator, counter: int) -> None:
    found = half(demanding)
    with pytest.raises(SecurityKeyCopiedError):
        prove_key(demanding, found, PARTY, replace(key, counter=counter).get(ask(demanding, found)))


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_only_a_key_without_a_counter_may_stand_still(kept: int, shown: int) -> None:
    assert grows(kept, shown) == (shown > kept or kept == shown == 0)


def test_a_key_belongs_to_one_account(demanding: Door, key: Authenticator) -> None:
    other = log_in(demanding, "audit_admin", PASSWORD).signed_in
    with pytest.raises(SecurityKeyTakenError):
        enrol(demanding, other, key)
    enrol(demanding, other, Authenticator(identifier=b"credential-of-the-auditor"))
    found = half(demanding)
    with pytest.raises(SecurityError):
        remove_key(demanding, found, 2)


def test_wrong_answers_are_counted(demanding: Door, key: Authenticator) -> None:
    for _ in range(5):
        found = half(demanding)
        with pytest.raises((SecurityKeyRefusedError, LoginLockedError)):
            prove_key(demanding, found, PARTY, "{}")
    found = half(demanding)
    key.counter += 1
    with pytest.raises(LoginLockedError):
        prove_key(demanding, found, PARTY, key.get(ask(demanding, found)))


answers = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30) | st.binary(max_size=60).map(text),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "id",
                    "rawId",
                    "type",
                    "response",
                    "clientDataJSON",
                    "attestationObject",
                    "authenticatorData",
                    "signature",
                    "x",
                ]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=12,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(answers.map(json.dumps) | st.text(max_size=60))
def test_any_bytes_are_an_answer_or_refused(answer: str) -> None:
    state = {"challenge": text(bytes(32)), "user_verification": security_keys.VERIFIED}
    for complete in (
        lambda: PARTY.server.register_complete(state, security_keys._parse(answer)),
        lambda: PARTY.server.authenticate_complete(state, [], security_keys._parse(answer)),
    ):
        with pytest.raises(security_keys.MALFORMED):
            complete()


@pytest.mark.parametrize("answer", ['{"rawId": 20000000000}', '{"response": {"signature": [1, 99999999999]}}'])
def test_a_number_in_place_of_bytes_takes_no_memory(answer: str) -> None:
    with pytest.raises(ValueError, match="too large"):
        security_keys._parse(answer)


@settings(max_examples=300)
@given(st.binary(max_size=200), st.integers(0, 400))
def test_a_damaged_answer_is_refused(noise: bytes, at: int) -> None:
    options = json.dumps({"challenge": text(bytes(32))})
    answer = json.loads(Authenticator().create(options))
    good = base64.urlsafe_b64decode(answer["response"]["attestationObject"] + "==")
    bad = good[:at] + noise + good[at + len(noise) :]
    if bad == good:
        return
    answer["response"]["attestationObject"] = text(bad)
    state = {"challenge": text(bytes(32)), "user_verification": security_keys.VERIFIED}
    try:
        PARTY.server.register_complete(state, answer)
    except security_keys.MALFORMED:
        return
    # Attestation is not asked for, so other bytes may well be another sound key.
