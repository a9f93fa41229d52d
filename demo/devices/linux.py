"""A Linux host with net-snmp's agent: the front-end exchange device at the edge of a department's network."""

from collections.abc import Iterator

from collectors.snmp.wire import Tag, parse_oid
from demo.devices import standard
from demo.devices.machine import Machine
from demo.devices.model import LOOPBACK, Model, PortGroup, Row, Vendor
from demo.devices.schedule import Gauge

HOST = parse_oid("1.3.6.1.2.1.25")
UCD = parse_oid("1.3.6.1.4.1.2021")
STORAGE_TYPES = parse_oid("1.3.6.1.2.1.25.2.1")
RAM, VIRTUAL_MEMORY, FIXED_DISK = 2, 3, 4
PROCESSORS = (196608, 196609, 196610, 196611)  # hrDeviceIndex as net-snmp numbers them
KIB_TOTAL = 8_142_212
MODELS = {
    "TaiShan 200": Model(
        "TaiShan 200", "1.3.6.1.4.1.8072.3.2.10",
        "Linux exchange 4.19.90-25.10.v2101.ky10.aarch64 #1 SMP Wed Mar 30 16:47:11 CST 2022 aarch64",
        "4.19.90-25.10.v2101.ky10.aarch64",
        (PortGroup("lo", range(1), 10_000_000, LOOPBACK, 1), PortGroup("enp125s0f{}", range(4), first_index=2)),
        response_limit=65_000,
    ),
}  # fmt: skip


def rows(machine: Machine) -> Iterator[Row]:
    yield from standard.system(machine)
    yield from standard.interfaces(machine)
    yield from _processors(machine)
    yield from _storage(machine)
    yield from _memory(machine)


def _processors(machine: Machine) -> Iterator[Row]:
    for index in PROCESSORS:
        load = Gauge(24, 20, f"{machine.device.name} cpu {index}")
        yield (*HOST, 3, 3, 1, 1, index), Tag.OBJECT_IDENTIFIER, (0, 0)
        yield (*HOST, 3, 3, 1, 2, index), Tag.INTEGER, standard.reading(load)


def _storage(machine: Machine) -> Iterator[Row]:
    """hrStorageTable: units of 1 KiB for memory, of 4 KiB for disks, as net-snmp counts."""
    name = machine.device.name
    shelves = [
        (1, RAM, "Physical memory", 1024, KIB_TOTAL, Gauge(0.62, 0.1, f"{name} ram")),
        (3, VIRTUAL_MEMORY, "Virtual memory", 1024, KIB_TOTAL + 4_194_300, Gauge(0.41, 0.06, f"{name} vm")),
        (31, FIXED_DISK, "/", 4096, 12_582_912, Gauge(0.37, 0.01, f"{name} root")),
        (36, FIXED_DISK, "/data/exchange", 4096, 122_093_056, Gauge(0.71, 0.03, f"{name} data")),
    ]
    for index, kind, label, unit, size, used in shelves:
        cells: standard.Cells = {
            1: (Tag.INTEGER, index),
            2: (Tag.OBJECT_IDENTIFIER, (*STORAGE_TYPES, kind)),
            3: (Tag.OCTET_STRING, standard.text(label)),
            4: (Tag.INTEGER, unit),
            5: (Tag.INTEGER, size),
            6: (Tag.INTEGER, standard.reading(used, size)),
        }
        for column, (tag, source) in cells.items():
            yield (*HOST, 2, 3, 1, column, index), tag, source


def _memory(machine: Machine) -> Iterator[Row]:
    """UCD-SNMP-MIB, in KiB, and the load averages as text."""
    load = Gauge(0.9, 0.8, f"{machine.device.name} load")
    free = Gauge(1_900_000, 300_000, f"{machine.device.name} free")
    yield (*UCD, 4, 3, 0), Tag.INTEGER, 4_194_300
    yield (*UCD, 4, 4, 0), Tag.INTEGER, 4_180_992
    yield (*UCD, 4, 5, 0), Tag.INTEGER, KIB_TOTAL
    yield (*UCD, 4, 6, 0), Tag.INTEGER, standard.reading(free)
    yield (*UCD, 4, 14, 0), Tag.INTEGER, 112_640
    yield (*UCD, 4, 15, 0), Tag.INTEGER, 1_048_576
    for at in (1, 2, 3):
        yield (*UCD, 10, 1, 3, at), Tag.OCTET_STRING, lambda t: f"{max(0.0, load.at(t)):.2f}".encode()


def boot(_: Machine) -> str:
    return ""


VENDOR = Vendor("linux", MODELS, rows, boot)
