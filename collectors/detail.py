"""Everything on one device's page: its health, ports, sensors, neighbours, parts, lines and outages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from collectors import standing
from collectors.freshness import poller_health
from collectors.health import DeviceHealth, device_health, outages_of
from collectors.models import (
    DiscoveredNeighbour,
    LineState,
    OutageRecord,
    PortState,
    SensorState,
    SubjectKind,
)
from collectors.standing import LineStanding
from collectors.survey.models import ComponentState
from inventory.models import Line, Port
from inventory.scope import ALL, Scope


@dataclass(frozen=True)
class PortHealth:
    """`state` is None for a port that the ledger has and the device has not shown."""

    port: Port
    state: PortState | None


class DeviceLine(NamedTuple):
    """A line that ends at a device, and how it stands. A core switch of a city has thousands: columns only."""

    id: int
    name: str
    a_port_id: int | None
    b_port_id: int | None
    standing: LineStanding

    @property
    def ports(self) -> Sequence[int]:
        """Those that the ledger names, of either end."""
        return [port for port in (self.a_port_id, self.b_port_id) if port is not None]


@dataclass(frozen=True)
class DeviceDetail:
    """`lines` come by urgency, then by name."""

    health: DeviceHealth
    ports: Sequence[PortHealth]
    sensors: Sequence[SensorState]
    neighbours: Sequence[DiscoveredNeighbour]
    parts: Sequence[ComponentState]
    lines: Sequence[DeviceLine]
    outages: Sequence[OutageRecord]


def device_detail(
    session: Session, now: datetime, device_id: int, *, scope: Scope = ALL, outages: int = 20
) -> DeviceDetail | None:
    """Everything on one device's page; None when there is none in this scope."""
    found = device_health(session, now, device_id, scope=scope)
    if found is None:
        return None
    return DeviceDetail(
        health=found,
        ports=_ports(session, device_id),
        sensors=session.scalars(
            select(SensorState)
            .where(SensorState.device_id == device_id)
            .order_by(SensorState.kind, SensorState.name, SensorState.key)
        ).all(),
        neighbours=session.scalars(
            select(DiscoveredNeighbour)
            .where(DiscoveredNeighbour.device_id == device_id)
            .order_by(DiscoveredNeighbour.local_port)
        ).all(),
        parts=session.scalars(
            select(ComponentState).where(ComponentState.device_id == device_id).order_by(ComponentState.number)
        ).all(),
        lines=_lines(session, now, device_id, scope),
        outages=outages_of(session, SubjectKind.DEVICE, device_id, outages),
    )


def _ports(session: Session, device_id: int) -> list[PortHealth]:
    rows = session.execute(
        select(Port, PortState)
        .outerjoin(PortState, PortState.port_id == Port.id)
        .where(Port.device_id == device_id)
        .order_by(PortState.ifindex.is_(None), PortState.ifindex, Port.name)
    )
    return [PortHealth(port, state) for port, state in rows]


def _lines(session: Session, now: datetime, device_id: int, scope: Scope) -> list[DeviceLine]:
    shown = standing.line_standing(now, poller_health(session, now))
    query = (
        select(Line.id, Line.name, Line.a_port_id, Line.b_port_id, shown)
        .outerjoin(LineState, LineState.line_id == Line.id)
        .where(or_(Line.a_device_id == device_id, Line.b_device_id == device_id))
        .order_by(standing.rank(shown, list(LineStanding)), Line.name, Line.id)
    )
    rows = session.execute(scope.apply(query, Line))
    return [DeviceLine(number, name, a, b, LineStanding(word)) for number, name, a, b, word in rows]
