"""What a poll says of a device's ports that was not known before: rates, changes of state, rows to be written.

Most polls bring nothing but traffic. Its figures go a shorter way to the database than a port's whole row.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from collectors.device_rows import port_history, port_row
from collectors.history.writer import Values
from collectors.models import STATUSES, PortStatus
from collectors.rates import NO_RATES, PortRates, port_rates
from collectors.snmp import PortTable
from collectors.store import Row, Traffic
from collectors.watched import EarlierPort, Watched, WatchedPort


@dataclass(slots=True)
class PortNews:
    """`rows` of ports of which more than the traffic changed; `traffic` of the others that had some, by port id.

    `turned`: whether any port that was known before went up or down.
    """

    rows: list[Row] = field(default_factory=list)
    traffic: dict[int, Traffic] = field(default_factory=dict)
    history: list[tuple[int, Values]] = field(default_factory=list)
    turned: bool = False


def take_over(watched: Watched, table: PortTable, seconds: float | None, now: datetime) -> PortNews:
    """`seconds` since the last poll, None where no difference means anything."""
    rates = _rates(watched, table, seconds)
    fresh = watched.table is None or table.known is not watched.table.known
    if fresh:
        watched.listed = _listed(watched, table, now)
        watched.ports = {port.port_id: port for port in watched.listed if port is not None}
    watched.table = table
    news = PortNews()
    columns = zip(watched.listed, rates, table.admin, table.oper, table.speed_bps, strict=True)
    for port, found, admin, oper, speed_bps in columns:
        if port is None:
            continue
        before, port.rates = port.rates, found
        turned = port.oper is not STATUSES[oper]
        if turned:
            port.oper, port.last_change = STATUSES[oper], now
            news.turned = True
        if fresh or turned or port.admin is not STATUSES[admin] or port.facts.speed_bps != speed_bps:
            port.admin = STATUSES[admin]
            if port.facts.speed_bps != speed_bps:
                port.facts = replace(port.facts, speed_bps=speed_bps)
            news.rows.append(port_row(watched.target.id, port, watched.names[port.facts.index], now))
        elif found != before:
            news.traffic[port.port_id] = found[:-1]
        # A port that is down and stays down adds nothing to its history.
        if fresh or turned or port.oper is PortStatus.UP:
            news.history.append((port.port_id, port_history(found, admin, oper)))
    return news


def _rates(watched: Watched, table: PortTable, seconds: float | None) -> Sequence[PortRates]:
    """After a discovery the ports may stand elsewhere, and there may be others: each is compared with itself."""
    before = watched.table
    if before is None:
        return [NO_RATES] * len(table.known)
    if before.known is table.known:
        return port_rates(before, table, seconds)
    old = {port.port_id: place for place, port in enumerate(watched.listed) if port is not None}
    pairs = {
        place: old[port_id]
        for place, port in enumerate(table.known)
        if (port_id := watched.ids.get(port.index)) is not None and port_id in old
    }
    found = port_rates(before.at(list(pairs.values())), table.at(list(pairs)), seconds)
    by_place = dict(zip(pairs, found, strict=True))
    return [by_place.get(place, NO_RATES) for place in range(len(table.known))]


def _listed(watched: Watched, table: PortTable, now: datetime) -> list[WatchedPort | None]:
    """In the table's order; None for an interface that is no port of its own."""
    listed: list[WatchedPort | None] = []
    for facts, number in zip(table.known, table.oper, strict=True):
        port_id = watched.ids.get(facts.index)
        if port_id is None:
            listed.append(None)
            continue
        old: WatchedPort | EarlierPort | None = watched.ports.get(port_id) or watched.earlier.get(port_id)
        oper = STATUSES[number]
        last_change = None if old is None else old.last_change if old.oper is oper else now
        listed.append(WatchedPort(port_id, facts, NO_RATES, PortStatus(facts.admin.value), oper, last_change))
    return listed
