"""The network as the database has it now, and what follows from it, worked out once for as long as it stays the same.

All rows that the graph is made of are read for every question, columns only. That is cheap against building the graph,
and the rows themselves are the key under which it is kept: an answer is never older than the transaction that asks,
however many processes write.
"""

from collections import defaultdict
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from inventory.kinds import LifeCycle, LinkState, ObjectKind
from inventory.models import (
    Device,
    Line,
    Link,
    business_system_device,
    business_system_line,
    business_system_unit,
)
from inventory.topology.cuts import Cuts, Element, Vertex, cuts
from inventory.topology.impact import needing
from inventory.topology.network import Network, Wire, network

Named = tuple[ObjectKind, int]
Row = tuple[Any, ...]
"""Of numbers, some of them None."""


@dataclass(frozen=True, slots=True)
class Stored:
    """Devices in service and their units, links that are seen, all lines and their units; who needs what.

    `links` and `lines` have the columns of a Wire, a line its unit behind them. A pair of `by_device`, `by_line` and
    `by_unit` is a business system and what it needs.
    """

    devices: tuple[Row, ...]
    links: tuple[Row, ...]
    lines: tuple[Row, ...]
    by_device: tuple[Row, ...]
    by_line: tuple[Row, ...]
    by_unit: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What follows from what is stored. Shared by whoever asks: nobody changes it."""

    network: Network
    cuts: Cuts
    needs: Mapping[Named, AbstractSet[Vertex]]
    needed_by: Mapping[Vertex, AbstractSet[Named]]


def read(session: Session) -> Stored:
    link = (Link.id, Link.a_device_id, Link.a_port_id, Link.b_device_id, Link.b_port_id)
    line = (Line.id, Line.a_device_id, Line.a_port_id, Line.b_device_id, Line.b_port_id, Line.backup_of_id)
    in_service = select(Device.id, Device.unit_id).where(Device.life_cycle == LifeCycle.SERVICE)
    return Stored(
        devices=_rows(session, in_service.order_by(Device.id)),
        links=_rows(session, select(*link).where(Link.state == LinkState.PRESENT).order_by(Link.id)),
        lines=_rows(session, select(*line, Line.unit_id).order_by(Line.id)),
        by_device=_rows(session, select(*business_system_device.columns).order_by(*business_system_device.columns)),
        by_line=_rows(session, select(*business_system_line.columns).order_by(*business_system_line.columns)),
        by_unit=_rows(session, select(*business_system_unit.columns).order_by(*business_system_unit.columns)),
    )


def _rows(session: Session, query: Select[*tuple[Any, ...]]) -> tuple[Row, ...]:
    return tuple(tuple(row) for row in session.execute(query))


def known(session: Session, root: Vertex) -> Known:
    return worked_out(read(session), root)


@lru_cache(maxsize=1)  # a process has one network and one station
def worked_out(found: Stored, root: Vertex) -> Known:
    built = network_of(found)
    needs = _needs(found, built)
    return Known(built, cuts(built.graph, root), needs, needing(needs))


def network_of(found: Stored) -> Network:
    devices = [device for device, _ in found.devices]
    return network(devices, [Wire(*row) for row in found.links], [Wire(*row[:-1]) for row in found.lines])


def _needs(found: Stored, built: Network) -> Mapping[Named, AbstractSet[Vertex]]:
    """A unit needs its devices and the far ends of its lines.

    A system needs its devices, the far ends of its lines, and of its units the far ends of theirs: when a camera of a
    unit fails, no system goes with it.
    """
    needs: defaultdict[Named, set[Vertex]] = defaultdict(set)
    served: defaultdict[int, set[Vertex]] = defaultdict(set)
    for line, *_, unit in found.lines:
        if unit is not None:
            served[unit].add(built.far[line])
            needs[ObjectKind.UNIT, unit].add(built.far[line])
    for device, unit in found.devices:
        if unit is not None:
            needs[ObjectKind.UNIT, unit].add(Vertex(Element.DEVICE, device))
    for system, device in found.by_device:
        needs[ObjectKind.SYSTEM, system].add(Vertex(Element.DEVICE, device))
    for system, line in found.by_line:
        needs[ObjectKind.SYSTEM, system].add(built.far[line])
    for system, unit in found.by_unit:
        needs[ObjectKind.SYSTEM, system] |= served[unit]
    return dict(needs)
