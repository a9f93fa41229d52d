"""The objects that product and peer are both asked for, so that they do the same work."""

from typing import Final

from collectors.snmp.interfaces import ALIAS, DESCR, NAME, POLLED, WIDE
from collectors.snmp.plan import HEADER
from collectors.snmp.wire import Oid, parse_oid

# What the farm's board says, by HUAWEI-ENTITY-EXTENT-MIB: processor, memory, memory size, temperature.
BOARD: Final = tuple((*parse_oid("1.3.6.1.4.1.2011.5.25.31.1.1.1.1"), column) for column in (5, 7, 9, 11))
COLUMNS: Final[tuple[Oid, ...]] = WIDE
SINGLE: Final[tuple[Oid, ...]] = HEADER
# By label, what names a port.
NAMES: Final = {"ifName": NAME, "ifDescr": DESCR, "ifAlias": ALIAS}


def ports_for(values: int) -> int:
    """How many ports a device needs, so that one poll reads at least this many values."""
    return -(-(values - len(SINGLE) - len(BOARD)) // POLLED)


def values_of(ports: int) -> int:
    return len(SINGLE) + len(BOARD) + POLLED * ports
