"""Putting secrets in, taking them out, listing their names."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import Clock, SystemClock
from core.database import Database
from core.events import Event
from security.audit import SYSTEM, Actor, record
from security.errors import (
    RealmClosedError,
    SecretDamagedError,
    SecretIncompleteError,
    SecretNameError,
    SecretNotFoundError,
)
from security.vault import datakeys
from security.vault.ciphers import Cipher
from security.vault.envelope import associated
from security.vault.errors import NoRecipientError
from security.vault.keyring import Keyring
from security.vault.kinds import AUDITED, ENTERED, Kind, Realm, fields_of, unfit
from security.vault.models import DEPOSITED, NAME_LENGTH, VaultKey, VaultRealm, VaultSecret
from security.vault.recipient import RecipientPublic
from security.vault.sealing import bound, open_row, seal_row

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

    def __init__(self, keyring: Keyring, clock: Clock = _CLOCK, *, cipher: Cipher | str = Cipher.AES_256_GCM) -> None:
        self._keyring = keyring
        self._clock = clock
        self._cipher = Cipher(cipher)

    @property
    def cipher(self) -> Cipher:
        """What seals from now on."""
        return self._cipher

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
        key, data_key = datakeys.newest_data_key(session, self._keyring, realm, now, self._cipher)
        row, before = self._row(session, realm, name, kind, key)
        seal_row(row, data_key, _encode(secret), self._cipher)
        self._stored(session, row, before, actor)

    def deposit(
        self,
        session: Session,
        realm: Realm,
        name: str,
        secret: Mapping[str, str],
        *,
        actor: Actor,
        kind: Kind,
    ) -> None:
        """Store a secret without being able to open one: sealed to the realm's public key. For the console, which
        holds no key; the process that owns the realm opens it like any other, and `prepare` seals it anew.

        Raises NoRecipientError, SecretNameError, SecretIncompleteError.
        """
        _check(name, secret, kind)
        session.get(VaultRealm, realm.value, with_for_update={"read": True})
        key = datakeys.recipient_of(session, realm)
        if key is None or key.public is None:
            raise NoRecipientError(realm=realm.value)
        row, before = self._row(session, realm, name, kind, key)
        row.cipher, row.nonce = DEPOSITED, b""
        row.ciphertext = RecipientPublic(key.public).seal(_encode(secret), associated(bound(row)))
        self._stored(session, row, before, actor)

    def prepare(self, database: Database) -> None:
        """At the start of a process: its realms can be sealed to, and what was sealed to them is sealed anew."""
        for realm in sorted(self._keyring.realms):
            with database.write() as session:
                now = self._clock.now()
                master = datakeys.master_of(session, self._keyring, realm, now)
                if datakeys.recipient_of(session, realm) is None:
                    datakeys.new_recipient(session, master, realm, now, self._cipher)
                self._adopt(session, realm)

    def open(
        self, session: Session, realm: Realm, name: str, *, actor: Actor = SYSTEM, purpose: str = ""
    ) -> dict[str, str]:
        """The secret's fields. In the realms `change` and `ferry` the use is recorded (`purpose` says what for, such
        as `job:17`), so the session must be a writing one there.

        Raises RealmClosedError, SecretNotFoundError, SecretDamagedError.
        """
        if realm not in self._keyring.realms:
            raise RealmClosedError(realm=realm.value)
        row = _find(session, realm, name)
        if row is None:
            raise SecretNotFoundError(realm=realm.value, name=name)
        plaintext = open_row(self._keyring, row, session.get_one(VaultKey, row.key_id))
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
        if realm is Realm.IDENTITY:
            return
        record(
            session,
            Event.CREDENTIAL_DELETED,
            actor,
            subject=_subject(realm, name),
            before={"kind": row.kind},
            clock=self._clock,
        )

    def _row(
        self, session: Session, realm: Realm, name: str, kind: Kind, key: VaultKey
    ) -> tuple[VaultSecret, dict[str, str] | None]:
        """The row of this name, made or found, with what it will be bound to; and what it was before."""
        now = self._clock.now()
        row = _find(session, realm, name)
        before = None if row is None else {"kind": row.kind}
        if row is None:
            row = VaultSecret(id=uuid4().hex, realm=realm.value, name=name, created=now)
        row.kind, row.key_id, row.changed = kind.value, key.id, now
        return row, before

    def _stored(self, session: Session, row: VaultSecret, before: dict[str, str] | None, actor: Actor) -> None:
        session.add(row)
        if row.realm == Realm.IDENTITY:
            return
        record(
            session,
            Event.CREDENTIAL_STORED,
            actor,
            subject=_subject(Realm(row.realm), row.name),
            before=before,
            after={"kind": row.kind},
            clock=self._clock,
        )

    def _adopt(self, session: Session, realm: Realm) -> None:
        """What does not open stays as it is, for whoever looks for it to be told."""
        wanted = select(VaultSecret).where(VaultSecret.realm == realm.value, VaultSecret.cipher == DEPOSITED)
        for row in session.scalars(wanted).all():
            plaintext = open_row(self._keyring, row, session.get_one(VaultKey, row.key_id))
            if plaintext is not None:
                now = self._clock.now()
                key, data_key = datakeys.newest_data_key(session, self._keyring, realm, now, self._cipher)
                row.key_id = key.id
                seal_row(row, data_key, plaintext, self._cipher)


def _encode(secret: Mapping[str, str]) -> bytes:
    return json.dumps(dict(secret), ensure_ascii=False).encode()


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
