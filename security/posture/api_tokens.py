"""API tokens in force that nobody would miss, or that live longer than any may. Only their names are looked at."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from core.i18n import N_
from security import tokens
from security.posture.check import Check, Installation
from security.posture.finding import Finding, Severity
from security.tokens.services import MOST_DAYS
from security.tokens.states import TokenState, state_of

UNUSED: Final = timedelta(days=90)
LONGEST: Final = timedelta(days=MOST_DAYS)


@dataclass(frozen=True)
class Token:
    """A token in force. `subject` is its owner and its name."""

    subject: str
    created: datetime
    expires: datetime
    last_used: datetime | None
    disabled: bool


@dataclass(frozen=True)
class InForce:
    now: datetime
    tokens: tuple[Token, ...]


def look(site: Installation) -> InForce:
    now = site.clock.now()
    with site.database.read() as session:
        live = [one for one in tokens.every(session) if state_of(one, now) is TokenState.LIVE]
        return InForce(
            now,
            tuple(
                Token(f"{one.account.login}/{one.name}", one.created, one.expires, one.last_used, one.account.disabled)
                for one in live
            ),
        )


def judge(found: InForce) -> Iterator[Finding]:
    for token in found.tokens:
        if token.expires - token.created > LONGEST:
            yield _finding(
                "tokens.over_long",
                token,
                N_("the API token %(subject)s is in force for %(days)s days, past the program's own rules"),
                N_("revoke it, and look in the audit log and at the database for who did this"),
                (token.expires - token.created).days,
            )
        unused = found.now - (token.last_used or token.created)
        if unused > UNUSED:
            yield _finding(
                "tokens.unused",
                token,
                N_("the API token %(subject)s has not been used for %(days)s days"),
                N_("ask its owner whether it is needed, and revoke it otherwise"),
                unused.days,
            )
        if token.disabled:
            yield _finding(
                "tokens.account_disabled",
                token,
                N_("the API token %(subject)s is in force again as soon as its disabled account is enabled"),
                N_("revoke it"),
            )


def _finding(code: str, token: Token, message: str, hint: str, days: int | None = None) -> Finding:
    return Finding(code, Severity.WARNING, token.subject, message, hint, {} if days is None else {"days": days})


CHECKS: Final = (Check("api-tokens", N_("API tokens"), look, judge),)
