"""Who is at the other end, by LLDP (IEEE 802.1AB) and by Cisco's CDP, which many switches speak as well.

LLDP stands in three places: LLDP-MIB of 2005, LLDP-V2-MIB of 2009, and TP-Link's own table, where all is text.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from collectors.snmp.facts import Neighbour, PortFacts
from collectors.snmp.reading import mac, text
from collectors.snmp.session import Session
from collectors.snmp.walk import Table, walk_table
from collectors.snmp.wire import Oid, Value

LLDP_REMOTE: Final[Oid] = (1, 0, 8802, 1, 1, 2, 1, 4, 1, 1)
LLDP_LOCAL_PORT: Final[Oid] = (1, 0, 8802, 1, 1, 2, 1, 3, 7, 1)
CHASSIS, PORT_SUBTYPE, PORT, PORT_DESCR, SYS_NAME = REMOTE = [(*LLDP_REMOTE, number) for number in (5, 6, 7, 8, 9)]
LOCAL_ID, LOCAL_DESCR = ((*LLDP_LOCAL_PORT, number) for number in (3, 4))
MAC_SUBTYPE: Final = 3

LLDP_V2_REMOTE: Final[Oid] = (1, 3, 111, 2, 802, 1, 1, 13, 1, 4, 1, 1)
TO_FIRST_EDITION: Final = {(*LLDP_V2_REMOTE, number): (*LLDP_REMOTE, number - 1) for number in (6, 7, 8, 9, 10)}

CDP_CACHE: Final[Oid] = (1, 3, 6, 1, 4, 1, 9, 9, 23, 1, 2, 1, 1)
CDP_DEVICE, CDP_PORT = (*CDP_CACHE, 6), (*CDP_CACHE, 7)

TPLINK_REMOTE: Final[Oid] = (1, 3, 6, 1, 4, 1, 11863, 6, 35, 1, 2, 2, 1)
TPLINK_PORT, TPLINK_NAME = (*TPLINK_REMOTE, 6), (*TPLINK_REMOTE, 9)


@dataclass(frozen=True, slots=True)
class Heard:
    """Whom a device names. Not `whole` when a table broke off: then who is missing has not left for certain."""

    neighbours: tuple[Neighbour, ...]
    whole: bool


async def neighbours(session: Session, protocols: Sequence[str], ports: Sequence[PortFacts]) -> Heard:
    """Raises NoAnswerError when the device falls silent."""
    found: list[Neighbour] = []
    tables: list[Table] = []

    async def walked(columns: Iterable[Oid]) -> Table:
        tables.append(await walk_table(session, columns))
        return tables[-1]

    if "lldp" in protocols:
        remote = await walked(REMOTE)
        local = await walked([LOCAL_ID, LOCAL_DESCR]) if remote.indexes else Table({})
        found += lldp(remote, local, ports)
    if "lldp_v2" in protocols and not found:
        found += lldp(_first_edition(await walked(TO_FIRST_EDITION)), Table({}), ports)
    if "tplink" in protocols and not found:
        found += by_if_index("lldp", await walked([TPLINK_NAME, TPLINK_PORT]), ports)
    if "cdp" in protocols:
        found += by_if_index("cdp", await walked([CDP_DEVICE, CDP_PORT]), ports)
    return Heard(tuple(found), whole=not any(table.faults for table in tables))


def _first_edition(remote: Table) -> Table:
    """The second edition has the same columns, one further on; its local port number is always the ifIndex."""
    return Table({TO_FIRST_EDITION[column]: rows for column, rows in remote.columns.items()})


def lldp(remote: Table, local: Table, ports: Sequence[PortFacts]) -> list[Neighbour]:
    """Index of the remote table: time mark, local port number, a number. The port number need not be the ifIndex."""
    by_index = {port.index: port for port in ports}
    by_name = {name: port for port in ports for name in (port.name, port.descr, port.alias) if name}
    found = []
    for index in remote.indexes:
        cells = _row(remote, index)
        number = index[1] if len(index) > 1 else 0
        spoken = [text(cell) for cell in _row(local, (number,)).values()]
        port = next((by_name[word] for word in spoken if word in by_name), by_index.get(number))
        local_port = port.name if port is not None else next(filter(None, spoken), str(number))
        chassis = cells.get(CHASSIS)
        name = text(cells.get(SYS_NAME)) or _identifier(chassis)
        identified = chassis.hex() if isinstance(chassis, bytes) else ""
        found.append(Neighbour("lldp", local_port, name, _remote_port(cells), identified))
    return found


def _remote_port(cells: Mapping[Oid, Value]) -> str:
    """The port's own identifier; a MAC address tells a reader less than the description does."""
    described = text(cells.get(PORT_DESCR))
    if cells.get(PORT_SUBTYPE) == MAC_SUBTYPE:
        return described or _identifier(cells.get(PORT))
    return text(cells.get(PORT)) or described


def _identifier(value: Value) -> str:
    return mac(value) or text(value)


def by_if_index(protocol: str, table: Table, ports: Sequence[PortFacts]) -> list[Neighbour]:
    """A table of two columns, the neighbour's name and port. Index: local ifIndex, a number."""
    names = {port.index: port.name for port in ports}
    name, remote_port = table.columns
    found = []
    for index in table.indexes:
        cells = _row(table, index)
        local_port = names.get(index[0], str(index[0]))
        found.append(Neighbour(protocol, local_port, text(cells.get(name)), text(cells.get(remote_port))))
    return found


def _row(table: Table, index: Oid) -> dict[Oid, Value]:
    return {column: rows[index].value for column, rows in table.columns.items() if index in rows}
