"""The vault's master keys: what keeps them, and whether a backup would bring them back. No key is opened."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from core.i18n import N_
from security.posture.check import Check, Installation
from security.posture.finding import Finding, Severity
from security.vault import Realm, escrow
from security.vault.sources import Source, found
from security.vault.status import status


@dataclass(frozen=True)
class Kept:
    """`there` is the source in which the keys lie, `wanted` the one that the settings name."""

    there: Source
    wanted: Source
    mlps3: bool


def look_at_source(site: Installation) -> Kept | None:
    """Raises SealedKeysError."""
    there = found(site.settings.storage.data)
    if there is None:
        return None
    return Kept(there, Source(site.settings.vault.source), site.settings.security.profile == "mlps3")


def judge_source(kept: Kept) -> Iterator[Finding]:
    if kept.there is not kept.wanted:
        yield Finding(
            "vault.source_differs",
            Severity.WARNING,
            kept.there.value,
            N_("the master keys lie in %(subject)s, the settings say %(wanted)s: the next start will be refused"),
            N_("set vault.source to %(subject)s, or move the keys: `guanjin vault source`"),
            {"wanted": kept.wanted.value},
        )
    if kept.there is Source.FILE:
        yield Finding(
            "vault.key_file",
            Severity.WARNING if kept.mlps3 else Severity.NOTE,
            kept.there.value,
            N_("the master keys lie in files beside what they seal: a copy of the disk opens the vault"),
            N_("move them to a PKCS#11 token, or at least behind a passphrase: `guanjin vault source`")
            if kept.mlps3
            else N_("if the disk may be stolen or copied, move them: `guanjin vault source`"),
        )
    elif kept.mlps3 and kept.there is not Source.PKCS11:
        yield Finding(
            "vault.no_token",
            Severity.NOTE,
            kept.there.value,
            N_("the master keys come from a %(subject)s, not from a cryptographic module"),
            N_("where an assessment of commercial cryptography asks for one, move them to a PKCS#11 token"),
        )


@dataclass(frozen=True)
class Deposit:
    """`lacking` are realms whose present master key is not sealed to the recovery key."""

    recovery: bool
    lacking: tuple[Realm, ...]


def look_at_deposit(site: Installation) -> Deposit:
    with site.database.read() as session:
        used = (one for one in status(session) if one.master_id is not None)
        lacking = tuple(one.realm for one in used if not one.escrowed)
        return Deposit(escrow.recovery(session) is not None, lacking)


def judge_deposit(deposit: Deposit) -> Iterator[Finding]:
    if not deposit.recovery:
        yield Finding(
            "vault.no_recovery_key",
            Severity.WARNING,
            "vault",
            N_("there is no recovery key: no system backup can be made, and a lost master key is lost for good"),
            N_("make one, print it, and put it into a safe: `guanjin backup key`"),
        )
        return
    for realm in deposit.lacking:
        yield Finding(
            "vault.not_deposited",
            Severity.WARNING,
            realm.value,
            N_(
                "the master key of realm %(subject)s is not deposited for the recovery key: a restore would not open it"
            ),
            N_("renew it, which deposits the new one: `guanjin vault rotate --master --realm %(subject)s`"),
        )


CHECKS: Final = (
    Check("master-keys", N_("source of the master keys"), look_at_source, judge_source, needs_schema=False),
    Check("recovery-key", N_("deposit for the recovery key"), look_at_deposit, judge_deposit),
)
