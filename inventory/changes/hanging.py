"""What hangs on an object: everything whose fields refer to it. Pure, over the state that the ledger sees."""

from collections.abc import Iterator

from inventory.kinds import ObjectKind
from inventory.ledger.columns import Column
from inventory.ledger.plan import State
from inventory.ledger.sheets import SHEET_OF
from inventory.ledger.values import Key, Value, Values

Dependent = tuple[ObjectKind, Key]


def dependents_of(state: State, kind: ObjectKind, key: Key) -> list[Dependent]:
    """Each once, in the order of the kinds; what stands in it (a room of a site) hangs on it too."""
    found = dict.fromkeys(_referring(state, kind, key))
    found.pop((kind, key), None)
    return list(found)


def _referring(state: State, kind: ObjectKind, key: Key) -> Iterator[Dependent]:
    for other, sheet in SHEET_OF.items():
        columns = [column for column in sheet.columns if column.refers is kind]
        for one, values in state.get(other, {}).items():
            if any(_refers(column, values, key) for column in columns) or _in_rack(kind, key, other, values):
                yield other, one


def _refers(column: Column, values: Values, key: Key) -> bool:
    value: Value = values[column.field]
    return key in value if isinstance(value, frozenset) else value == key


def _in_rack(kind: ObjectKind, key: Key, other: ObjectKind, values: Values) -> bool:
    """A device names its rack within its room, not by a key."""
    if kind is not ObjectKind.RACK or other is not ObjectKind.DEVICE:
        return False
    return values["room"] == key[:-1] and values["rack"] == key[-1]
