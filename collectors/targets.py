"""What is to be watched, read from the inventory: plain values, so that the event loop holds no database rows.

Credentials come from the vault's monitoring realm and from nowhere else; each is opened once a reading. A device whose
credential is missing is still watched by ICMP and TCP, and says what is wrong with it.
"""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from collectors.errors import AddressNotUsableError, NoCredentialError, WrongCredentialError
from collectors.snmp import Authentication, Privacy, User
from core.errors import GuanjinError
from inventory.addresses import instance_of, is_of_one_device, usable
from inventory.devices import watched_devices
from inventory.kinds import SnmpVersion
from inventory.models import Device, Line, Port
from security.errors import SecretNotFoundError
from security.vault import Realm, Vault

COMMUNITY: Final = "community"
USERNAME: Final = "username"


Secret = Mapping[str, str]


@lru_cache(maxsize=65536)
def parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Kept, because every probe asks what kind of address it is."""
    return ipaddress.ip_address(address)


@dataclass(frozen=True, slots=True)
class DeviceTarget:
    """Neither `community` nor `user` where SNMP is not asked: no credential is named, or `fault` says what is wrong."""

    id: int
    name: str
    address: str
    snmp_port: int
    snmp_version: SnmpVersion
    community: bytes | None = field(repr=False)
    ssh_port: int
    maintenance_until: datetime | None
    user: User | None = None
    fault: GuanjinError | None = field(default=None, compare=False)

    @property
    def speaks_snmp(self) -> bool:
        return self.community is not None or self.user is not None

    @property
    def askable(self) -> bool:
        """Whether there is an address that anything can be sent to."""
        return not isinstance(self.fault, AddressNotUsableError)

    @property
    def on_loopback(self) -> bool:
        return parsed(self.address).is_loopback

    @property
    def instance(self) -> str:
        """As Prometheus writes a target."""
        return instance_of(self.address, self.snmp_port)

    def in_maintenance(self, now: datetime) -> bool:
        return self.maintenance_until is not None and now < self.maintenance_until


@dataclass(frozen=True, slots=True)
class LineTarget:
    """`far_address` is where end B is asked when the ledger names no device there."""

    id: int
    name: str
    carrier: str
    bandwidth_bps: int | None
    a_device: int | None
    a_port: int | None
    b_device: int | None
    b_port: int | None
    maintenance_until: datetime | None
    probe_interval_s: int | None = None
    far_address: str | None = None

    def in_maintenance(self, now: datetime) -> bool:
        return self.maintenance_until is not None and now < self.maintenance_until


@dataclass(frozen=True)
class Targets:
    devices: Mapping[int, DeviceTarget]
    lines: Mapping[int, LineTarget]
    key_ports: frozenset[int] = frozenset()


def read_targets(session: Session, vault: Vault) -> Targets:
    opened: dict[str, Secret | GuanjinError] = {}
    devices = {}
    for device in session.scalars(watched_devices()):
        devices[device.id] = _device(session, vault, device, opened)
    lines = {line.id: _line(line) for line in session.scalars(select(Line))}
    return Targets(devices, lines, frozenset(session.scalars(select(Port.id).where(Port.is_key))))


def _device(session: Session, vault: Vault, device: Device, opened: dict[str, Secret | GuanjinError]) -> DeviceTarget:
    name = device.snmp_credential
    if name and name not in opened:
        opened[name] = _secret(session, vault, name)
    secret = opened[name] if name else {}
    address = device.address or ""
    access: bytes | User | None = None
    fault = secret if isinstance(secret, GuanjinError) else None
    if name and not isinstance(secret, GuanjinError):
        try:
            access = access_by(device.snmp_version, secret, name)
        except GuanjinError as error:
            fault = error
    if not usable(address):
        access, fault = None, AddressNotUsableError(address=address)
    return DeviceTarget(
        id=device.id,
        name=device.name,
        address=address,
        snmp_port=device.snmp_port,
        snmp_version=device.snmp_version,
        community=access if isinstance(access, bytes) else None,
        ssh_port=device.ssh_port,
        maintenance_until=device.maintenance_until,
        user=access if isinstance(access, User) else None,
        fault=fault,
    )


def _secret(session: Session, vault: Vault, name: str) -> Secret | GuanjinError:
    try:
        return vault.open(session, Realm.MONITOR, name)
    except SecretNotFoundError:
        return NoCredentialError(credential=name)
    except GuanjinError as error:
        return error


def access_by(version: SnmpVersion, secret: Secret, name: str) -> bytes | User:
    """Raises WrongCredentialError and UserError where the credential is not one for this version."""
    wanted = USERNAME if version is SnmpVersion.V3 else COMMUNITY
    if not secret.get(wanted):
        raise WrongCredentialError(credential=name, field=wanted)
    return user_of(secret) if version is SnmpVersion.V3 else secret[COMMUNITY].encode()


def user_of(secret: Secret) -> User:
    """The fields are those of a credential of kind snmp-v3 (`security.vault.kinds`)."""
    return User(
        secret[USERNAME],
        Authentication(secret.get("authentication", Authentication.NONE)),
        secret.get("auth_password", ""),
        Privacy(secret.get("privacy", Privacy.NONE)),
        secret.get("privacy_password", ""),
        secret.get("context", ""),
    )


def _address_in(text: str) -> str | None:
    """What the ledger calls the address of end B may be a street's; an IP address is asked, with or without a mask."""
    try:
        found = ipaddress.ip_interface(text.strip()).ip
    except ValueError:
        return None
    return str(found) if is_of_one_device(found) else None


def _line(line: Line) -> LineTarget:
    return LineTarget(
        id=line.id,
        name=line.name,
        carrier=line.carrier.value,
        bandwidth_bps=line.bandwidth_bps,
        a_device=line.a_device_id,
        a_port=line.a_port_id,
        b_device=line.b_device_id,
        b_port=line.b_port_id,
        maintenance_until=line.maintenance_until,
        probe_interval_s=line.probe_interval_s,
        far_address=None if line.b_device_id else _address_in(line.b_address),
    )
