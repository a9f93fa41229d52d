"""Second factors: who administers, operates or approves with a password alone. No factor is opened."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from core.i18n import N_
from security import accounts
from security.factors import enrolled
from security.factors.kinds import Reach, demanded
from security.posture.check import Check, Installation
from security.posture.finding import Finding, Severity
from security.profile import profile_of


@dataclass(frozen=True)
class Alone:
    """Accounts in use with a privileged role and no factor; `asked` says whether the settings ask them for one."""

    logins: tuple[str, ...]
    asked: bool


def look(site: Installation) -> Alone:
    with site.database.read() as session:
        privileged = (
            one for one in accounts.every(session) if not one.disabled and demanded(Reach.PRIVILEGED, one.roles)
        )
        logins = tuple(one.login for one in privileged if not enrolled.has_any(session, one.id))
    return Alone(logins, profile_of(site.settings.security).second_factor is not Reach.OFF)


def judge(alone: Alone) -> Iterator[Finding]:
    """Where a factor is asked for, the next log-in sets one up, whoever has the password then."""
    for login in alone.logins:
        yield Finding(
            "people.no_second_factor",
            Severity.WARNING,
            login,
            N_("account %(subject)s has a privileged role and no second factor"),
            N_("have the person log in and set one up now: until then, whoever learns the password does it first")
            if alone.asked
            else N_("have the person set one up, and ask everybody for it: security.second_factor = privileged"),
        )


CHECKS: Final = (Check("second-factors", N_("second factors of privileged accounts"), look, judge),)
