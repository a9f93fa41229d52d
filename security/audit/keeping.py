"""The keeper of the log, a thread of the worker: it holds the audit key, signs checkpoints, and thins out old ones.

Not imported by `security.audit` itself, which the vault stands on.
"""

import logging
import secrets
import threading
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import delete, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from core.clock import Clock
from core.database import Database
from core.errors import GuanjinError
from core.events import Event
from security.audit import SYSTEM, record, stored_tree
from security.audit.models import AuditCheckpoint, AuditKey
from security.audit.note import VerifierKey
from security.audit.signing import RECORDS, SECONDS, SigningKey, pending, sign_new
from security.errors import SecretNotFoundError
from security.vault import Realm, Vault

KEY_NAME = "audit-log"
LOOK_S = 1.0
PAUSE_S = 60.0
THIN_S = 3600.0
# Of checkpoints older than this, the last of every hour stays.
KEPT_ALL = timedelta(days=1)

_log = logging.getLogger(__name__)


def open_key(session: Session, vault: Vault, clock: Clock) -> SigningKey:
    """The key that signs checkpoints, from the vault's audit realm; made where there is none.

    A new key takes the place of those that the database names: the log keeps its origin, and goes on where it was.
    """
    try:
        found = vault.open(session, Realm.AUDIT, KEY_NAME, purpose="checkpoints")
    except SecretNotFoundError:
        return _make_key(session, vault, clock)
    predecessors = map(VerifierKey.parse, found.get("predecessors", "").splitlines())
    return SigningKey(found["origin"], bytes.fromhex(found["ed25519"]), tuple(key for key in predecessors if key))


def _make_key(session: Session, vault: Vault, clock: Clock) -> SigningKey:
    predecessors = stored_tree.keys(session)
    origin = predecessors[-1].name if predecessors else f"guanjin.audit/{secrets.token_hex(8)}"
    key = SigningKey(origin, Ed25519PrivateKey.generate().private_bytes_raw(), predecessors)
    secret = {"origin": origin, "ed25519": key.seed.hex()}
    if predecessors:
        secret["predecessors"] = "\n".join(map(str, predecessors))
    vault.put(session, Realm.AUDIT, KEY_NAME, secret, actor=SYSTEM)
    verifier = str(key.verifier)
    session.add(AuditKey(verifier=verifier, created=clock.now()))
    detail = {"verifier": verifier, "predecessors": [str(one) for one in predecessors]}
    record(session, Event.AUDIT_KEY_CREATED, SYSTEM, subject=f"audit-log:{origin}", detail=detail, clock=clock)
    return key


class Keeper:
    """Signs when it is due. Trouble with the storage is waited out; a log that was tampered with stays unsigned."""

    def __init__(self, database: Database, key: SigningKey, clock: Clock) -> None:
        self._database = database
        self._key = key
        self._clock = clock
        self._signed_at = self._thinned_at = float("-inf")
        self._paused_until = float("-inf")

    def run(self, stop: threading.Event) -> None:
        while not stop.wait(LOOK_S):
            self.look()

    def look(self) -> None:
        """What is due now."""
        now = self._clock.monotonic()
        if now < self._paused_until:
            return
        try:
            self._sign(now)
            if now - self._thinned_at >= THIN_S:
                with self._database.write() as session:
                    thin(session, self._clock.now())
                self._thinned_at = now
        except (SQLAlchemyError, GuanjinError) as error:
            _log.error("audit log: %s", error)  # the cause is in the error; a trace tells nothing more
            self._paused_until = now + PAUSE_S

    def _sign(self, now: float) -> None:
        while True:
            with self._database.read() as session:
                count = pending(session)
            if not count or (count < RECORDS and now - self._signed_at < SECONDS):
                return
            if sign_new(self._database, self._key, self._clock) is None:
                return
            self._signed_at = now


def thin(session: Session, now: datetime) -> int:
    """Remove checkpoints between which there are newer ones of the same hour; how many."""
    rows = session.execute(
        select(AuditCheckpoint.size, AuditCheckpoint.signed)
        .where(AuditCheckpoint.signed < now - KEPT_ALL)
        .order_by(AuditCheckpoint.size)
    ).all()
    last_of_hour = {row.signed.replace(minute=0, second=0, microsecond=0): row.size for row in rows}
    newest = session.scalar(select(AuditCheckpoint.size).order_by(AuditCheckpoint.size.desc()).limit(1))
    kept = {*last_of_hour.values(), newest}
    gone = [row.size for row in rows if row.size not in kept]
    for start in range(0, len(gone), 500):
        session.execute(delete(AuditCheckpoint).where(AuditCheckpoint.size.in_(gone[start : start + 500])))
    return len(gone)
