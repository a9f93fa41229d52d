"""Filing configurations: a version only when somebody changed something, "seen" otherwise."""

import hashlib
import zlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from automation.archive import ArchiveKeys
from automation.difference import compare
from automation.drivers import Platform
from automation.models import ConfigText, ConfigVersion
from automation.redaction import fingerprint, redact


@dataclass(frozen=True)
class Filed:
    """`is_new` is False when the configuration is the one on file; then only its time of last sight moved."""

    number: int
    is_new: bool
    added: int
    removed: int


def file_version(
    session: Session,
    keys: ArchiveKeys,
    *,
    device_id: int,
    platform: Platform,
    text: str,
    now: datetime,
    taken_by: str,
) -> Filed:
    """File a complete configuration. Filing the same text twice gives one version."""
    mark = fingerprint(text, platform, keys.digest)
    last = latest(session, device_id)
    if last is not None and last.fingerprint == mark:
        last.seen_at = max(last.seen_at, now)
        return Filed(last.number, is_new=False, added=0, removed=0)
    redacted = redact(text, platform, keys.digest)
    change = compare(redacted_text(session, last) if last else "", redacted, context=0)
    number = last.number + 1 if last else 1
    session.add(
        ConfigVersion(
            device_id=device_id,
            number=number,
            taken_at=now,
            seen_at=now,
            taken_by=taken_by,
            platform=platform.name,
            fingerprint=mark,
            text_digest=_keep(session, redacted),
            size_bytes=len(text.encode()),
            lines=text.count("\n"),
            added=change.added,
            removed=change.removed,
            sealed=keys.seal(zlib.compress(text.encode()), device_id, number),
        )
    )
    session.flush()
    return Filed(number, is_new=True, added=change.added, removed=change.removed)


def latest(session: Session, device_id: int) -> ConfigVersion | None:
    query = select(ConfigVersion).where(ConfigVersion.device_id == device_id).order_by(ConfigVersion.number.desc())
    return session.scalars(query.limit(1)).first()


def redacted_text(session: Session, version: ConfigVersion) -> str:
    row = session.get_one(ConfigText, version.text_digest)
    return zlib.decompress(row.data).decode()


def full_text(keys: ArchiveKeys, version: ConfigVersion) -> str:
    """With its secrets; for restoring. The caller writes the audit record."""
    return zlib.decompress(keys.unseal(version.sealed, version.device_id, version.number)).decode()


def _keep(session: Session, text: str) -> str:
    digest = hashlib.sha256(text.encode()).hexdigest()
    if session.get(ConfigText, digest) is None:
        session.add(ConfigText(digest=digest, data=zlib.compress(text.encode(), 9)))
        session.flush()
    return digest
