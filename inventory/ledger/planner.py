"""The pure heart of the import: rows of a file and the current state in, a ChangePlan out."""

from collections.abc import Mapping, Sequence

from core.i18n import N_
from inventory.kinds import ObjectKind
from inventory.ledger.columns import Column, Sheet
from inventory.ledger.keys import key_rows
from inventory.ledger.plan import Change, ChangePlan, State
from inventory.ledger.racking import collisions, too_low
from inventory.ledger.reading import Cell, Row
from inventory.ledger.references import References
from inventory.ledger.rules import apply_rules
from inventory.ledger.uniqueness import backup_loops, conflicts
from inventory.ledger.values import Clear, Key, Problem, UnexpectedValueError, Value, Values


def plan(rows: Sequence[Row], state: State, was: Key | None = None) -> ChangePlan:
    """What the rows would make of the state; changes stand in the order of writing.

    `was` is the key of the object that a single row is about, so that the row may give it another name.
    """
    problems: list[Problem] = []
    references = References()
    keyed = key_rows(rows, state, references, problems)
    changes = []
    for key, row in keyed:
        known = state.get(row.kind, {})
        if was not in {None, key} and key in known:
            problems.append(
                row.problem("name", UnexpectedValueError(N_("a name of its own; there is one of this name")))
            )
        change = _Merge(row, key, known.get(was or key), references, was).change(problems)
        if change is not None:
            changes.append(change)
    by_key = {(row.kind, key): row for key, row in keyed}
    problems += conflicts(state, changes, by_key)
    problems += backup_loops(state, changes, by_key)
    problems += collisions(state, changes, by_key)
    problems += too_low(state, changes, by_key)
    return ChangePlan(tuple(changes), tuple(problems))


class _Merge:
    """One row laid over what there is."""

    def __init__(self, row: Row, key: Key, before: Values | None, references: References, was: Key | None) -> None:
        self.row = row
        self.key = key
        self.was = was if was != key else None
        self.before = before
        self.references = references
        self.problems: list[Problem] = []

    def change(self, problems: list[Problem]) -> Change | None:
        """None for a wrong row, whose problems are then known."""
        if self.row.wrong:
            return None
        sheet = self.row.sheet
        after = {column.field: self._value(column) for column in sheet.columns}
        after |= _key_values(sheet, self.key)
        self._require(sheet, after)
        apply_rules(self.row, self.before or {}, after, self.references, self._wrong)
        problems += self.problems
        return None if self.problems else Change(sheet, self.key, self.row.where, self.before, after, self.was)

    def _value(self, column: Column) -> Value:
        cell = self.row.cells.get(column.field)
        if cell is None:
            return column.default if self.before is None else self.before[column.field]
        if isinstance(cell.value, Clear):
            return column.default
        if column.refers is None or column.field in self.row.sheet.key or column.refers is ObjectKind.ROOM:
            return cell.value
        return self._referred(column, column.refers, cell)

    def _referred(self, column: Column, kind: ObjectKind, cell: Cell) -> Value:
        try:
            if isinstance(cell.value, frozenset):
                return frozenset(self._member(kind, name) for name in sorted(cell.value))
            return self.references.find(kind, str(cell.value))
        except UnexpectedValueError as error:
            self._wrong(column.field, error)
            return column.default

    def _member(self, kind: ObjectKind, name: Key) -> Key:
        try:
            return self.references.find(kind, name[0])
        except UnexpectedValueError as error:
            expected = N_("names that are in the inventory or in this file; %(name)s is not")
            raise UnexpectedValueError(expected, name=name[0]) from error

    def _require(self, sheet: Sheet, after: Mapping[str, Value]) -> None:
        for column in sheet.columns:
            if column.required and after[column.field] is None:
                self._wrong(column.field, UnexpectedValueError(N_("a value: it cannot be empty")))

    def _wrong(self, field: str, error: UnexpectedValueError) -> None:
        self.problems.append(self.row.problem(field, error))


def _key_values(sheet: Sheet, key: Key) -> dict[str, Value]:
    """The key's own fields: the name, and what it stands in."""
    if len(sheet.key) == 1:
        return {"name": key[-1]}
    return {sheet.key[0]: key[:-1] or None, "name": key[-1]}
