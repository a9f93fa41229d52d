"""Recovery codes: on paper in a drawer, for the day on which the phone is lost. Each works once."""

import secrets
from datetime import datetime
from hashlib import sha256

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from security.factors.models import RecoveryCode

CODES = 10
# No letters or digits that are mistaken for others; 16 of 32 make 80 bits, so a plain hash keeps them.
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
LENGTH = 16
GROUP = 4


def issue(session: Session, account_id: int, now: datetime) -> tuple[str, ...]:
    """New codes, to be shown this once; the old ones are void. Part of a recorded change."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    codes = tuple("".join(secrets.choice(ALPHABET) for _ in range(LENGTH)) for _ in range(CODES))
    session.add_all(
        RecoveryCode(account_id=account_id, code_hash=_hash(account_id, code), created=now) for code in codes
    )
    session.flush()
    return tuple("-".join(code[start : start + GROUP] for start in range(0, LENGTH, GROUP)) for code in codes)


def spend(session: Session, account_id: int, typed: str, now: datetime) -> bool:
    """Whether this is an unused code of the account; it is used by that. Of two at the same moment one is told yes."""
    unused = update(RecoveryCode).where(
        RecoveryCode.account_id == account_id,
        RecoveryCode.code_hash == _hash(account_id, typed),
        RecoveryCode.used.is_(None),
    )
    spent = session.execute(unused.values(used=now).returning(RecoveryCode.id))
    return spent.first() is not None


def _hash(account_id: int, code: str) -> str:
    """However it is typed: lower case, without the hyphens, with spaces."""
    letters = "".join(letter for letter in code.upper() if letter in ALPHABET)
    return sha256(f"guanjin-recovery\n{account_id}\n{letters}".encode()).hexdigest()
