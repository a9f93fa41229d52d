"""The import as the console and the command line use it: look first, then write all of it or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from core.events import Event
from inventory.changes.recording import Occasion, keep
from inventory.errors import LedgerWrongError
from inventory.kinds import ChangeOrigin, ObjectKind
from inventory.ledger import applying, state
from inventory.ledger.layout import layout_of
from inventory.ledger.opening import LedgerFile
from inventory.ledger.plan import ChangePlan, State
from inventory.ledger.planner import plan
from inventory.ledger.reading import Reading, read
from inventory.ledger.values import Problem
from security import audit


@dataclass(frozen=True)
class Preview:
    """What the file would change; `applied` once it has, with the number of the change set by which to undo it."""

    file: LedgerFile
    plan: ChangePlan
    applied: bool = False
    change_set: int | None = None


def preview(
    session: Session, file: LedgerFile, kind: ObjectKind | None = None, reading: Reading | None = None
) -> Preview:
    """Raises LedgerError where the file cannot be read at all; wrong cells are in the plan. Writes nothing."""
    layout = layout_of(session)
    current, _ = state.load(session, layout)
    return Preview(file, _plan(reading or read(file, kind, layout), current))


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
    layout = layout_of(session)
    current, objects = state.load(session, layout)
    found = Preview(file, _plan(reading or read(file, kind, layout), current))
    if found.plan.problems:
        raise LedgerWrongError(file=file.name, count=len(found.plan.problems))
    applying.write(session, found.plan.changes, objects)
    kept = keep(session, Occasion(actor, now, ChangeOrigin.LEDGER, file.name), found.plan.changes, objects)
    counts = found.plan.counts().items()
    audit.record(
        session,
        Event.INVENTORY_IMPORTED,
        actor,
        subject=f"ledger:{file.name}",
        detail={
            "sha256": file.digest,
            "change_set": kept.id if kept else None,
            "counts": {kind.value: {action.value: count for action, count in found.items()} for kind, found in counts},
        },
    )
    return replace(found, applied=True, change_set=kept.id if kept else None)


def _plan(reading: Reading, current: State) -> ChangePlan:
    if reading.broken:
        # Without its headings a sheet has no rows, and whatever refers to them would be called wrong too.
        return ChangePlan(problems=tuple(reading.problems), ignored=tuple(reading.ignored))
    made = plan(reading.rows, current)
    problems = _in_file_order(reading, (*reading.problems, *made.problems))
    return replace(made, problems=problems, ignored=tuple(reading.ignored))


def _in_file_order(reading: Reading, problems: Sequence[Problem]) -> tuple[Problem, ...]:
    rank = {sheet: number for number, sheet in enumerate(dict.fromkeys(row.where.sheet for row in reading.rows))}

    def place(problem: Problem) -> tuple[int, int, int]:
        return rank.get(problem.where.sheet, -1), problem.where.row, problem.where.column

    return tuple(sorted(problems, key=place))
