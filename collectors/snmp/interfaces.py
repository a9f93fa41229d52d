"""IF-MIB (RFC 2863): varbinds in, ports out.

Agents differ in what they leave out: no ifXTable, no ifDescr, a speed as text, a port in one column only. So a port
exists when any column names it, and each fact is taken from the best column that has it.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from collectors.snmp.facts import IfStatus, PortCounters, PortFacts
from collectors.snmp.reading import mac, text, whole
from collectors.snmp.walk import Table
from collectors.snmp.wire import Oid, Value

IF_NUMBER: Final[Oid] = (1, 3, 6, 1, 2, 1, 2, 1, 0)
IF_TABLE: Final[Oid] = (1, 3, 6, 1, 2, 1, 2, 2, 1)
IF_X_TABLE: Final[Oid] = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1)
IF_TABLE_LAST_CHANGE: Final[Oid] = (1, 3, 6, 1, 2, 1, 31, 1, 5, 0)

DESCR: Final[Oid] = (*IF_TABLE, 2)
TYPE: Final[Oid] = (*IF_TABLE, 3)
SPEED: Final[Oid] = (*IF_TABLE, 5)
MAC: Final[Oid] = (*IF_TABLE, 6)
ADMIN: Final[Oid] = (*IF_TABLE, 7)
OPER: Final[Oid] = (*IF_TABLE, 8)
NAME: Final[Oid] = (*IF_X_TABLE, 1)
HIGH_SPEED: Final[Oid] = (*IF_X_TABLE, 15)
ALIAS: Final[Oid] = (*IF_X_TABLE, 18)
HC_IN_OCTETS: Final[Oid] = (*IF_X_TABLE, 6)

TABLE_COLUMNS: Final = (DESCR, TYPE, SPEED, MAC, ADMIN, OPER)
X_TABLE_COLUMNS: Final = (NAME, HIGH_SPEED, ALIAS, HC_IN_OCTETS)

# What a poll asks of every port, in the order of PortCounters' fields after `wide`, then statuses and speed.
FAULTS: Final = ((*IF_TABLE, 14), (*IF_TABLE, 20), (*IF_TABLE, 13), (*IF_TABLE, 19))
WIDE: Final = (HC_IN_OCTETS, (*IF_X_TABLE, 10), (*IF_X_TABLE, 7), (*IF_X_TABLE, 11), *FAULTS, ADMIN, OPER, HIGH_SPEED)
NARROW: Final = ((*IF_TABLE, 10), (*IF_TABLE, 16), (*IF_TABLE, 11), (*IF_TABLE, 17), *FAULTS, ADMIN, OPER, SPEED)
POLLED: Final = len(WIDE)

# ifSpeed is a Gauge32: faster ports show its greatest value (RFC 2863 section 3.1.13), some agents what is left of it.
MOST_IF_SPEED: Final = 0xFFFFFFFF
MEGA: Final = 1_000_000
# By width; one for all ports, because a city has two hundred thousand.
UNCOUNTED: Final = {wide: PortCounters(wide=wide) for wide in (False, True)}
STATUSES: Final = dict(enumerate(IfStatus, start=1))


def status(value: Value) -> IfStatus:
    return STATUSES.get(whole(value) or 0, IfStatus.UNKNOWN)


def speed(if_speed: Value, if_high_speed: Value) -> int | None:
    """Bits per second. ifSpeed is exact and ifHighSpeed rounded to megabits, but ifSpeed ends at 4.29 Gbit/s."""
    exact, rounded = whole(if_speed) or 0, (whole(if_high_speed) or 0) * MEGA
    if rounded <= 0:
        return exact if exact > 0 else None
    return exact if 0 < exact < MOST_IF_SPEED and abs(exact - rounded) <= MEGA // 2 else rounded


def ports(table: Table) -> tuple[PortFacts, ...]:
    """All ports of a walked ifTable and ifXTable, counters still unknown."""
    return tuple(
        _port(index[0], {column: rows[index].value for column, rows in table.columns.items() if index in rows})
        for index in table.indexes
        if len(index) == 1
    )


def _port(index: int, cells: Mapping[Oid, Value]) -> PortFacts:
    descr, name = text(cells.get(DESCR)), text(cells.get(NAME))
    return PortFacts(
        index=index,
        name=name or descr or str(index),
        descr=name if not descr or descr == name else descr,  # one text, not two alike, in each of many ports
        alias=text(cells.get(ALIAS)),
        type=whole(cells.get(TYPE)),
        speed_bps=speed(cells.get(SPEED), cells.get(HIGH_SPEED)),
        admin=status(cells.get(ADMIN)),
        oper=status(cells.get(OPER)),
        mac=mac(cells.get(MAC)),
        counters=UNCOUNTED[whole(cells.get(HC_IN_OCTETS)) is not None],
    )


def polled_oids(port: PortFacts) -> list[Oid]:
    """The instances that a poll asks of this port."""
    return [(*column, port.index) for column in (WIDE if port.counters.wide else NARROW)]


def polled_speed(port: PortFacts, value: Value) -> int | None:
    """A poll asks one column only: a number that agrees with the discovered speed does not replace the exact one."""
    polled = whole(value)
    if polled is None:
        return port.speed_bps
    if port.counters.wide:
        polled *= MEGA
    elif polled >= MOST_IF_SPEED:
        return port.speed_bps
    same = port.speed_bps is not None and abs(polled - port.speed_bps) <= MEGA // 2
    return port.speed_bps if same or polled <= 0 else polled


def follow(
    before: Iterable[PortFacts], after: Iterable[PortFacts]
) -> tuple[list[tuple[PortFacts, PortFacts]], list[PortFacts], list[PortFacts]]:
    """Which port is which after a rediscovery: the same, the gone, the new.

    ifIndex counts for nothing. Name and MAC together are sure; then the name, which outlives a replaced board; then the
    MAC, which outlives a renaming, where it is the only one of its kind (many agents give all ports the chassis' MAC).
    """
    old, new = list(before), list(after)
    same: list[tuple[PortFacts, PortFacts]] = []
    for trait in (lambda port: port.identity, lambda port: port.name, lambda port: port.mac):
        was, now = _unique(old, trait), _unique(new, trait)
        pairs = [(was[value], now[value]) for value in was if value in now]
        same += pairs
        old = [port for port in old if not any(port is left for left, _ in pairs)]
        new = [port for port in new if not any(port is right for _, right in pairs)]
    return same, old, new


def _unique(ports: Iterable[PortFacts], trait: Callable[[PortFacts], object]) -> dict[object, PortFacts]:
    found: dict[object, PortFacts | None] = {}
    for port in ports:
        value = trait(port)
        found[value] = None if value in found else port
    return {value: port for value, port in found.items() if port is not None and value}
