"""The current state as the planner sees it, read from the database in one query a kind."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from core.database import Base
from inventory.kinds import ObjectKind
from inventory.ledger.plan import State
from inventory.ledger.sheets import SHEET_OF, Sheet
from inventory.ledger.values import Key, Value, Values
from inventory.models import BusinessSystem, Contact, Device, Line, Port, Region, Room, Site, Unit

MODELS: Final[Mapping[ObjectKind, type[Any]]] = {
    ObjectKind.REGION: Region,
    ObjectKind.SITE: Site,
    ObjectKind.UNIT: Unit,
    ObjectKind.CONTACT: Contact,
    ObjectKind.ROOM: Room,
    ObjectKind.DEVICE: Device,
    ObjectKind.LINE: Line,
    ObjectKind.SYSTEM: BusinessSystem,
}
PARTS: Final = {
    ObjectKind.LINE: (Line.a_port, Line.b_port),
    ObjectKind.SYSTEM: (BusinessSystem.units, BusinessSystem.lines, BusinessSystem.devices),
}
Objects = dict[ObjectKind, dict[Key, Base]]
KeyOf = Callable[[ObjectKind, int | None], Key | None]


def load(session: Session) -> tuple[State, Objects]:
    """What there is, once as plain values and once as the rows themselves."""
    everything = {kind: {row.id: row for row in _all(session, kind)} for kind in ObjectKind}
    keys = {
        kind: {number: _key(everything, kind, row) for number, row in rows.items()} for kind, rows in everything.items()
    }
    state = {
        kind: {keys[kind][number]: _values(SHEET_OF[kind], row, keys) for number, row in rows.items()}
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
    return (everything[outer.refers][getattr(row, f"{outer.field}_id")].name, row.name)


def _values(sheet: Sheet, row: Any, keys: Mapping[ObjectKind, Mapping[int, Key]]) -> Values:
    values: dict[str, Value] = {}
    for column in sheet.columns:
        if column.refers is None:
            held = getattr(row, column.field)
            values[column.field] = held.name if isinstance(held, Port) else held
        elif isinstance(column.default, frozenset):
            values[column.field] = frozenset(keys[column.refers][one.id] for one in getattr(row, column.field))
        else:
            number = getattr(row, f"{column.field}_id")
            values[column.field] = None if number is None else keys[column.refers][number]
    return values
