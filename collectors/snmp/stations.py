"""Who is behind which port: the bridge's forwarding table and the router's address table.

Q-BRIDGE-MIB (RFC 4363), else BRIDGE-MIB (RFC 4188)   MAC addresses by bridge port, bridge ports by ifIndex
IP-MIB (RFC 4293), else its table of 1990             IP addresses by ifIndex, with their MAC addresses
"""

import ipaddress
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from collectors.snmp.reading import mac, whole
from collectors.snmp.session import Session
from collectors.snmp.walk import Table, walk_table
from collectors.snmp.wire import Oid, Value

BRIDGE: Final[Oid] = (1, 3, 6, 1, 2, 1, 17)
BASE_PORT_IF_INDEX: Final[Oid] = (*BRIDGE, 1, 4, 1, 2)
FDB_PORT, FDB_STATUS = (*BRIDGE, 4, 3, 1, 2), (*BRIDGE, 4, 3, 1, 3)
Q_FDB_PORT, Q_FDB_STATUS = (*BRIDGE, 7, 1, 2, 2, 1, 2), (*BRIDGE, 7, 1, 2, 2, 1, 3)
VLAN_FDB_ID: Final[Oid] = (*BRIDGE, 7, 1, 4, 2, 1, 3)
PHYSICAL_ADDRESS: Final[Oid] = (1, 3, 6, 1, 2, 1, 4, 35, 1, 4)
MEDIA_ADDRESS: Final[Oid] = (1, 3, 6, 1, 2, 1, 4, 22, 1, 2)

MAC_OCTETS: Final = 6
# dot1dTpFdbStatus: the bridge's own addresses are nobody behind a port.
SELF: Final = 4
MOST: Final = 20_000


@dataclass(frozen=True, slots=True)
class Station:
    """A MAC address that a bridge has learnt; `vlan` is None where the bridge does not say."""

    mac: str
    vlan: int | None
    if_index: int


@dataclass(frozen=True, slots=True)
class Binding:
    """An IP address and whose it is, as a router's address table has it."""

    address: str
    mac: str
    if_index: int


async def stations(session: Session) -> list[Station]:
    """Empty for what is no bridge. Raises NoAnswerError when the device falls silent."""
    ports = await walk_table(session, [BASE_PORT_IF_INDEX], most=MOST)
    if not ports.columns[BASE_PORT_IF_INDEX]:
        return []
    if_indexes = {index[0]: whole(each.value) for index, each in ports.columns[BASE_PORT_IF_INDEX].items() if index}
    learnt = await walk_table(session, [Q_FDB_PORT, Q_FDB_STATUS], most=MOST)
    if learnt.columns[Q_FDB_PORT]:
        vlans = _vlans(await walk_table(session, [VLAN_FDB_ID], most=MOST))
        return list(_stations(learnt, Q_FDB_PORT, Q_FDB_STATUS, if_indexes, vlans))
    plain = await walk_table(session, [FDB_PORT, FDB_STATUS], most=MOST)
    return list(_stations(plain, FDB_PORT, FDB_STATUS, if_indexes, {}))


def _vlans(table: Table) -> dict[int, int]:
    """VLAN by filtering database; index: a time, the VLAN. Without the table the two numbers are the same."""
    found = table.columns[VLAN_FDB_ID]
    return {whole(each.value) or 0: index[1] for index, each in found.items() if len(index) == 2}  # noqa: PLR2004  # time, VLAN


def _stations(
    table: Table, port: Oid, status: Oid, if_indexes: Mapping[int, int | None], vlans: Mapping[int, int]
) -> Iterator[Station]:
    """Index: the filtering database, where there are several, and the six numbers of the MAC address."""
    for index, cell in table.columns[port].items():
        if len(index) not in {MAC_OCTETS, MAC_OCTETS + 1} or max(index[-MAC_OCTETS:]) > 0xFF:  # noqa: PLR2004  # an octet
            continue
        said = table.columns[status].get(index)
        if_index = if_indexes.get(whole(cell.value) or 0)
        if if_index is None or (said is not None and whole(said.value) == SELF):
            continue
        database = index[0] if len(index) > MAC_OCTETS else None
        vlan = None if database is None else vlans.get(database, database)
        yield Station(bytes(index[-MAC_OCTETS:]).hex(":"), vlan, if_index)


async def bindings(session: Session) -> list[Binding]:
    """Empty for what routes nothing. Raises NoAnswerError when the device falls silent."""
    found = await walk_table(session, [PHYSICAL_ADDRESS], most=MOST)
    rows = {index: cell.value for index, cell in found.columns[PHYSICAL_ADDRESS].items()}
    if not rows:
        older = await walk_table(session, [MEDIA_ADDRESS], most=MOST)
        rows = {
            (index[0], 1, len(index) - 1, *index[1:]): cell.value
            for index, cell in older.columns[MEDIA_ADDRESS].items()
            if index
        }
    return list(_bindings(rows))


def _bindings(rows: Mapping[Oid, Value]) -> Iterator[Binding]:
    """Index: ifIndex, the kind of address, its length, its octets (a zone may follow those of a link-local one)."""
    for index, value in rows.items():
        octets = index[3:]
        physical = mac(value)
        if len(index) < 4 or len(octets) != index[2] or max(octets) > 0xFF or not physical:  # noqa: PLR2004  # as above
            continue
        try:
            address = ipaddress.ip_address(bytes(octets[:4] if index[1] in {1, 3} else octets[:16]))
        except ValueError:
            continue
        if not address.is_multicast and not address.is_unspecified:
            yield Binding(str(address), physical, index[0])
