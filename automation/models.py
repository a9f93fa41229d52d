"""Tables of configuration history.

A version has two artefacts: the redacted text, content-addressed and compressed, for screens, search and diff; and
the full text, sealed with a key that only the worker holds, for restoring.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base

NAME = String(120)
DIGEST = String(64)


class ConfigText(Base):
    """Redacted text, stored once however many versions and devices share it. `data` is zlib of UTF-8."""

    __tablename__ = "automation_config_text"

    digest: Mapped[str] = mapped_column(DIGEST, primary_key=True)  # SHA-256 of the text
    data: Mapped[bytes] = mapped_column(LargeBinary)


class ConfigVersion(Base):
    """One state of a device's running configuration, from the first time it was seen to the last."""

    __tablename__ = "automation_config_version"
    __table_args__ = (UniqueConstraint("device_id", "number"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    device_id: Mapped[int] = mapped_column(ForeignKey("inventory_device.id", ondelete="RESTRICT"))
    number: Mapped[int]  # counts from 1 per device
    taken_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    taken_by: Mapped[str] = mapped_column(NAME)
    platform: Mapped[str] = mapped_column(NAME)
    fingerprint: Mapped[str] = mapped_column(DIGEST)  # keyed; equal when nobody changed anything
    text_digest: Mapped[str] = mapped_column(ForeignKey("automation_config_text.digest"), index=True)
    size_bytes: Mapped[int]  # of the full text
    lines: Mapped[int]
    added: Mapped[int]  # lines against the version before
    removed: Mapped[int]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class BackupState(Base):
    """How the backup of a device stands: a change long ago and a backup last night are two different times."""

    __tablename__ = "automation_backup_state"

    device_id: Mapped[int] = mapped_column(ForeignKey("inventory_device.id", ondelete="CASCADE"), primary_key=True)
    attempted_at: Mapped[datetime]
    succeeded_at: Mapped[datetime | None]
    error_code: Mapped[str] = mapped_column(String(64), default="")
    error_facts: Mapped[dict[str, Any]] = mapped_column(default=dict)


class HostKey(Base):
    """The SSH host key that a device showed first; another one is refused until a person says otherwise."""

    __tablename__ = "automation_host_key"

    device_id: Mapped[int] = mapped_column(ForeignKey("inventory_device.id", ondelete="CASCADE"), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(Text)
    pinned_at: Mapped[datetime]
