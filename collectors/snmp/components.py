"""What a device is made of: chassis, boards, power supplies, fans, optical modules (ENTITY-MIB, RFC 6933)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from collectors.snmp.reading import text, whole
from collectors.snmp.session import Session
from collectors.snmp.walk import walk_table
from collectors.snmp.wire import Oid, Value

ENTITY: Final[Oid] = (1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1)
CLASS, PARENT = (*ENTITY, 5), (*ENTITY, 4)
TEXTS: Final = {
    "descr": (*ENTITY, 2),
    "name": (*ENTITY, 7),
    "hardware": (*ENTITY, 8),
    "firmware": (*ENTITY, 9),
    "software": (*ENTITY, 10),
    "serial": (*ENTITY, 11),
    "maker": (*ENTITY, 12),
    "model": (*ENTITY, 13),
}
MOST: Final = 5000


class PartKind(StrEnum):
    CHASSIS = "chassis"
    POWER_SUPPLY = "power_supply"
    FAN = "fan"
    MODULE = "module"
    PORT = "port"
    STACK = "stack"
    CPU = "cpu"


# PhysicalClass (IANA-ENTITY-MIB); what is not here has no life of its own: containers, sensors, empty places.
KINDS: Final = {
    3: PartKind.CHASSIS,
    6: PartKind.POWER_SUPPLY,
    7: PartKind.FAN,
    9: PartKind.MODULE,
    10: PartKind.PORT,
    11: PartKind.STACK,
    12: PartKind.CPU,
}
# Of these only the ones with a serial number can be taken out and replaced: an optical module, a processor board.
WITH_SERIAL_ONLY: Final = frozenset({PartKind.PORT, PartKind.CPU})


@dataclass(frozen=True, slots=True)
class Component:
    """`parent` is the number of the component that holds it, 0 for none. Texts are empty where the device is silent."""

    number: int
    parent: int
    kind: PartKind
    name: str
    descr: str
    model: str
    serial: str
    maker: str
    hardware: str
    firmware: str
    software: str


async def components(session: Session) -> list[Component]:
    """In the device's order. Raises SnmpError when the table cannot be read whole: a part must not seem to be gone."""
    table = await walk_table(session, [CLASS, PARENT, *TEXTS.values()], most=MOST)
    for fault in table.faults:
        raise fault
    rows = {
        index[0]: {column: cells[index].value for column, cells in table.columns.items() if index in cells}
        for index in table.indexes
        if len(index) == 1
    }
    kept = {number: found for number, row in rows.items() if (found := _component(number, row)) is not None}
    parents = {number: whole(row.get(PARENT)) or 0 for number, row in rows.items()}
    return [_held(found, parents, kept) for found in kept.values()]


def _component(number: int, row: Mapping[Oid, Value]) -> Component | None:
    """None for what is neither a part of its own nor has a number of its own: a bare port, an empty slot."""
    kind = KINDS.get(whole(row.get(CLASS)) or 0)
    texts = {name: text(row.get(column)) for name, column in TEXTS.items()}
    if kind is None or (kind in WITH_SERIAL_ONLY and not texts["serial"]):
        return None
    return Component(number, 0, kind, **texts)


def _held(component: Component, parents: Mapping[int, int], kept: Mapping[int, Component]) -> Component:
    """By the nearest component above it that is shown; whoever contains himself is held by nobody."""
    above, seen = parents.get(component.number, 0), {component.number}
    while above and above not in kept and above not in seen:
        seen.add(above)
        above = parents.get(above, 0)
    return replace(component, parent=above if above in kept and above != component.number else 0)
