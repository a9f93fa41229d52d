"""Writing a plan without problems into the caller's transaction."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from inventory.errors import WrittenMeanwhileError
from inventory.kinds import ObjectKind
from inventory.ledger.columns import Column
from inventory.ledger.plan import Action, Change
from inventory.ledger.references import SEPARATOR
from inventory.ledger.state import MODELS, Objects
from inventory.ledger.uniqueness import UNIQUE
from inventory.ledger.values import Value
from inventory.models import Device, Port, Rack
from inventory.ports import ensure_ports

PORT_DEVICES: Final = {"a_port": "a_device", "b_port": "b_device"}
# Refers to its own kind, so it can be set only once every line exists.
LATE: Final = "backup_of"
# What is set in a way of its own, once everything that it may point to exists.
APART: Final = frozenset({LATE, "rack", *PORT_DEVICES})
# The field of each unique group that may be empty for a moment; UNIQUE says which ones go together.
VACATED: Final = {
    ObjectKind.REGION: "code",
    ObjectKind.DEVICE: "address",
    ObjectKind.VLAN: "site",
    ObjectKind.LINE: "circuit_number",
}


def write(session: Session, changes: Sequence[Change], objects: Objects) -> None:
    """`objects` are the rows that `state.load` gave for the state that the plan was made from.

    Raises WrittenMeanwhileError where another transaction took a name or number first, or deleted what is referred to:
    the plan could not see it, and the database of many machines lets both go on until one of them is done.
    """
    touched = [change for change in changes if change.action is not Action.SAME]
    try:
        _write(session, touched, objects)
    except IntegrityError as error:
        raise _meanwhile(touched, error) from error


def _meanwhile(touched: Sequence[Change], error: IntegrityError) -> WrittenMeanwhileError:
    """Names the object where only one can be meant."""
    table = getattr(getattr(error.orig, "diag", None), "table_name", None)
    meant = [change for change in touched if MODELS[change.kind].__tablename__ == table] or list(touched)
    name = SEPARATOR.join(meant[0].key) if len(meant) == 1 else ""
    return WrittenMeanwhileError(kind=meant[0].kind, name=name)


def _write(session: Session, touched: Sequence[Change], objects: Objects) -> None:
    for change in touched:
        if change.was is not None:
            objects[change.kind][change.key] = objects[change.kind].pop(change.was)
    _vacate(session, touched, objects)
    for kind in ObjectKind:
        for change in sorted((change for change in touched if change.kind is kind), key=lambda one: len(one.key)):
            _write_one(session, change, objects)
        session.flush()
        if kind is ObjectKind.DEVICE:
            _write_racks(session, touched, objects)
    for change in touched:
        if change.kind is ObjectKind.LINE and LATE in change.fields:
            _set(change, change.sheet.column(LATE), objects)
    _write_ports(session, touched, objects)
    session.flush()


def vacate(row: Any, kind: ObjectKind) -> None:
    """Let go of what nobody else could have meanwhile."""
    if kind in VACATED:
        setattr(row, VACATED[kind], None)


def _vacate(session: Session, touched: Sequence[Change], objects: Objects) -> None:
    """Free what must be unique before anyone takes it, so that two devices can swap their addresses."""
    for change in touched:
        unique = UNIQUE[change.kind][0] if change.kind in UNIQUE else ()
        if change.before is not None and not change.fields.keys().isdisjoint(unique):
            vacate(objects[change.kind][change.key], change.kind)
    session.flush()


def _write_one(session: Session, change: Change, objects: Objects) -> None:
    row: Any = objects[change.kind].get(change.key)
    if row is None:
        row = MODELS[change.kind]()
        objects[change.kind][change.key] = row
    for column in change.sheet.columns:
        if column.field not in APART and (column.field in change.fields or column.field == VACATED.get(change.kind)):
            _set(change, column, objects)
    session.add(row)


def _set(change: Change, column: Column, objects: Objects) -> None:
    value = change.after[column.field]
    if column.custom is not None:
        row: Any = objects[change.kind][change.key]
        kept = {name: text for name, text in (row.custom or {}).items() if name != column.custom}
        row.custom = kept if value is None else {**kept, column.custom: column.format.show(value)}
        return
    setattr(objects[change.kind][change.key], column.field, _resolved(value, column, objects))


def _resolved(value: Value, column: Column, objects: Mapping[ObjectKind, Mapping[Any, Any]]) -> object:
    if column.refers is None:
        return value
    if isinstance(value, frozenset):
        return [objects[column.refers][key] for key in sorted(value)]
    return None if value is None else objects[column.refers][value]


def _write_racks(session: Session, touched: Sequence[Change], objects: Objects) -> None:
    """A rack that a device names is made in its room when there is none of that name yet."""
    for change in touched:
        if change.kind is ObjectKind.DEVICE and {"rack", "room"} & change.fields.keys():
            device: Any = objects[change.kind][change.key]
            device.rack = _rack(session, device, change.after["rack"], objects)
    session.flush()


def _rack(session: Session, device: Device, name: Value, objects: Objects) -> Rack | None:
    if device.room is None or not isinstance(name, str):
        return None
    key = (device.room.site.name, device.room.name, name)
    rack: Any = objects[ObjectKind.RACK].get(key)
    if rack is None:
        rack = objects[ObjectKind.RACK][key] = Rack(room=device.room, name=name)
        session.add(rack)
    return cast("Rack", rack)


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
