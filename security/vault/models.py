"""Tables of the vault. Nothing in them can be read without a master key."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base

NAME_LENGTH = 100
# What the mark of a secret's cipher says when it was sealed to its realm's public key and not opened yet.
DEPOSITED = "hpke"


class VaultRealm(Base):
    """Which master key seals in a realm. Every writer looks here first, so that a process that has not yet heard of a
    rotation cannot seal with a key that is about to be destroyed.
    """

    __tablename__ = "vault_realm"

    realm: Mapped[str] = mapped_column(String(16), primary_key=True)
    master_id: Mapped[str] = mapped_column(String(16))
    since: Mapped[datetime]


class VaultKey(Base):
    """A key wrapped by the master key `master_id` of its realm: a data key, of which the newest seals, or the private
    half of the realm's recipient key, whose `public` half anybody may seal to.
    """

    __tablename__ = "vault_key"
    __table_args__ = (Index(None, "realm"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    realm: Mapped[str] = mapped_column(String(16))
    master_id: Mapped[str] = mapped_column(String(16))
    cipher: Mapped[str] = mapped_column(String(16))
    nonce: Mapped[bytes] = mapped_column(LargeBinary)
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    public: Mapped[bytes | None] = mapped_column(LargeBinary)
    created: Mapped[datetime]


class VaultSecret(Base):
    """A secret, sealed by the key `key_id` and bound to realm, name, kind and the row's own id."""

    __tablename__ = "vault_secret"
    __table_args__ = (UniqueConstraint("realm", "name"), Index(None, "key_id"))

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    realm: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    kind: Mapped[str] = mapped_column(String(16))
    key_id: Mapped[str] = mapped_column(ForeignKey("vault_key.id"))
    cipher: Mapped[str] = mapped_column(String(16))
    nonce: Mapped[bytes] = mapped_column(LargeBinary)
    ciphertext: Mapped[bytes] = mapped_column(LargeBinary)
    created: Mapped[datetime]
    changed: Mapped[datetime]


class VaultRotation(Base):
    """A rotation that has begun and not ended; whoever calls for it again goes on where it stopped."""

    __tablename__ = "vault_rotation"
    __table_args__ = (CheckConstraint("kind IN ('data', 'master')", name="kind"),)

    realm: Mapped[str] = mapped_column(String(16), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    old_master: Mapped[str] = mapped_column(String(16))
    new_id: Mapped[str] = mapped_column(String(32))
    resealed: Mapped[int]
    begun: Mapped[datetime]


class VaultRecovery(Base):
    """The public half of the recovery key; the private half is outside, on paper or on a medium in a safe."""

    __tablename__ = "vault_recovery"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key_id: Mapped[str] = mapped_column(String(32))
    public: Mapped[bytes] = mapped_column(LargeBinary)
    created: Mapped[datetime]


class VaultEscrow(Base):
    """A master key, sealed to the recovery key: what makes a backup of this database one that can be restored."""

    __tablename__ = "vault_escrow"

    realm: Mapped[str] = mapped_column(String(16), primary_key=True)
    master_id: Mapped[str] = mapped_column(String(16), primary_key=True)
    recovery_id: Mapped[str] = mapped_column(String(32))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    created: Mapped[datetime]
