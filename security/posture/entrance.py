"""How people and programs come in besides the password: second factors, API tokens, the office's directory."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from core.i18n import N_
from core.settings import DirectorySettings
from security import accounts
from security.directory.kinds import Source
from security.factors.enrolled import has_any
from security.factors.kinds import Reach, demanded
from security.posture.check import Check, Installation
from security.posture.finding import Finding, Severity
from security.profile import profile_of
from security.tokens.models import ApiToken

UNUSED: Final = timedelta(days=90)
LONG: Final = timedelta(days=366)


@dataclass(frozen=True)
class Bare:
    """An account in use that a password alone opens; `demanded` where the settings ask it for a second factor."""

    login: str
    demanded: bool
    by_directory: bool = False


def look_at_factors(site: Installation) -> tuple[Bare, ...]:
    """Of those whose roles administer, operate or approve."""
    asked = profile_of(site.settings.security).second_factor
    with site.database.read() as session:
        active = [one for one in accounts.every(session) if not one.disabled and demanded(Reach.PRIVILEGED, one.roles)]
        return tuple(
            Bare(one.login, demanded(asked, one.roles), one.source != Source.LOCAL)
            for one in active
            if one.roles and not has_any(session, one.id)
        )


def judge_factors(bare: tuple[Bare, ...]) -> Iterator[Finding]:
    for one in bare:
        if one.demanded:
            yield Finding(
                "entrance.factor_due",
                Severity.NOTE,
                one.login,
                N_("%(subject)s has not set up the second factor that is asked for, and can do nothing until then"),
                N_("have the person log in and set one up on My account"),
            )
        elif one.by_directory:
            yield Finding(
                "entrance.directory_alone",
                Severity.WARNING,
                one.login,
                N_("the office's directory alone opens the account %(subject)s, which may do much"),
                N_('ask privileged roles for a second factor: security.second_factor = "privileged"'),
            )
        else:
            yield Finding(
                "entrance.no_factor",
                Severity.WARNING,
                one.login,
                N_("a password alone opens the account %(subject)s, which may do much"),
                N_('ask privileged roles for a second factor: security.second_factor = "privileged"'),
            )


@dataclass(frozen=True)
class Token:
    """One that still opens something."""

    name: str
    owner: str
    owner_disabled: bool
    created: datetime
    expires: datetime
    last_used: datetime | None


@dataclass(frozen=True)
class Tokens:
    now: datetime
    tokens: tuple[Token, ...]


def look_at_tokens(site: Installation) -> Tokens:
    now = site.clock.now()
    with site.database.read() as session:
        alive = session.scalars(select(ApiToken).where(ApiToken.revoked.is_(None), ApiToken.expires > now))
        return Tokens(
            now,
            tuple(
                Token(one.name, one.account.login, one.account.disabled, one.created, one.expires, one.last_used)
                for one in alive
            ),
        )


def judge_tokens(found: Tokens) -> Iterator[Finding]:
    for one in found.tokens:
        subject, facts = f"{one.owner}/{one.name}", {"owner": one.owner}
        if one.owner_disabled:
            yield Finding(
                "entrance.token_orphan",
                Severity.NOTE,
                subject,
                N_("the API token %(subject)s belongs to the disabled account %(owner)s: it opens nothing now"),
                N_("end it, or it opens again with the account"),
                facts,
            )
        elif found.now - (one.last_used or one.created) > UNUSED:
            yield Finding(
                "entrance.token_unused",
                Severity.WARNING,
                subject,
                N_("the API token %(subject)s was not used for %(days)s days"),
                N_("ask %(owner)s whether a program still needs it, and end it otherwise"),
                {**facts, "days": (found.now - (one.last_used or one.created)).days},
            )
        if one.expires - one.created > LONG:
            yield Finding(
                "entrance.token_long",
                Severity.NOTE,
                subject,
                N_("the API token %(subject)s lives for %(days)s days"),
                N_("have %(owner)s make one that lives for a year at most"),
                {**facts, "days": (one.expires - one.created).days},
            )


def look_at_directory(site: Installation) -> DirectorySettings | None:
    wanted = site.settings.directory
    return wanted if wanted.ldap_urls or wanted.oidc_issuer else None


def judge_directory(wanted: DirectorySettings) -> Iterator[Finding]:
    for url in wanted.ldap_urls.split():
        if url.startswith("ldap://") and wanted.ldap_authority is None:
            yield Finding(
                "entrance.directory_clear",
                Severity.WARNING,
                url,
                N_("%(subject)s: no authority is named, so any that this machine knows may vouch for it"),
                N_("name the authority of its certificate: directory.ldap_authority"),
            )
    if wanted.ldap_urls and not wanted.ldap_bind_dn:
        yield Finding(
            "entrance.directory_open",
            Severity.NOTE,
            "directory.ldap_bind_dn",
            N_("the LDAP directory lets strangers search it"),
            N_("have an account of its own made for this installation there, and store its password"),
        )
    if wanted.oidc_issuer.startswith("http://"):
        yield Finding(
            "entrance.provider_clear",
            Severity.CRITICAL,
            wanted.oidc_issuer,
            N_("the OpenID provider %(subject)s is asked without TLS: anybody on the way can be anybody"),
            N_("use its https address"),
        )


CHECKS: Final = (
    Check("second-factors", N_("second factors"), look_at_factors, judge_factors),
    Check("api-tokens", N_("API tokens"), look_at_tokens, judge_tokens),
    Check("directory", N_("log-in by a directory"), look_at_directory, judge_directory, needs_schema=False),
)
