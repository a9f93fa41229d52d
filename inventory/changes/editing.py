"""One object by a form or the API: the fields that were sent, planned by the same rules as a ledger's row."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy.orm import Session

from core.events import Event
from core.i18n import N_
from inventory.changes.errors import EditConflictError, EditWrongError, OutOfReachError, UnknownFieldError
from inventory.changes.history import latest, of_object
from inventory.changes.recording import Occasion, differing, keep, shown_key
from inventory.errors import NotFoundError
from inventory.kinds import ObjectKind
from inventory.ledger import applying, excerpt
from inventory.ledger.columns import Column, Sheet
from inventory.ledger.layout import layout_of
from inventory.ledger.plan import Action, Change, State
from inventory.ledger.planner import plan
from inventory.ledger.reading import Cell, Row, parsed
from inventory.ledger.single import key_of, values_of
from inventory.ledger.state import MODELS
from inventory.ledger.values import CLEAR, Key, Problem, UnexpectedValueError, Values, Where
from inventory.scope import Scope
from security import audit

# Facts of a problem that name other objects.
OTHERS: Final = frozenset({"other", "device", "keys"})


@dataclass(frozen=True)
class Edit:
    """What was sent: `number` None for a new object; texts by field, blank to take a value away.

    `seen` is the object's `history.latest` as the form showed it; None from somebody who does not care.
    """

    kind: ObjectKind
    number: int | None
    texts: Mapping[str, str]
    seen: int | None = None


@dataclass(frozen=True)
class Saved:
    number: int
    name: str
    changed: bool


@dataclass(frozen=True)
class Found:
    """An object as a form shows it."""

    sheet: Sheet
    number: int
    key: Key
    values: Values
    version: int


def find(session: Session, kind: ObjectKind, number: int, *, scope: Scope) -> Found:
    """Raises NotFoundError, also for what is out of reach."""
    row = reached(session, kind, number, scope)
    sheet = layout_of(session)[kind]
    return Found(sheet, number, key_of(kind, row), values_of(session, sheet, row), latest(session, kind, number))


def save(session: Session, edit: Edit, occasion: Occasion, *, scope: Scope) -> Saved:
    """Raises NotFoundError, UnknownFieldError, EditWrongError, EditConflictError, OutOfReachError."""
    sheet = layout_of(session)[edit.kind]
    held = None if edit.number is None else reached(session, edit.kind, edit.number, scope, locked=True)
    was = None if held is None else key_of(edit.kind, held)
    if edit.number is not None:
        require_latest(session, edit.kind, edit.number, edit.seen, shown_key(was or ()))
    elif not scope.may_hold(MODELS[edit.kind]):
        raise OutOfReachError(kind=edit.kind, name=edit.texts.get("name", ""))
    current, objects = excerpt.load(session, sheet, held)
    try:
        change = planned(edit, sheet, current, was)
    except EditWrongError as error:
        raise error if scope.whole else _discreet(error) from None
    if change.action is Action.SAME:
        return Saved(edit.number or 0, shown_key(change.key), changed=False)
    applying.write(session, [change], objects)
    row: Any = objects[edit.kind][change.key]
    _require_reach_after(session, edit.kind, row, scope)
    keep(session, occasion, [change], objects)
    before, after = differing(change)
    event = Event.OBJECT_CREATED if change.before is None else Event.OBJECT_CHANGED
    subject = f"{edit.kind}:{shown_key(change.key)}"
    audit.record(session, event, occasion.actor, subject=subject, before=before, after=after)
    return Saved(row.id, shown_key(change.key), changed=True)


def planned(edit: Edit, sheet: Sheet, current: State, was: Key | None) -> Change:
    """What the edit would make of the state. Raises UnknownFieldError, EditWrongError."""
    row, problems = _row(edit, sheet)
    if not problems and was is not None:
        row = _with_key(row, sheet, current[sheet.kind][was])
    if not problems:
        made = plan([row], current, was)
        problems = list(made.problems)
        if not problems and was is None and made.changes and made.changes[0].before is not None:
            problems = [row.problem("name", UnexpectedValueError(N_("a name of its own; there is one of this name")))]
    if problems:
        name = edit.texts.get("name", "") or (shown_key(was) if was else "")
        raise EditWrongError(kind=edit.kind, name=name, count=len(problems), problems=tuple(problems))
    return made.changes[0]


def _discreet(error: EditWrongError) -> EditWrongError:
    """Who else has an address or a place is not told to somebody who may not see everything."""
    problems = (
        replace(one, facts=dict(one.facts) | dict.fromkeys(OTHERS & one.facts.keys(), "…")) for one in error.problems
    )
    return EditWrongError(**{**error.facts, "problems": tuple(problems)})


def _row(edit: Edit, sheet: Sheet) -> tuple[Row, list[Problem]]:
    """The texts as a row of the ledger; a blank one takes the value away, as a blank cell would not."""
    known = {column.field: column for column in sheet.columns}
    where = Where(sheet.title, 0)
    cells: dict[str, Cell] = {}
    problems: list[Problem] = []
    for field, text in edit.texts.items():
        column = known.get(field)
        if column is None:
            raise UnknownFieldError(kind=edit.kind, field=field)
        try:
            cells[field] = parsed(column, text) if text.strip() else _cleared(column)
        except UnexpectedValueError as error:
            problems.append(Problem(where, text, error.expected, error.facts, field))
    if edit.number is None:
        problems += _missing(sheet, cells, where, {problem.column for problem in problems})
    return Row(sheet, where, cells), problems


def _cleared(column: Column) -> Cell:
    if column.required:
        raise UnexpectedValueError(N_("a value: it cannot be empty"))
    return Cell("", CLEAR)


def _missing(sheet: Sheet, cells: Mapping[str, Cell], where: Where, named: set[str]) -> list[Problem]:
    return [
        Problem(where, "", N_("a value: it cannot be empty"), {}, column.field)
        for column in sheet.columns
        if column.required and column.field not in cells and column.field not in named
    ]


def _with_key(row: Row, sheet: Sheet, before: Values) -> Row:
    """A row needs its key to be found; the parts that were not sent stay as they are."""
    cells = dict(row.cells)
    for field in {*sheet.key, "name"} - cells.keys():
        value = before[field]
        text = shown_key(value) if isinstance(value, tuple) else str(value or "")
        cells[field] = Cell(text, text or CLEAR)
    return Row(sheet, row.where, cells)


def reached(session: Session, kind: ObjectKind, number: int, scope: Scope, *, locked: bool = False) -> Any:
    """Its row, for whoever changes it `locked`: of two who save at once, the second waits and then sees the first.

    Raises NotFoundError: what is out of reach does not exist.
    """
    row: Any = session.get(MODELS[kind], number, with_for_update=locked)
    if row is None or not scope.covers(session, row):
        raise NotFoundError(kind=kind, name=f"#{number}")
    return row


def _require_reach_after(session: Session, kind: ObjectKind, row: Any, scope: Scope) -> None:
    session.flush()
    if not scope.covers(session, row):
        raise OutOfReachError(kind=kind, name=row.name)


def require_latest(session: Session, kind: ObjectKind, number: int, seen: int | None, name: str) -> None:
    """Raises EditConflictError where somebody changed the object after `seen`, its version on the form."""
    since = [] if seen is None else of_object(session, kind, number, since=seen)
    if since:
        newest = since[0]
        raise EditConflictError(
            kind=kind, name=name, actor=newest.change_set.actor, at=newest.change_set.at, seen=seen, version=newest.id
        )
