"""Passwords that an account had before, as hashes, for profiles under which they may not come again."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from security.models import Account, FormerPassword


def former(session: Session, account: Account, remembered: int) -> tuple[str, ...]:
    """The hashes that a new password is compared with: the present one and those before it."""
    rows = session.scalars(
        select(FormerPassword.password_hash)
        .where(FormerPassword.account_id == account.id)
        .order_by(FormerPassword.id.desc())
        .limit(remembered - 1)
    )
    return (account.password_hash, *rows)


def keep(session: Session, account: Account, remembered: int, now: datetime) -> None:
    """The present password is about to be replaced: remember it where the profile says so, forget the oldest."""
    if remembered > 1:
        session.add(FormerPassword(account_id=account.id, password_hash=account.password_hash, replaced=now))
        session.flush()
    mine = select(FormerPassword.id).where(FormerPassword.account_id == account.id)
    oldest = session.scalars(mine.order_by(FormerPassword.id.desc()).offset(remembered - 1)).all()
    session.execute(delete(FormerPassword).where(FormerPassword.id.in_(oldest)))
