"""The samples, read as the command reads them: a small county as each of the systems knows it."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from inventory.changes import report
from inventory.changes.importing import Preview, _plan
from inventory.foreign.gathering import Source, Sources
from inventory.foreign.systems import foreign_files, read_foreign
from inventory.foreign.words import vocabulary
from inventory.kinds import ForeignSystem, ObjectKind
from inventory.ledger.reading import Reading
from inventory.ledger.sheets import SHEET_OF
from inventory.ledger.values import Value
from tests.inventory.test_planner import EMPTY

SAMPLES = Path(__file__).parent / "samples"


def sample(name: str, *words: str) -> Reading:
    found = foreign_files([SAMPLES / name])
    assert found is not None
    return read_foreign(*found, SHEET_OF, vocabulary(words))


def written(system: ForeignSystem, files: Mapping[str, object], *words: str) -> Reading:
    """Files made in the test: bytes and text as they are, anything else as JSON."""
    sources = tuple(Source(name, _bytes(content)) for name, content in files.items())
    return read_foreign(Sources("test", sources), system, SHEET_OF, vocabulary(words))


def _bytes(content: object) -> bytes:
    if isinstance(content, bytes):
        return content
    return (content if isinstance(content, str) else json.dumps(content)).encode()


def values(reading: Reading, kind: ObjectKind) -> dict[str, dict[str, Value]]:
    """The fields of each object, by its name."""
    rows = [row for row in reading.rows if row.kind is kind and not row.wrong]
    cells = [{name: cell.value for name, cell in row.cells.items()} for row in rows]
    return {str(row["name"]): row for row in cells}  # type: ignore[misc]  # no cell of a sample is cleared


def previewed(reading: Reading, language: str = "en") -> Sequence[str]:
    """The whole preview against an empty inventory, as the terminal shows it."""
    return list(report.lines(Preview(Sources("test", ()), _plan(reading, EMPTY)), language))


def wrong(reading: Reading) -> list[tuple[str, str]]:
    return [(str(problem.where), problem.value) for problem in reading.problems]
