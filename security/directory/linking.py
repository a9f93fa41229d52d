"""Which account is checked by which directory, under which name."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import Clock, SystemClock
from core.events import Event
from security import accounts, sessions
from security.audit import Actor, record
from security.audit.redaction import plain
from security.directory.errors import (
    DirectoryAdministratorError,
    DirectorySubjectError,
    DirectorySubjectTakenError,
)
from security.directory.kinds import Source
from security.models import SUBJECT_LENGTH, Account
from security.roles import THREE_ADMINISTRATORS, Role

_CLOCK = SystemClock()


def link(
    session: Session, account_id: int, source: Source, subject: str, *, actor: Actor, clock: Clock = _CLOCK
) -> Account:
    """From now on this account's person is recognised so; its sessions end.

    Back to a password of ours (`Source.LOCAL`), a new one has to be set, for the old one may be long known.
    Raises AccountNotFoundError, DirectorySubjectError, DirectorySubjectTakenError, DirectoryAdministratorError.
    """
    account = accounts.get(session, account_id)
    name = subject.strip() if source is not Source.LOCAL else ""
    before = _shown(account)
    if source is not Source.LOCAL:
        if not name or plain(name, SUBJECT_LENGTH) != name:
            raise DirectorySubjectError(subject=plain(name, SUBJECT_LENGTH))
        other = find(session, source, name)
        if other is not None and other.id != account.id:
            raise DirectorySubjectTakenError(login=other.login, subject=name)
        refuse_administrator(account, account.roles)
    account.source, account.subject = source, name or None
    if _shown(account) == before:
        return account
    if source is Source.LOCAL:
        account.must_change_password = True
    ended = sessions.end_all(session, account_id)
    record(
        session,
        Event.ACCOUNT_LINKED,
        actor,
        subject=accounts.subject_of(account),
        before=before,
        after=_shown(account),
        detail={"sessions_ended": ended},
        clock=clock,
    )
    return account


def find(session: Session, source: Source, subject: str) -> Account | None:
    return session.scalars(select(Account).where(Account.source == source, Account.subject == subject)).one_or_none()


def refuse_administrator(account: Account, roles: frozenset[Role]) -> None:
    """Raises DirectoryAdministratorError."""
    if roles & set(THREE_ADMINISTRATORS):
        raise DirectoryAdministratorError(login=account.login)


def _shown(account: Account) -> dict[str, str | None]:
    return {"source": account.source, "subject": account.subject}
