"""Rows of a ledger; the names of the fields are those of `inventory.ledger.sheets`."""

from dataclasses import dataclass, replace
from datetime import date

from inventory.kinds import AdministrativeLevel, Carrier, ContactRole, DeviceRole, LifeCycle, LineKind, SnmpVersion

READ_CREDENTIAL = "county-read"
BACKUP_CREDENTIAL = "county-backup"
SNMP_PORT, SSH_PORT = 1161, 2222


@dataclass(frozen=True)
class Region:
    name: str
    level: AdministrativeLevel
    parent: str = ""
    code: str = ""
    notes: str = ""


@dataclass(frozen=True)
class Site:
    name: str
    address: str
    region: str
    notes: str = ""


@dataclass(frozen=True)
class Unit:
    name: str
    short_name: str
    region: str
    site: str
    notes: str = ""


@dataclass(frozen=True)
class Contact:
    unit: str
    name: str
    phone: str
    role: ContactRole = ContactRole.NETWORK_ADMIN
    email: str = ""
    notes: str = ""


@dataclass(frozen=True)
class Room:
    site: str
    name: str
    floor: str = ""
    notes: str = ""


@dataclass(frozen=True)
class Device:
    name: str
    role: DeviceRole
    address: str
    vendor: str
    model: str
    platform: str
    unit: str
    site: str
    room: str = ""
    rack: str = ""
    rack_position: int | None = None
    serial: str = ""
    life_cycle: LifeCycle = LifeCycle.SERVICE
    snmp_port: int = SNMP_PORT
    snmp_version: SnmpVersion = SnmpVersion.V2C
    snmp_credential: str = READ_CREDENTIAL
    ssh_port: int | None = SSH_PORT
    ssh_credential: str = BACKUP_CREDENTIAL
    notes: str = ""


@dataclass(frozen=True)
class Line:
    name: str
    carrier: Carrier
    kind: LineKind
    bandwidth_bps: int
    unit: str
    a_device: str
    a_port: str
    b_device: str = ""
    b_port: str = ""
    b_address: str = ""
    circuit_number: str = ""
    backup_of: str = ""
    monthly_fee_fen: int | None = None
    contract_start: date | None = None
    contract_end: date | None = None
    promised_availability_ppm: int | None = None
    promised_repair_hours: int | None = None
    probe_interval_s: int | None = None
    notes: str = ""


@dataclass(frozen=True)
class System:
    name: str
    owner: str
    protection_level: int
    units: frozenset[tuple[str, ...]] = frozenset()
    lines: frozenset[tuple[str, ...]] = frozenset()
    devices: frozenset[tuple[str, ...]] = frozenset()
    notes: str = ""


@dataclass(frozen=True)
class Cable:
    """What joins two devices inside a building; it stands in no ledger, but LLDP sees it."""

    device: str
    port: str
    other: str
    other_port: str


@dataclass(frozen=True)
class Sample:
    """Everything that one instance of the demonstration knows, one tuple a sheet, and the cables beside it."""

    regions: tuple[Region, ...]
    sites: tuple[Site, ...]
    units: tuple[Unit, ...]
    contacts: tuple[Contact, ...]
    rooms: tuple[Room, ...]
    devices: tuple[Device, ...]
    lines: tuple[Line, ...]
    systems: tuple[System, ...]
    cables: tuple[Cable, ...]


NETWORK = "127.10"


def moved(sample: Sample, network: str) -> Sample:
    """The same devices under other first two numbers, so that two demonstrations can stand on one machine."""
    devices = (replace(one, address=one.address.replace(NETWORK, network, 1)) for one in sample.devices)
    return replace(sample, devices=tuple(devices))


def names(*values: str) -> frozenset[tuple[str, ...]]:
    return frozenset((value,) for value in values)
