"""From a proof to a session's rights: the second step of a log-in, and the same again before something sensitive.

As in `security.login`, these take the database and not a session, because a refusal commits its record and its count
before it is raised.
"""

from collections.abc import Callable

from sqlalchemy.orm import Session

from core.events import Event
from security import accounts, sessions
from security.audit import record
from security.door import SECOND_STEP, Door
from security.factors import certificates, one_time, recovery, security_keys, totp
from security.factors.errors import CertificateAbsentError, CodeWrongError, FactorError
from security.factors.kinds import Factor, SecondStep
from security.factors.security_keys import RelyingParty
from security.login import complete
from security.sessions import SignedIn
from security.vault import Vault

# Looks at what was brought; the factor that it proves. Raises a FactorError where it proves nothing.
Check = Callable[[Session], Factor]


def prove_code(door: Door, signed_in: SignedIn, vault: Vault, code: str) -> str | None:
    """By a one-time code or a recovery code. The session's new token, where its rights grew.

    Raises CodeWrongError (counted), LoginLockedError.
    """

    def check(session: Session) -> Factor:
        if totp.looks_like_code(code):
            if one_time.spend(session, vault, signed_in.account_id, code, clock=door.clock):
                return Factor.TOTP
        elif recovery.spend(session, signed_in.account_id, code, door.clock.now()):
            return Factor.RECOVERY
        raise CodeWrongError

    return _prove(door, signed_in, check)


def prove_key(door: Door, signed_in: SignedIn, party: RelyingParty, answer: str) -> str | None:
    """By a security key. Raises SecurityKeyRefusedError, SecurityKeyCopiedError (both counted), LoginLockedError."""

    def check(session: Session) -> Factor:
        security_keys.check(session, party, signed_in, answer, clock=door.clock)
        return Factor.SECURITY_KEY

    return _prove(door, signed_in, check)


def prove_certificate(door: Door, signed_in: SignedIn) -> str | None:
    """By the certificate that the proxy verified. Raises CertificateAbsentError (counted), LoginLockedError."""

    def check(session: Session) -> Factor:
        if certificates.use(session, signed_in.account_id, door.certificate, door.clock.now()):
            return Factor.CERTIFICATE
        raise CertificateAbsentError

    return _prove(door, signed_in, check)


def _prove(door: Door, signed_in: SignedIn, check: Check) -> str | None:
    with door.database.write() as session:
        door.refuse_locked(session, signed_in.login, SECOND_STEP)
        try:
            factor = check(session)
        except FactorError as error:
            account = accounts.get(session, signed_in.account_id)
            refusal = door.count(session, signed_in.login, account, error, place=SECOND_STEP)
        else:
            return _welcome(door, session, signed_in, factor)
    raise refusal


def _welcome(door: Door, session: Session, signed_in: SignedIn, factor: Factor) -> str | None:
    token, now = sessions.note_factor(session, signed_in.session_id, factor, profile=door.profile, now=door.clock.now())
    if signed_in.second_step is SecondStep.PROVE:
        complete(door, session, now)
        return token
    door.lockout.clear(session, signed_in.login, SECOND_STEP)
    record(
        session,
        Event.FACTOR_PROVED,
        signed_in.actor(door.address),
        subject=f"account:{signed_in.login}",
        detail={"factor": factor},
        clock=door.clock,
    )
    return token
