"""What a device is, as values: the fleet is built from these and from a clock, and from nothing else."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from collectors.snmp.wire import Oid, Tag, Value
from demo.devices.schedule import Curve, Every

if TYPE_CHECKING:
    from demo.devices.dialect import Dialect
    from demo.devices.machine import Machine

GIGABIT = 1_000_000_000
ETHERNET = 6  # IANAifType
LOOPBACK = 24
VIRTUAL = 53
OTHER = 1

# What the emulated devices expect of whoever reads them or logs in.
COMMUNITY = "guanjin-ro"
USERNAME = "guanjin"
PASSWORD = "Guanjin@2026"  # noqa: S105  # protects nothing: the devices are this process

Source = Value | Callable[[float], Value]
"""A value, or what it is at a time."""

Row = tuple[Oid, Tag, Source]


@dataclass(frozen=True)
class Port:
    """One interface; `index` is its ifIndex. Rates are octets a second; None is a port that nothing is plugged into."""

    name: str
    index: int
    kind: int = ETHERNET
    speed: int = GIGABIT
    description: str = ""
    inward: Curve | None = None
    outward: Curve | None = None
    plugged: bool = True
    outage: Every | None = None
    errors: float = 0.0  # errors for each received packet: a bad cable, a failing module


@dataclass(frozen=True)
class Neighbour:
    """What LLDP says about the other end of a cable."""

    port: str
    device: str
    device_port: str
    model: str


@dataclass(frozen=True)
class Edit:
    """Somebody who keeps changing one interface's description; which text stands there is a function of time."""

    interface: str
    texts: tuple[str, ...]
    every: float = 240.0

    def text(self, t: float) -> str:
        return self.texts[int(t // self.every) % len(self.texts)]


@dataclass(frozen=True)
class Device:
    """One emulated device."""

    name: str
    platform: str
    model: str
    address: str
    serial: str
    ports: tuple[Port, ...]
    location: str = ""
    contact: str = ""
    neighbours: tuple[Neighbour, ...] = ()
    silence: Every | None = None
    on_battery: Every | None = None
    edit: Edit | None = None
    community: str = field(default=COMMUNITY, repr=False)
    username: str = USERNAME
    password: str = field(default=PASSWORD, repr=False)
    snmp_port: int = 1161
    ssh_port: int | None = 2222


@dataclass(frozen=True)
class PortGroup:
    """Ports of one kind, named by a pattern with the number in it."""

    pattern: str
    numbers: range
    speed: int = GIGABIT
    kind: int = ETHERNET
    first_index: int = 1

    def names(self) -> list[tuple[str, int]]:
        return [(self.pattern.format(number), self.first_index + at) for at, number in enumerate(self.numbers)]


@dataclass(frozen=True)
class Model:
    """One product: how it introduces itself, and its ports."""

    name: str
    object_id: str
    description: str
    version: str
    groups: Sequence[PortGroup]
    memory: int = 1 << 30
    response_limit: int = 1472  # octets of an SNMP answer; a bigger one is tooBig


@dataclass(frozen=True)
class Vendor:
    """One platform's knowledge, made in one file: see huawei.py."""

    platform: str
    models: dict[str, Model]
    rows: "Callable[[Machine], Iterable[Row]]"
    boot: "Callable[[Machine], str]"
    dialect: "type[Dialect] | None" = None
