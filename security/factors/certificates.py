"""Client certificates: the TLS proxy verifies them, the system administrator says for whom each stands.

A certificate is known by the SHA-256 of its DER form, so that neither its names nor who issued it can be played with.
"""

from datetime import datetime
from urllib.parse import unquote

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.clock import Clock
from core.events import Event
from security import accounts
from security.audit import Actor, record
from security.audit.redaction import plain
from security.factors import enrolled
from security.factors.errors import (
    CertificateExpiredError,
    CertificateTakenError,
    CertificateUnreadableError,
    FactorMissingError,
)
from security.factors.kinds import Factor
from security.factors.models import SUBJECT_LENGTH, ClientCertificate

LARGEST = 20_000


def fingerprint_of(pem: str) -> str | None:
    """Of a certificate as the proxy hands it on (PEM, percent-encoded by nginx); None where it is none."""
    try:
        return _read(unquote(pem)).fingerprint(SHA256()).hex()
    except ValueError:
        return None


def enrol(session: Session, account_id: int, pem: str, *, actor: Actor, clock: Clock) -> ClientCertificate:
    """Let a certificate stand for an account.

    Raises AccountNotFoundError, CertificateUnreadableError, CertificateExpiredError, CertificateTakenError.
    """
    account = accounts.get(session, account_id)
    try:
        certificate = _read(pem)
    except ValueError:
        raise CertificateUnreadableError from None
    subject = plain(certificate.subject.rfc4514_string(), SUBJECT_LENGTH)
    now = clock.now()
    if certificate.not_valid_after_utc <= now:
        raise CertificateExpiredError(subject=subject, expires=f"{certificate.not_valid_after_utc:%Y-%m-%d}")
    fingerprint = certificate.fingerprint(SHA256()).hex()
    if session.scalar(select(ClientCertificate.id).where(ClientCertificate.fingerprint == fingerprint)):
        raise CertificateTakenError
    before = enrolled.summary(session, account_id)
    row = ClientCertificate(
        account_id=account_id,
        fingerprint=fingerprint,
        subject=subject,
        expires=certificate.not_valid_after_utc,
        created=now,
        created_by=actor.name,
    )
    session.add(row)
    session.flush()
    record(
        session,
        Event.FACTOR_ENROLLED,
        actor,
        subject=accounts.subject_of(account),
        before=before,
        after=enrolled.summary(session, account_id),
        detail={"factor": Factor.CERTIFICATE, "subject": subject},
        clock=clock,
    )
    return row


def find(session: Session, account_id: int, number: int) -> ClientCertificate:
    """Raises FactorMissingError."""
    row = session.get(ClientCertificate, number)
    if row is None or row.account_id != account_id:
        raise FactorMissingError
    return row


def use(session: Session, account_id: int, fingerprint: str | None, now: datetime) -> bool:
    """Whether the certificate that the browser showed stands for this account now."""
    if fingerprint is None:
        return False
    shown = update(ClientCertificate).where(
        ClientCertificate.account_id == account_id,
        ClientCertificate.fingerprint == fingerprint,
        ClientCertificate.expires > now,
    )
    return session.execute(shown.values(last_used=now).returning(ClientCertificate.id)).first() is not None


def _read(pem: str) -> x509.Certificate:
    """Raises ValueError, also for what only begins with a certificate."""
    if len(pem) > LARGEST:
        raise ValueError
    (certificate,) = x509.load_pem_x509_certificates(pem.encode("ascii", "strict"))
    return certificate
