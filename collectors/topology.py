"""What surveys and discoveries saw of the wiring, handed down to the inventory; a durable job, every ten minutes, and
soon after a device names other neighbours than before.

Reading is the most of it: a city of 6,000 devices has some 200,000 learnt addresses, of which only those of managed
devices, and whether others stand beside them, matter.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from collectors.models import DeviceState, DiscoveredNeighbour, PortState
from collectors.survey.merge import SEEN_EVERY
from collectors.survey.models import BindingState, InterfaceAddress, StationState
from core.clock import Clock
from core.jobs import JobContext, Retry, enqueue, job, schedule
from inventory.models import Device, Port
from inventory.topology.derivation import derive
from inventory.topology.observed import Answered, Interface, KnownDevice, KnownPort, Neighbour, Observed, Station
from inventory.topology.point_to_point import LENGTHS
from inventory.topology.record import record_links
from security import audit

QUEUE: Final = "inventory"
REFRESH: Final = "inventory.links"
EVERY: Final = "*/10 * * * *"
SOON: Final = timedelta(seconds=30)
# A learnt address is written again every SEEN_EVERY; what is twice as old has left, though search still finds it.
LEARNT: Final = 2 * SEEN_EVERY
# Ports into which cables are put (IANAifType-MIB): Ethernet in its spellings, PPP, HDLC, serial lines, SONET, E1, T1.
# A bundle or a virtual interface would be a second way, beside its ports, that nobody has.
CABLED: Final = (6, 62, 69, 117, 18, 19, 22, 23, 39, 118, 171)


class Services(Protocol):
    """What the worker gives to the jobs of this package."""

    clock: Clock


@job(REFRESH, queue=QUEUE, retry=Retry(attempts=3, base_s=60))
def refresh(ctx: JobContext, args: Mapping[str, Any]) -> dict[str, Any]:
    del args
    given: Services = ctx.services
    now = given.clock.now()
    with ctx.database.read() as session:
        found = derive(observed(session, now))
    ctx.check()
    with ctx.write() as session:
        changed = record_links(session, found, now, audit.SYSTEM)
        return {
            "links": len(found),
            "new": len(changed.new),
            "gone": len(changed.gone),
            "moved": len(changed.moved),
        }


def refresh_soon(session: Session, now: datetime) -> None:
    """When something is wired differently: together with what else is seen of it meanwhile."""
    enqueue(session, REFRESH, {}, actor=audit.SYSTEM.name, dedupe=REFRESH, not_before=now + SOON)


def install_schedules(session: Session, timezone: str) -> None:
    schedule(session, REFRESH, REFRESH, {}, cron=EVERY, tz=timezone, misfire="once")


def observed(session: Session, now: datetime) -> Observed:
    neighbours = session.execute(
        select(
            DiscoveredNeighbour.device_id,
            DiscoveredNeighbour.local_port,
            DiscoveredNeighbour.remote_name,
            DiscoveredNeighbour.remote_port,
            DiscoveredNeighbour.protocol,
            DiscoveredNeighbour.seen,
        )
    )
    learnt = select(StationState.device_id, StationState.port, StationState.mac, StationState.seen)
    stations = session.execute(learnt.where(StationState.seen > now - LEARNT))
    return Observed(
        _devices(session),
        [Neighbour(*row) for row in neighbours],
        [Station(*row) for row in stations],
        _interfaces(session),
        _answered(session),
    )


def _interfaces(session: Session) -> list[Interface]:
    query = select(
        InterfaceAddress.device_id,
        InterfaceAddress.port,
        InterfaceAddress.address,
        InterfaceAddress.prefix_length,
        InterfaceAddress.seen,
    )
    rows = session.execute(query.join(PortState, _cabled_for_two()))
    return [
        Interface(device_id, port, address, length, seen)
        for device_id, port, address, length, seen in rows
        if length is not None
    ]


def _answered(session: Session) -> list[Answered]:
    wanted = select(InterfaceAddress.address).join(PortState, _cabled_for_two())
    query = select(BindingState.device_id, BindingState.port, BindingState.address, BindingState.mac)
    return [Answered(*row) for row in session.execute(query.where(BindingState.address.in_(wanted)))]


def _cabled_for_two() -> ColumnElement[bool]:
    return and_(
        PortState.port_id == InterfaceAddress.port_id,
        PortState.if_type.in_(CABLED),
        # Linux and its kin give a VLAN's interface the type of its Ethernet port.
        ~InterfaceAddress.port.contains("."),
        InterfaceAddress.prefix_length.in_(frozenset[int]().union(*LENGTHS.values())),
    )


def _devices(session: Session) -> list[KnownDevice]:
    ports: defaultdict[int, list[KnownPort]] = defaultdict(list)
    with_mac = select(Port.device_id, Port.id, Port.name, PortState.alias, Port.alias, PortState.mac).outerjoin(
        PortState, PortState.port_id == Port.id
    )
    for device_id, number, name, spoken, written, mac in session.execute(with_mac.order_by(Port.id)):
        ports[device_id].append(KnownPort(number, name, spoken or written, mac))
    called = select(Device.id, Device.name, DeviceState.sys_name, Device.address).outerjoin(
        DeviceState, DeviceState.device_id == Device.id
    )
    return [
        KnownDevice(number, name, sys_name or "", address, ports[number])
        for number, name, sys_name, address in session.execute(called.order_by(Device.id))
    ]
