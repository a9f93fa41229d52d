"""`guanjin config`: backups, versions, differences."""

import getpass

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from automation import services
from automation.difference import Difference
from automation.jobs import devices_to_back_up, request_backup
from automation.standings import overview
from core.commandline import Application, json_option, pass_application, print_json, print_table
from core.errors import Category, GuanjinError
from core.i18n import N_
from inventory.models import Device
from security import audit


class DeviceMissingError(GuanjinError):
    code = "automation.device_missing"
    category = Category.NOT_FOUND
    message = N_("there is no device named %(device)s")
    hint = N_("`guanjin inventory list devices` shows the names")


@click.group(help=N_("Configuration backups: versions and what changed between them."))
def config() -> None:
    pass


@config.command(help=N_("Back up devices now; without a name, all of them. The worker does it in the background."))
@click.argument("names", nargs=-1)
@click.option("--accept-smaller", is_flag=True, help=N_("accept a configuration of less than half the last size"))
@pass_application
def backup(application: Application, names: tuple[str, ...], *, accept_smaller: bool) -> None:
    with application.database.write() as session:
        devices = [_device(session, name) for name in names] if names else devices_to_back_up(session)
        for device in devices:
            request_backup(session, device, actor=_operator(), accept_smaller=accept_smaller)
    application.say(N_("%(count)d backups queued"), count=len(devices))
    application.hint(N_("`guanjin config list` shows how they went"))


@config.command("list", help=N_("How the backup of every device stands; with a name, the versions of that device."))
@click.argument("name", required=False)
@json_option
@pass_application
def list_(application: Application, name: str | None, *, as_json: bool) -> None:
    translate = application.translate
    with application.database.read() as session:
        if name is None:
            standings = overview(session)
            rows = [(s.device, s.platform, s.versions, s.changed_at, s.succeeded_at, s.error_code) for s in standings]
            keys = ["device", "platform", "versions", "changed_at", "succeeded_at", "error_code"]
            heads = [N_("device"), N_("platform"), N_("versions"), N_("last change"), N_("last success"), N_("error")]
        else:
            found = services.versions(session, _device(session, name).id)
            rows = [(v.number, v.taken_at, v.seen_at, v.added, v.removed, v.size_bytes) for v in found]  # type: ignore[misc]
            keys = ["number", "taken_at", "seen_at", "added", "removed", "size_bytes"]
            heads = [N_("version"), N_("first seen"), N_("last seen"), N_("added"), N_("removed"), N_("bytes")]
    if as_json:
        print_json([dict(zip(keys, row, strict=True)) for row in rows])
    else:
        print_table([translate(head) for head in heads], rows)


@config.command(help=N_("Print a version without its secrets; the newest when no number is given."))
@click.argument("name")
@click.argument("number", type=int, required=False)
@pass_application
def show(application: Application, name: str, number: int | None) -> None:
    with application.database.read() as session:
        device = _device(session, name)
        click.echo(services.redacted(session, device, number or services.newest_number(session, device)), nl=False)


@config.command(help=N_("What changed between two versions; by default, the newest and the one before."))
@click.argument("name")
@click.argument("old", type=int, required=False)
@click.argument("new", type=int, required=False)
@json_option
@pass_application
def diff(application: Application, name: str, old: int | None, new: int | None, *, as_json: bool) -> None:
    with application.database.read() as session:
        device = _device(session, name)
        last = new or services.newest_number(session, device)
        first = old if old is not None else last - 1
        found = services.difference(session, device, first, last)
    if as_json:
        print_json(found)
    else:
        _print_difference(found, name, first, last)


@config.command("forget-key", help=N_("Trust the next SSH host key of a device that was replaced."))
@click.argument("name")
@pass_application
def forget_key(application: Application, name: str) -> None:
    with application.database.write() as session:
        services.forget_host_key(session, _device(session, name), actor=_operator())
    application.say(N_("the next session with %(device)s pins the key that it sees"), device=name)


def _print_difference(found: Difference, name: str, old: int, new: int) -> None:
    click.echo(f"--- {name} {old}")
    click.echo(f"+++ {name} {new}")
    for hunk in found.hunks:
        click.echo(f"@@ {hunk.section} @@".replace("@@  @@", "@@"))
        for line in hunk.lines:
            click.echo(f"{line.change}{line.text}")


def _device(session: Session, name: str) -> Device:
    device = session.scalars(select(Device).where(Device.name == name)).one_or_none()
    if device is None:
        raise DeviceMissingError(device=name)
    return device


def _operator() -> audit.Actor:
    """Who sits at this machine's terminal."""
    return audit.Actor(f"console:{getpass.getuser()}", "person")
