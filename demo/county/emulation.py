"""From the ledger to emulated devices: which port carries which line, how busy it is, and what goes wrong when."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from demo.county.ledger import Device as Row
from demo.county.ledger import Line, Sample
from demo.devices.fleet import VENDORS
from demo.devices.model import ETHERNET, Device, Edit, Model, Neighbour, Port
from demo.devices.schedule import Curve, Every, draws

FAILING_LINE = "龙泉乡专线"
FAILING = Every(360, 90)  # the township behind it has no other line, and is unreachable meanwhile
SILENT_DEVICE = "QL-SC-SW01"
SILENT = Every(600, 120, 200)
UPS_ON_BATTERY = "QL-UPS-01"
ON_BATTERY = Every(900, 60, 400)
BUSY_LINE = "教育局专线"
FAULTY_LINE = "柳河镇专线"  # its received frames arrive damaged
EDITED_DEVICE = "QL-FG-SW01"
EDITS = ("三楼打印机", "三楼会议室终端", "政务公开查询机")


@dataclass(frozen=True)
class End:
    """One end of a cable or line, as the device there sees it."""

    device: str
    port: str
    neighbour: str = ""
    neighbour_port: str = ""
    description: str = ""
    inward: Curve | None = None
    outward: Curve | None = None
    outage: Every | None = None
    errors: float = 0.0


def devices(sample: Sample) -> tuple[Device, ...]:
    ends: dict[str, list[End]] = {row.name: [] for row in sample.devices}
    for end in (*_line_ends(sample), *_cable_ends(sample)):
        ends[end.device].append(end)
    models = {row.name: row.model for row in sample.devices}
    return tuple(_device(row, ends[row.name], models, sample) for row in sample.devices)


def _device(row: Row, ends: list[End], models: dict[str, str], sample: Sample) -> Device:
    model = VENDORS[row.platform].models[row.model]
    ports = tuple(_ports(row.name, model, {end.port: end for end in ends}))
    found = [
        Neighbour(end.port, end.neighbour, end.neighbour_port, models[end.neighbour]) for end in ends if end.neighbour
    ]
    return Device(
        name=row.name,
        platform=row.platform,
        model=row.model,
        address=row.address,
        serial=row.serial,
        ports=ports,
        location=f"{row.site} {row.room}".strip(),
        contact=next((contact.name for contact in sample.contacts if contact.unit == row.unit), ""),
        neighbours=tuple(found),
        silence=_silence(row, sample),
        on_battery=ON_BATTERY if row.name == UPS_ON_BATTERY else None,
        edit=_edit(row, ports),
        snmp_port=row.snmp_port,
        ssh_port=row.ssh_port,
    )


def _silence(row: Row, sample: Sample) -> Every | None:
    if row.name == SILENT_DEVICE:
        return SILENT
    failing = next((line for line in sample.lines if line.name == FAILING_LINE), None)
    return FAILING if failing and row.unit == failing.unit else None


def _edit(row: Row, ports: tuple[Port, ...]) -> Edit | None:
    if row.name != EDITED_DEVICE:
        return None
    port = [port for port in ports if port.kind == ETHERNET and not port.description][5]
    return Edit(port.name, EDITS)


def _ports(device: str, model: Model, ends: dict[str, End]) -> Iterator[Port]:
    known = {name for group in model.groups for name, _ in group.names()}
    if unknown := set(ends) - known:
        raise ValueError(f"{device} ({model.name}) has no port {', '.join(sorted(unknown))}")
    people = draws(f"{device} sockets")
    for group in model.groups:
        for name, index in group.names():
            port = Port(name, index, kind=group.kind, speed=group.speed, plugged=group.kind != ETHERNET)
            if end := ends.get(name):
                yield replace(port, description=end.description, inward=end.inward, outward=end.outward, plugged=True,
                              outage=end.outage, errors=end.errors)  # fmt: skip
            elif group.kind == ETHERNET and model.name.startswith(("S57", "S51", "S29")) and people.random() < 0.55:  # noqa: PLR2004  # about half of the sockets are in use
                yield replace(
                    port,
                    plugged=True,
                    inward=Curve(people.uniform(4e3, 9e4), f"{device} {name} in"),
                    outward=Curve(people.uniform(2e4, 6e5), f"{device} {name} out"),
                )
            else:
                yield port


def _line_ends(sample: Sample) -> Iterator[End]:
    for line in sample.lines:
        down, up = _traffic(line)
        outage = FAILING if line.name == FAILING_LINE else None
        errors = 0.002 if line.name == FAULTY_LINE else 0.0
        label = f"{line.name} {line.circuit_number}".strip()
        yield End(line.a_device, line.a_port, line.b_device, line.b_port, label, up, down, outage, errors)
        if line.b_device:
            yield End(line.b_device, line.b_port, line.a_device, line.a_port, label, down, up, outage)


def _traffic(line: Line) -> tuple[Curve, Curve]:
    """Octets a second towards end B and back; what one end sends, the other receives."""
    source = draws(line.name)
    idle = bool(line.backup_of)
    share = 0.66 if line.name == BUSY_LINE else source.uniform(0.01, 0.03) if idle else source.uniform(0.08, 0.4)
    down = min(share * line.bandwidth_bps, 1.2e9) / 8
    return Curve(down, f"{line.name} down"), Curve(down * source.uniform(0.15, 0.5), f"{line.name} up")


def _cable_ends(sample: Sample) -> Iterator[End]:
    for cable in sample.cables:
        name = f"{cable.device} {cable.port}"
        size = draws(name).uniform(2e6, 3e7) if "UPS" not in cable.device else 400.0
        there, back = Curve(size, f"{name} there"), Curve(size * 0.6, f"{name} back")
        yield End(cable.device, cable.port, cable.other, cable.other_port, f"to {cable.other}", back, there)
        yield End(cable.other, cable.other_port, cable.device, cable.port, f"to {cable.device}", there, back)
