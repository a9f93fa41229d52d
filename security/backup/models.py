"""The public halves of the key that signs this installation's backups; the private ones are in the vault."""

from datetime import datetime

from sqlalchemy import CheckConstraint, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base


class BackupSigner(Base):
    __tablename__ = "backup_signer"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    ed25519: Mapped[bytes] = mapped_column(LargeBinary)
    mldsa65: Mapped[bytes] = mapped_column(LargeBinary)
    created: Mapped[datetime]
