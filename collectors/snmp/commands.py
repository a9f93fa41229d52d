"""`guanjin snmp`: what a device answers, without inventory or database."""

import asyncio
import re
import socket
from collections.abc import Sequence
from typing import Any

import click

from collectors.snmp.access_options import access_options, target_of
from collectors.snmp.discovery import Discovery, discover
from collectors.snmp.engine import Engine
from collectors.snmp.errors import HostError, SnmpError
from collectors.snmp.facts import Health, PortFacts
from collectors.snmp.report import report
from collectors.snmp.target import Target
from core.commandline import json_option, print_json, print_table
from core.i18n import N_, Translate, language_of, translator

Section = tuple[str, tuple[str, ...], list[tuple[object, ...]]]

PORT = 161


@click.group(help=N_("Ask devices by SNMP."))
def snmp() -> None:
    pass


@snmp.command(help=N_("Show what the device at HOST[:PORT] tells about itself. Needs no inventory."))
@click.argument("host", metavar="HOST[:PORT]")
@access_options
@json_option
def probe(host: str, *, as_json: bool, **access: Any) -> None:
    address, port = resolve(host)
    target = target_of(address, port, access)
    found = asyncio.run(_probe(target))
    if as_json:
        print_json(report(found))
    else:
        show(found, translator(language_of()))


async def _probe(target: Target) -> Discovery:
    async with Engine() as engine:
        return await discover(engine.session(target))


def resolve(host: str) -> tuple[str, int]:
    """`name`, `192.0.2.1:161`, `2001:db8::1` or `[2001:db8::1]:161`."""
    bracketed = re.fullmatch(r"\[(.+)\](?::(\d+))?", host)
    plain = re.fullmatch(r"([^:]+)(?::(\d+))?", host)
    name, port = (bracketed or plain).groups() if bracketed or plain else (host, None)  # type: ignore[union-attr]
    try:
        found = socket.getaddrinfo(name, int(port or PORT), type=socket.SOCK_DGRAM)
    except (OSError, OverflowError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise HostError(host=host, reason=reason) from None
    return str(found[0][4][0]), int(port or PORT)


def show(found: Discovery, translate: Translate) -> None:
    """A page for a person: facts first, then a table a section, empty sections left out."""
    for label, value in _facts(found):
        if value:
            click.echo(f"{translate(label)}: {value}")
    _section(translate(N_("Ports")), _headings(translate, PORT_HEADINGS), [_port_row(port) for port in found.ports])
    for title, headings, rows in _health_sections(found.health, translate):
        _section(translate(title), _headings(translate, headings), rows)
    neighbours = [(each.local_port, each.remote_name, each.remote_port, each.protocol) for each in found.neighbours]
    _section(translate(N_("Neighbours")), _headings(translate, NEIGHBOUR_HEADINGS), neighbours)
    for fault in found.faults:
        click.echo(_fault(fault, translate), err=True)


PORT_HEADINGS = (N_("ifIndex"), N_("name"), N_("admin"), N_("oper"), N_("speed"), N_("description"))
NEIGHBOUR_HEADINGS = (N_("port"), N_("neighbour"), N_("its port"), N_("by"))


def _facts(found: Discovery) -> list[tuple[str, str]]:
    system, identity = found.system, found.identity
    uptime = "" if system.uptime_ticks is None else duration(system.uptime_ticks // 100)
    return [
        (N_("name"), system.name),
        (N_("system"), re.sub(r"\s+", " ", system.descr)),
        (N_("sysObjectID"), system.object_id),
        (N_("vendor"), identity.vendor),
        (N_("hardware"), identity.hardware),
        (N_("version"), identity.version),
        (N_("serial number"), identity.serial),
        (N_("location"), system.location),
        (N_("contact"), system.contact),
        (N_("uptime"), uptime),
        (N_("profile"), identity.profile),
    ]


def _headings(translate: Translate, headings: Sequence[str]) -> list[str]:
    return [translate(heading) for heading in headings]


def _section(title: str, headings: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    if rows:
        click.echo(f"\n{title} ({len(rows)})")
        print_table(headings, rows)


def _port_row(port: PortFacts) -> tuple[object, ...]:
    return (port.index, port.name, port.admin, port.oper, bits(port.speed_bps), port.alias or port.descr)


def _health_sections(
    health: Health, translate: Translate
) -> list[tuple[str, tuple[str, ...], list[tuple[object, ...]]]]:
    return [
        (
            N_("Processors"),
            (N_("name"), N_("usage")),
            [(each.name, f"{each.usage_percent:g} %") for each in health.processors],
        ),
        (
            N_("Memory"),
            (N_("name"), N_("usage"), N_("total")),
            [(each.name, f"{each.percent:.1f} %", octets(each.total_bytes)) for each in health.mempools],
        ),
        (
            N_("Sensors"),
            (N_("kind"), N_("name"), N_("value")),
            [
                (translate(each.kind), each.name, each.state or f"{each.value:.6g} {each.unit}".strip())
                for each in health.sensors
            ],
        ),
        (
            N_("Storage"),
            (N_("name"), N_("used"), N_("total")),
            [(each.name, octets(each.used_bytes), octets(each.size_bytes)) for each in health.storage],
        ),
    ]


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
