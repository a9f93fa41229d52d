"""Writing a plan without problems into the caller's transaction."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy.orm import Session

from inventory.kinds import ObjectKind
from inventory.ledger.plan import Action, Change
from inventory.ledger.sheets import SHEET_OF, Column
from inventory.ledger.state import MODELS, Objects
from inventory.ledger.uniqueness import UNIQUE
from inventory.ledger.values import Value
from inventory.models import Port
from inventory.ports import ensure_ports

PORT_DEVICES: Final = {"a_port": "a_device", "b_port": "b_device"}
# Refers to its own kind, so it can be set only once every line exists.
LATE: Final = "backup_of"


def write(session: Session, changes: Sequence[Change], objects: Objects) -> None:
    """`objects` are the rows that `state.load` gave for the state that the plan was made from."""
    touched = [change for change in changes if change.action is not Action.SAME]
    _vacate(session, touched, objects)
    for kind in ObjectKind:
        for change in sorted((change for change in touched if change.kind is kind), key=lambda one: len(one.key)):
            _write_one(session, change, objects)
        session.flush()
    for change in touched:
        if change.kind is ObjectKind.LINE and LATE in change.fields:
            _set(change, SHEET_OF[change.kind].column(LATE), objects)
    _write_ports(session, touched, objects)
    session.flush()


def _vacate(session: Session, touched: Sequence[Change], objects: Objects) -> None:
    """Free what must be unique before anyone takes it, so that two devices can swap their addresses."""
    for change in touched:
        first = UNIQUE[change.kind][0][0] if change.kind in UNIQUE else ""
        if change.before is not None and first in change.fields:
            setattr(objects[change.kind][change.key], first, None)
    session.flush()


def _write_one(session: Session, change: Change, objects: Objects) -> None:
    row: Any = objects[change.kind].get(change.key)
    if row is None:
        row = MODELS[change.kind]()
        objects[change.kind][change.key] = row
    for column in SHEET_OF[change.kind].columns:
        if column.field in change.fields and column.field != LATE and column.field not in PORT_DEVICES:
            _set(change, column, objects)
    session.add(row)


def _set(change: Change, column: Column, objects: Objects) -> None:
    value = change.after[column.field]
    setattr(objects[change.kind][change.key], column.field, _resolved(value, column, objects))


def _resolved(value: Value, column: Column, objects: Mapping[ObjectKind, Mapping[Any, Any]]) -> object:
    if column.refers is None:
        return value
    if isinstance(value, frozenset):
        return [objects[column.refers][key] for key in sorted(value)]
    return None if value is None else objects[column.refers][value]


def _write_ports(session: Session, touched: Sequence[Change], objects: Objects) -> None:
    """A port that the ledger names is made when the device has none of that name yet."""
    for change in touched:
        for field, end in PORT_DEVICES.items():
            # The same name on another device is another port.
            if change.kind is ObjectKind.LINE and {field, end} & change.fields.keys():
                _set_port(session, objects[change.kind][change.key], field, end, change.after[field])


def _set_port(session: Session, line: Any, field: str, end: str, name: Value) -> None:
    port = None
    if isinstance(name, str):
        device = getattr(line, end)
        port = session.get_one(Port, ensure_ports(session, device.id, [name])[name])
    setattr(line, field, port)
