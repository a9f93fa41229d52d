"""Where log-ins come from, under which rules, and how wrong guesses at it are counted.

A wrong password is counted for the account at that address; a wrong second factor for the account as a whole
(`SECOND_STEP`). A refusal is recorded in the transaction that counts it, and raised after that has ended.
"""

from dataclasses import dataclass, field
from typing import Final

from sqlalchemy.orm import Session

from core.clock import Clock
from core.database import Database
from core.errors import Category
from core.events import Event
from core.settings import SecuritySettings
from security.audit import Actor, record
from security.audit.models import Result
from security.audit.redaction import plain
from security.directory.errors import DirectoryError
from security.directory.kinds import Source
from security.directory.opening import Directories
from security.errors import LoginLockedError, SecurityError
from security.lockout import Lockout
from security.models import LOGIN_LENGTH, Account
from security.profile import Profile, profile_of

SHOWN_OF_UNKNOWN = 2
# Only who knows the password gets as far as to a second factor, so no stranger can lock a person out by this, and many
# addresses gain a guesser nothing.
SECOND_STEP: Final = "second step"
NOBODY: Final = "-"


def way(account: Account | None) -> dict[str, str]:
    """By which directory an account's person is recognised, for a record; nothing where by a password of ours."""
    return {"source": account.source} if account and account.source != Source.LOCAL else {}


@dataclass(frozen=True)
class Door:
    """Made once for each request. `certificate` is the fingerprint of the client certificate that the TLS proxy
    verified. `directories` check the passwords that are not ours.
    """

    database: Database
    settings: SecuritySettings
    clock: Clock
    address: str
    user_agent: str = ""
    certificate: str | None = None
    directories: Directories = field(default_factory=Directories)

    @property
    def lockout(self) -> Lockout:
        return Lockout.of(self.settings)

    @property
    def profile(self) -> Profile:
        return profile_of(self.settings)

    def refuse_locked(self, session: Session, name: str, place: str) -> None:
        """Raises LoginLockedError."""
        if self.lockout.locked_until(session, name, place, self.clock.now()) is not None:
            raise LoginLockedError(minutes=self.settings.lockout_minutes)

    def note_refusal(self, session: Session, account: Account | None, name: str, cause: str) -> None:
        """Record that somebody was turned away whom no password was guessed for; `name` is what a provider said."""
        shown = account.login if account else plain(name, LOGIN_LENGTH)
        actor = Actor(shown, "person", account.id if account else None, self.address)
        detail = {"known": account is not None, "code": cause, "source": Source.OIDC}
        subject = f"account:{shown}"
        record(session, Event.LOGIN_FAILED, actor, subject=subject, result="refused", detail=detail, clock=self.clock)

    def note_failure(self, login: str, source: Source, error: DirectoryError) -> None:
        """Record that a directory could not say, and why; `login` is empty where nobody was named yet."""
        actor = Actor(login or NOBODY, "person", None, self.address)
        detail = {"code": error.code, "source": source, **error.facts}
        result: Result = "refused" if error.category is Category.REFUSED else "failed"
        subject = f"account:{login}" if login else ""
        with self.database.write() as session:
            record(session, Event.LOGIN_FAILED, actor, subject=subject, result=result, detail=detail, clock=self.clock)

    def count(
        self,
        session: Session,
        name: str,
        account: Account | None,
        refusal: SecurityError,
        *,
        place: str,
        cause: str = "",
    ) -> SecurityError:
        """Count and record a wrong guess; returns what to raise once this is durable. `cause` is for the log alone."""
        locks = self.lockout.fail(session, name, place, self.clock.now())
        # What is typed as the name of nobody may well be a password.
        shown = account.login if account else f"{plain(name[:SHOWN_OF_UNKNOWN], SHOWN_OF_UNKNOWN)}***"
        actor = Actor(shown, "person", account.id if account else None, self.address)
        record(
            session,
            Event.LOGIN_LOCKED if locks else Event.LOGIN_FAILED,
            actor,
            subject=f"account:{shown}",
            result="refused",
            detail={"known": account is not None, "code": cause or refusal.code} | way(account),
            clock=self.clock,
        )
        return LoginLockedError(minutes=self.settings.lockout_minutes) if locks else refusal
