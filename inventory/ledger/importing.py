"""The import as the console and the command line use it: look first, then write all of it or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from core.events import Event
from inventory.errors import LedgerWrongError
from inventory.kinds import ObjectKind
from inventory.ledger import applying, state
from inventory.ledger.opening import LedgerFile
from inventory.ledger.plan import ChangePlan, State
from inventory.ledger.planner import plan
from inventory.ledger.reading import Reading, read
from inventory.ledger.values import Problem
from security import audit


@dataclass(frozen=True)
class Preview:
    """What the file would change; `applied` once it has."""

    file: LedgerFile
    plan: ChangePlan
    applied: bool = False


def preview(
    session: Session, file: LedgerFile, kind: ObjectKind | None = None, reading: Reading | None = None
) -> Preview:
    """Raises LedgerError where the file cannot be read at all; wrong cells are in the plan. Writes nothing."""
    reading = reading or read(file, kind)
    current, _ = state.load(session)
    return Preview(file, _plan(reading, current))


def import_ledger(
    session: Session,
    file: LedgerFile,
    actor: audit.Actor,
    kind: ObjectKind | None = None,
    reading: Reading | None = None,
) -> Preview:
    """Write the whole file or raise LedgerWrongError. A `reading` made beforehand keeps the transaction short."""
    reading = reading or read(file, kind)
    current, objects = state.load(session)
    found = Preview(file, _plan(reading, current))
    if found.plan.problems:
        raise LedgerWrongError(file=file.name, count=len(found.plan.problems))
    applying.write(session, found.plan.changes, objects)
    audit.record(
        session,
        Event.INVENTORY_IMPORTED,
        actor,
        subject=f"ledger:{file.name}",
        detail={
            "sha256": file.digest,
            "counts": {
                kind.value: {action.value: count for action, count in counts.items()}
                for kind, counts in found.plan.counts().items()
            },
        },
    )
    return replace(found, applied=True)


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
