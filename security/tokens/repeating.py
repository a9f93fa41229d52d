"""A request that is sent twice is done once: the Idempotency-Key header (draft-ietf-httpapi-idempotency-key-header).

The answer is kept in the transaction of what was done, so that after a crash there are both or neither. A key belongs
to a token, lives for a day, and stands for exactly one request.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from core.clock import Clock
from security.tokens.errors import IdempotencyKeyError
from security.tokens.models import KeptAnswer

LIFE: Final = timedelta(days=1)
_UNDER_WAY: Final = 0


@dataclass(frozen=True)
class Answered:
    status: int
    body: str


def claim(session: Session, token_id: int, key: str, request_hash: str, *, clock: Clock) -> Answered | None:
    """What was answered to this key before; None when it is fresh, and then `keep` has to follow in this transaction.

    On PostgreSQL a second request with the same key waits here for the first to end; on SQLite it waited before.
    Raises IdempotencyKeyError where the key stands for another request.
    """
    now = clock.now()
    session.execute(delete(KeptAnswer).where(KeptAnswer.created <= now - LIFE))
    insert = (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert(KeptAnswer)
    fresh = {"token_id": token_id, "key": key, "request_hash": request_hash, "created": now}
    session.execute(insert.values(**fresh, status=_UNDER_WAY, body="").on_conflict_do_nothing())
    row = session.get_one(KeptAnswer, (token_id, key), populate_existing=True)
    if row.request_hash != request_hash:
        raise IdempotencyKeyError(key=key)
    return None if row.status == _UNDER_WAY else Answered(row.status, row.body)


def keep(session: Session, token_id: int, key: str, answered: Answered) -> None:
    row = session.get_one(KeptAnswer, (token_id, key))
    row.status, row.body = answered.status, answered.body
