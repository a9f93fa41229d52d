"""Setting back everything that one change set did, as a change set of its own; or nothing, with what stands in the way.

What was added is taken away, what was deleted comes back under its old number, what was changed gets its old values.
It is refused where any of these values is another one by now, because that later change would be lost without a word.
What was changed since and set back again is no obstacle, and other fields of the object stay as they are.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from core.events import Event
from core.i18n import N_
from inventory.changes.deleting import remove
from inventory.changes.errors import UndoneError, UndoRefusedError
from inventory.changes.hanging import dependents_of
from inventory.changes.history import change_set
from inventory.changes.recording import Deletion, Occasion, keep, shown_key
from inventory.kinds import ChangeOrigin, ObjectKind
from inventory.ledger import applying, state
from inventory.ledger.columns import Layout, Sheet
from inventory.ledger.layout import layout_of
from inventory.ledger.plan import Change, State, requested
from inventory.ledger.reading import Row
from inventory.ledger.sheets import SHEET_OF
from inventory.ledger.state import MODELS, Objects
from inventory.ledger.stored import decode
from inventory.ledger.uniqueness import conflicts
from inventory.ledger.values import Key, Problem, Value, Values, Where
from inventory.models import ChangeSet, ObjectChange
from inventory.ports import port_key
from security import audit
from security.audit import Actor


@dataclass
class _Inverse:
    """What would set everything back, and what stands in the way."""

    changes: list[Change] = field(default_factory=list)
    deletions: list[Deletion] = field(default_factory=list)
    returning: dict[tuple[ObjectKind, Key], int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, change: ObjectChange, sheet: Sheet, reason: str, **facts: object) -> None:
        self.problems.append(Problem(Where(sheet.title, 0), change.name, reason, facts))


def undo(session: Session, number: int, actor: Actor, *, now: datetime) -> ChangeSet:
    """The new change set. Raises ChangeSetNotFoundError, UndoneError, UndoRefusedError."""
    found = change_set(session, number)
    if found.undone_by is not None:
        raise UndoneError(number=number)
    layout = layout_of(session)
    current, objects = state.load(session, layout)
    inverse = _inverse(found, layout, current, objects)
    inverse.problems += _contradictions(inverse, current)
    if inverse.problems:
        raise UndoRefusedError(number=number, problems=tuple(inverse.problems))
    occasion = Occasion(actor, now, ChangeOrigin.UNDO, found.subject)
    kept = _write(session, inverse, objects, occasion)
    kept.undoes_id = found.id
    session.flush()
    audit.record(
        session,
        Event.CHANGES_UNDONE,
        actor,
        subject=f"change-set:{number}",
        detail={"change_set": kept.id, "changes": len(inverse.changes), "deletions": len(inverse.deletions)},
    )
    return kept


def _inverse(found: ChangeSet, layout: Layout, current: State, objects: Objects) -> _Inverse:
    inverse = _Inverse()
    keys: dict[tuple[ObjectKind, int], Key] = {
        (kind, getattr(row, "id", 0)): key for kind, rows in objects.items() for key, row in rows.items()
    }
    for change in reversed(found.changes):
        sheet = layout[change.kind]
        key = keys.get((change.kind, change.object_id))
        if change.after is None and key is None:
            _restore(inverse, change, sheet, current)
        elif change.after is None:
            inverse.refuse(change, sheet, N_("it is there again"))
        elif key is None:
            inverse.refuse(change, sheet, N_("it is not there any more"))
        elif change.before is None:
            _take_away(inverse, change, sheet, key, current[change.kind][key])
        else:
            _set_back(inverse, change, sheet, key, current[change.kind][key])
    return inverse


def _restore(inverse: _Inverse, change: ObjectChange, sheet: Sheet, current: State) -> None:
    after = _values(sheet, change.before or {}, _defaults(sheet))
    key = _key(sheet, after)
    if key in current[sheet.kind]:
        inverse.refuse(change, sheet, N_("there is another one of its name"))
        return
    inverse.returning[sheet.kind, key] = change.object_id
    inverse.changes.append(Change(sheet, key, Where(sheet.title, 0), None, after))


def _take_away(inverse: _Inverse, change: ObjectChange, sheet: Sheet, key: Key, values: Values) -> None:
    if _differ(_values(sheet, change.after or {}, _defaults(sheet)), values):
        inverse.refuse(change, sheet, N_("it was changed since"))
        return
    inverse.deletions.append(Deletion(sheet, key, change.object_id, values))


def _set_back(inverse: _Inverse, change: ObjectChange, sheet: Sheet, key: Key, values: Values) -> None:
    if _differ(_values(sheet, change.after or {}, values), values):
        inverse.refuse(change, sheet, N_("it was changed since"))
        return
    after = _values(sheet, change.before or {}, values)
    new = _key(sheet, after)
    inverse.changes.append(Change(sheet, new, Where(sheet.title, 0), values, after, key if new != key else None))


def _values(sheet: Sheet, stored: dict[str, Any], over: Values) -> dict[str, Value]:
    """Stored fields laid over values; a field that is no more is left out."""
    known = {column.field: column for column in sheet.columns}
    return {**over, **{name: decode(known[name], held) for name, held in stored.items() if name in known}}


def _defaults(sheet: Sheet) -> Values:
    return {column.field: column.default for column in sheet.columns}


def _differ(one: Values, other: Values) -> bool:
    """A port keeps the spelling that it had first, whatever the ledger wrote."""
    return any(_plain(name, value) != _plain(name, other[name]) for name, value in one.items())


def _plain(name: str, value: Value) -> Value:
    return port_key(value) if name in applying.PORT_DEVICES and isinstance(value, str) else value


def _key(sheet: Sheet, values: Values) -> Key:
    outer = values[sheet.key[0]]
    name = str(values["name"])
    return (*outer, name) if len(sheet.key) > 1 and isinstance(outer, tuple) else (name,)


def _contradictions(inverse: _Inverse, current: State) -> Iterator[Problem]:
    """In the state that there would be: what refers to something that is gone, and what two would have at once."""
    gone = {(one.sheet.kind, one.key) for one in inverse.deletions}
    kept = {kind: {key: one for key, one in rows.items() if (kind, key) not in gone} for kind, rows in current.items()}
    final = requested(kept, tuple(inverse.changes))
    for one in inverse.deletions:
        for kind, key in dependents_of(final, one.sheet.kind, one.key):
            reason = N_("%(other)s hangs on it")
            facts = {"other": f"{SHEET_OF[kind].title} {shown_key(key)}"}
            yield Problem(Where(one.sheet.title, 0), shown_key(one.key), reason, facts)
    for change in inverse.changes:
        for column in change.sheet.columns:
            if column.refers and not _known(change.after[column.field], final[column.refers]):
                yield Problem(change.where, shown_key(change.key), N_("what it referred to is not there any more"))
    rows = {(change.kind, change.key): Row(change.sheet, change.where, {}) for change in inverse.changes}
    yield from conflicts(kept, inverse.changes, rows)


def _known(value: Value, rows: Any) -> bool:
    keys = value if isinstance(value, frozenset) else {value} if isinstance(value, tuple) else frozenset()
    return all(key in rows for key in keys)


def _innermost_first(one: Deletion) -> tuple[int, int]:
    return -list(ObjectKind).index(one.sheet.kind), -len(one.key)


def _write(session: Session, inverse: _Inverse, objects: Objects, occasion: Occasion) -> ChangeSet:
    for one in inverse.deletions:
        row: Any = objects[one.sheet.kind][one.key]
        applying.vacate(row, one.sheet.kind)
        if one.sheet.kind is ObjectKind.LINE:
            row.backup_of = None  # one that goes too, perhaps earlier
    session.flush()
    for (kind, key), number in inverse.returning.items():
        objects[kind][key] = MODELS[kind](id=number)
    applying.write(session, inverse.changes, objects)
    for one in sorted(inverse.deletions, key=_innermost_first):
        remove(session, one.sheet.kind, one.number, shown_key(one.key))
    kept = keep(session, occasion, inverse.changes, objects, inverse.deletions)
    if kept is None:
        raise AssertionError("a change set without changes")
    return kept
