"""Tables of the ferry: this site and its peers, links, what goes out, what comes in, and what may happen only once.

The rules of separation stand here a second time, as constraints: nobody approves their own transfer or one transfer
twice, no statement is used twice, no sequence number is taken or received twice, whatever a program does.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.database import Base, Json

NAME = 100
HEX16, HEX32 = 32, 64  # bytes in hexadecimal


class FerrySite(Base):
    """This site as its peers know it; one row. Public keys only, the private ones are in the vault's ferry realm."""

    __tablename__ = "ferry_site"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(NAME))
    zone: Mapped[str] = mapped_column(String(16))
    ed25519: Mapped[bytes] = mapped_column(LargeBinary)
    mldsa65: Mapped[bytes] = mapped_column(LargeBinary)
    x25519: Mapped[bytes] = mapped_column(LargeBinary)
    mlkem768: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]


class FerryPeer(Base):
    """Another site, as pinned by a person who compared its fingerprint."""

    __tablename__ = "ferry_peer"
    __table_args__ = (UniqueConstraint("name"), UniqueConstraint("sender"))

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME))
    zone: Mapped[str] = mapped_column(String(16))
    sender: Mapped[str] = mapped_column(String(HEX16))  # key id of its signing keys
    ed25519: Mapped[bytes] = mapped_column(LargeBinary)
    mldsa65: Mapped[bytes] = mapped_column(LargeBinary)
    x25519: Mapped[bytes] = mapped_column(LargeBinary)
    mlkem768: Mapped[bytes] = mapped_column(LargeBinary)
    fingerprint: Mapped[str] = mapped_column(String(HEX32))
    pinned_at: Mapped[datetime]
    pinned_by: Mapped[str] = mapped_column(String(NAME))
    approvers: Mapped[list["FerryPeerApprover"]] = relationship(
        cascade="all, delete-orphan", order_by="FerryPeerApprover.person"
    )


class FerryPeerApprover(Base):
    """Somebody at a peer whose approvals this site accepts, in these roles."""

    __tablename__ = "ferry_peer_approver"
    __table_args__ = (UniqueConstraint("peer_id", "person"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    peer_id: Mapped[int] = mapped_column(ForeignKey("ferry_peer.id"))
    person: Mapped[str] = mapped_column(String(NAME))
    roles: Mapped[list[Any]] = mapped_column(Json)
    public: Mapped[bytes] = mapped_column(LargeBinary)


class FerrySigningKey(Base):
    """A signing key of an approver of this site, locked by a PIN; `failures` are wrong PINs since the last right.

    A revoked key stays, so that what it signed before can be verified. Nobody has two that are not revoked.
    """

    __tablename__ = "ferry_signing_key"
    __table_args__ = (
        CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="revoked"),
        Index(None, "person"),
        Index(
            "ix_ferry_signing_key_in_use",
            "person",
            unique=True,
            sqlite_where=text("revoked_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person: Mapped[str] = mapped_column(String(NAME))
    roles: Mapped[list[Any]] = mapped_column(Json)
    public: Mapped[bytes] = mapped_column(LargeBinary)
    locked: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(NAME))
    pin_changed_at: Mapped[datetime | None]
    failures: Mapped[int]
    failed_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str | None] = mapped_column(String(NAME))
    reason: Mapped[str] = mapped_column(Text)


class FerryLink(Base):
    """A link as this site sees it: out of it or into it. `sequence` and `header` are of the last bundle."""

    __tablename__ = "ferry_link"
    __table_args__ = (UniqueConstraint("name", "outgoing"), UniqueConstraint("uid"))

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(HEX16))
    name: Mapped[str] = mapped_column(String(NAME))
    outgoing: Mapped[bool]
    peer_id: Mapped[int] = mapped_column(ForeignKey("ferry_peer.id"))
    carrier: Mapped[str] = mapped_column(String(16))
    ceiling: Mapped[str] = mapped_column(String(16))
    sequence: Mapped[int] = mapped_column(BigInteger)
    header: Mapped[str] = mapped_column(String(HEX32))
    created_at: Mapped[datetime]
    peer: Mapped[FerryPeer] = relationship()


class FerryTransfer(Base):
    """A transfer at its source. `report` is the inspection report's canonical text."""

    __tablename__ = "ferry_transfer"
    __table_args__ = (
        UniqueConstraint("uid"),
        UniqueConstraint("id", "submitter"),
        Index(None, "state"),
        Index(None, "submitter"),
        Index(None, "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(HEX16))
    link_id: Mapped[int] = mapped_column(ForeignKey("ferry_link.id"))
    state: Mapped[str] = mapped_column(String(16))
    level: Mapped[str] = mapped_column(String(16))
    purpose: Mapped[str] = mapped_column(Text)
    recipients: Mapped[list[Any]] = mapped_column(Json)
    submitter: Mapped[str] = mapped_column(String(NAME))
    account_id: Mapped[int | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    report: Mapped[str | None] = mapped_column(Text)
    root: Mapped[str | None] = mapped_column(String(HEX32))
    inspection: Mapped[str | None] = mapped_column(String(HEX32))
    policy: Mapped[str | None] = mapped_column(String(HEX32))
    ended_by: Mapped[str | None] = mapped_column(String(NAME))
    reason: Mapped[str] = mapped_column(Text)
    refusal: Mapped[dict[str, Any] | None] = mapped_column(Json)
    handed_off_at: Mapped[datetime | None]
    receipted_at: Mapped[datetime | None]
    link: Mapped[FerryLink] = relationship()
    files: Mapped[list["FerryFile"]] = relationship(order_by="FerryFile.position", cascade="all, delete-orphan")
    approvals: Mapped[list["FerryApproval"]] = relationship(order_by="FerryApproval.id", cascade="all, delete-orphan")
    bundle: Mapped["FerryBundle | None"] = relationship(back_populates="transfer")


class FerryFile(Base):
    """A file of a transfer: its name as data, its bytes in the object store under `sha256`."""

    __tablename__ = "ferry_file"

    transfer_id: Mapped[int] = mapped_column(ForeignKey("ferry_transfer.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(255))
    kind: Mapped[str] = mapped_column(String(8))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(HEX32))
    sm3: Mapped[str] = mapped_column(String(HEX32))
    report: Mapped[str | None] = mapped_column(Text)


class FerryApproval(Base):
    """A signed approval. `submitter` repeats the transfer's, so that the database itself can compare.

    `key` is the one that signed it; none where that key was replaced before keys were kept.
    """

    __tablename__ = "ferry_approval"
    __table_args__ = (
        ForeignKeyConstraint(
            ["transfer_id", "submitter"],
            ["ferry_transfer.id", "ferry_transfer.submitter"],
            name="fk_ferry_approval_transfer_id_submitter",
        ),
        CheckConstraint("lower(person) <> lower(submitter)", name="separation"),
        UniqueConstraint("transfer_id", "person"),
        UniqueConstraint("transfer_id", "role"),
        UniqueConstraint("nonce"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    transfer_id: Mapped[int]
    submitter: Mapped[str] = mapped_column(String(NAME))
    person: Mapped[str] = mapped_column(String(NAME))
    role: Mapped[str] = mapped_column(String(32))
    key_id: Mapped[int | None] = mapped_column(ForeignKey("ferry_signing_key.id"))
    statement: Mapped[str] = mapped_column(Text)
    signature: Mapped[bytes] = mapped_column(LargeBinary)
    nonce: Mapped[str] = mapped_column(String(HEX16))
    at: Mapped[datetime]
    key: Mapped[FerrySigningKey | None] = relationship()


class FerryBundle(Base):
    """A sequence number that was taken on a link: being sealed, sealed, or void for good. One is sealed at a time."""

    __tablename__ = "ferry_bundle"
    __table_args__ = (
        UniqueConstraint("uid"),
        UniqueConstraint("link_id", "sequence"),
        Index(
            "ix_ferry_bundle_sealing",
            "link_id",
            unique=True,
            sqlite_where=text("state = 'sealing'"),
            postgresql_where=text("state = 'sealing'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(HEX16))
    link_id: Mapped[int] = mapped_column(ForeignKey("ferry_link.id"))
    sequence: Mapped[int] = mapped_column(BigInteger)
    transfer_id: Mapped[int] = mapped_column(ForeignKey("ferry_transfer.id"), unique=True)
    state: Mapped[str] = mapped_column(String(8))
    created_at: Mapped[datetime]
    not_after: Mapped[datetime]
    header: Mapped[str | None] = mapped_column(String(HEX32))
    sha256: Mapped[str | None] = mapped_column(String(HEX32))
    size: Mapped[int | None] = mapped_column(BigInteger)
    receipt: Mapped[bytes | None] = mapped_column(LargeBinary)
    transfer: Mapped[FerryTransfer] = relationship(back_populates="bundle")


class FerryNonce(Base):
    """A statement that was used: at its source when it was sealed, at its destination when it was opened."""

    __tablename__ = "ferry_nonce"

    nonce: Mapped[str] = mapped_column(String(HEX16), primary_key=True)
    transfer: Mapped[str] = mapped_column(String(HEX16))
    used_at: Mapped[datetime]


class FerryIncoming(Base):
    """A bundle at its destination. Link, number and bundle id are filled once the signatures have been verified."""

    __tablename__ = "ferry_incoming"
    __table_args__ = (
        UniqueConstraint("place", "name", "offered_sha256"),
        UniqueConstraint("link_id", "sequence"),
        UniqueConstraint("uid"),
        Index(None, "state"),
        Index(None, "seen_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[str] = mapped_column(String(500))
    name: Mapped[str] = mapped_column(String(NAME))
    offered_size: Mapped[int] = mapped_column(BigInteger)
    offered_sha256: Mapped[str] = mapped_column(String(HEX32))
    state: Mapped[str] = mapped_column(String(16))
    seen_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    link_id: Mapped[int | None] = mapped_column(ForeignKey("ferry_link.id"))
    sequence: Mapped[int | None] = mapped_column(BigInteger)
    uid: Mapped[str | None] = mapped_column(String(HEX16))
    header: Mapped[str | None] = mapped_column(String(HEX32))
    previous: Mapped[str | None] = mapped_column(String(HEX32))
    audit_anchor: Mapped[str | None] = mapped_column(String(HEX32))
    sealed_at: Mapped[datetime | None]
    not_after: Mapped[datetime | None]
    transfer: Mapped[str | None] = mapped_column(String(HEX16))
    level: Mapped[str | None] = mapped_column(String(16))
    submitter: Mapped[str | None] = mapped_column(String(200))
    purpose: Mapped[str | None] = mapped_column(Text)
    recipients: Mapped[list[Any] | None] = mapped_column(Json)
    manifest: Mapped[str | None] = mapped_column(Text)
    summary: Mapped[str | None] = mapped_column(Text)
    report: Mapped[str | None] = mapped_column(Text)
    receipt_code: Mapped[str | None] = mapped_column(String(20))
    refusal: Mapped[dict[str, Any] | None] = mapped_column(Json)
    released_by: Mapped[str | None] = mapped_column(String(NAME))
    released_at: Mapped[datetime | None]
    link: Mapped[FerryLink | None] = relationship()
    files: Mapped[list["FerryIncomingFile"]] = relationship(
        order_by="FerryIncomingFile.position", cascade="all, delete-orphan"
    )
    approvals: Mapped[list["FerryIncomingApproval"]] = relationship(
        order_by="FerryIncomingApproval.position", cascade="all, delete-orphan"
    )


class FerryIncomingFile(Base):
    """A file that arrived. `name` was made here; `claimed_name` is what the submitter called it."""

    __tablename__ = "ferry_incoming_file"

    incoming_id: Mapped[int] = mapped_column(ForeignKey("ferry_incoming.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    claimed_name: Mapped[str] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(String(255))
    kind: Mapped[str] = mapped_column(String(8))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(HEX32))
    sm3: Mapped[str] = mapped_column(String(HEX32))
    report: Mapped[str | None] = mapped_column(Text)


class FerryIncomingApproval(Base):
    """An approval that came inside a bundle, as it was signed; checked when opened and again when released."""

    __tablename__ = "ferry_incoming_approval"

    incoming_id: Mapped[int] = mapped_column(ForeignKey("ferry_incoming.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    person: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(64))
    issued_at: Mapped[datetime]
    statement: Mapped[str] = mapped_column(Text)
    signature: Mapped[bytes] = mapped_column(LargeBinary)


class FerryGap(Base):
    """A sequence number that should have arrived: an alarm while `closed_at` is empty."""

    __tablename__ = "ferry_gap"

    link_id: Mapped[int] = mapped_column(ForeignKey("ferry_link.id"), primary_key=True)
    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    noticed_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
