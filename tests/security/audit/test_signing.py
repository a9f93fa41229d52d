"""Checkpoints: when they are signed, that they stand for the log as it is, and that nothing else is ever signed."""

import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from core.database import Database
from core.events import Event
from security.audit import SYSTEM, Breach, checkpoint, find, keeping, proofs, stored_tree, tree, verify
from security.audit.chain import link
from security.audit.checkpoint import Checkpoint
from security.audit.errors import NoCheckpointError, RecordNotFoundError, SigningRefusedError
from security.audit.keeping import Keeper, open_key
from security.audit.models import AuditCheckpoint
from security.audit.recording import Happening, record_all
from security.audit.signing import SigningKey, sign_new
from security.vault import Keyring, Realm, Vault
from security.vault.keyfiles import create_keys
from tests.security.conftest import HeldClock


@pytest.fixture
def vault(tmp_path: Path, clock: HeldClock) -> Vault:
    create_keys(tmp_path)
    return Vault(Keyring.load(tmp_path, [Realm.AUDIT]), clock)


@pytest.fixture
def key(database: Database, vault: Vault, clock: HeldClock) -> SigningKey:
    with database.write() as session:
        return open_key(session, vault, clock)


@pytest.fixture
def keeper(database: Database, key: SigningKey, clock: HeldClock) -> Keeper:
    return Keeper(database, key, clock)


def add(database: Database, count: int, clock: HeldClock) -> None:
    with database.write() as session:
        record_all(session, [Happening(Event.OBJECT_CHANGED, SYSTEM, f"device:{n}") for n in range(count)], clock=clock)


def sizes(database: Database) -> list[int]:
    with database.read() as session:
        return list(session.scalars(select(AuditCheckpoint.size).order_by(AuditCheckpoint.size)))


def tamper(database: Database, *statements: str) -> None:
    """By somebody who owns the database."""
    with database.write() as session:
        if database.dialect == "postgresql":
            for name in ("audit_record_forbid", "audit_record_forbid_delete"):
                session.execute(text(f"DROP TRIGGER {name} ON audit_record"))
        else:
            for action in ("update", "delete"):
                session.execute(text(f"DROP TRIGGER audit_record_forbid_{action}"))
        for statement in statements:
            session.execute(text(statement))


def test_what_was_added_is_signed_after_ten_seconds(database: Database, keeper: Keeper, clock: HeldClock) -> None:
    keeper.look()
    first = sizes(database)
    keeper.look()
    assert sizes(database) == first
    add(database, 1, clock)
    clock.forward(seconds=9)
    keeper.look()
    assert sizes(database) == first
    clock.forward(seconds=1)
    keeper.look()
    assert sizes(database) == [*first, first[0] + 1]


def test_nothing_new_makes_no_checkpoint(database: Database, keeper: Keeper, clock: HeldClock) -> None:
    keeper.look()
    clock.forward(hours=1)
    keeper.look()
    assert len(sizes(database)) == 1


def test_a_thousand_records_are_signed_at_once_and_by_the_thousand(
    database: Database, keeper: Keeper, clock: HeldClock
) -> None:
    keeper.look()
    (first,) = sizes(database)
    add(database, 2500, clock)
    clock.forward(seconds=1)
    keeper.look()
    assert sizes(database) == [first, first + 1000, first + 2000]


def test_a_checkpoint_stands_for_the_whole_log(database: Database, key: SigningKey, clock: HeldClock) -> None:
    add(database, 700, clock)
    signed = sign_new(database, key, clock)
    with database.read() as session:
        found = verify(session, keys=[key.verifier])
        note = stored_tree.newest_note(session)
    assert signed is not None
    assert (found.broken, found.signed, found.root) == (None, found.records, signed.root.hex())
    assert note is not None
    assert checkpoint.accept(note, [key.verifier]) == signed


@pytest.mark.parametrize("add_before", [1, 255, 256, 700])
def test_every_record_and_every_beginning_is_proved(
    database: Database, key: SigningKey, clock: HeldClock, add_before: int
) -> None:
    add(database, add_before, clock)
    old = sign_new(database, key, clock)
    add(database, 300, clock)
    new = sign_new(database, key, clock)
    assert old is not None
    assert new is not None
    with database.read() as session:
        beginning = proofs.prove_beginning(session, old.size)
        assert tree.extends(old.size, old.root, new.size, new.root, beginning.hashes)
        for sequence in (1, old.size, old.size + 1, new.size):
            proof = proofs.prove_record(session, sequence)
            values = {name: value for name, value in proof.record.items() if name not in {"previous", "hash"}}
            leaf = tree.leaf_hash(bytes.fromhex(link(proof.record["previous"], values)))
            assert tree.includes(leaf, proof.index, new.size, proof.hashes, new.root)
            assert checkpoint.accept(proof.note, [key.verifier]) == new
            assert proof.as_text().startswith(f"c2sp.org/tlog-proof@v1\nindex {sequence - 1}\n")


def test_a_record_that_is_too_new_or_is_not_there_has_no_proof(
    database: Database, key: SigningKey, clock: HeldClock
) -> None:
    with database.read() as session, pytest.raises(NoCheckpointError):
        proofs.prove_record(session, 1)
    sign_new(database, key, clock)
    with database.read() as session, pytest.raises(RecordNotFoundError):
        proofs.prove_record(session, 999)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_record SET subject = 'device:other' WHERE sequence = 50",
        "UPDATE audit_record SET hash = previous WHERE sequence = 50",
        "DELETE FROM audit_record WHERE sequence = 50",
        "UPDATE audit_tree SET size = 19",
        "UPDATE audit_tile SET hashes = x'00'",
        "DELETE FROM audit_tile",
        "DELETE FROM audit_tree",
        "DELETE FROM audit_checkpoint",
        "UPDATE audit_checkpoint SET note = 'x'",
    ],
)
def test_a_log_that_was_tampered_with_is_not_signed(
    database: Database, key: SigningKey, clock: HeldClock, statement: str
) -> None:
    add(database, 20, clock)
    assert sign_new(database, key, clock)
    add(database, 50, clock)
    before = sizes(database)
    if database.dialect == "postgresql":
        statement = statement.replace("x'00'", "'\\x00'")
    tamper(database, statement)
    with pytest.raises(SigningRefusedError):
        sign_new(database, key, clock)
    assert len(sizes(database)) <= len(before)


def test_records_of_another_hand_under_the_same_chain_are_not_signed_by_an_exchanged_key(
    database: Database, key: SigningKey, clock: HeldClock
) -> None:
    """The database's own list of keys is not what the signer goes by."""
    add(database, 3, clock)
    signed = sign_new(database, key, clock)
    assert signed is not None
    thief = SigningKey(key.origin, bytes(32))
    with database.write() as session:
        row = session.scalars(select(AuditCheckpoint)).one()
        row.note = signed.signed(thief.private)
        session.execute(text("UPDATE audit_key SET verifier = :v"), {"v": str(thief.verifier)})
    add(database, 1, clock)
    with pytest.raises(SigningRefusedError):
        sign_new(database, key, clock)
    with database.read() as session:
        broken = verify(session, keys=[key.verifier]).broken
    assert broken is not None
    assert broken.breach is Breach.SIGNATURE


def test_of_two_who_sign_at_once_one_does(database: Database, key: SigningKey, clock: HeldClock) -> None:
    add(database, 900, clock)
    signed: list[Checkpoint | None] = []
    threads = [threading.Thread(target=lambda: signed.append(sign_new(database, key, clock))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({one for one in signed if one}) == 1
    with database.read() as session:
        assert verify(session).broken is None


def test_the_key_is_made_once_and_kept(database: Database, vault: Vault, clock: HeldClock, key: SigningKey) -> None:
    with database.write() as session:
        assert open_key(session, vault, clock) == key
    with database.read() as session:
        assert stored_tree.keys(session) == (key.verifier,)
        created = find(session).records[1]
    assert (created.event, created.detail["verifier"]) == ("audit:key:create", str(key.verifier))


def test_a_lost_key_is_followed_by_another_that_goes_on_with_the_log(
    database: Database, vault: Vault, clock: HeldClock, key: SigningKey
) -> None:
    sign_new(database, key, clock)
    with database.write() as session:
        vault.delete(session, Realm.AUDIT, keeping.KEY_NAME, actor=SYSTEM)
    with database.write() as session:
        successor = open_key(session, vault, clock)
    assert (successor.origin, successor.predecessors) == (key.origin, (key.verifier,))
    assert sign_new(database, successor, clock)
    with database.write() as session:
        assert open_key(session, vault, clock) == successor
        assert verify(session, keys=[key.verifier, successor.verifier]).broken is None


def test_old_checkpoints_are_thinned_to_one_an_hour_and_the_newest_stays(
    database: Database, key: SigningKey, clock: HeldClock
) -> None:
    for _ in range(6):
        add(database, 1, clock)
        sign_new(database, key, clock)
        clock.forward(minutes=20)
    assert len(sizes(database)) == 6
    clock.forward(days=1)
    with database.write() as session:
        assert keeping.thin(session, clock.now()) == 4
    with database.read() as session:
        assert verify(session, keys=[key.verifier]).broken is None


def test_how_far_the_clock_was_set_back_is_kept(database: Database, key: SigningKey, clock: HeldClock) -> None:
    add(database, 1, clock)
    clock.forward(hours=-2)
    add(database, 1, clock)
    clock.forward(hours=1)
    add(database, 1, clock)
    sign_new(database, key, clock)
    with database.read() as session:
        state = stored_tree.state(session)
    assert state is not None
    assert timedelta(microseconds=state.setback_us) == timedelta(hours=2)


def test_trouble_does_not_end_the_keeper(
    database: Database, keeper: Keeper, clock: HeldClock, caplog: pytest.LogCaptureFixture
) -> None:
    keeper.look()
    add(database, 1, clock)
    tamper(database, "UPDATE audit_record SET subject = 'x' WHERE sequence = (SELECT max(sequence) FROM audit_head)")
    clock.forward(seconds=10)
    keeper.look()
    assert "audit.signing_refused" in caplog.text
    tamper_free = sizes(database)
    clock.forward(seconds=10)
    keeper.look()
    assert sizes(database) == tamper_free


def test_a_root_that_was_never_signed_is_told_from_one_that_was(
    database: Database, key: SigningKey, clock: HeldClock
) -> None:
    add(database, 10, clock)
    signed = sign_new(database, key, clock)
    assert signed is not None
    with database.read() as session:
        assert verify(session, witnesses=[signed]).broken is None
        for wrong, breach in (
            (replace(signed, root=bytes(32)), Breach.WITNESS),
            (replace(signed, size=signed.size + 1), Breach.CUT),
        ):
            broken = verify(session, witnesses=[wrong]).broken
            assert broken is not None
            assert broken.breach is breach
