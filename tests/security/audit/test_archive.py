"""The archive: what is old goes into signed files, and its rows go only when two persons say so."""

import gzip
import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from core.database import Database
from core.events import Event
from core.i18n import ROOT
from security.audit import SYSTEM, Actor, AuditRecord, Breach, Filter, archive, find, proofs, verify
from security.audit.archive import FLOOR, Archive
from security.audit.checkpoint import Checkpoint
from security.audit.errors import (
    RecordNotFoundError,
    RemovalOrderError,
    RemovalStateError,
    RemovalTooEarlyError,
    SamePersonError,
    SegmentFileError,
    SegmentWrongError,
)
from security.audit.export import export_lines
from security.audit.models import AuditKey, AuditSegment
from security.audit.recording import Happening, record_all
from security.audit.signing import sign_new
from tests.security.audit.logs import KEY
from tests.security.conftest import HeldClock

SECURITY = Actor("security_admin", "person", 2)
AUDITOR = Actor("audit_admin", "person", 3)
TOOL = ROOT / "tools" / "audit_verify.py"


@pytest.fixture
def place(tmp_path: Path, clock: HeldClock) -> Archive:
    return Archive(tmp_path / "audit", timedelta(days=400), clock)


@pytest.fixture
def log(database: Database, clock: HeldClock) -> Database:
    """300 records under two checkpoints, then 400 days and 50 more."""
    with database.write() as session:
        session.add(AuditKey(verifier=str(KEY.verifier), created=clock.now()))
    for count, days in ((255, 1), (45, 401), (50, 0)):
        add(database, count, clock)
        clock.forward(days=days)
    return database


def add(database: Database, count: int, clock: HeldClock) -> Checkpoint:
    with database.write() as session:
        record_all(session, [Happening(Event.OBJECT_CHANGED, SYSTEM, f"device:{n}") for n in range(count)], clock=clock)
    signed = sign_new(database, KEY, clock)
    assert signed is not None
    return signed


def stored(database: Database, place: Archive, last: int | None = None) -> AuditSegment:
    with database.read() as session:
        last = last or archive.due(session, place)
        assert last is not None
        segment = archive.write(session, place, last)
    with database.write() as session:
        archive.add(session, segment, place, actor=SYSTEM)
    return segment


def removed(database: Database, place: Archive, segment: AuditSegment) -> None:
    with database.write() as session:
        archive.ask_removal(session, place, segment.last, actor=SECURITY)
    with database.write() as session:
        archive.confirm_removal(session, place, segment.last, actor=AUDITOR)
    with database.write() as session:
        assert [one.last for one in archive.given_up(session)] == [segment.last]
        while archive.remove_some(session, place, segment):
            pass
        assert archive.given_up(session) == []


def checked(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", str(TOOL), *map(str, arguments), "--key", str(KEY.verifier)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def exported(database: Database, path: Path) -> Path:
    with database.read() as session:
        path.write_text("".join(line + "\n" for line in export_lines(session)), encoding="utf-8")
    return path


def test_what_is_old_enough_is_archived_and_nothing_else(log: Database, place: Archive) -> None:
    segment = stored(log, place)
    assert (segment.first, segment.last) == (1, 300)
    with log.read() as session:
        assert archive.due(session, place) is None
        assert verify(session).broken is None
        assert find(session).records[0].event == "audit:segment:store"
        archive.check_file(place, segment)


def test_a_file_that_a_killed_run_left_behind_is_written_over(log: Database, place: Archive) -> None:
    with log.read() as session:
        left = archive.write(session, place, 300)
        (place.folder / left.file).write_bytes(b"half")
        (place.folder / f"{left.file}.new").write_bytes(b"half")
    again = stored(log, place)
    assert (again.file, again.sha256, again.size) == (left.file, left.sha256, left.size)
    archive.check_file(place, again)
    assert [file.name for file in place.folder.iterdir()] == [again.file]


def test_no_setting_goes_below_the_floor(log: Database, tmp_path: Path, clock: HeldClock) -> None:
    hasty = Archive(tmp_path / "audit", timedelta(days=1), clock)
    assert hasty.kept_from == clock.now() - FLOOR
    clock.forward(days=179)
    with log.read() as session:
        assert archive.due(session, hasty) == 300


def test_a_segment_is_checked_by_itself_and_all_together_as_one_log(
    log: Database, place: Archive, tmp_path: Path, clock: HeldClock
) -> None:
    first = stored(log, place, 255)
    second = stored(log, place)
    files = [place.folder / segment.file for segment in (first, second)]
    for file, numbers in zip(files, ("1 - 255", "256 - 300"), strict=True):
        alone = checked(file)
        assert (alone.returncode, alone.stderr) == (0, "")
        assert numbers in alone.stdout
    removed(log, place, first)
    removed(log, place, second)
    add(log, 1, clock)
    rest = exported(log, tmp_path / "rest.jsonl")
    assert checked(rest).returncode == 0
    together = checked(*files, rest)
    assert (together.returncode, together.stderr) == (0, "")
    assert "1 - 35" in together.stdout


def test_a_segment_that_was_tampered_with_is_found(log: Database, place: Archive, tmp_path: Path) -> None:
    segment = stored(log, place)
    lines = gzip.decompress((place.folder / segment.file).read_bytes()).decode().splitlines()
    for place_of, change in ((0, "begin"), (100, "subject"), (301, "cut")):
        forged = [json.loads(line) for line in lines]
        if change == "begin":
            forged[0]["begin"] = {"size": 1, "previous": "0" * 64, "subtrees": ["AA=="], "checkpoint": "x"}
        elif change == "subject":
            forged[place_of]["subject"] = "device:other"
        else:
            del forged[place_of - 1 : place_of]
        path = tmp_path / "forged.jsonl"
        path.write_text("".join(json.dumps(line) + "\n" for line in forged), encoding="utf-8")
        assert checked(path).returncode == 1, change


def test_after_the_rows_are_gone_the_log_is_still_checked_and_proved(
    log: Database, place: Archive, clock: HeldClock
) -> None:
    with log.read() as session:
        kept = [proofs.prove_beginning(session, size) for size in (200, 299)]
    segment = stored(log, place)
    removed(log, place, segment)
    newest = add(log, 1, clock)
    witnesses = [Checkpoint(KEY.origin, proof.old, proof.old_root) for proof in kept]
    with log.read() as session:
        assert session.scalar(select(func.min(AuditRecord.sequence))) == 301
        found = verify(session, keys=[KEY.verifier], witnesses=[*witnesses, newest])
        assert (found.broken, found.records) == (None, newest.size)
        lie = Checkpoint(KEY.origin, 200, bytes(32))
        broken = verify(session, witnesses=[lie]).broken
        assert broken is not None
        assert (broken.sequence, broken.breach) == (200, Breach.WITNESS)
        assert proofs.prove_record(session, 301).index == 300
        with pytest.raises(RecordNotFoundError):
            proofs.prove_record(session, 300)


def test_a_log_of_which_all_that_was_signed_is_archived_is_whole(
    database: Database, place: Archive, clock: HeldClock
) -> None:
    with database.write() as session:
        session.add(AuditKey(verifier=str(KEY.verifier), created=clock.now()))
    add(database, 10, clock)
    clock.forward(days=401)
    removed(database, place, stored(database, place))
    with database.read() as session:
        found = verify(session, keys=[KEY.verifier])
    assert (found.broken, found.signed) == (None, 10)


@pytest.mark.parametrize(
    ("statement", "breach"),
    [
        ("UPDATE audit_segment SET head = :zeros", Breach.CHECKPOINT),
        ("UPDATE audit_segment SET head = 'x'", Breach.TILE),
        ("UPDATE audit_segment SET note = 'x'", Breach.CHECKPOINT),
        ("UPDATE audit_segment SET last = 299", Breach.CHECKPOINT),
        ("DELETE FROM audit_segment", Breach.MISSING),
    ],
)
def test_a_log_whose_archive_was_tampered_with_is_not_whole(
    log: Database, place: Archive, statement: str, breach: Breach
) -> None:
    segment = stored(log, place)
    removed(log, place, segment)
    with log.write() as session:
        values = {"zeros": "0" * 64} if ":zeros" in statement else {}
        session.execute(text(statement), values)
    with log.read() as session:
        broken = verify(session).broken
    assert broken is not None
    assert broken.breach is breach


def test_rows_that_nobody_gave_up_stay(log: Database, place: Archive) -> None:
    segment = stored(log, place)
    delete = text("DELETE FROM audit_record WHERE sequence <= 300")
    with pytest.raises(DBAPIError, match="neither changed nor deleted"), log.write() as session:
        session.execute(delete)
    with log.write() as session:
        archive.ask_removal(session, place, segment.last, actor=SECURITY)
    with pytest.raises(DBAPIError, match="neither changed nor deleted"), log.write() as session:
        session.execute(delete)
    with log.write() as session:
        archive.confirm_removal(session, place, segment.last, actor=AUDITOR)
    with pytest.raises(DBAPIError, match="neither changed nor deleted"), log.write() as session:
        session.execute(text("DELETE FROM audit_record WHERE sequence <= 301"))
    with log.write() as session:
        session.execute(delete)


def test_a_row_that_claims_a_removal_without_a_record_of_it_opens_nothing_unseen(log: Database, place: Archive) -> None:
    segment = stored(log, place)
    with log.write() as session:
        row = session.get_one(AuditSegment, segment.last)
        row.asked_by, row.confirmed_by, row.removed = "a", "b", place.clock.now()
        session.flush()
        session.execute(text("DELETE FROM audit_record WHERE sequence <= 300"))
    with log.read() as session:
        broken = verify(session).broken
    assert broken is not None
    assert (broken.sequence, broken.breach) == (1, Breach.MISSING)


def test_it_takes_two_persons_in_this_order(log: Database, place: Archive) -> None:
    segment = stored(log, place)
    with pytest.raises(RemovalStateError), log.write() as session:
        archive.confirm_removal(session, place, segment.last, actor=AUDITOR)
    with log.write() as session:
        archive.ask_removal(session, place, segment.last, actor=SECURITY)
    with pytest.raises(RemovalStateError), log.write() as session:
        archive.ask_removal(session, place, segment.last, actor=AUDITOR)
    with pytest.raises(SamePersonError), log.write() as session:
        archive.confirm_removal(session, place, segment.last, actor=SECURITY)
    with pytest.raises(DBAPIError), log.write() as session:
        session.execute(text("UPDATE audit_segment SET confirmed_by = asked_by, removed = stored"))
    with log.write() as session:
        archive.confirm_removal(session, place, segment.last, actor=AUDITOR)
    with pytest.raises(RemovalStateError), log.write() as session:
        archive.confirm_removal(session, place, segment.last, actor=AUDITOR)
    with log.read() as session:
        asked = find(session, Filter(event="audit:segment:")).records
    assert [(entry.event.rpartition(":")[2], entry.actor_name) for entry in reversed(asked)] == [
        ("store", "system"), ("ask-removal", "security_admin"), ("confirm-removal", "audit_admin"),
    ]  # fmt: skip


def test_the_oldest_goes_first_and_nothing_too_early(log: Database, place: Archive, clock: HeldClock) -> None:
    first = stored(log, place, 255)
    second = stored(log, place)
    with log.write() as session:
        for segment in (first, second):
            archive.ask_removal(session, place, segment.last, actor=SECURITY)
    with pytest.raises(RemovalOrderError), log.write() as session:
        archive.confirm_removal(session, place, second.last, actor=AUDITOR)
    clock.forward(days=-10)
    with pytest.raises(RemovalTooEarlyError), log.write() as session:
        archive.confirm_removal(session, place, second.last, actor=AUDITOR)


@pytest.mark.parametrize("damage", ["gone", "changed"])
def test_without_its_file_no_row_goes(log: Database, place: Archive, damage: str) -> None:
    segment = stored(log, place)
    with log.write() as session:
        archive.ask_removal(session, place, segment.last, actor=SECURITY)
    file = place.folder / segment.file
    content = file.read_bytes()
    file.unlink() if damage == "gone" else file.write_bytes(content[:-1] + b"x")
    with pytest.raises(SegmentFileError), log.write() as session:
        archive.confirm_removal(session, place, segment.last, actor=AUDITOR)
    file.write_bytes(content)
    with log.write() as session:
        archive.confirm_removal(session, place, segment.last, actor=AUDITOR)
    file.write_bytes(content[:-1])
    with pytest.raises(SegmentFileError), log.write() as session:
        archive.remove_some(session, place, segment)


def test_a_broken_log_is_not_archived(log: Database, place: Archive) -> None:
    with log.write() as session:
        name = "audit_record_forbid ON audit_record" if log.dialect == "postgresql" else "audit_record_forbid_update"
        session.execute(text(f"DROP TRIGGER {name}"))
        session.execute(text("UPDATE audit_record SET subject = 'x' WHERE sequence = 30"))
    with log.read() as session, pytest.raises(SegmentWrongError):
        archive.write(session, place, 300)
    assert not list(place.folder.glob("*.gz"))
