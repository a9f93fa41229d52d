"""Ports under names that stay.

The ledger writes GE0/0/1, the device says GigabitEthernet0/0/1, a neighbour says Gi0/0/1: one port. The name that was
stored first is kept, whatever spelling comes later.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.events import Event
from inventory.errors import PortNotFoundError
from inventory.models import Device, Port
from security import audit

_SHAPE: Final = re.compile(r"([0-9]*[a-z][a-z-]*?)([0-9][0-9/.:]*)")
# Spellings of interface types on VRP, Comware, RGOS and in ledgers; the first of each line is the one compared.
# XGE is Huawei's and H3C's short form of two long names that never stand in one device.
_TYPES: Final = (
    ("gigabitethernet", "ge", "gi", "gig", "g"),
    ("ethernet", "eth", "e"),
    ("fastethernet", "fe", "fa"),
    ("xgigabitethernet", "xge", "xgi", "ten-gigabitethernet", "tengigabitethernet", "te", "tengige", "10ge"),
    ("25ge", "twenty-fivegige", "twentyfivegige", "tfgigabitethernet"),
    ("40ge", "fortygige", "fgigabitethernet"),
    ("100ge", "hundredgige", "hundredgigabitethernet"),
    ("eth-trunk", "ethtrunk"),
    ("bridge-aggregation", "bagg"),
    ("aggregateport", "ag"),
    ("vlanif",),
    ("vlan-interface", "vlan-int", "vlan"),
    ("meth", "m-ethernet"),
    ("loopback", "loop", "lo"),
)
_CANONICAL: Final = {spelling: spellings[0] for spellings in _TYPES for spelling in spellings}


def port_key(name: str) -> str:
    """What all spellings of one port's name have in common."""
    text = "".join(name.casefold().split())
    shape = _SHAPE.fullmatch(text)
    if shape is None:
        return text
    kind, place = shape.groups()
    return f"{_CANONICAL.get(kind, kind)}{place}"


def spellings(name: str) -> list[str]:
    """Every way in which one port's name is written, in small letters: GE1/0/1 finds GigabitEthernet1/0/1."""
    text = "".join(name.casefold().split())
    shape = _SHAPE.fullmatch(text)
    if shape is None:
        return [text]
    kind, place = shape.groups()
    alike = next((kinds for kinds in _TYPES if kind in kinds), (kind,))
    return [f"{one}{place}" for one in alike]


def port_named(device: Device, name: str) -> Port:
    """However it is spelt. Raises PortNotFoundError."""
    found = next((port for port in device.ports if port_key(port.name) == port_key(name)), None)
    if found is None:
        raise PortNotFoundError(device=device.name, port=name)
    return found


def set_key(session: Session, port: Port, *, is_key: bool, actor: audit.Actor) -> None:
    """Make it a key port, or an ordinary one again; what it is already changes nothing and is not recorded."""
    if port.is_key is is_key:
        return
    before, port.is_key = {"is_key": port.is_key}, is_key
    subject = f"port:{port.device.name} {port.name}"
    audit.record(session, Event.PORT_CHANGED, actor, subject=subject, before=before, after={"is_key": is_key})


def ensure_ports(
    session: Session, device_id: int, names: Iterable[str], aliases: Mapping[str, str] | None = None
) -> dict[str, int]:
    """The number of each named port of a device, made where there is none yet; keyed by the names as given.

    An alias (ifAlias) fills a port that has none; what the ledger says stays.
    """
    aliases = aliases or {}
    ports = {port_key(port.name): port for port in session.scalars(select(Port).where(Port.device_id == device_id))}
    found: dict[str, Port] = {}
    for name in names:
        port = ports.get(port_key(name))
        if port is None:
            port = Port(device_id=device_id, name=name[:120], alias="")
            session.add(port)
            ports[port_key(name)] = port
        port.alias = port.alias or aliases.get(name, "")[:240]
        found[name] = port
    session.flush()
    return {name: port.id for name, port in found.items()}
