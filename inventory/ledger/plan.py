"""What an import would do, as a value."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from inventory.kinds import ObjectKind
from inventory.ledger.columns import Sheet
from inventory.ledger.headings import SheetHeadings
from inventory.ledger.values import Key, Notice, Problem, Unclear, Value, Values, Where

# Everything that there is, by kind and natural key; every field of the kind's sheet has a value.
State = Mapping[ObjectKind, Mapping[Key, Values]]


class Action(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Change:
    """One row of the file against what there is; `before` is None for what is new, `was` the key before a renaming."""

    sheet: Sheet
    key: Key
    where: Where
    before: Values | None
    after: Values
    was: Key | None = None

    @property
    def kind(self) -> ObjectKind:
        return self.sheet.kind

    @property
    def fields(self) -> Mapping[str, tuple[Value, Value]]:
        """Old and new of each field that differs."""
        before = self.before or {}
        return {
            name: (before.get(name), value)
            for name, value in self.after.items()
            if self.before is None or before.get(name) != value
        }

    @property
    def action(self) -> Action:
        if self.before is None:
            return Action.NEW
        return Action.CHANGED if self.fields else Action.SAME


@dataclass(frozen=True)
class ChangePlan:
    """Changes in the order of writing; nothing of it may be written while there are problems."""

    changes: tuple[Change, ...] = ()
    problems: tuple[Problem, ...] = ()
    ignored: tuple[str, ...] = field(default=())
    notices: tuple[Notice, ...] = ()
    headings: tuple[SheetHeadings, ...] = ()
    unclear: tuple[Unclear, ...] = ()

    def counts(self) -> dict[ObjectKind, Counter[Action]]:
        found: dict[ObjectKind, Counter[Action]] = {}
        for change in self.changes:
            found.setdefault(change.kind, Counter())[change.action] += 1
        return found


def requested(state: State, changes: tuple[Change, ...]) -> dict[ObjectKind, dict[Key, Values]]:
    """The state that there is once the changes are written."""
    result = {kind: dict(state.get(kind, {})) for kind in ObjectKind}
    for change in changes:
        if change.was is not None:
            result[change.kind].pop(change.was, None)
        result[change.kind][change.key] = change.after
    return result
