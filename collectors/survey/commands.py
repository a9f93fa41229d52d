"""`guanjin health locate` and `guanjin health parts`: where somebody is plugged in, and what a device is made of."""

from dataclasses import asdict
from zoneinfo import ZoneInfo

import click
from sqlalchemy import select

from collectors.errors import AddressUnclearError, NobodyThereError, UnknownDeviceError
from collectors.labels import label
from collectors.snmp.components import PartKind
from collectors.store import table_of
from collectors.survey.models import ComponentState
from collectors.survey.whereabouts import address_of, locate, mac_of
from core.commandline import Application, json_option, pass_application, print_json, print_table
from core.i18n import N_
from inventory.models import Device


@click.command("locate", help=N_("Show the port behind which a MAC or IP address was learnt, the likeliest first."))
@click.argument("address")
@json_option
@pass_application
def locate_command(application: Application, address: str, *, as_json: bool) -> None:
    mac, ip = mac_of(address), address_of(address)
    if mac is None and ip is None:
        raise AddressUnclearError(address=address)
    with application.database.read() as session:
        found = locate(session, mac=mac, address=ip)
    if not found:
        raise NobodyThereError(address=address)
    if as_json:
        print_json([asdict(one) for one in found])
        return
    translate, zone = application.translate, ZoneInfo(application.settings.site.timezone)
    headings = (N_("device"), N_("port"), "VLAN", "MAC", "IP", N_("others"), N_("last seen"))
    print_table(
        [translate(heading) for heading in headings],
        [
            (
                one.device,
                one.port,
                one.vlan or "",
                one.mac,
                " ".join(one.addresses),
                one.others,
                f"{one.seen.astimezone(zone):%Y-%m-%d %H:%M}",
            )
            for one in found
        ],
    )


@click.command("parts", help=N_("Show what a device is made of, with serial numbers."))
@click.argument("name")
@json_option
@pass_application
def parts_command(application: Application, name: str, *, as_json: bool) -> None:
    with application.database.read() as session:
        device = session.scalars(select(Device.id).where(Device.name == name)).one_or_none()
        if device is None:
            raise UnknownDeviceError(name=name)
        parts = session.scalars(
            select(ComponentState).where(ComponentState.device_id == device).order_by(ComponentState.number)
        ).all()
    if as_json:
        columns = [column.name for column in table_of(ComponentState).columns if column.name != "device_id"]
        print_json([{name: getattr(part, name) for name in columns} for part in parts])
        return
    translate = application.translate
    headings = (N_("kind"), N_("name"), N_("model"), N_("serial number"), N_("version"))
    print_table(
        [translate(heading) for heading in headings],
        [
            (
                label(PartKind(part.kind), translate),
                part.name or part.descr,
                part.model,
                part.serial,
                part.software or part.firmware,
            )
            for part in parts
        ],
    )
