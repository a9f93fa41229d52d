"""What collectors saw, as values: the inventory stands below them and cannot read their tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class KnownPort:
    """A port of the inventory with the MAC address that its device gives for it, if any (`aa:bb:cc:dd:ee:ff`)."""

    id: int
    name: str
    alias: str = ""
    mac: str | None = None


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """A device of the inventory; `sys_name` is what it calls itself (SNMPv2-MIB sysName)."""

    id: int
    name: str
    sys_name: str = ""
    address: str | None = None
    ports: Sequence[KnownPort] = ()


@dataclass(frozen=True, slots=True)
class Neighbour:
    """What a device says of the other end of one of its ports; `protocol` is lldp or cdp."""

    device_id: int
    local_port: str
    remote_name: str
    remote_port: str
    protocol: str
    seen: datetime


@dataclass(frozen=True, slots=True)
class Station:
    """A MAC address that a bridge learnt behind a port."""

    device_id: int
    port: str
    mac: str
    seen: datetime


@dataclass(frozen=True, slots=True)
class Interface:
    """An address that a device has at a port of its own, which is no virtual one."""

    device_id: int
    port: str
    address: str
    prefix_length: int
    seen: datetime


@dataclass(frozen=True, slots=True)
class Answered:
    """An address that a device has heard of behind one of its ports, and the MAC address that goes with it."""

    device_id: int
    port: str
    address: str
    mac: str


@dataclass(frozen=True, slots=True)
class Observed:
    """One look at everything."""

    devices: Sequence[KnownDevice]
    neighbours: Sequence[Neighbour] = ()
    stations: Sequence[Station] = ()
    interfaces: Sequence[Interface] = ()
    answered: Sequence[Answered] = ()
