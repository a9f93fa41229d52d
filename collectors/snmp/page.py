"""What was discovered of a device, as a page for a person at a terminal."""

import re
from collections.abc import Sequence

import click

from collectors.snmp.discovery import Discovery
from collectors.snmp.errors import SnmpError
from collectors.snmp.facts import Health, PortFacts, Sensor
from collectors.snmp.words import told
from core.commandline import print_table
from core.i18n import N_, Translate

Section = tuple[str, tuple[str, ...], list[tuple[object, ...]]]


def show(found: Discovery, translate: Translate, *, why: bool = False) -> None:
    """Facts first, then a table a section, empty sections left out; `why` adds the profile entry of each value."""
    for label, value, rule in _facts(found):
        if value:
            click.echo(f"{translate(label)}: {value}" + (f"   [{rule}]" if why and rule else ""))
    if found.identity.uncertain:
        click.echo(translate(UNCERTAIN) % {"reason": found.identity.uncertain})
    _section(translate(N_("Ports")), _headings(translate, PORT_HEADINGS), [_port_row(port) for port in found.ports])
    for title, headings, rows in _health_sections(found.health, translate):
        shown = rows if why else [row[:-1] for row in rows]
        _section(translate(title), _headings(translate, headings if why else headings[:-1]), shown)
    neighbours = [(each.local_port, each.remote_name, each.remote_port, each.protocol) for each in found.neighbours]
    _section(translate(N_("Neighbours")), _headings(translate, NEIGHBOUR_HEADINGS), neighbours)
    for fault in found.faults:
        click.echo(_fault(fault, translate), err=True)


UNCERTAIN = N_("doubtful: %(reason)s; compare with what the device itself shows")
PORT_HEADINGS = (N_("ifIndex"), N_("name"), N_("admin"), N_("oper"), N_("speed"), N_("description"))
NEIGHBOUR_HEADINGS = (N_("port"), N_("neighbour"), N_("its port"), N_("by"))


def _facts(found: Discovery) -> list[tuple[str, str, str]]:
    """Label, value, and the profile entry that gave it."""
    system, identity = found.system, found.identity
    uptime = "" if system.uptime_ticks is None else duration(system.uptime_ticks // 100)
    return [
        (N_("name"), system.name, ""),
        (N_("system"), re.sub(r"\s+", " ", system.descr), ""),
        (N_("sysObjectID"), system.object_id, ""),
        (N_("vendor"), identity.vendor, ""),
        (N_("hardware"), identity.hardware, identity.rules.get("hardware", "")),
        (N_("version"), identity.version, identity.rules.get("version", "")),
        (N_("serial number"), identity.serial, identity.rules.get("serial", "")),
        (N_("location"), system.location, ""),
        (N_("contact"), system.contact, ""),
        (N_("uptime"), uptime, ""),
        (N_("profile"), identity.profile, ""),
    ]


def _headings(translate: Translate, headings: Sequence[str]) -> list[str]:
    return [translate(heading) for heading in headings]


def _section(title: str, headings: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    if rows:
        click.echo(f"\n{title} ({len(rows)})")
        print_table(headings, rows)


def _port_row(port: PortFacts) -> tuple[object, ...]:
    return (port.index, port.name, port.admin, port.oper, bits(port.speed_bps), port.alias or port.descr)


def _health_sections(health: Health, translate: Translate) -> list[Section]:
    """The last column is the profile entry."""
    return [
        (
            N_("Processors"),
            (N_("name"), N_("usage"), N_("profile entry")),
            [(told(each.name, translate), f"{each.usage_percent:g} %", each.rule) for each in health.processors],
        ),
        (
            N_("Memory"),
            (N_("name"), N_("usage"), N_("total"), N_("profile entry")),
            [
                (told(each.name, translate), f"{each.percent:.1f} %", octets(each.total_bytes), each.rule)
                for each in health.mempools
            ],
        ),
        (
            N_("Sensors"),
            (N_("kind"), N_("name"), N_("value"), N_("profile entry")),
            [
                (translate(each.kind), told(each.name, translate), _reading(each, translate), each.rule)
                for each in health.sensors
            ],
        ),
        (
            N_("Storage"),
            (N_("name"), N_("used"), N_("total"), N_("profile entry")),
            [
                (told(each.name, translate), octets(each.used_bytes), octets(each.size_bytes), each.rule)
                for each in health.storage
            ],
        ),
    ]


def _reading(sensor: Sensor, translate: Translate) -> str:
    """A state's word; of a number that the profile has no word for, the number."""
    return told(sensor.state, translate) if sensor.state else f"{sensor.value:.6g} {sensor.unit}".strip()


def _fault(fault: SnmpError, translate: Translate) -> str:
    return f"{fault.render(translate)} [{fault.code}]"


def duration(seconds: int) -> str:
    days, rest = divmod(seconds, 86400)
    hours, rest = divmod(rest, 3600)
    return f"{days} d {hours:02}:{rest // 60:02}:{rest % 60:02}"


def bits(speed: int | None) -> str:
    return "" if speed is None else _scaled(speed, 1000, ("bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"))


def octets(number: int | None) -> str:
    return "" if number is None else _scaled(number, 1024, ("B", "KiB", "MiB", "GiB", "TiB", "PiB"))


def _scaled(number: float, step: int, units: Sequence[str]) -> str:
    place = 0
    while number >= step and place < len(units) - 1:
        number /= step
        place += 1
    return f"{number:.4g} {units[place]}"
