"""Renewing keys while everything runs, in steps of which each is durable and may be done twice.

    data     a new data key seals from the first step on; secrets move to it, a hundred a transaction; the old keys go
    master   a new master key stands beside the old one in the source; the realm's keys are wrapped by it in one
             transaction; the old one goes last

A command that is killed leaves a row in `vault_rotation`, and whoever calls again goes on. Processes that run notice by
a key id that they do not know and ask for their keys again (`Keyring.find`). What the vault holds, such as the keys of
the ferry and of the configuration archive, stays the same: only what protects it changes.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import delete, exists, func, select
from sqlalchemy.orm import Session

from core.clock import Clock, SystemClock
from core.database import Database
from core.events import Event
from security.audit import Actor, record
from security.errors import SecretDamagedError
from security.vault import datakeys, escrow
from security.vault.ciphers import Cipher
from security.vault.envelope import key_id, new_key
from security.vault.errors import MasterUnknownError
from security.vault.keyring import Keyring
from security.vault.kinds import Realm
from security.vault.models import VaultKey, VaultRealm, VaultRotation, VaultSecret
from security.vault.sealing import open_row, seal_row
from security.vault.sources import MasterKeys

What = Literal["data", "master"]
BATCH = 100
_CLOCK = SystemClock()


@dataclass(frozen=True)
class Rotated:
    """`resealed` counts secrets, or wrapped keys where the master key was renewed."""

    realm: Realm
    kind: What
    resealed: int


@dataclass(frozen=True)
class Rotator:
    """`step` is called before each durable step with its name; a test dies there."""

    database: Database
    masters: MasterKeys
    cipher: Cipher
    actor: Actor
    clock: Clock = _CLOCK
    step: Callable[[str], None] = lambda _: None

    def rotate(self, realm: Realm, what: What) -> Iterator[Rotated]:
        """What was begun before comes first, then what is asked for unless it was just that."""
        begun = self._begun(realm)
        if begun is not None:
            yield self._go_on(realm, begun)
        if begun != what:
            yield self._go_on(realm, what)

    def _go_on(self, realm: Realm, what: What) -> Rotated:
        return self._rotate_data(realm) if what == "data" else self._rotate_master(realm)

    def _begun(self, realm: Realm) -> What | None:
        with self.database.read() as session:
            row = session.get(VaultRotation, realm.value)
            return None if row is None else ("data" if row.kind == "data" else "master")

    def _keyring(self, realm: Realm) -> Keyring:
        return Keyring.reading(self.masters.load, [realm])

    # data keys

    def _rotate_data(self, realm: Realm) -> Rotated:
        keyring = self._keyring(realm)
        self.step("data:begin")
        with self.database.write() as session:
            self._begin_data(session, realm, keyring)
        moved = True
        while moved:
            self.step("data:move")
            with self.database.write() as session:
                moved = self._move_secrets(session, realm, keyring)
        self.step("data:end")
        with self.database.write() as session:
            return self._end_data(session, realm)

    def _begin_data(self, session: Session, realm: Realm, keyring: Keyring) -> None:
        row = self._lock(session, realm, keyring)
        if session.get(VaultRotation, realm.value) is not None:
            return
        now, master = self.clock.now(), self._master(keyring, realm, row)
        key, _ = datakeys.new_data_key(session, master, realm, now, self.cipher)
        datakeys.new_recipient(session, master, realm, now, self.cipher)
        self._note(session, realm, "data", row.master_id, key.id)

    def _move_secrets(self, session: Session, realm: Realm, keyring: Keyring) -> bool:
        """A batch to the new key; whether there may be more. Raises SecretDamagedError: nothing is thrown away."""
        self._lock(session, realm, keyring)
        rotation = session.get_one(VaultRotation, realm.value)
        key = session.get_one(VaultKey, rotation.new_id)
        data_key = datakeys.unwrap(keyring, key)
        if data_key is None:
            raise SecretDamagedError(realm=realm.value, name=key.id)
        wanted = select(VaultSecret).where(VaultSecret.realm == realm.value, VaultSecret.key_id != key.id)
        rows = session.scalars(wanted.order_by(VaultSecret.id).limit(BATCH)).all()
        for row in rows:
            plaintext = open_row(keyring, row, session.get_one(VaultKey, row.key_id))
            if plaintext is None:
                raise SecretDamagedError(realm=realm.value, name=row.name)
            row.key_id = key.id
            seal_row(row, data_key, plaintext, self.cipher)
        rotation.resealed += len(rows)
        return bool(rows)

    def _end_data(self, session: Session, realm: Realm) -> Rotated:
        rotation = session.get_one(VaultRotation, realm.value)
        new = session.get_one(VaultKey, rotation.new_id)
        used = exists().where(VaultSecret.key_id == VaultKey.id)
        session.execute(delete(VaultKey).where(VaultKey.realm == realm.value, VaultKey.created < new.created, ~used))
        return self._end(session, realm, rotation)

    # master keys

    def _rotate_master(self, realm: Realm) -> Rotated:
        self.step("master:begin")
        with self.database.write() as session:
            self._begin_master(session, realm)
        self.step("master:beside")
        old, new = self._beside(realm)
        self.step("master:escrow")
        with self.database.write() as session:
            escrow.deposit(session, realm, (new, old), self.clock)
        self.step("master:wrap")
        with self.database.write() as session:
            self._wrap_anew(session, realm, new)
        self.step("master:destroy")
        self.masters.replace({realm: (new,)})
        self.step("master:end")
        with self.database.write() as session:
            escrow.deposit(session, realm, (new,), self.clock)
            return self._end(session, realm, session.get_one(VaultRotation, realm.value))

    def _begin_master(self, session: Session, realm: Realm) -> None:
        keyring = self._keyring(realm)
        row = self._lock(session, realm, keyring)
        if session.get(VaultRotation, realm.value) is None:
            self._master(keyring, realm, row)
            self._note(session, realm, "master", row.master_id, "")

    def _beside(self, realm: Realm) -> tuple[bytes, bytes]:
        """The old master key and the new one, both in the source; the same two after a crash."""
        with self.database.read() as session:
            old_id = session.get_one(VaultRotation, realm.value).old_master
        held = self.masters.load(realm)
        old = next((key for key in held if key_id(key) == old_id), None)
        others = [key for key in held if key_id(key) != old_id]
        if old is None:  # destroyed already: only the end is missing
            return others[0], others[0]
        if not others:
            others = [new_key()]
            self.masters.replace({realm: (old, others[0])})
        return old, others[0]

    def _wrap_anew(self, session: Session, realm: Realm, new: bytes) -> None:
        """All of the realm's keys, or none: at most a handful, as ended rotations leave one of each sort."""
        keyring = self._keyring(realm)
        row = self._lock(session, realm, keyring)
        rotation = session.get_one(VaultRotation, realm.value)
        wanted = select(VaultKey).where(VaultKey.realm == realm.value, VaultKey.master_id != key_id(new))
        for key in session.scalars(wanted).all():
            opened = datakeys.unwrap(keyring, key)
            if opened is None:
                raise SecretDamagedError(realm=realm.value, name=key.id)
            datakeys.wrap(key, new, opened, self.cipher)
            rotation.resealed += 1
        row.master_id, row.since = key_id(new), self.clock.now()

    # both

    def _lock(self, session: Session, realm: Realm, keyring: Keyring) -> VaultRealm:
        """Nobody seals in this realm until the transaction ends."""
        datakeys.master_of(session, keyring, realm, self.clock.now())
        return session.get_one(VaultRealm, realm.value, with_for_update=True)

    def _master(self, keyring: Keyring, realm: Realm, row: VaultRealm) -> bytes:
        found = keyring.find(realm, row.master_id)
        if found is None:
            raise MasterUnknownError(realm=realm.value, id=row.master_id)
        return found

    def _note(self, session: Session, realm: Realm, kind: What, old_master: str, new_id: str) -> None:
        session.add(
            VaultRotation(
                realm=realm.value,
                kind=kind,
                old_master=old_master,
                new_id=new_id,
                resealed=0,
                begun=self.clock.now(),
            )
        )

    def _end(self, session: Session, realm: Realm, rotation: VaultRotation) -> Rotated:
        done = Rotated(realm, "data" if rotation.kind == "data" else "master", rotation.resealed)
        session.delete(rotation)
        session.flush()
        master = session.get_one(VaultRealm, realm.value)
        keys = session.scalar(select(func.count()).where(VaultKey.realm == realm.value))
        record(
            session,
            Event.VAULT_ROTATED,
            self.actor,
            subject=f"vault:{realm}",
            before={"master": rotation.old_master},
            after={"master": master.master_id, "keys": keys, "cipher": self.cipher.value},
            detail={"kind": done.kind, "resealed": done.resealed},
            clock=self.clock,
        )
        return done
