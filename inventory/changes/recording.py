"""Keeping what a transaction changed: one change set, and of each object the fields that differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from inventory.kinds import ChangeOrigin
from inventory.ledger.columns import Sheet
from inventory.ledger.plan import Action, Change
from inventory.ledger.references import SEPARATOR
from inventory.ledger.state import Objects
from inventory.ledger.stored import encode
from inventory.ledger.values import Key, Values
from inventory.models import ChangeSet, ObjectChange
from security.audit import Actor

MOST_NAME = 240


@dataclass(frozen=True, slots=True)
class Deletion:
    """An object that is taken away, with everything that was known of it."""

    sheet: Sheet
    key: Key
    number: int
    before: Values


@dataclass(frozen=True, slots=True)
class Occasion:
    """Who changes something, when, by which way; `subject` is the object's or the file's name."""

    actor: Actor
    now: datetime
    origin: ChangeOrigin
    subject: str


def keep(
    session: Session,
    occasion: Occasion,
    changes: Sequence[Change],
    objects: Objects,
    deletions: Sequence[Deletion] = (),
) -> ChangeSet | None:
    """Of changes that are already written, so that what is new has its number. None where nothing changed."""
    touched = [change for change in changes if change.action is not Action.SAME]
    if not touched and not deletions:
        return None
    kept = ChangeSet(
        at=occasion.now,
        actor=occasion.actor.name,
        origin=occasion.origin,
        subject=occasion.subject[:MOST_NAME],
        changes=[_changed(change, objects) for change in touched] + [_deleted(one) for one in deletions],
    )
    session.add(kept)
    session.flush()
    return kept


def differing(change: Change) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """Before and after of the fields that differ; of what is new, the fields that are not as they are by default."""
    if change.before is None:
        return None, told(change.sheet, change.after)
    before = {name: encode(old) for name, (old, _) in change.fields.items()}
    return before, {name: encode(new) for name, (_, new) in change.fields.items()}


def told(sheet: Sheet, values: Values) -> dict[str, Any]:
    """The fields that say something."""
    return {
        column.field: encode(values[column.field])
        for column in sheet.columns
        if values.get(column.field) != column.default
    }


def shown_key(key: Key) -> str:
    return SEPARATOR.join(key)


def _changed(change: Change, objects: Objects) -> ObjectChange:
    row: Any = objects[change.kind][change.key]
    before, after = differing(change)
    name = shown_key(change.key)[:MOST_NAME]
    return ObjectChange(kind=change.kind, object_id=row.id, name=name, before=before, after=after)


def _deleted(one: Deletion) -> ObjectChange:
    name = shown_key(one.key)[:MOST_NAME]
    return ObjectChange(
        kind=one.sheet.kind, object_id=one.number, name=name, before=told(one.sheet, one.before), after=None
    )
