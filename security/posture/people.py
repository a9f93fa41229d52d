"""The people: the three administrators, accounts that nobody uses, passwords that somebody else chose, the rules."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from core.i18n import N_
from core.settings import SecuritySettings
from security import accounts, passwords, setup
from security.posture.check import Check, Installation
from security.posture.finding import Finding, Severity
from security.roles import THREE_ADMINISTRATORS, Role, conflict

IDLE: Final = timedelta(days=90)
NEVER_USED: Final = timedelta(days=30)
FIRST_PASSWORD: Final = timedelta(days=7)
# What is tried first by whoever stands before a log-in. The policy refuses them; an older or imported hash may not.
WELL_KNOWN: Final = (
    "admin",
    "password",
    "123456",
    "12345678",
    "admin123",
    "Admin@123",
    "P@ssw0rd",
    "guanjin",
    "changeme",
)


@dataclass(frozen=True)
class Person:
    """An account as these checks see it; `phc` only where passwords are to be tried."""

    login: str
    display_name: str
    roles: frozenset[Role]
    disabled: bool
    must_change: bool
    created: datetime
    last_login: datetime | None
    password_changed: datetime
    phc: str | None = None


@dataclass(frozen=True)
class People:
    now: datetime
    set_up: bool
    persons: tuple[Person, ...]

    @property
    def active(self) -> tuple[Person, ...]:
        return tuple(person for person in self.persons if not person.disabled)


def look_at_people(site: Installation) -> People:
    with site.database.read() as session:
        persons = tuple(
            Person(
                one.login,
                one.display_name,
                one.roles,
                one.disabled,
                one.must_change_password,
                one.created,
                one.last_login,
                one.password_changed,
                one.password_hash if site.full else None,
            )
            for one in accounts.every(session)
        )
        return People(site.clock.now(), setup.is_set_up(session), persons)


def judge_administrators(people: People) -> Iterator[Finding]:
    if not people.set_up:
        yield Finding(
            "people.not_set_up",
            Severity.CRITICAL,
            "setup",
            N_("the three administrators are not named yet: whoever has the set-up token may become all of them"),
            N_("open the console and finish the set-up; `guanjin init` prints a new token"),
        )
        return
    for role in THREE_ADMINISTRATORS:
        holders = [person for person in people.active if role in person.roles]
        if not holders:
            yield Finding(
                "people.administrator_missing",
                Severity.CRITICAL,
                role.value,
                N_("nobody is %(role)s"),
                N_("the security administrator grants the role; at the machine: `guanjin account grant`"),
                {"role": role.label},
            )
    for person in people.active:
        if pair := conflict(person.roles):
            yield _conflict(person.login, *pair)
    by_name: dict[str, set[Role]] = {}
    for person in people.active:
        held = by_name.setdefault(person.display_name, set())
        if (pair := conflict(held | person.roles)) and not conflict(person.roles) and not conflict(held):
            yield _conflict(person.display_name, *pair)
        held |= person.roles


def _conflict(who: str, role: Role, other: Role) -> Finding:
    return Finding(
        "people.conflict",
        Severity.CRITICAL,
        who,
        N_("%(subject)s is %(role)s and %(other)s: separation of duties is broken, past the program's own rules"),
        N_("revoke one of the two, and look in the audit log and at the database for who did this"),
        {"role": role.label, "other": other.label},
    )


def judge_accounts(people: People) -> Iterator[Finding]:
    for person in people.active:
        if person.last_login is None and people.now - person.created > NEVER_USED:
            yield Finding(
                "people.never_used",
                Severity.WARNING,
                person.login,
                N_("account %(subject)s has never been used since it was made %(days)s days ago"),
                N_("disable it until the person needs it"),
                {"days": (people.now - person.created).days},
            )
        elif person.last_login is not None and people.now - person.last_login > IDLE:
            yield Finding(
                "people.idle",
                Severity.WARNING,
                person.login,
                N_("account %(subject)s was last used %(days)s days ago"),
                N_("ask whether the person still needs it, and disable it otherwise"),
                {"days": (people.now - person.last_login).days},
            )
        if person.must_change and people.now - person.password_changed > FIRST_PASSWORD:
            yield Finding(
                "people.first_password",
                Severity.WARNING,
                person.login,
                N_("account %(subject)s still has the password that somebody else set %(days)s days ago"),
                N_("have the person log in and choose an own one, or disable the account"),
                {"days": (people.now - person.password_changed).days},
            )


def look_at_passwords(site: Installation) -> tuple[str, ...] | None:
    """Names of accounts that open with what everybody tries first; slow, so only when asked for everything."""
    if not site.full:
        return None
    active = look_at_people(site).active
    return tuple(one.login for one in active if any(passwords.verify(one.phc, text) for text in _tried(one.login)))


def _tried(login: str) -> tuple[str, ...]:
    return (login, *WELL_KNOWN)


def judge_passwords(logins: tuple[str, ...]) -> Iterator[Finding]:
    for login in logins:
        yield Finding(
            "people.well_known_password",
            Severity.CRITICAL,
            login,
            N_("account %(subject)s opens with a password that everybody tries first"),
            N_(
                "set another one now (`guanjin account reset-password %(subject)s`), and look what the account has done"
            ),
        )


def look_at_rules(site: Installation) -> SecuritySettings:
    return site.settings.security


# Setting, the most (positive) or least (negative) that level 3 of GB/T 22239 leaves reasonable.
AT_MOST: Final = {"idle_minutes": 30, "session_hours": 12, "lockout_failures": 5}
AT_LEAST: Final = {"lockout_minutes": 15, "password_length": 12, "audit_days": 180}


def judge_rules(rules: SecuritySettings) -> Iterator[Finding]:
    for name, limit in AT_MOST.items():
        if (value := getattr(rules, name)) > limit:
            yield _rule(name, value, N_("%(subject)s is %(value)s, more than the usual %(limit)s"), limit)
    for name, limit in AT_LEAST.items():
        if (value := getattr(rules, name)) < limit:
            yield _rule(name, value, N_("%(subject)s is %(value)s, less than the usual %(limit)s"), limit)


def _rule(name: str, value: int, message: str, limit: int) -> Finding:
    return Finding(
        "people.rule",
        Severity.WARNING,
        f"security.{name}",
        message,
        N_("set it back, or write down who accepted the difference and why"),
        {"value": value, "limit": limit},
    )


CHECKS: Final = (
    Check("administrators", N_("three administrators"), look_at_people, judge_administrators),
    Check("accounts", N_("accounts that are not used"), look_at_people, judge_accounts),
    Check("passwords", N_("well-known passwords"), look_at_passwords, judge_passwords),
    Check("rules", N_("rules of sessions, lock-out and passwords"), look_at_rules, judge_rules, needs_schema=False),
)
