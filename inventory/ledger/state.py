"""The current state as the planner sees it, read from the database in one query a kind."""

from collections.abc import Callable, Mapping, MutableMapping
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from inventory.kinds import ObjectKind
from inventory.ledger.columns import Column, Layout, Sheet
from inventory.ledger.plan import State
from inventory.ledger.sheets import SHEET_OF
from inventory.ledger.values import Key, UnexpectedValueError, Value, Values
from inventory.models import (
    Address,
    BusinessSystem,
    Contact,
    Device,
    Line,
    Port,
    Rack,
    Region,
    Room,
    Site,
    Subnet,
    Unit,
    Vlan,
)

MODELS: Final[Mapping[ObjectKind, type[Any]]] = {
    ObjectKind.REGION: Region,
    ObjectKind.SITE: Site,
    ObjectKind.UNIT: Unit,
    ObjectKind.CONTACT: Contact,
    ObjectKind.ROOM: Room,
    ObjectKind.RACK: Rack,
    ObjectKind.DEVICE: Device,
    ObjectKind.LINE: Line,
    ObjectKind.VLAN: Vlan,
    ObjectKind.SUBNET: Subnet,
    ObjectKind.ADDRESS: Address,
    ObjectKind.SYSTEM: BusinessSystem,
}
PARTS: Final = {
    ObjectKind.DEVICE: (Device.rack,),
    ObjectKind.LINE: (Line.a_port, Line.b_port),
    ObjectKind.SYSTEM: (BusinessSystem.units, BusinessSystem.lines, BusinessSystem.devices),
}
Objects = dict[ObjectKind, MutableMapping[Key, Any]]
KeyOf = Callable[[ObjectKind, int], Key]


def load(session: Session, layout: Layout = SHEET_OF) -> tuple[State, Objects]:
    """What there is, once as plain values and once as the rows themselves."""
    everything = {kind: {row.id: row for row in _all(session, kind)} for kind in ObjectKind}
    keys = {
        kind: {number: _key(everything, kind, row) for number, row in rows.items()} for kind, rows in everything.items()
    }

    def known(kind: ObjectKind, number: int) -> Key:
        return keys[kind][number]

    state = {
        kind: {keys[kind][number]: _values(layout[kind], row, known) for number, row in rows.items()}
        for kind, rows in everything.items()
    }
    objects: Objects = {
        kind: {keys[kind][number]: row for number, row in rows.items()} for kind, rows in everything.items()
    }
    return state, objects


def _all(session: Session, kind: ObjectKind) -> list[Any]:
    return list(session.scalars(select(MODELS[kind]).options(*(selectinload(part) for part in PARTS.get(kind, ())))))


def _key(everything: Mapping[ObjectKind, Mapping[int, Any]], kind: ObjectKind, row: Any) -> Key:
    if kind is ObjectKind.REGION:
        path, current = [row.name], row
        while current.parent_id is not None:
            current = everything[kind][current.parent_id]
            path.insert(0, current.name)
        return tuple(path)
    outer = SHEET_OF[kind].column(SHEET_OF[kind].key[0])
    if outer.refers is None:
        return (row.name,)
    within = everything[outer.refers][getattr(row, f"{outer.field}_id")]
    return (*_key(everything, outer.refers, within), row.name)


def _values(sheet: Sheet, row: Any, known: KeyOf) -> Values:
    return {column.field: value_of(column, row, known) for column in sheet.columns}


def value_of(column: Column, row: Any, known: KeyOf) -> Value:
    """What a row holds in a column; `known` gives the key of what it refers to."""
    if column.custom is not None:
        return _custom(column, row.custom.get(column.custom))
    if column.refers is None:
        held: Any = getattr(row, column.field)
        value: Value = held.name if isinstance(held, Port | Rack) else held
        return value
    if isinstance(column.default, frozenset):
        return frozenset(known(column.refers, one.id) for one in getattr(row, column.field))
    number = getattr(row, f"{column.field}_id")
    return None if number is None else known(column.refers, number)


def _custom(column: Column, text: str | None) -> Value:
    """What does not fit the field any more, because its words were changed since, is kept as it is."""
    try:
        return None if text is None else column.format.parse(text)
    except UnexpectedValueError:
        return text
