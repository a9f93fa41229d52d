"""`guanjin snmp`: what a device answers, without inventory or database."""

import asyncio
import re
import socket
from pathlib import Path
from typing import Any

import click

from collectors.snmp.access_options import access_options, target_of
from collectors.snmp.discovery import Discovery, discover
from collectors.snmp.engine import Engine
from collectors.snmp.errors import HostError
from collectors.snmp.page import show
from collectors.snmp.profile_folder import load_profiles
from collectors.snmp.profiles import Profiles
from collectors.snmp.report import report
from collectors.snmp.target import Target
from core.commandline import json_option, print_json
from core.i18n import N_, language_of, translator

PORT = 161


@click.group(help=N_("Ask devices by SNMP."))
def snmp() -> None:
    pass


@snmp.command(help=N_("Show what the device at HOST[:PORT] tells about itself. Needs no inventory."))
@click.argument("host", metavar="HOST[:PORT]")
@access_options
@click.option(
    "--profiles",
    envvar="GUANJIN_POLLING_PROFILES",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help=N_("a folder of device profiles of your own, beside those that come with the product"),
)
@click.option("--why", is_flag=True, help=N_("show which entry of which profile gave each value"))
@json_option
def probe(host: str, *, profiles: Path | None, why: bool, as_json: bool, **access: Any) -> None:
    address, port = resolve(host)
    target = target_of(address, port, access)
    found = asyncio.run(_probe(target, load_profiles(profiles)))
    if as_json:
        print_json(report(found))
    else:
        show(found, translator(language_of()), why=why)


async def _probe(target: Target, profiles: Profiles) -> Discovery:
    async with Engine() as engine:
        return await discover(engine.session(target), profiles)


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
