"""The way back after a fire: every master key sealed to the recovery key, whose private half is not on this machine.

Done by whoever holds all keys (the commands at the terminal), kept in the database; so a backup of the database is
complete, and the process that makes it never holds a key of a realm that is not its own.
"""

from collections.abc import Mapping

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.clock import Clock
from security.vault.envelope import key_id
from security.vault.keyring import Keys
from security.vault.kinds import Realm
from security.vault.models import VaultEscrow, VaultRecovery
from security.vault.recipient import RecipientPrivate, RecipientPublic


def recovery(session: Session) -> VaultRecovery | None:
    return session.get(VaultRecovery, 1)


def set_recovery(session: Session, public: RecipientPublic, masters: Mapping[Realm, Keys], clock: Clock) -> None:
    """A new recovery key takes the place of the one before, which opens backups made from now on no longer."""
    row = session.get(VaultRecovery, 1) or VaultRecovery(id=1)
    row.key_id, row.public, row.created = public.key_id, public.raw, clock.now()
    session.add(row)
    session.execute(delete(VaultEscrow))
    for realm, keys in masters.items():
        deposit(session, realm, keys, clock)


def deposit(session: Session, realm: Realm, keys: Keys, clock: Clock) -> None:
    """Keep exactly these keys of a realm for the recovery key; nothing where there is none."""
    row = recovery(session)
    if row is None:
        return
    session.execute(delete(VaultEscrow).where(VaultEscrow.realm == realm.value))
    public = RecipientPublic(row.public)
    for key in dict.fromkeys(keys):
        entry = VaultEscrow(realm=realm.value, master_id=key_id(key), recovery_id=row.key_id, created=clock.now())
        entry.sealed = public.seal(key, _info(entry))
        session.add(entry)


def open_all(session: Session, private: RecipientPrivate) -> dict[Realm, Keys]:
    """Every master key, for a restore; a realm whose keys do not open is left out."""
    found: dict[Realm, Keys] = {}
    for row in session.scalars(select(VaultEscrow).order_by(VaultEscrow.realm, VaultEscrow.created.desc())):
        key = private.open(row.sealed, _info(row))
        if key is not None:
            realm = Realm(row.realm)
            found[realm] = (*found.get(realm, ()), key)
    return found


def _info(row: VaultEscrow) -> bytes:
    return f"guanjin-escrow-v1\n{row.realm}\n{row.master_id}\n".encode()
