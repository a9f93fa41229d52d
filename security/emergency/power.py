"""Is emergency access open, for whom, and what may that person do. Asked for every request."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from security.emergency.models import EmergencySeal
from security.reach import EVERYWHERE, Reach
from security.roles import Permission, Role, permissions_of

# What decides whom others reach (device groups) is no part of it.
POWERS = permissions_of([Role.NETWORK_ADMIN, Role.OPERATOR]) - {Permission.MANAGE_INVENTORY}


@dataclass(frozen=True)
class Opened:
    """What the red bar says."""

    account_id: int
    name: str
    login: str
    reason: str
    since: datetime
    until: datetime


def current(session: Session, now: datetime) -> Opened | None:
    """It ends by the clock, whether or not anybody ended it. A clock that was set back does not prolong it."""
    statement = select(EmergencySeal).where(EmergencySeal.state == "open", EmergencySeal.opened_until > now)
    found = session.scalars(statement.order_by(EmergencySeal.id.desc())).first()
    if found is None or found.bearer is None or found.opened is None or found.opened_until is None:
        return None
    if now < found.opened or found.bearer.disabled:
        return None
    bearer = found.bearer
    return Opened(bearer.id, bearer.display_name, bearer.login, found.reason, found.opened, found.opened_until)


def powers(session: Session, account_id: int, now: datetime) -> Mapping[Permission, Reach]:
    """What an account has besides its roles."""
    opened = current(session, now)
    return dict.fromkeys(POWERS, EVERYWHERE) if opened is not None and opened.account_id == account_id else {}
