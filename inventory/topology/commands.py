"""`guanjin inventory links`, `link add`, `link remove` and `impact`."""

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import click
from sqlalchemy.orm import Session

from core.commandline import Application, json_option, pass_application, print_json, print_table
from core.i18n import N_
from inventory.devices import device_named
from inventory.errors import NotFoundError, NothingNamedError
from inventory.kinds import LinkEvidence
from inventory.labels import label
from inventory.lines import line_named
from inventory.models import Link
from inventory.ports import port_named
from inventory.topology.cuts import Vertex
from inventory.topology.listing import links_of
from inventory.topology.record import link_text
from inventory.topology.services import impact_of, vertex_of
from inventory.topology.stating import end_of, state_link, stated_at, withdraw_link
from security import audit


@click.command("links", help=N_("List which port is wired to which, as far as the devices tell."))
@click.option("--device", help=N_("only those of this device"))
@json_option
@pass_application
def links_command(application: Application, device: str | None, *, as_json: bool) -> None:
    with application.database.read() as session:
        number = device_named(session, device).id if device else None
        found = links_of(session, device_id=number)
    if as_json:
        print_json([link_facts(link) for link in found])
        return
    translate, zone = application.translate, ZoneInfo(application.settings.site.timezone)
    headings = (N_("device"), N_("port"), N_("far end"), N_("its port"), N_("by"), N_("standing"), N_("state"))
    print_table(
        [translate(heading) for heading in (*headings, N_("last seen"))],
        [
            (
                link.a_device.name,
                link.a_port,
                link.b_name,
                link.b_port,
                " ".join(label(LinkEvidence(word), translate) for word in link.evidence.split(",")),
                label(link.standing, translate),
                label(LinkEvidence.STATED if link.only_stated else link.state, translate),
                f"{link.seen.astimezone(zone):%Y-%m-%d %H:%M}",
            )
            for link in found
        ],
    )


def link_facts(link: Link) -> dict[str, Any]:
    """`managed`: whether the far end is a device of the inventory; `candidates`: how many its name fits, if several."""
    return {
        "device": link.a_device.name,
        "port": link.a_port,
        "far_end": link.b_name,
        "far_port": link.b_port,
        "managed": link.b_device_id is not None,
        "candidates": link.candidates,
        "evidence": link.evidence.split(","),
        "standing": link.standing,
        "state": link.state,
        "since": link.since,
        "seen": link.seen,
        "gone": link.gone,
        "note": link.note,
        "stated_by": link.stated_by,
        "stated_at": link.stated_at,
    }


@click.group("link", help=N_("Links that a person states, where devices tell of none."))
def link_group() -> None:
    pass


@link_group.command("add", help=N_("State that two ports are wired to each other."))
@click.argument("near", nargs=2, metavar="DEVICE PORT")
@click.argument("far", nargs=2, metavar="DEVICE PORT")
@click.option("--note", default="", help=N_("from where it is known"))
@pass_application
def add_link(application: Application, near: tuple[str, str], far: tuple[str, str], note: str) -> None:
    with application.database.write() as session:
        a, b = (end_of(device_named(session, device), port) for device, port in (near, far))
        link = state_link(session, a, b, note=note, actor=audit.console_actor(), now=application.clock.now())
        name = link_text(link)
    application.say(N_("stated: %(name)s"), name=name)


@link_group.command("remove", help=N_("Withdraw the link that was stated at a port; what devices tell of it stays."))
@click.argument("device")
@click.argument("port")
@pass_application
def remove_link(application: Application, device: str, port: str) -> None:
    with application.database.write() as session:
        link = stated_at(session, device_named(session, device), port)
        name = withdraw_link(session, link, actor=audit.console_actor())
    application.say(N_("withdrawn: %(name)s"), name=name)


@click.command(
    "impact", help=N_("Show which units and business systems are hit when a device, one of its ports, or a line fails.")
)
@click.argument("name")
@click.option("--port", help=N_("a port of the device"))
@json_option
@pass_application
def impact_command(application: Application, name: str, port: str | None, *, as_json: bool) -> None:
    with application.database.read() as session:
        failing = _failing(session, name, port)
        hits = impact_of(session, failing, application.settings.site.station_device)
    if as_json:
        print_json([{"kind": hit.kind, "id": hit.id, "name": hit.name, "effect": hit.effect} for hit in hits])
        return
    if not hits:
        application.say(N_("nobody is hit, as far as the links are known"))
        return
    translate = application.translate
    print_table(
        [translate(heading) for heading in (N_("effect"), N_("kind"), N_("name"))],
        [(label(hit.effect, translate), label(hit.kind, translate), hit.name) for hit in hits],
    )


def _failing(session: Session, name: str, port: str | None) -> Vertex:
    """Raises PortNotFoundError, NotFoundError where a port is asked for, and NothingNamedError."""
    if port is not None:
        return vertex_of(port_named(device_named(session, name), port))
    found = next(_named(session, name), None)
    if found is None:
        raise NothingNamedError(name=name)
    return found


def _named(session: Session, name: str) -> Iterator[Vertex]:
    for look in (device_named, line_named):
        try:
            yield vertex_of(look(session, name))
        except NotFoundError:
            continue
