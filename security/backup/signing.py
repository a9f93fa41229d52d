"""The key that signs backups: its private half in the vault's change realm, its public half beside."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from core.events import Event
from security.audit import Actor, record
from security.backup.errors import NoRecoveryKeyError, RecoveryKeyExistsError
from security.backup.models import BackupSigner
from security.backup.place import Place
from security.backup.recovery_code import RecoveryKey
from security.ferry.keys import SigningPrivate, SigningPublic
from security.vault import Keyring, Realm, Vault, escrow
from security.vault.envelope import new_key
from security.vault.recipient import RecipientPrivate, RecipientPublic

NAME: Final = "backup-signing"


@dataclass(frozen=True)
class Keys:
    """What sealing a backup takes."""

    recovery: RecipientPublic
    signer: SigningPrivate


def make_recovery_key(session: Session, place: Place, keyring: Keyring, *, replace: bool, actor: Actor) -> RecoveryKey:
    """A new recovery key, to be shown once and kept outside. `keyring` must hold every realm: each master key is sealed
    to it now. Raises RecoveryKeyExistsError unless `replace`.
    """
    before = escrow.recovery(session)
    if before is not None and not replace:
        raise RecoveryKeyExistsError(id=before.key_id)
    private = RecipientPrivate(new_key())
    vault = Vault(keyring, place.clock, cipher=place.settings.vault.cipher)
    signer = _signer(session, place, vault, actor)
    old = None if before is None else {"recovery": before.key_id}
    escrow.set_recovery(session, private.public, {realm: keyring.all(realm) for realm in Realm}, place.clock)
    record(
        session,
        Event.RECOVERY_KEY_CREATED,
        actor,
        subject="recovery-key",
        before=old,
        after={"recovery": private.public.key_id, "signer": signer.key_id.hex()},
        clock=place.clock,
    )
    return RecoveryKey(private, signer.key_id)


def open_keys(session: Session, vault: Vault, actor: Actor) -> Keys:
    """Recorded by the vault, so the session must be a writing one. Raises NoRecoveryKeyError."""
    recovery = escrow.recovery(session)
    if recovery is None:
        raise NoRecoveryKeyError
    secret = vault.open(session, Realm.CHANGE, NAME, actor=actor, purpose="system-backup")
    signer = SigningPrivate(bytes.fromhex(secret["ed25519"]), bytes.fromhex(secret["mldsa65"]))
    return Keys(RecipientPublic(recovery.public), signer)


def _signer(session: Session, place: Place, vault: Vault, actor: Actor) -> SigningPublic:
    """The signing key stays when the recovery key changes, so that old sheets still name the right installation."""
    row = session.get(BackupSigner, 1)
    if row is not None:
        return SigningPublic(row.ed25519, row.mldsa65)
    private = SigningPrivate.generate()
    secret = {"ed25519": private.ed25519.hex(), "mldsa65": private.mldsa65.hex()}
    vault.put(session, Realm.CHANGE, NAME, secret, actor=actor)
    public = private.public
    session.add(BackupSigner(id=1, ed25519=public.ed25519, mldsa65=public.mldsa65, created=place.clock.now()))
    return public
