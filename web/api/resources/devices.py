"""Devices: the list, one device, and what it is made of."""

from datetime import datetime
from typing import Final, Literal

from flask import request
from pydantic import Field
from sqlalchemy.orm import Session

from collectors.detail import DeviceDetail, PortHealth, device_detail
from collectors.health import DeviceHealth
from collectors.models import PortStatus, Reachability, SensorState
from collectors.seeking import DEVICE_COLUMNS, seek_devices
from core.i18n import N_
from inventory.kinds import DeviceRole, LifeCycle
from security.roles import Permission
from web import states
from web.api.errors import AddressMissingError
from web.api.holder import scope
from web.api.operations import NUMBER, SECOND_NUMBER, operation
from web.api.paging import page, sought
from web.api.parameters import Flag, Id, Line, Paged, Words
from web.api.resources.shapes import Answer, Mark, Outages, Reference, Trouble, mark_of, outage, reference, trouble
from web.state import console

TAG: Final = "devices"
WATCHING: Final = (Permission.VIEW_MONITORING, Permission.VIEW_OWN_UNIT)
THE_DEVICE: Final = {"number": N_("number of the device")}
MOST_OUTAGES: Final = 200

DeviceShown = Literal["down", "silent", "stale", "unknown", "maintenance", "up", "unwatched"]
PortShown = Literal["lost", "up", "idle", "off", "unknown"]
DeviceOrder = Literal[
    "id",
    "-id",
    "name",
    "-name",
    "cpu_percent",
    "-cpu_percent",
    "memory_percent",
    "-memory_percent",
    "rtt_ms",
    "-rtt_ms",
]


class DeviceQuery(Paged):
    q: Words = Field("", description=N_("words that all occur in name, address, vendor, model, serial number or unit"))
    state: DeviceShown | None = Field(None, description=N_("how it stands, as the console shows it"))
    role: DeviceRole | None = None
    vendor: Line | None = None
    unit_id: Id | None = None
    site_id: Id | None = None
    in_maintenance: Flag | None = Field(None, description=N_("whether it carries a maintenance mark"))
    sort: DeviceOrder = Field("id", description=N_("the order; with `-` before it descending"))


class Device(Answer):
    """`stale`: the last answer is older than two polls, so the values are not to be relied on."""

    id: int
    name: str
    role: DeviceRole
    vendor: str
    model: str
    platform: str
    serial: str
    address: str | None
    life_cycle: LifeCycle
    unit: Reference | None
    site: Reference | None
    watched: bool
    state: DeviceShown = Field(description=N_("how it stands, as the console shows it"))
    reachability: Reachability
    since: datetime | None = Field(description=N_("since when its reachability is what it is"))
    last_answer_at: datetime | None
    stale: bool
    cpu_percent: float | None
    memory_percent: float | None
    temperature_c: float | None
    rtt_ms: float | None
    loss_percent: float | None
    maintenance: Mark | None


class Devices(Answer):
    items: list[Device]
    next: str | None = Field(description=N_("cursor of the next page; null on the last"))


class FullDevice(Device):
    room: Reference | None
    rack: str
    notes: str
    booted_at: datetime | None
    hardware: str | None
    version: str | None
    trouble: Trouble | None = Field(description=N_("why the last poll failed; null when it did not"))
    lines: list[Reference]


class Port(Answer):
    """Rates are per second over the last poll."""

    id: int
    name: str
    alias: str
    state: PortShown
    ifindex: int | None
    mac: str | None
    admin_status: PortStatus | None
    oper_status: PortStatus | None
    speed_bps: int | None
    in_bps: int | None
    out_bps: int | None
    in_errors_per_s: float | None
    out_errors_per_s: float | None
    in_discards_per_s: float | None
    out_discards_per_s: float | None
    last_change_at: datetime | None


class Ports(Answer):
    items: list[Port]


class Sensor(Answer):
    kind: str
    key: str
    name: str
    value: float | None
    unit: str
    state: str | None
    updated_at: datetime


class Sensors(Answer):
    items: list[Sensor]


@operation(
    "GET", "/devices", tag=TAG, summary=N_("List devices"), permissions=WATCHING, query=DeviceQuery, answer=Devices
)
def list_devices(query: DeviceQuery) -> Devices:
    now = console().clock.now()
    with console().database.read() as session:
        wanted = sought(
            query,
            DEVICE_COLUMNS,
            state=query.state,
            role=query.role,
            vendor=query.vendor,
            unit=query.unit_id,
            site=query.site_id,
            maintenance=query.in_maintenance,
        )
        found = seek_devices(session, now, wanted, scope())
        rows, following = page(found, query.sort, query.limit)
        return Devices(items=[Device.model_validate(_facts(row, now)) for row in rows], next=following)


@operation(
    "GET",
    f"/devices/{NUMBER}",
    tag=TAG,
    summary=N_("One device with its health"),
    permissions=WATCHING,
    answer=FullDevice,
    parts=THE_DEVICE,
)
def show_device(number: int) -> FullDevice:
    with console().database.read() as session:
        found = detail(session, number)
        device, state = found.health.device, found.health.state
        return FullDevice(
            **_facts(found.health, console().clock.now()),
            room=reference(device.room),
            rack=device.rack.name if device.rack else "",
            notes=device.notes,
            booted_at=state.booted if state else None,
            hardware=state.hardware if state else None,
            version=state.version if state else None,
            trouble=trouble(state.error_code, state.error_facts) if state else None,
            lines=[Reference(id=one.id, name=one.name) for one in found.lines],
        )


@operation(
    "GET",
    f"/devices/{NUMBER}/ports",
    tag=TAG,
    summary=N_("The ports of a device"),
    permissions=WATCHING,
    answer=Ports,
    parts=THE_DEVICE,
)
def list_ports(number: int) -> Ports:
    with console().database.read() as session:
        found = detail(session, number)
        ends = _line_ends(found)
        return Ports(items=[_port(one, carries_line=one.port.id in ends) for one in found.ports])


@operation(
    "GET",
    f"/devices/{NUMBER}/ports/{SECOND_NUMBER}",
    tag=TAG,
    summary=N_("One port"),
    permissions=WATCHING,
    answer=Port,
    parts={**THE_DEVICE, "second": N_("number of the port")},
)
def show_port(number: int, second: int) -> Port:
    with console().database.read() as session:
        found = detail(session, number)
        for one in found.ports:
            if one.port.id == second:
                return _port(one, carries_line=second in _line_ends(found))
    raise AddressMissingError(path=request.path)


@operation(
    "GET",
    f"/devices/{NUMBER}/sensors",
    tag=TAG,
    summary=N_("The readings of a device"),
    description=N_("Processors, memories and storages stand beside temperatures, fans and power supplies."),
    permissions=WATCHING,
    answer=Sensors,
    parts=THE_DEVICE,
)
def list_sensors(number: int) -> Sensors:
    with console().database.read() as session:
        return Sensors(items=[_sensor(one) for one in detail(session, number).sensors])


@operation(
    "GET",
    f"/devices/{NUMBER}/outages",
    tag=TAG,
    summary=N_("The latest outages of a device"),
    permissions=WATCHING,
    answer=Outages,
    parts=THE_DEVICE,
)
def list_device_outages(number: int) -> Outages:
    with console().database.read() as session:
        return Outages(items=[outage(one) for one in detail(session, number, outages=MOST_OUTAGES).outages])


def detail(session: Session, number: int, *, outages: int = 0) -> DeviceDetail:
    """A device that this token may see; another one is not there."""
    found = device_detail(session, console().clock.now(), number, scope=scope(), outages=outages)
    if found is None:
        raise AddressMissingError(path=request.path)
    return found


def _facts(found: DeviceHealth, now: datetime) -> dict[str, object]:
    device, state = found.device, found.state
    return {
        "id": device.id,
        "name": device.name,
        "role": device.role,
        "vendor": device.vendor,
        "model": device.model,
        "platform": device.platform,
        "serial": device.serial,
        "address": device.address,
        "life_cycle": device.life_cycle,
        "unit": reference(device.unit),
        "site": reference(device.site),
        "watched": found.watched,
        "state": states.of_device(found).name,
        "reachability": found.reachability,
        "since": state.since if state else None,
        "last_answer_at": state.last_answer if state else None,
        "stale": found.freshness.stale,
        "cpu_percent": state.cpu_percent if state else None,
        "memory_percent": state.memory_percent if state else None,
        "temperature_c": state.temperature_c if state else None,
        "rtt_ms": state.rtt_ms if state else None,
        "loss_percent": state.loss_percent if state else None,
        "maintenance": mark_of(device, now),
    }


def _line_ends(found: DeviceDetail) -> set[int]:
    return {port for one in found.lines for port in one.ports}


def _port(found: PortHealth, *, carries_line: bool) -> Port:
    port, state = found.port, found.state
    return Port.model_validate(
        {
            "id": port.id,
            "name": port.name,
            "alias": port.alias or (state.alias if state else "") or "",
            "state": states.of_port(found, carries_line=carries_line).name,
            "ifindex": state.ifindex if state else None,
            "mac": state.mac if state else None,
            "admin_status": state.admin if state else None,
            "oper_status": state.oper if state else None,
            "speed_bps": state.speed_bps if state else None,
            "in_bps": state.in_bps if state else None,
            "out_bps": state.out_bps if state else None,
            "in_errors_per_s": state.in_errors if state else None,
            "out_errors_per_s": state.out_errors if state else None,
            "in_discards_per_s": state.in_discards if state else None,
            "out_discards_per_s": state.out_discards if state else None,
            "last_change_at": state.last_change if state else None,
        }
    )


def _sensor(found: SensorState) -> Sensor:
    return Sensor(
        kind=found.kind,
        key=found.key,
        name=found.name,
        value=found.value,
        unit=found.unit,
        state=found.state,
        updated_at=found.updated,
    )
