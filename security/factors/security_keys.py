"""Security keys (Web Authentication Level 3, W3C): making one known, and checking what it signed.

Works without the internet: attestation is not asked for (nobody here could check it against a maker's service), so a
key vouches for having been set up by its owner and for nothing else. The challenge lies in the session's row and is
taken out by the answer to it, so that an answer counts once; user verification (PIN or fingerprint) is required.
"""

import base64
import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestationConveyancePreference,
    AttestedCredentialData,
    AuthenticationResponse,
    AuthenticatorData,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.clock import Clock
from security.audit.redaction import plain
from security.factors.errors import (
    FactorNameError,
    SecurityKeyCopiedError,
    SecurityKeyRefusedError,
    SecurityKeyTakenError,
)
from security.factors.models import NAME_LENGTH, SecurityKey
from security.models import LoginSession
from security.sessions import SignedIn

CHALLENGE_LIFE = timedelta(minutes=5)
LONGEST_ANSWER = 65_536
LONGEST_NUMBER = 6  # of an algorithm, such as -65535; digits and sign
VERIFIED = UserVerificationRequirement.REQUIRED
# What the decoders raise for bytes that are no such answer.
MALFORMED = (
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    IndexError,
    AssertionError,
    RecursionError,
    struct.error,
    UnsupportedAlgorithm,
)


@dataclass(frozen=True)
class RelyingParty:
    """Who asks: the host name in the browser's address (an IP address cannot be one) and the name of the office."""

    host: str
    name: str

    @cached_property
    def server(self) -> Fido2Server:
        entity = PublicKeyCredentialRpEntity(id=self.host, name=self.name)
        return Fido2Server(entity, AttestationConveyancePreference.NONE, verify_origin=self._is_own)

    def _is_own(self, origin: str) -> bool:
        """This very host, and not one below it; without TLS on this machine only."""
        parts = urlsplit(origin)
        return parts.hostname == self.host and (parts.scheme == "https" or self.host == "localhost")


def offer(session: Session, party: RelyingParty, signed_in: SignedIn, *, clock: Clock) -> str:
    """What `navigator.credentials.create` is to be given, as JSON."""
    user = PublicKeyCredentialUserEntity(
        id=f"guanjin-{signed_in.account_id}".encode(), name=signed_in.login, display_name=signed_in.display_name
    )
    options, state = party.server.register_begin(
        user,
        [_data(key) for key in _of(session, signed_in.account_id)],
        resident_key_requirement=ResidentKeyRequirement.DISCOURAGED,
        user_verification=VERIFIED,
    )
    _remember(session, signed_in, state, clock)
    return json.dumps(dict(options.public_key))


def ask(session: Session, party: RelyingParty, signed_in: SignedIn, *, clock: Clock) -> str:
    """What `navigator.credentials.get` is to be given, as JSON."""
    keys = [_data(key) for key in _of(session, signed_in.account_id)]
    options, state = party.server.authenticate_begin(keys, VERIFIED)
    _remember(session, signed_in, state, clock)
    return json.dumps(dict(options.public_key))


def register(
    session: Session, party: RelyingParty, signed_in: SignedIn, name: str, answer: str, *, clock: Clock
) -> SecurityKey:
    """Keep the public key of the authenticator that answered. Part of a recorded change.

    Raises FactorNameError, SecurityKeyRefusedError, SecurityKeyTakenError.
    """
    name = name.strip()
    if not name or plain(name, NAME_LENGTH) != name:
        raise FactorNameError(name=plain(name, NAME_LENGTH), length=NAME_LENGTH)
    state = _recall(session, signed_in, clock)
    try:
        data: AuthenticatorData = party.server.register_complete(state, _parse(answer))
    except MALFORMED as error:
        raise SecurityKeyRefusedError(reason=_reason(error)) from error
    credential = data.credential_data
    if credential is None:
        raise SecurityKeyRefusedError(reason="no credential")
    identifier = _text(credential.credential_id)
    if session.scalar(select(SecurityKey.id).where(SecurityKey.credential_id == identifier)):
        raise SecurityKeyTakenError
    key = SecurityKey(
        account_id=signed_in.account_id,
        credential_id=identifier,
        credential_data=bytes(credential),
        sign_count=data.counter,
        name=name,
        created=clock.now(),
    )
    session.add(key)
    session.flush()
    return key


def check(session: Session, party: RelyingParty, signed_in: SignedIn, answer: str, *, clock: Clock) -> SecurityKey:
    """The key of the account that signed the challenge. Raises SecurityKeyRefusedError, SecurityKeyCopiedError."""
    state = _recall(session, signed_in, clock)
    keys = {key.credential_id: key for key in _of(session, signed_in.account_id)}
    try:
        parsed = _parse(answer)
        used = party.server.authenticate_complete(state, [_data(key) for key in keys.values()], parsed)
        counter = AuthenticationResponse.from_dict(parsed).response.authenticator_data.counter
    except MALFORMED as error:
        raise SecurityKeyRefusedError(reason=_reason(error)) from error
    key = keys[_text(used.credential_id)]
    if not grows(key.sign_count, counter):
        raise SecurityKeyCopiedError(name=key.name)
    key.sign_count, key.last_used = counter, clock.now()
    session.flush()
    return key


def grows(kept: int, shown: int) -> bool:
    """Web Authentication, section 7.2, step 22: authenticators without a counter always say 0."""
    return shown > kept or (shown == 0 and kept == 0)


def _remember(session: Session, signed_in: SignedIn, state: Mapping[str, Any], clock: Clock) -> None:
    mine = update(LoginSession).where(LoginSession.id == signed_in.session_id)
    session.execute(mine.values(challenge=state["challenge"], challenge_at=clock.now()))


def _recall(session: Session, signed_in: SignedIn, clock: Clock) -> dict[str, Any]:
    """The challenge of this session, which is gone by that. Raises SecurityKeyRefusedError where there is none."""
    row = session.get(LoginSession, signed_in.session_id, with_for_update={"of": LoginSession}, populate_existing=True)
    challenge, at = (None, None) if row is None else (row.challenge, row.challenge_at)
    if row is None or challenge is None or at is None or not at <= clock.now() < at + CHALLENGE_LIFE:
        raise SecurityKeyRefusedError(reason="the question is out of date")
    row.challenge = None
    session.flush()
    return {"challenge": challenge, "user_verification": VERIFIED}


def _of(session: Session, account_id: int) -> Sequence[SecurityKey]:
    return session.scalars(select(SecurityKey).where(SecurityKey.account_id == account_id)).all()


def _data(key: SecurityKey) -> AttestedCredentialData:
    return AttestedCredentialData(key.credential_data)


def _parse(answer: str) -> dict[str, Any]:
    """Raises ValueError."""
    if len(answer) > LONGEST_ANSWER:
        raise ValueError("too long")
    found = json.loads(answer, parse_int=_small)
    if not isinstance(found, dict):
        raise ValueError("not an object")  # noqa: TRY004  # one kind for all that is malformed
    return found


def _small(digits: str) -> int:
    """The library makes as many bytes of a number where it expects some: a short answer could take all memory."""
    if len(digits) > LONGEST_NUMBER:
        raise ValueError("a number too large")
    return int(digits)


def _reason(error: Exception) -> str:
    return plain(str(error), NAME_LENGTH) or type(error).__name__


def _text(identifier: bytes) -> str:
    return base64.urlsafe_b64encode(identifier).decode().rstrip("=")
