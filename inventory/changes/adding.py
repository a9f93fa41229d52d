"""Several new objects of one kind at once: all of them or none, one change set."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from core.i18n import N_
from inventory.changes.recording import Occasion, keep
from inventory.kinds import ObjectKind
from inventory.ledger import applying, state
from inventory.ledger.columns import Sheet
from inventory.ledger.layout import layout_of
from inventory.ledger.plan import Change
from inventory.ledger.planner import plan
from inventory.ledger.reading import Row, parsed
from inventory.ledger.values import Problem, UnexpectedValueError, Where
from inventory.models import ChangeSet


def add(
    session: Session, kind: ObjectKind, wanted: Mapping[str, Mapping[str, str]], occasion: Occasion
) -> ChangeSet | list[Problem]:
    """`wanted`: texts by field, each object under a label that its problems carry in place of the sheet.

    Writes nothing where one is wrong, and gives back what is.
    """
    sheet = layout_of(session)[kind]
    problems: list[Problem] = []
    rows = [_row(sheet, label, number, texts, problems) for number, (label, texts) in enumerate(wanted.items(), 1)]
    current, objects = state.load(session, layout_of(session))
    made = plan(rows, current)
    problems += made.problems
    problems += [_taken(change) for change in made.changes if change.before is not None and change.kind is kind]
    if problems:
        return problems
    applying.write(session, made.changes, objects)
    kept = keep(session, occasion, made.changes, objects)
    return kept if kept is not None else []


def _row(sheet: Sheet, label: str, number: int, texts: Mapping[str, str], problems: list[Problem]) -> Row:
    where, cells, wrong = Where(label, number), {}, False
    for field, text in texts.items():
        try:
            cells[field] = parsed(sheet.column(field), text)
        except UnexpectedValueError as error:
            problems.append(Problem(where, text, error.expected, error.facts, field))
            wrong = True
    for column in sheet.columns:
        if column.required and column.field not in texts:
            problems.append(Problem(where, "", N_("a value: it cannot be empty"), {}, column.field))
            wrong = True
    return Row(sheet, where, cells, wrong=wrong)


def _taken(change: Change) -> Problem:
    return Problem(change.where, change.key[-1], N_("a name of its own; there is one of this name"), {}, "name")
