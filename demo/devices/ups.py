"""An uninterruptible power supply: UPS-MIB (RFC 1628), no command line, and mains that fail now and then."""

from collections.abc import Callable, Iterator

from collectors.snmp.wire import Tag, parse_oid
from demo.devices import standard
from demo.devices.machine import Machine
from demo.devices.model import Model, PortGroup, Row, Source, Vendor
from demo.devices.schedule import Gauge

UPS = parse_oid("1.3.6.1.2.1.33.1")
ON_BATTERY_ALARM = parse_oid("1.3.6.1.2.1.33.1.6.3.2")
NORMAL, BATTERY = 3, 5  # upsOutputSource
BATTERY_NORMAL = 2
DRAIN = 1 / 18  # percent a second
MODELS = {
    "UPS5000-E-40K": Model(
        "UPS5000-E-40K", "1.3.6.1.2.1.33", "HUAWEI UPS5000-E-40K", "V100R003C01SPC600",
        (PortGroup("eth0", range(1), 100_000_000),),
        response_limit=484,  # RFC 3417 section 3.2: the least that an agent has to manage, and all that this one does
    ),
}  # fmt: skip


def rows(machine: Machine) -> Iterator[Row]:
    yield from standard.system(machine)
    yield from standard.interfaces(machine)
    yield from _identity(machine)
    yield from _battery(machine)
    yield from _power(machine)


def on_battery(machine: Machine, t: float) -> bool:
    return bool(machine.device.on_battery and machine.device.on_battery.active(t))


def discharged(machine: Machine, t: float) -> int:
    """Seconds on battery, 0 on mains."""
    event = machine.device.on_battery
    return int(event.elapsed(t)) if event and event.active(t) else 0


def _identity(machine: Machine) -> Iterator[Row]:
    model = machine.model
    values = ("Huawei", model.name, model.version, "V301", machine.device.name, "core switches, servers")
    for column, value in enumerate(values, 1):
        yield (*UPS, 1, column, 0), Tag.OCTET_STRING, standard.text(value)


def _battery(machine: Machine) -> Iterator[Row]:
    warmth = Gauge(26, 2, f"{machine.device.name} battery")
    cells: standard.Cells = {
        1: (Tag.INTEGER, BATTERY_NORMAL),
        2: (Tag.INTEGER, lambda t: discharged(machine, t)),
        3: (Tag.INTEGER, lambda t: int(47 - discharged(machine, t) / 60)),
        4: (Tag.INTEGER, lambda t: int(100 - discharged(machine, t) * DRAIN)),
        5: (Tag.INTEGER, lambda t: 3890 if on_battery(machine, t) else 4320),  # 0.1 V
        6: (Tag.INTEGER, lambda t: -212 if on_battery(machine, t) else 4),  # 0.1 A
        7: (Tag.INTEGER, standard.reading(warmth)),
    }
    for column, (tag, source) in cells.items():
        yield (*UPS, 2, column, 0), tag, source


def _power(machine: Machine) -> Iterator[Row]:
    """Three phases in and out; voltages in volts, currents in 0.1 A, frequencies in 0.1 Hz, power in watts."""
    name = machine.device.name
    yield (*UPS, 3, 1, 0), Tag.COUNTER32, 41
    yield (*UPS, 3, 2, 0), Tag.INTEGER, 3
    yield (*UPS, 4, 1, 0), Tag.INTEGER, lambda t: BATTERY if on_battery(machine, t) else NORMAL
    yield (*UPS, 4, 2, 0), Tag.INTEGER, 500
    yield (*UPS, 4, 3, 0), Tag.INTEGER, 3
    for phase in (1, 2, 3):
        mains, load = Gauge(228, 3, f"{name} mains {phase}"), Gauge(38, 9, f"{name} load {phase}")
        cells: dict[tuple[int, ...], Source] = {
            (3, 3, 1, 2): _on_mains(machine, lambda _: 499),
            (3, 3, 1, 3): _on_mains(machine, standard.reading(mains)),
            (3, 3, 1, 4): _on_mains(machine, standard.reading(load, 6)),
            (4, 4, 1, 2): 220,
            (4, 4, 1, 3): standard.reading(load, 6),
            (4, 4, 1, 4): standard.reading(load, 133),
            (4, 4, 1, 5): standard.reading(load),
        }
        for column, source in cells.items():
            yield (*UPS, *column, phase), Tag.INTEGER, source
    yield (*UPS, 6, 1, 0), Tag.GAUGE32, lambda t: 1 if on_battery(machine, t) else 0


def _on_mains(machine: Machine, reading: Callable[[float], int]) -> Callable[[float], int]:
    return lambda t: 0 if on_battery(machine, t) else reading(t)


def boot(_: Machine) -> str:
    return ""


VENDOR = Vendor("ups", MODELS, rows, boot)
