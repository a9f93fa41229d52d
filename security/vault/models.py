"""Tables of the vault. Nothing in them can be read without a key file."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base

NAME_LENGTH = 100


class VaultKey(Base):
    """A data key, wrapped by the master key `master_id` of its realm. The newest of a realm seals."""

    __tablename__ = "vault_key"
    __table_args__ = (Index(None, "realm"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    realm: Mapped[str] = mapped_column(String(16))
    master_id: Mapped[str] = mapped_column(String(16))
    nonce: Mapped[bytes] = mapped_column(LargeBinary)
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    created: Mapped[datetime]


class VaultSecret(Base):
    """A secret, sealed by the data key `key_id` and bound to realm, name, kind and the row's own id."""

    __tablename__ = "vault_secret"
    __table_args__ = (UniqueConstraint("realm", "name"), Index(None, "key_id"))

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    realm: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    kind: Mapped[str] = mapped_column(String(16))
    key_id: Mapped[str] = mapped_column(ForeignKey("vault_key.id"))
    nonce: Mapped[bytes] = mapped_column(LargeBinary)
    ciphertext: Mapped[bytes] = mapped_column(LargeBinary)
    created: Mapped[datetime]
    changed: Mapped[datetime]
