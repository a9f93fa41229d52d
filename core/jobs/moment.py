"""What time it is for jobs: the database's on PostgreSQL, where workers stand on many machines; ours on SQLite."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.clock import Clock


def dialect_of(session: Session) -> str:
    return session.get_bind().dialect.name


def now(session: Session, clock: Clock) -> datetime:
    if dialect_of(session) != "postgresql":
        return clock.now()
    moment: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    return moment
