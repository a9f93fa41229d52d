"""Tables of second factors. The secret of one-time codes lies in the vault, realm `identity`."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base

NAME_LENGTH = 100
SUBJECT_LENGTH = 200
# 1023 bytes (Web Authentication, section 4, "Credential ID") in base64url.
CREDENTIAL_ID_LENGTH = 1400


class TotpFactor(Base):
    """One-time codes of an account. A code of `last_step` or before counts no more, whatever the clock says."""

    __tablename__ = "totp_factor"

    account_id: Mapped[int] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    created: Mapped[datetime]
    last_used: Mapped[datetime | None]
    last_step: Mapped[int] = mapped_column(BigInteger)


class RecoveryCode(Base):
    """One of the codes on paper; only its hash is kept, and when it was used."""

    __tablename__ = "recovery_code"
    __table_args__ = (Index(None, "account_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    code_hash: Mapped[str] = mapped_column(String(64))
    created: Mapped[datetime]
    used: Mapped[datetime | None]


class SecurityKey(Base):
    """A public key made by an authenticator (Web Authentication), under the name that its owner gave it."""

    __tablename__ = "security_key"
    __table_args__ = (UniqueConstraint("credential_id"), Index(None, "account_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    credential_id: Mapped[str] = mapped_column(String(CREDENTIAL_ID_LENGTH))
    credential_data: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    created: Mapped[datetime]
    last_used: Mapped[datetime | None]


class ClientCertificate(Base):
    """A certificate that stands for an account, known by the SHA-256 of its DER form. Revoked means deleted."""

    __tablename__ = "client_certificate"
    __table_args__ = (UniqueConstraint("fingerprint"), Index(None, "account_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    fingerprint: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(SUBJECT_LENGTH))
    expires: Mapped[datetime]
    created: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(100))
    last_used: Mapped[datetime | None]
