"""The part of the state by which one object's change is judged: no county is read to rename a switch.

Of other objects the planner asks their names (references), what may occur only once (`uniqueness`), their places in
racks (`racking`) and of which line a line is the backup. These columns are read as plain values; a row is read when it
is written. `plan` gives the same answer as over the whole state, and a test holds it to that.
"""

from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.kinds import ObjectKind
from inventory.ledger.columns import Sheet
from inventory.ledger.plan import State
from inventory.ledger.racking import PLACE
from inventory.ledger.sheets import SHEET_OF
from inventory.ledger.single import key_of, values_of
from inventory.ledger.state import MODELS, Objects
from inventory.ledger.uniqueness import UNIQUE
from inventory.ledger.values import Key, Value, Values
from inventory.models import Device, Rack

# Fields of other objects, besides what is unique, by which a change of the kind is judged.
JUDGED_BY: Final[Mapping[ObjectKind, Mapping[ObjectKind, tuple[str, ...]]]] = {
    ObjectKind.RACK: {ObjectKind.DEVICE: PLACE},
    ObjectKind.DEVICE: {ObjectKind.DEVICE: PLACE, ObjectKind.RACK: ("height",)},
    ObjectKind.LINE: {ObjectKind.LINE: ("backup_of",)},
}
OF_REGIONS: Final = ("level", "code")  # by which a region may be told from another, or be named
Keys = dict[ObjectKind, dict[int, Key]]


@dataclass(frozen=True)
class Rows(MutableMapping[Key, Any]):
    """The rows of one kind by key, each read when it is asked for."""

    session: Session
    model: type[Any]
    numbers: dict[Key, int]
    made: dict[Key, Any]

    def __getitem__(self, key: Key) -> Any:
        return self.made[key] if key in self.made else self.session.get_one(self.model, self.numbers[key])

    def __setitem__(self, key: Key, row: Any) -> None:
        self.made[key] = row

    def __delitem__(self, key: Key) -> None:
        known = self.made.pop(key, None), self.numbers.pop(key, None)
        if known == (None, None):
            raise KeyError(key)

    def __iter__(self) -> Iterator[Key]:
        return iter({**self.numbers, **self.made})

    def __len__(self) -> int:
        return len(self.numbers.keys() | self.made.keys())


@dataclass(frozen=True)
class Known(Mapping[str, Value]):
    """Some values of an object; whoever asks for another one gets it from the row."""

    session: Session
    sheet: Sheet
    number: int
    held: Mapping[str, Value]

    def __getitem__(self, field: str) -> Value:
        return self.held[field] if field in self.held else self._whole()[field]

    def __iter__(self) -> Iterator[str]:
        return iter(column.field for column in self.sheet.columns)

    def __len__(self) -> int:
        return len(self.sheet.columns)

    def _whole(self) -> Values:
        return values_of(self.session, self.sheet, self.session.get_one(MODELS[self.sheet.kind], self.number))


def load(session: Session, sheet: Sheet, row: Any | None = None) -> tuple[State, Objects]:
    """For a change of `row`, or for a new object where there is none yet."""
    keys: Keys = {}
    state: dict[ObjectKind, dict[Key, Values]] = {}
    objects: Objects = {}
    for kind in _kinds(sheet.kind):
        state[kind] = _read(session, kind, _fields(sheet.kind, kind), keys)
        numbers = {key: number for number, key in keys[kind].items()}
        objects[kind] = Rows(session, MODELS[kind], numbers, {})
    for kind in ObjectKind:
        state.setdefault(kind, {})
        objects.setdefault(kind, Rows(session, MODELS[kind], {}, {}))
    # A new object may turn out to have the name of one that there is, which is then laid under it.
    own = {key: number for number, key in keys[sheet.kind].items()}
    state[sheet.kind] = {key: Known(session, sheet, own[key], held) for key, held in state[sheet.kind].items()}
    if row is not None:
        state[sheet.kind][key_of(sheet.kind, row)] = values_of(session, sheet, row)
    return state, objects


def _kinds(kind: ObjectKind) -> list[ObjectKind]:
    """What the kind refers to or is judged by, and what those stand in; a kind stands behind what it stands in."""
    wanted = {kind, *JUDGED_BY.get(kind, {})}
    wanted |= {column.refers for column in SHEET_OF[kind].columns if column.refers}
    for one in reversed(ObjectKind):
        outer = _outer(one) if one in wanted else None
        wanted |= {outer} if outer else set()
    return [one for one in ObjectKind if one in wanted]


def _outer(kind: ObjectKind) -> ObjectKind | None:
    return SHEET_OF[kind].column(SHEET_OF[kind].key[0]).refers


def _fields(changed: ObjectKind, kind: ObjectKind) -> Sequence[str]:
    fields = JUDGED_BY.get(changed, {}).get(kind, ())
    if kind is ObjectKind.REGION:
        fields += OF_REGIONS
    if kind is changed and kind in UNIQUE:
        fields += UNIQUE[kind][0]
    return tuple(dict.fromkeys(fields))


def _read(session: Session, kind: ObjectKind, fields: Sequence[str], keys: Keys) -> dict[Key, Values]:
    """Fills in the keys of the kind; those of the kinds before it are known."""
    model = MODELS[kind]
    outer = SHEET_OF[kind].key[0]
    within = getattr(model, f"{outer}_id") if _outer(kind) else model.name
    columns = [_attribute(kind, field) for field in fields]
    statement = select(model.id, model.name, within, *columns)
    if kind is ObjectKind.DEVICE and "rack" in fields:
        statement = statement.outerjoin(Device.rack)
    rows = [tuple(row) for row in session.execute(statement)]
    keys[kind] = dict(_keyed(kind, rows, keys))
    found: dict[Key, Values] = {}
    for number, _name, _within, *held in rows:
        values = zip(fields, held, strict=True)
        found[keys[kind][number]] = {field: _value(kind, field, value, keys) for field, value in values}
    return found


def _attribute(kind: ObjectKind, field: str) -> Any:
    if (kind, field) == (ObjectKind.DEVICE, "rack"):
        return Rack.name
    refers = SHEET_OF[kind].column(field).refers
    return getattr(MODELS[kind], f"{field}_id" if refers else field)


def _value(kind: ObjectKind, field: str, held: Any, keys: Keys) -> Value:
    refers = SHEET_OF[kind].column(field).refers
    value: Value = keys[refers][held] if refers and held is not None else held
    return value


def _keyed(kind: ObjectKind, rows: Sequence[tuple[Any, ...]], keys: Keys) -> Iterator[tuple[int, Key]]:
    outer = _outer(kind)
    if kind is not ObjectKind.REGION:
        for number, name, within, *_ in rows:
            yield number, (*keys[outer][within], name) if outer else (name,)
        return
    known = {number: (name, parent) for number, name, parent, *_ in rows}
    for number in known:
        path: Key = ()
        at: int | None = number
        while at is not None:
            name, at = known[at]
            path = (name, *path)
        yield number, path
