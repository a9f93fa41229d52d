"""The variables that every agent has: MIB-II's system group, IF-MIB, ENTITY-MIB, LLDP-MIB.

Numbers are those of RFC 3418, RFC 2863, RFC 6933 and IEEE 802.1AB.
"""

import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from collectors.snmp.wire import Oid, Tag, parse_oid
from demo.devices.machine import Machine
from demo.devices.model import ETHERNET, LOOPBACK, Port, Row, Source
from demo.devices.schedule import Curve, Gauge

SYSTEM = parse_oid("1.3.6.1.2.1.1")
INTERFACES = parse_oid("1.3.6.1.2.1.2")
IF_X = parse_oid("1.3.6.1.2.1.31.1.1.1")
ENTITY = parse_oid("1.3.6.1.2.1.47.1.1.1.1")
LLDP_LOCAL = parse_oid("1.0.8802.1.1.2.1.3")
LLDP_REMOTE = parse_oid("1.0.8802.1.1.2.1.4.1.1")
UP, DOWN = 1, 2
CHASSIS_ENTITY, MODULE_ENTITY = 3, 9
TICKS = 1 << 32
Cells = dict[int, tuple[Tag, Source]]
MAC_SUBTYPE, NAME_SUBTYPE = 4, 5  # LldpChassisIdSubtype, LldpPortIdSubtype


def text(value: str) -> bytes:
    return value.encode()


def reading(gauge: Gauge, scale: float = 1) -> Callable[[float], int]:
    """A gauge as an agent reports it: whole numbers of the unit that the scale makes."""
    return lambda t: int(gauge.at(t) * scale)


def system(machine: Machine) -> Iterator[Row]:
    device, model = machine.device, machine.model
    yield (*SYSTEM, 1, 0), Tag.OCTET_STRING, text(model.description)
    yield (*SYSTEM, 2, 0), Tag.OBJECT_IDENTIFIER, parse_oid(model.object_id)
    yield (*SYSTEM, 3, 0), Tag.TIME_TICKS, lambda t: int((t - machine.booted(t)) * 100) % TICKS
    yield (*SYSTEM, 4, 0), Tag.OCTET_STRING, text(device.contact)
    yield (*SYSTEM, 5, 0), Tag.OCTET_STRING, lambda _: text(machine.name())
    yield (*SYSTEM, 6, 0), Tag.OCTET_STRING, text(device.location)
    yield (*SYSTEM, 7, 0), Tag.INTEGER, 78


def interfaces(machine: Machine) -> Iterator[Row]:
    ports = machine.device.ports
    yield (*INTERFACES, 1, 0), Tag.INTEGER, len(ports)
    for port in ports:
        yield from _interface(machine, port)
        yield from _extension(machine, port)


def _interface(machine: Machine, port: Port) -> Iterator[Row]:
    """IfTable."""
    inward, outward = _octets(machine, port, port.inward), _octets(machine, port, port.outward)
    cells: Cells = {
        1: (Tag.INTEGER, port.index),
        2: (Tag.OCTET_STRING, text(port.name)),
        3: (Tag.INTEGER, port.kind),
        4: (Tag.INTEGER, 1500),
        5: (Tag.GAUGE32, min(port.speed, 0xFFFFFFFF)),
        6: (Tag.OCTET_STRING, mac(machine.device.name, port.index) if port.kind == ETHERNET else b""),
        7: (Tag.INTEGER, lambda _: UP if machine.enabled(port) else DOWN),
        8: (Tag.INTEGER, lambda t: UP if machine.carries(port, t) else DOWN),
        9: (Tag.TIME_TICKS, lambda t: _last_change(machine, port, t)),
        10: (Tag.COUNTER32, lambda t: inward(t) & 0xFFFFFFFF),
        11: (Tag.COUNTER32, lambda t: inward(t) // 712 & 0xFFFFFFFF),
        13: (Tag.COUNTER32, 0),
        14: (Tag.COUNTER32, lambda t: int(inward(t) // 712 * port.errors) & 0xFFFFFFFF),
        16: (Tag.COUNTER32, lambda t: outward(t) & 0xFFFFFFFF),
        17: (Tag.COUNTER32, lambda t: outward(t) // 634 & 0xFFFFFFFF),
        19: (Tag.COUNTER32, lambda t: outward(t) // 900_000_000 & 0xFFFFFFFF),
        20: (Tag.COUNTER32, 0),
    }
    yield from _cells((*INTERFACES, 2, 1), cells, (port.index,))


def _extension(machine: Machine, port: Port) -> Iterator[Row]:
    """IfXTable."""
    inward, outward = _octets(machine, port, port.inward), _octets(machine, port, port.outward)
    cells: Cells = {
        1: (Tag.OCTET_STRING, text(port.name)),
        6: (Tag.COUNTER64, inward),
        7: (Tag.COUNTER64, lambda t: inward(t) // 712),
        8: (Tag.COUNTER64, lambda t: inward(t) // 91_000),
        9: (Tag.COUNTER64, lambda t: inward(t) // 154_000),
        10: (Tag.COUNTER64, outward),
        11: (Tag.COUNTER64, lambda t: outward(t) // 634),
        12: (Tag.COUNTER64, lambda t: outward(t) // 83_000),
        13: (Tag.COUNTER64, lambda t: outward(t) // 171_000),
        14: (Tag.INTEGER, 1),
        15: (Tag.GAUGE32, port.speed // 1_000_000),
        16: (Tag.INTEGER, 2),
        17: (Tag.INTEGER, 1 if port.kind == ETHERNET else 2),
        18: (Tag.OCTET_STRING, lambda _: text(machine.description(port))),
        19: (Tag.TIME_TICKS, 0),
    }
    yield from _cells(IF_X, cells, (port.index,))


def _cells(entry: Oid, cells: Cells, index: Oid) -> Iterator[Row]:
    for column, (tag, source) in cells.items():
        yield (*entry, column, *index), tag, source


def _octets(machine: Machine, port: Port, curve: Curve | None) -> Callable[[float], int]:
    if curve is None or not port.plugged:
        return lambda _: 0

    def octets(t: float) -> int:
        now = port.outage.warp(t) if port.outage else t
        return max(0, int(curve.total(now) - curve.total(machine.booted(t))))

    return octets


def _last_change(machine: Machine, port: Port, t: float) -> int:
    if port.outage is None:
        return 0
    return max(0, int((t - port.outage.elapsed(t) - machine.booted(t)) * 100)) % TICKS


@dataclass(frozen=True)
class Entity:
    """One row of entPhysicalTable."""

    index: int
    kind: int
    description: str
    name: str
    within: int = 0
    serial: str = ""
    model: str = ""
    software: str = ""
    maker: str = ""


def entities(rows: Iterable[Entity]) -> Iterator[Row]:
    for row in rows:
        cells: Cells = {
            2: (Tag.OCTET_STRING, text(row.description)),
            3: (Tag.OBJECT_IDENTIFIER, (0, 0)),
            4: (Tag.INTEGER, row.within),
            5: (Tag.INTEGER, row.kind),
            6: (Tag.INTEGER, 1),
            7: (Tag.OCTET_STRING, text(row.name)),
            8: (Tag.OCTET_STRING, b"VER.B"),
            9: (Tag.OCTET_STRING, b""),
            10: (Tag.OCTET_STRING, text(row.software)),
            11: (Tag.OCTET_STRING, text(row.serial)),
            12: (Tag.OCTET_STRING, text(row.maker)),
            13: (Tag.OCTET_STRING, text(row.model)),
            16: (Tag.INTEGER, 1),
        }
        yield from _cells(ENTITY, cells, (row.index,))


def lldp(machine: Machine) -> Iterator[Row]:
    """What this device says of itself, and what it hears over each cable."""
    device = machine.device
    yield (*LLDP_LOCAL, 1, 0), Tag.INTEGER, MAC_SUBTYPE
    yield (*LLDP_LOCAL, 2, 0), Tag.OCTET_STRING, mac(device.name, 0)
    yield (*LLDP_LOCAL, 3, 0), Tag.OCTET_STRING, lambda _: text(machine.name())
    yield (*LLDP_LOCAL, 4, 0), Tag.OCTET_STRING, text(machine.model.description)
    by_name = {port.name: port for port in device.ports}
    for port in device.ports:
        if port.kind == ETHERNET:
            yield (*LLDP_LOCAL, 7, 1, 2, port.index), Tag.INTEGER, NAME_SUBTYPE
            yield (*LLDP_LOCAL, 7, 1, 3, port.index), Tag.OCTET_STRING, text(port.name)
            yield (*LLDP_LOCAL, 7, 1, 4, port.index), Tag.OCTET_STRING, text(port.name)
    for neighbour in device.neighbours:
        cells: Cells = {
            4: (Tag.INTEGER, MAC_SUBTYPE),
            5: (Tag.OCTET_STRING, mac(neighbour.device, 0)),
            6: (Tag.INTEGER, NAME_SUBTYPE),
            7: (Tag.OCTET_STRING, text(neighbour.device_port)),
            8: (Tag.OCTET_STRING, text(neighbour.device_port)),
            9: (Tag.OCTET_STRING, text(neighbour.device)),
            10: (Tag.OCTET_STRING, text(neighbour.model)),
        }
        yield from _cells(LLDP_REMOTE, cells, (0, by_name[neighbour.port].index, 1))


def mac(device: str, number: int) -> bytes:
    """A locally administered address, the same every time."""
    return b"\x02\x9a" + zlib.crc32(f"{device} {number}".encode()).to_bytes(4)


def virtual(name: str, index: int, kind: int = LOOPBACK) -> Port:
    return Port(name, index, kind=kind, speed=0)
