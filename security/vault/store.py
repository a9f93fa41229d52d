"""Putting secrets in, taking them out, listing their names."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import Clock, SystemClock
from core.events import Event
from security.audit import SYSTEM, Actor, record
from security.errors import SecretDamagedError, SecretIncompleteError, SecretNameError, SecretNotFoundError
from security.vault.envelope import Sealed, key_id, new_key, seal, unseal
from security.vault.keyring import Keyring
from security.vault.kinds import AUDITED, ENTERED, Kind, Realm, fields_of, unfit
from security.vault.models import NAME_LENGTH, VaultKey, VaultSecret

_CLOCK = SystemClock()


@dataclass(frozen=True)
class SecretEntry:
    """What may be said about a secret."""

    realm: Realm
    name: str
    kind: Kind
    created: datetime
    changed: datetime


class Vault:
    """Secrets of the realms whose keys are on the ring; names and deletion of all realms need no key."""

    def __init__(self, keyring: Keyring, clock: Clock = _CLOCK) -> None:
        self._keyring = keyring
        self._clock = clock

    def put(
        self,
        session: Session,
        realm: Realm,
        name: str,
        secret: Mapping[str, str],
        *,
        actor: Actor,
        kind: Kind = Kind.OTHER,
    ) -> None:
        """Store a secret, or replace the one of that name. Recorded by name and kind, never by value; a secret of the
        realm `identity` is part of a second factor, whose own change is recorded by its caller.

        Raises RealmClosedError, SecretNameError, SecretIncompleteError (a field of its kind is missing or unknown).
        """
        _check(name, secret, kind)
        now = self._clock.now()
        row = _find(session, realm, name)
        before = None if row is None else {"kind": row.kind}
        if row is None:
            row = VaultSecret(id=uuid4().hex, realm=realm.value, name=name, created=now)
        key, data_key = self._newest_key(session, realm)
        row.kind, row.key_id, row.changed = kind.value, key.id, now
        plaintext = json.dumps(dict(secret), ensure_ascii=False).encode()
        sealed = seal(data_key, plaintext, *_bound(row))
        row.nonce, row.ciphertext = sealed.nonce, sealed.ciphertext
        session.add(row)
        if realm not in ENTERED:
            return
        record(
            session,
            Event.CREDENTIAL_STORED,
            actor,
            subject=_subject(realm, name),
            before=before,
            after={"kind": kind},
            clock=self._clock,
        )

    def open(
        self, session: Session, realm: Realm, name: str, *, actor: Actor = SYSTEM, purpose: str = ""
    ) -> dict[str, str]:
        """The secret's fields. In the realms `change` and `ferry` the use is recorded (`purpose` says what for, such
        as `job:17`), so the session must be a writing one there.

        Raises RealmClosedError, SecretNotFoundError, SecretDamagedError.
        """
        master = self._keyring.key(realm)
        row = _find(session, realm, name)
        if row is None:
            raise SecretNotFoundError(realm=realm.value, name=name)
        key = session.get_one(VaultKey, row.key_id)
        data_key = _unwrap(master, key)
        plaintext = None if data_key is None else unseal(data_key, Sealed(row.nonce, row.ciphertext), *_bound(row))
        if plaintext is None:
            raise SecretDamagedError(realm=realm.value, name=name)
        if realm in AUDITED:
            detail = {"purpose": purpose} if purpose else None
            record(
                session,
                Event.CREDENTIAL_OPENED,
                actor,
                subject=_subject(realm, name),
                detail=detail,
                clock=self._clock,
            )
        opened: dict[str, str] = json.loads(plaintext)
        return opened

    def list(self, session: Session, realm: Realm | None = None) -> tuple[SecretEntry, ...]:
        """Names and kinds of what people have entered, without values. Needs no key."""
        statement = select(VaultSecret).order_by(VaultSecret.realm, VaultSecret.name)
        realms = ENTERED if realm is None else (realm,)
        statement = statement.where(VaultSecret.realm.in_([each.value for each in realms]))
        return tuple(
            SecretEntry(Realm(row.realm), row.name, Kind(row.kind), row.created, row.changed)
            for row in session.scalars(statement)
        )

    def delete(self, session: Session, realm: Realm, name: str, *, actor: Actor) -> None:
        """Remove a secret (SQLite overwrites its bytes: `secure_delete`). Needs no key. Raises SecretNotFoundError."""
        row = _find(session, realm, name)
        if row is None:
            raise SecretNotFoundError(realm=realm.value, name=name)
        session.delete(row)
        if realm not in ENTERED:
            return
        record(
            session,
            Event.CREDENTIAL_DELETED,
            actor,
            subject=_subject(realm, name),
            before={"kind": row.kind},
            clock=self._clock,
        )

    def _newest_key(self, session: Session, realm: Realm) -> tuple[VaultKey, bytes]:
        """The realm's data key that seals now; made at the first use."""
        master = self._keyring.key(realm)
        statement = select(VaultKey).where(VaultKey.realm == realm.value, VaultKey.master_id == key_id(master))
        key = session.scalars(statement.order_by(VaultKey.created.desc(), VaultKey.id).limit(1)).one_or_none()
        if key is None:
            data_key = new_key()
            key = VaultKey(id=uuid4().hex, realm=realm.value, master_id=key_id(master), created=self._clock.now())
            sealed = seal(master, data_key, "data-key", key.realm, key.id)
            key.nonce, key.wrapped = sealed.nonce, sealed.ciphertext
            session.add(key)
            session.flush()
            return key, data_key
        unwrapped = _unwrap(master, key)
        if unwrapped is None:
            raise SecretDamagedError(realm=realm.value, name=key.id)
        return key, unwrapped


def _unwrap(master: bytes, key: VaultKey) -> bytes | None:
    return unseal(master, Sealed(key.nonce, key.wrapped), "data-key", key.realm, key.id)


def _bound(row: VaultSecret) -> tuple[str, ...]:
    return ("secret", row.realm, row.name, row.kind, row.id, row.key_id)


def _find(session: Session, realm: Realm, name: str) -> VaultSecret | None:
    statement = select(VaultSecret).where(VaultSecret.realm == realm.value, VaultSecret.name == name)
    return session.scalars(statement).one_or_none()


def _subject(realm: Realm, name: str) -> str:
    return f"credential:{realm}/{name}"


def _check(name: str, secret: Mapping[str, str], kind: Kind) -> None:
    if not name or name != name.strip() or len(name) > NAME_LENGTH or not name.isprintable():
        raise SecretNameError(name=name, length=NAME_LENGTH)
    if unfit(kind, secret):
        raise SecretIncompleteError(name=name, kind=kind.value, fields=fields_of(kind))
