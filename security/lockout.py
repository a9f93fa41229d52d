"""Guessing is slowed down: so many wrong passwords for one account from one address, and that pair has to wait.

Counted in the database, so a restart does not help the guesser; per address, so a stranger cannot lock a person out
from everywhere. Unknown names are counted like known ones, or the lock would tell which names exist.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Self

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from core.settings import SecuritySettings
from security.models import ADDRESS_LENGTH, LoginFailure


@dataclass(frozen=True)
class Lockout:
    """`failures` within `window` lock for `window`."""

    failures: int
    window: timedelta

    @classmethod
    def of(cls, settings: SecuritySettings) -> Self:
        return cls(settings.lockout_failures, timedelta(minutes=settings.lockout_minutes))

    def locked_until(self, session: Session, login: str, address: str, now: datetime) -> datetime | None:
        """When this pair may try again; None where it may now."""
        row = session.get(LoginFailure, _key(login, address))
        until = None if row is None else row.locked_until
        return until if until is not None and until > now else None

    def fail(self, session: Session, login: str, address: str, now: datetime) -> bool:
        """Count a wrong password; True when the pair is locked by it."""
        session.execute(delete(LoginFailure).where(LoginFailure.last < now - 2 * self.window))
        row = _row(session, _key(login, address), now)
        if now - row.first >= self.window or (row.locked_until is not None and row.locked_until <= now):
            row.failures, row.first, row.locked_until = 0, now, None
        row.failures += 1
        row.last = now
        if row.failures >= self.failures:
            row.locked_until = now + self.window
        return row.locked_until is not None

    def clear(self, session: Session, login: str, address: str) -> None:
        name, place = _key(login, address)
        session.execute(delete(LoginFailure).where(LoginFailure.login_hash == name, LoginFailure.address == place))


def _row(session: Session, key: tuple[str, str], now: datetime) -> LoginFailure:
    """The counter of a pair, made if need be, and held against others who count at the same moment."""
    insert = (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert(LoginFailure)
    fresh = {"login_hash": key[0], "address": key[1], "failures": 0, "first": now, "last": now}
    session.execute(insert.values(fresh).on_conflict_do_nothing())
    return session.get_one(LoginFailure, key, with_for_update=True, populate_existing=True)


def _key(login: str, address: str) -> tuple[str, str]:
    return sha256(b"guanjin-login\n" + login.encode("utf-8", "replace")).hexdigest(), address[:ADDRESS_LENGTH]
