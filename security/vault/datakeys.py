"""The keys in the database: which master key seals in a realm, its data keys, and the key that anybody may seal to."""

from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from security.errors import SecretDamagedError
from security.vault.ciphers import Cipher
from security.vault.envelope import Sealed, key_id, new_key, seal, unseal
from security.vault.errors import MasterUnknownError
from security.vault.keyring import Keyring
from security.vault.kinds import Realm
from security.vault.models import VaultKey, VaultRealm
from security.vault.recipient import RecipientPrivate


def master_of(session: Session, keyring: Keyring, realm: Realm, now: datetime) -> bytes:
    """The master key that seals in a realm now; the first use notes which one that is.

    The row is locked against a rotation until the transaction ends. Raises MasterUnknownError, RealmClosedError.
    """
    row = session.get(VaultRealm, realm.value, with_for_update={"read": True})
    if row is None:
        master = keyring.first(realm)
        session.add(VaultRealm(realm=realm.value, master_id=key_id(master), since=now))
        session.flush()
        return master
    found = keyring.find(realm, row.master_id)
    if found is None:
        raise MasterUnknownError(realm=realm.value, id=row.master_id)
    return found


def newest_data_key(
    session: Session, keyring: Keyring, realm: Realm, now: datetime, cipher: Cipher
) -> tuple[VaultKey, bytes]:
    """The data key that seals now; made at the first use."""
    master = master_of(session, keyring, realm, now)
    wanted = select(VaultKey).where(VaultKey.realm == realm.value, VaultKey.public.is_(None))
    row = session.scalars(wanted.order_by(VaultKey.created.desc(), VaultKey.id).limit(1)).one_or_none()
    if row is None:
        return new_data_key(session, master, realm, now, cipher)
    unwrapped = unwrap(keyring, row)
    if unwrapped is None:
        raise SecretDamagedError(realm=realm.value, name=row.id)
    return row, unwrapped


def new_data_key(
    session: Session, master: bytes, realm: Realm, now: datetime, cipher: Cipher
) -> tuple[VaultKey, bytes]:
    data_key = new_key()
    row = VaultKey(id=uuid4().hex, realm=realm.value, created=now)
    _add(session, row, master, data_key, cipher)
    return row, data_key


def new_recipient(session: Session, master: bytes, realm: Realm, now: datetime, cipher: Cipher) -> VaultKey:
    private = RecipientPrivate(new_key())
    row = VaultKey(id=uuid4().hex, realm=realm.value, created=now, public=private.public.raw)
    _add(session, row, master, private.seed, cipher)
    return row


def recipient_of(session: Session, realm: Realm) -> VaultKey | None:
    """The newest key that may be sealed to. Needs no key."""
    wanted = select(VaultKey).where(VaultKey.realm == realm.value, VaultKey.public.is_not(None))
    return session.scalars(wanted.order_by(VaultKey.created.desc(), VaultKey.id).limit(1)).one_or_none()


def unwrap(keyring: Keyring, row: VaultKey) -> bytes | None:
    """None where the row was altered, or its master key is not to be had."""
    master = keyring.find(Realm(row.realm), row.master_id)
    return None if master is None else unseal(master, Sealed(row.nonce, row.wrapped, row.cipher), *_bound(row))


def wrap(row: VaultKey, master: bytes, key: bytes, cipher: Cipher) -> None:
    """Under this master key, whatever it was under before."""
    row.master_id = key_id(master)
    sealed = seal(master, key, *_bound(row), cipher=cipher)
    row.nonce, row.wrapped, row.cipher = sealed.nonce, sealed.ciphertext, sealed.cipher


def _add(session: Session, row: VaultKey, master: bytes, key: bytes, cipher: Cipher) -> None:
    """The newest of its realm is the one that seals, also after the clock was set back."""
    last = session.scalar(select(func.max(VaultKey.created)).where(VaultKey.realm == row.realm))
    if last is not None:
        row.created = max(row.created, last + timedelta(microseconds=1))
    wrap(row, master, key, cipher)
    session.add(row)
    session.flush()


def _bound(row: VaultKey) -> tuple[str, ...]:
    """A data key cannot pass for a private key, nor the other way round; a public half cannot be exchanged."""
    bound = ("data-key", row.realm, row.id)
    return bound if row.public is None else ("recipient-key", row.realm, row.id, row.public.hex())
