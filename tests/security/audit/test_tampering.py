"""A thousand random tamperings of the log: all found, by the product and by the verifier that knows nothing of it."""

import copy
import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from types import ModuleType

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from core.database import Database
from core.i18n import ROOT
from security.audit import stored_tree, verify
from security.audit.checkpoint import Checkpoint, read
from security.audit.export import export_lines
from tests.security.audit import logs
from tests.security.audit.logs import KEY, RECORDS, TAMPERINGS, Lines, dump, signed_log

ROUNDS = 100
TOOL = ROOT / "tools" / "audit_verify.py"


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    database = signed_log(tmp_path_factory.mktemp("audit") / "guanjin.db")
    with database.write_engine.begin() as connection:
        for action in ("update", "delete"):
            connection.execute(text(f"DROP TRIGGER audit_record_forbid_{action}"))
    yield database
    database.close()


@pytest.fixture(scope="module")
def exported(log: Database) -> Lines:
    with log.read() as session:
        return [json.loads(line) for line in export_lines(session)]


@pytest.fixture(scope="module")
def kept(log: Database) -> Checkpoint:
    """The newest checkpoint, as a witness has it."""
    with log.read() as session:
        found = read(stored_tree.newest_note(session) or "")
    assert found is not None
    return found


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    """The verifier as a module, because a thousand processes would take minutes; others run it as people do."""
    spec = importlib.util.spec_from_file_location("audit_verify", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def judged(tool: ModuleType, path: Path, witness: Path) -> str:
    """What the verifier says; empty where the log is whole. It has the key and the checkpoint from elsewhere."""
    try:
        tool.run([str(path)], [str(KEY.verifier)], [str(witness)])
    except tool.NotWholeError as error:
        return str(error)
    return ""


@pytest.fixture
def witness(tmp_path: Path, kept: Checkpoint) -> Path:
    path = tmp_path / "kept.txt"
    path.write_text(kept.signed(KEY.private), encoding="utf-8")
    return path


@pytest.mark.slow
@pytest.mark.parametrize("tampering", TAMPERINGS, ids=lambda function: function.__name__)
def test_the_independent_verifier_finds_every_tampering(
    tool: ModuleType, exported: Lines, witness: Path, tmp_path: Path, tampering: Callable[[Lines, Random], None]
) -> None:
    path = tmp_path / "export.jsonl"
    path.write_text(dump(exported), encoding="utf-8")
    assert judged(tool, path, witness) == ""
    for number in range(ROUNDS):
        lines = copy.deepcopy(exported)
        tampering(lines, Random(number))  # noqa: S311  # repeatable on purpose
        if lines == exported:
            continue
        path.write_text(dump(lines), encoding="utf-8")
        assert judged(tool, path, witness), f"{tampering.__name__} {number}"


@pytest.mark.slow
@pytest.mark.parametrize("tampering", TAMPERINGS, ids=lambda function: function.__name__)
def test_the_product_finds_every_tampering(
    log: Database, exported: Lines, kept: Checkpoint, tampering: Callable[[Lines, Random], None]
) -> None:
    for number in range(ROUNDS):
        lines = copy.deepcopy(exported)
        tampering(lines, Random(number))  # noqa: S311  # repeatable on purpose
        if lines == exported:
            continue
        if tampering in {logs.insert, logs.reorder}:
            by_place(lines)
        assert found_in_database(log, lines, kept), f"{tampering.__name__} {number}"


def by_place(lines: Lines) -> None:
    """In a table a row's place is its number, so whoever moves one numbers it anew."""
    for number, line in enumerate(logs.records_of(lines), 1):
        line["sequence"] = number


def found_in_database(log: Database, lines: Lines, kept: Checkpoint) -> bool:
    """The same tampering done to the tables, with the head row rewritten to match; or the database does not take it."""
    if any(type(line["sequence"]) is not int for line in logs.records_of(lines)):
        return True
    with log.write_engine.connect() as connection, connection.begin() as transaction, Session(connection) as session:
        for name in ("audit_record", "audit_checkpoint", "audit_key"):
            connection.execute(text(f"DELETE FROM {name}"))  # noqa: S608  # our names
        connection.execute(text("PRAGMA ignore_check_constraints=ON"))
        try:
            put(connection, lines)
        except DBAPIError:
            return True
        else:
            return verify(session, keys=[KEY.verifier], witnesses=[kept]).broken is not None
        finally:
            transaction.rollback()


def put(connection: Connection, lines: Lines) -> None:
    """Two lines of one number cannot both be there; the database keeps the later one."""
    at_record = 0
    for line in lines:
        if "sequence" in line:
            at_record = line["sequence"]
            row = {name: json.dumps(value) if isinstance(value, list) else value for name, value in line.items()}
            columns = ", ".join(f'"{name}"' for name in row)
            marks = ", ".join(f":{name}" for name in row)
            connection.execute(text(f"INSERT OR REPLACE INTO audit_record ({columns}) VALUES ({marks})"), row)  # noqa: S608
        elif "checkpoint" in line:
            statement = "INSERT OR REPLACE INTO audit_checkpoint VALUES (:size, :note, '2026-11-24T00:00:00.000000Z')"
            connection.execute(text(statement), {"size": at_record, "note": line["checkpoint"]})
        else:
            statement = text("INSERT INTO audit_key VALUES (:key, '2026-11-24T00:00:00.000000Z')")
            connection.execute(statement, [{"key": key} for key in line["keys"]])
    head = "UPDATE audit_head SET (sequence, hash) = (SELECT sequence, hash FROM audit_record ORDER BY 1 DESC LIMIT 1)"
    connection.execute(text(head))


def test_the_count_of_tamperings_is_a_thousand() -> None:
    assert len(TAMPERINGS) * ROUNDS == 1000


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    """As an assessor does, away from the product: isolated, without site-packages."""
    command = [sys.executable, "-I", "-S", str(TOOL), *map(str, arguments)]
    return subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)


def test_the_verifier_says_in_both_languages_what_it_found(exported: Lines, witness: Path, tmp_path: Path) -> None:
    path = tmp_path / "export.jsonl"
    path.write_text(dump(exported), encoding="utf-8")
    whole = run(path, "--key", KEY.verifier, "--checkpoint", witness)
    assert (whole.returncode, whole.stderr) == (0, "")
    assert "日志完整 / VERDICT: WHOLE" in whole.stdout
    assert f"1 - {RECORDS}" in whole.stdout
    assert "注意" not in whole.stdout
    assert run(path).stdout.count("注意") == 2
    lines = copy.deepcopy(exported)
    logs.records_of(lines)[99]["subject"] = "device:other"
    path.write_text(dump(lines), encoding="utf-8")
    altered = run(path)
    assert altered.returncode == 1
    assert "日志不完整 / VERDICT: NOT WHOLE" in altered.stdout
    assert "第 100 条记录：内容被改动" in altered.stdout
    assert "record 100: its content was altered" in altered.stdout


def test_a_field_that_is_there_twice_is_found(tool: ModuleType, exported: Lines, witness: Path, tmp_path: Path) -> None:
    """A reader of the file would see the first, a parser takes the last."""
    path = tmp_path / "export.jsonl"
    path.write_text(dump(exported).replace('"subject": "device:1-3"', '"subject": "x", "subject": "device:1-3"'))
    assert "字段出现两次" in judged(tool, path, witness)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[]", b'{"log": "other"}', b"{}\n", b"\x1f\x8b\x00"])
def test_what_is_no_export_is_refused_without_a_trace(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "export.jsonl"
    path.write_bytes(content)
    found = run(path)
    assert found.returncode in (1, 2)
    assert "Traceback" not in found.stderr
    assert run(path, "--key", "x").returncode == 2


def test_the_verifier_imports_nothing_but_the_standard_library_and_stays_short() -> None:
    source = TOOL.read_text(encoding="utf-8")
    names = {line.split()[1].partition(".")[0] for line in source.splitlines() if line.startswith(("import ", "from "))}
    assert names <= sys.stdlib_module_names
    assert len(source.splitlines()) <= 360


@pytest.mark.parametrize("case", range(3))
def test_its_own_ed25519_agrees_with_the_vectors_of_rfc_8032(tool: ModuleType, case: int) -> None:
    """Section 7.1, tests 1 to 3."""
    public, message, signature = (bytes.fromhex(part) for part in RFC_8032[case])
    assert tool.signature_holds(public, message, signature)
    assert not tool.signature_holds(public, message + b"x", signature)
    assert not tool.signature_holds(public, message, signature[:-1] + b"\xff")
    assert not tool.signature_holds(signature[:32], message, signature)
    malleable = int.from_bytes(signature[32:], "little") + tool.ORDER
    assert not tool.signature_holds(public, message, signature[:32] + malleable.to_bytes(32, "little"))


RFC_8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
            "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
            "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
]
