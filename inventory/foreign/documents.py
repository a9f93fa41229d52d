"""JSON and text of other systems as plain values; damaged, endless and ambiguous ones are refused by name."""

import csv
import json
from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Final

from inventory.errors import LedgerEncodingError
from inventory.foreign.errors import ForeignDamagedError, ForeignRepeatedError, ForeignTooManyError
from inventory.foreign.gathering import Source
from inventory.ledger.delimited import decoded

MOST_RECORDS: Final = 100_000
# Plain values: what JSON and our YAML consist of.
Plain = str | int | float | bool | Sequence["Plain"] | Mapping[str, "Plain"] | None


class _RepeatedKeyError(ValueError):
    pass


def json_of(source: Source) -> Plain:
    """Raises ForeignDamagedError and ForeignRepeatedError. Numbers stay what they are, NaN is none (RFC 8259, 6)."""
    try:
        found: Plain = json.loads(
            source.content.decode("utf-8-sig"), object_pairs_hook=_unique, parse_constant=_not_a_number
        )
    except _RepeatedKeyError as error:
        raise ForeignRepeatedError(file=source.name, line="?") from error
    except json.JSONDecodeError as error:
        raise ForeignDamagedError(file=f"{source.name}:{error.lineno}", detail="JSON") from error
    except UnicodeDecodeError as error:
        raise ForeignDamagedError(file=source.name, detail=f"UTF-8 @ {error.start}") from error
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, or brackets without end
        raise ForeignDamagedError(file=source.name, detail="JSON") from error
    return found


def _unique(pairs: list[tuple[str, Plain]]) -> dict[str, Plain]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _RepeatedKeyError
    return found


def _not_a_number(text: str) -> Plain:
    raise ValueError(text)


def text_of(source: Source) -> str:
    """As offices save it: UTF-8, GB18030 or UTF-16. Raises ForeignDamagedError."""
    try:
        return decoded(source.name, source.content)
    except LedgerEncodingError as error:
        raise ForeignDamagedError(file=source.name, detail=f"UTF-8/GB18030 @ {error.offset}") from error


def table_of(source: Source) -> list[tuple[int, dict[str, Plain]]]:
    """The records of a CSV file by its headings, each with the line that it ends on. Raises ForeignError."""
    rows = csv.reader(StringIO(text_of(source), newline=""))
    found: list[tuple[int, dict[str, Plain]]] = []
    try:
        headings = next(rows, [])
        for row in rows:
            if any(row):
                found.append((rows.line_num, dict(zip(headings, row, strict=False))))
            if len(found) > MOST_RECORDS:
                raise ForeignTooManyError(file=source.name, limit=MOST_RECORDS)
    except csv.Error as error:
        raise ForeignDamagedError(file=f"{source.name}:{rows.line_num}", detail="CSV") from error
    return found
