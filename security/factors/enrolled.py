"""What an account has set up: asked for at the log-in, listed on pages, removed when it was lost."""

from dataclasses import dataclass

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from security.factors.models import ClientCertificate, RecoveryCode, SecurityKey, TotpFactor


@dataclass(frozen=True)
class Enrolled:
    """The second factors of one account, as a page shows them."""

    totp: TotpFactor | None
    keys: tuple[SecurityKey, ...]
    certificates: tuple[ClientCertificate, ...]
    recovery_codes: int

    @property
    def any(self) -> bool:
        return self.totp is not None or bool(self.keys) or bool(self.certificates)


def has_any(session: Session, account_id: int) -> bool:
    """One query, because it is asked at every request of a session that proved a password only."""
    found = (exists().where(table.account_id == account_id) for table in (TotpFactor, SecurityKey, ClientCertificate))
    return bool(session.scalar(select(or_(*found))))


def of_account(session: Session, account_id: int) -> Enrolled:
    codes = select(func.count()).where(RecoveryCode.account_id == account_id, RecoveryCode.used.is_(None))
    keys = select(SecurityKey).where(SecurityKey.account_id == account_id).order_by(SecurityKey.id)
    certificates = select(ClientCertificate).where(ClientCertificate.account_id == account_id)
    return Enrolled(
        totp=session.get(TotpFactor, account_id),
        keys=tuple(session.scalars(keys)),
        certificates=tuple(session.scalars(certificates.order_by(ClientCertificate.id))),
        recovery_codes=session.scalar(codes) or 0,
    )


def summary(session: Session, account_id: int) -> dict[str, object]:
    found = of_account(session, account_id)
    return {
        "one_time_codes": found.totp is not None,
        "security_keys": [key.name for key in found.keys],
        "certificates": [certificate.fingerprint for certificate in found.certificates],
    }
