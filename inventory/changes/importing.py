"""The import as the console and the command line use it: look first, then write all of it or nothing.

A ledger is read here; what another system wrote is read by `inventory.foreign` and goes the same way from there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.orm import Session

from core.events import Event
from inventory.changes.recording import Occasion, keep
from inventory.changes.words import remember
from inventory.errors import LedgerWrongError
from inventory.kinds import ChangeOrigin, ForeignSystem, ObjectKind
from inventory.ledger import applying, state
from inventory.ledger.layout import layout_of
from inventory.ledger.opening import LedgerFile
from inventory.ledger.plan import ChangePlan, State
from inventory.ledger.planner import plan
from inventory.ledger.reading import Reading, read
from inventory.ledger.values import Problem
from security import audit


class ImportedFile(Protocol):
    """What the audit log says of the file, or of the files under one name, that were brought in."""

    @property
    def name(self) -> str: ...

    @property
    def digest(self) -> str: ...


@dataclass(frozen=True)
class Preview:
    """What the file would change; `applied` once it has, with the number of the change set by which to undo it."""

    file: ImportedFile
    plan: ChangePlan
    applied: bool = False
    change_set: int | None = None


def preview(
    session: Session, file: LedgerFile, kind: ObjectKind | None = None, reading: Reading | None = None
) -> Preview:
    """Raises LedgerError where the file cannot be read at all; wrong cells are in the plan. Writes nothing."""
    return preview_reading(session, file, reading or read(file, kind, layout_of(session)))


def preview_reading(session: Session, file: ImportedFile, reading: Reading) -> Preview:
    """As `preview`, of rows that were read already."""
    current, _ = state.load(session, layout_of(session))
    return Preview(file, _plan(reading, current))


def import_ledger(
    session: Session,
    file: LedgerFile,
    actor: audit.Actor,
    kind: ObjectKind | None = None,
    reading: Reading | None = None,
    *,
    now: datetime,
) -> Preview:
    """Write the whole file or raise LedgerWrongError. A `reading` made beforehand keeps the transaction short."""
    return import_reading(session, file, actor, reading or read(file, kind, layout_of(session)), now=now)


def import_reading(
    session: Session,
    file: ImportedFile,
    actor: audit.Actor,
    reading: Reading,
    *,
    now: datetime,
    system: ForeignSystem | None = None,
    words: Sequence[str] = (),
) -> Preview:
    """As `import_ledger`, of rows that were read already.

    `system` is the other system that wrote them, and `words` is what somebody said of its words; it is remembered.
    """
    current, objects = state.load(session, layout_of(session))
    found = Preview(file, _plan(reading, current))
    if found.plan.problems:
        raise LedgerWrongError(file=file.name, count=len(found.plan.problems))
    applying.write(session, found.plan.changes, objects)
    kept = keep(session, Occasion(actor, now, ChangeOrigin.LEDGER, file.name), found.plan.changes, objects)
    if system is not None:
        remember(session, system, words, actor.name, now)
    counts = found.plan.counts().items()
    origin: dict[str, Any] = {} if system is None else {"system": system, "words": list(words)}
    audit.record(
        session,
        Event.INVENTORY_IMPORTED,
        actor,
        subject=f"{system or 'ledger'}:{file.name}",
        detail={
            **origin,
            "sha256": file.digest,
            "change_set": kept.id if kept else None,
            "counts": {kind.value: {action.value: count for action, count in found.items()} for kind, found in counts},
        },
    )
    return replace(found, applied=True, change_set=kept.id if kept else None)


def _plan(reading: Reading, current: State) -> ChangePlan:
    if reading.broken:
        # Without its headings a sheet has no rows, and whatever refers to them would be called wrong too.
        made, problems = ChangePlan(), tuple(reading.problems)
    else:
        made = plan(reading.rows, current)
        problems = _in_file_order(reading, (*reading.problems, *made.problems))
    return replace(
        made,
        problems=problems,
        ignored=tuple(reading.ignored),
        notices=tuple(reading.notices),
        headings=tuple(reading.headings),
        unclear=tuple(reading.unclear),
    )


def _in_file_order(reading: Reading, problems: Sequence[Problem]) -> tuple[Problem, ...]:
    rank = {sheet: number for number, sheet in enumerate(dict.fromkeys(row.where.sheet for row in reading.rows))}

    def place(problem: Problem) -> tuple[int, int, int]:
        return rank.get(problem.where.sheet, -1), problem.where.row, problem.where.column

    return tuple(sorted(problems, key=place))
