"""Credentials: old ones by their dates, weak ones where this process holds the key. No value leaves this module."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from core.i18n import N_
from security.posture.check import Check, Installation
from security.posture.finding import Finding, Severity
from security.vault import Kind, Realm, Vault
from security.vault.store import SecretEntry

OLD: Final = timedelta(days=365)
GUESSED: Final = frozenset(
    {"public", "private", "community", "snmp", "admin", "cisco", "huawei", "h3c", "read", "write"}
)
SHORTEST: Final = 8


@dataclass(frozen=True)
class Ages:
    now: datetime
    entries: tuple[SecretEntry, ...]


def look_at_ages(site: Installation) -> Ages:
    with site.database.read() as session:
        return Ages(site.clock.now(), Vault(site.keyring, site.clock).list(session))


def judge_ages(ages: Ages) -> Iterator[Finding]:
    for entry in ages.entries:
        if ages.now - entry.changed > OLD:
            yield Finding(
                "secrets.old",
                Severity.NOTE,
                f"{entry.realm.value}/{entry.name}",
                N_("the credential %(subject)s has been the same for %(days)s days"),
                N_("change it on the devices, then here: `guanjin credential set`"),
                {"days": (ages.now - entry.changed).days},
            )


def look_at_communities(site: Installation) -> tuple[str, ...] | None:
    """Names of communities that are guessed first or too short, where the key is at hand. Reading needs no record."""
    if Realm.MONITOR not in site.keyring.realms:
        return None
    vault = Vault(site.keyring, site.clock)
    with site.database.read() as session:
        names = [one.name for one in vault.list(session, Realm.MONITOR) if one.kind is Kind.SNMP_V2C]
        return tuple(name for name in names if _weak(vault.open(session, Realm.MONITOR, name).get("community", "")))


def _weak(community: str) -> bool:
    return len(community) < SHORTEST or community.casefold() in GUESSED


def judge_communities(names: tuple[str, ...]) -> Iterator[Finding]:
    for name in names:
        yield Finding(
            "secrets.community",
            Severity.WARNING,
            name,
            N_("the community of credential %(subject)s is short or one that is guessed first"),
            N_("choose a long random one, or better SNMPv3 with authentication and encryption"),
        )


CHECKS: Final = (
    Check("credential-ages", N_("age of the credentials"), look_at_ages, judge_ages),
    Check("communities", N_("SNMP communities"), look_at_communities, judge_communities),
)
