"""What a device says about itself, as values: nothing here asks, everything here is the answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class IfStatus(StrEnum):
    """IF-MIB's ifAdminStatus and ifOperStatus by name (RFC 2863)."""

    UP = "up"
    DOWN = "down"
    TESTING = "testing"
    UNKNOWN = "unknown"
    DORMANT = "dormant"
    NOT_PRESENT = "notPresent"
    LOWER_LAYER_DOWN = "lowerLayerDown"


class Severity(StrEnum):
    """What a vendor's state means for the reader."""

    OK = "ok"
    WARNING = "warning"
    CRITICAL = "critical"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class SystemFacts:
    """SNMPv2-MIB system (RFC 3418). Uptime in hundredths of a second; it starts again after 497 days."""

    descr: str = ""
    object_id: str = ""
    name: str = ""
    location: str = ""
    contact: str = ""
    uptime_ticks: int | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """What kind of thing it is, by the profile that fits it; empty text where the device does not tell.

    `rules` says, by field, which entry of which profile gave a text; `uncertain` why the profile itself doubts what it
    says, where it does.
    """

    profile: str
    platform: str | None = None
    vendor: str = ""
    hardware: str = ""
    version: str = ""
    serial: str = ""
    uncertain: str = ""
    rules: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PortCounters:
    """Since the device started. `wide`: the octets and packets are 64 bits (ifXTable), else 32; the rest always 32."""

    wide: bool = False
    in_octets: int | None = None
    out_octets: int | None = None
    in_packets: int | None = None
    out_packets: int | None = None
    in_errors: int | None = None
    out_errors: int | None = None
    in_discards: int | None = None
    out_discards: int | None = None


@dataclass(frozen=True, slots=True)
class PortFacts:
    """An interface. `index` is the agent's number for it and may change at a restart; name and MAC do not."""

    index: int
    name: str
    descr: str
    alias: str
    type: int | None
    speed_bps: int | None
    admin: IfStatus
    oper: IfStatus
    mac: str
    counters: PortCounters = field(default_factory=PortCounters)

    @property
    def identity(self) -> tuple[str, str]:
        return self.name, self.mac


@dataclass(frozen=True, slots=True)
class Processor:
    """Of a part, as of all the others: `key` is the object it is read from, `rule` the profile entry that says so."""

    key: str
    name: str
    usage_percent: float
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Mempool:
    """Bytes are unknown where the device gives a percentage only.

    `kind` is system for what a device runs out of; virtual, swap, buffers, cached and shared may well be full.
    """

    key: str
    name: str
    kind: str
    percent: float
    total_bytes: int | None = None
    used_bytes: int | None = None
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Sensor:
    """`value` is in the base unit of its class; of a state, the vendor's number, with its word in `state`."""

    key: str
    name: str
    kind: str
    value: float
    unit: str
    state: str | None = None
    severity: Severity | None = None
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Storage:
    key: str
    name: str
    size_bytes: int
    used_bytes: int
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Health:
    processors: tuple[Processor, ...] = ()
    mempools: tuple[Mempool, ...] = ()
    sensors: tuple[Sensor, ...] = ()
    storage: tuple[Storage, ...] = ()


@dataclass(frozen=True, slots=True)
class Neighbour:
    """By LLDP or CDP. `local_port` is the ifName where the device lets it be found, else its own word for the port.

    `remote_chassis` is what tells the neighbour from others of the same name, usually a MAC address; CDP has none.
    """

    protocol: str
    local_port: str
    remote_name: str
    remote_port: str
    remote_chassis: str = ""
