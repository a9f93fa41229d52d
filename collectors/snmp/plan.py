"""The steady state: a GET of exactly the instances that discovery found, answers matched by octets.

    header | 11 objects a port | objects of the parts     in requests of as many as the device takes

A poll also notices when the plan no longer fits the device, and says why; the caller then discovers again.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from collectors.snmp.discovery import Discovery
from collectors.snmp.facts import Health, PortFacts
from collectors.snmp.health import health, health_oids
from collectors.snmp.interfaces import IF_NUMBER, IF_TABLE_LAST_CHANGE, POLLED, polled_oids
from collectors.snmp.known import KnownInstances
from collectors.snmp.port_table import PortReader, PortTable, silent
from collectors.snmp.reading import whole
from collectors.snmp.session import SYS_UP_TIME, Session
from collectors.snmp.wire import Missing, Oid, Value

HEADER: Final[tuple[Oid, ...]] = (SYS_UP_TIME, IF_NUMBER, IF_TABLE_LAST_CHANGE)


class Rediscover(StrEnum):
    """Why a plan is out of date."""

    RESTARTED = "restarted"
    TABLE_CHANGED = "table_changed"
    INSTANCE_GONE = "instance_gone"


@dataclass(frozen=True, slots=True)
class Poll:
    """Ports without those that are gone. `rediscover` is None as long as the plan fits."""

    uptime_ticks: int | None
    table: PortTable
    health: Health
    rediscover: Rediscover | None = None

    @property
    def ports(self) -> tuple[PortFacts, ...]:
        return self.table.ports()


class PollPlan:
    """Made of a discovery; belongs to one device and remembers what its last poll brought."""

    def __init__(self, discovery: Discovery) -> None:
        self.discovery = discovery
        self.uptime_ticks = discovery.system.uptime_ticks
        self._health_oids = health_oids(discovery.found)
        ports = [oid for port in discovery.ports for oid in polled_oids(port)]
        self._known = KnownInstances([*HEADER, *ports, *self._health_oids])
        self._reader = PortReader(discovery.ports)
        self._settled = False

    async def read(self, session: Session) -> Poll:
        """One poll. Raises NoAnswerError when the device does not answer."""
        known = len(self._known.names)
        asked = await session.get_known(self._known)
        gone = _missing(asked)
        values = self._known.spread(asked)
        poll = self._poll(values, gone=self._settled and (bool(gone) or len(asked) < known))
        self._known.leave_out(gone)
        self._settled = True
        self.uptime_ticks = poll.uptime_ticks
        return poll

    def _poll(self, values: list[Value], *, gone: bool) -> Poll:
        end = len(HEADER) + POLLED * len(self.discovery.ports)
        table = self._reader.read(values[len(HEADER) : end])
        if gone:
            table = table.at([place for place, none in enumerate(silent(values[len(HEADER) : end])) if not none])
        readings = dict(zip(self._health_oids, values[end:], strict=True))
        uptime = whole(values[0])
        return Poll(uptime, table, health(self.discovery.found, readings), self._reason(values, uptime, gone=gone))

    def _reason(self, values: list[Value], uptime: int | None, *, gone: bool) -> Rediscover | None:
        if uptime is not None and self.uptime_ticks is not None and uptime < self.uptime_ticks:
            return Rediscover.RESTARTED
        baseline = self.discovery.baseline
        if (whole(values[1]), whole(values[2])) != (baseline.if_number, baseline.if_table_last_change):
            return Rediscover.TABLE_CHANGED
        return Rediscover.INSTANCE_GONE if gone else None


def _missing(values: list[Value]) -> list[int]:
    """Where there is none; mostly nowhere, and that is found out quickly."""
    if Missing not in set(map(type, values)):
        return []
    return [place for place, value in enumerate(values) if isinstance(value, Missing)]


async def read(session: Session, plan: PollPlan) -> Poll:
    return await plan.read(session)
