"""A plan as lines that can be kept and shown page by page: what is wrong, new, changed, the same.

A line is JSON: group, cell, kind and name of the object; for a wrong one the value and what was expected (a msgid with
its facts), for the others the fields that differ, each with its old and new value as the ledger writes them.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Any

from inventory.ledger.columns import Column
from inventory.ledger.plan import Action, Change, ChangePlan
from inventory.ledger.references import SEPARATOR
from inventory.ledger.values import Problem

Entry = dict[str, Any]


class Group(StrEnum):
    """In the order in which somebody looks at them."""

    WRONG = "wrong"
    NEW = "new"
    CHANGED = "changed"
    SAME = "same"


def entries_of(plan: ChangePlan) -> list[Entry]:
    return [*map(_wrong, plan.problems), *map(_entry, plan.changes)]


def fingerprint(entries: Sequence[Entry], sha256: str) -> str:
    """Of the file and of everything that it would change, from what to what: whoever confirms it confirms just that."""
    text = json.dumps([sha256, list(entries)], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def counts(entries: Sequence[Entry]) -> Counter[str]:
    return Counter(entry["group"] for entry in entries)


def _wrong(problem: Problem) -> Entry:
    facts = {name: value if isinstance(value, int) else str(value) for name, value in problem.facts.items()}
    return {
        "group": Group.WRONG,
        "cell": str(problem.where),
        "value": problem.value,
        "expected": problem.expected,
        "facts": facts,
    }


def _entry(change: Change) -> Entry:
    group = {Action.NEW: Group.NEW, Action.CHANGED: Group.CHANGED, Action.SAME: Group.SAME}[change.action]
    entry = {"group": group, "cell": str(change.where), "kind": change.kind, "name": SEPARATOR.join(change.key)}
    return {**entry, "fields": [] if group is Group.SAME else list(_fields(change))}


def _fields(change: Change) -> Iterator[list[str]]:
    """The field's name, its old and its new value; of what is new, only what says something."""
    for column in _differing(change):
        old, new = change.fields[column.field]
        yield [column.field, "" if change.before is None else column.format.show(old), column.format.show(new)]


def _differing(change: Change) -> Iterator[Column]:
    for column in change.sheet.columns:
        if column.field in change.fields and (
            change.before is not None or change.after[column.field] != column.default
        ):
            yield column
