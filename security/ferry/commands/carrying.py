"""Submitting, and everything that is done with a medium in the hand."""

from contextlib import ExitStack
from pathlib import Path

import click

from core.commandline import Application, json_option, pass_application, print_json
from core.i18n import N_
from security.ferry import receiving, services
from security.ferry.bundle import open as opening
from security.ferry.commands.place import ferry_of, operator
from security.ferry.commands.setting_up import READ
from security.ferry.levels import Level
from security.ferry.store import write_new

FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)


@click.command(help=N_("Submit files on a link; they are frozen, inspected, and then wait for approval."))
@click.argument("files", nargs=-1, required=True, type=READ)
@click.option("--link", required=True, help=N_("link on which they cross"))
@click.option(
    "--level",
    required=True,
    type=click.Choice([level.label for level in Level]),
    help=N_("classification level of the content"),
)
@click.option("--purpose", required=True, help=N_("what the other side needs them for"))
@click.option("--to", "recipients", multiple=True, required=True, help=N_("recipient on the other side"))
@pass_application
def submit(
    application: Application,
    files: tuple[Path, ...],
    *,
    link: str,
    level: str,
    purpose: str,
    recipients: tuple[str, ...],
) -> None:
    ferry = ferry_of(application)
    with ExitStack() as sources:
        staged = [services.stage(ferry, path.name, sources.enter_context(path.open("rb"))) for path in files]
    with application.database.write() as session:
        row = services.submit(
            session,
            ferry,
            link=link,
            level=Level.of(level),
            purpose=purpose,
            recipients=recipients,
            files=staged,
            actor=operator(),
        )
    click.echo(row.uid)
    application.hint(N_("`guanjin ferry show %(uid)s` tells how it goes on"), uid=row.uid)


@click.command("hand-off", help=N_("Try again to write a sealed bundle to the medium."))
@click.argument("reference")
@pass_application
def hand_off(application: Application, reference: str) -> None:
    with application.database.write() as session:
        services.carry_again(session, ferry_of(application), reference, actor=operator())


@click.command(help=N_("Look at the medium, or at FOLDER, and receive every new bundle in the background."))
@click.argument("folder", required=False, type=FOLDER)
@json_option
@pass_application
def receive(application: Application, folder: Path | None, *, as_json: bool) -> None:
    ferry = ferry_of(application)
    numbers = services.look_at_medium(application.database, ferry, folder, actor=operator())
    if as_json:
        print_json({"incoming": numbers})
    else:
        application.say(N_("%(count)s new bundles"), count=len(numbers))
        for number in numbers:
            click.echo(number)


@click.command(help=N_("Check a bundle's framing and signatures against the pinned sites; nothing is opened or kept."))
@click.argument("file", type=READ)
@json_option
@pass_application
def verify(application: Application, file: Path, *, as_json: bool) -> None:
    with application.database.read() as session:
        senders = receiving.senders(session)
        names = {row.peer.sender: row.peer.name for row in services.links(session)}
    with file.open("rb") as source:
        header = opening.verify(source, file.stat().st_size, senders).header
    described = {
        "bundle": header.bundle.hex(),
        "sender": names.get(header.sender.hex(), header.sender.hex()),
        "link": header.link.hex(),
        "sequence": header.sequence,
        "created": header.created,
        "not_after": header.not_after,
        "size": header.file_size,
    }
    if as_json:
        print_json(described)
    else:
        for name, value in described.items():
            click.echo(f"{name}: {value}")


@click.command(help=N_("Release what has arrived to its recipients."))
@click.argument("number", type=int)
@pass_application
def release(application: Application, number: int) -> None:
    with application.database.write() as session:
        row = services.release(session, ferry_of(application), number, actor=operator())
        code = services.receipt_code(row)
    application.say(N_("released; the receipt code for the other side:"))
    click.echo(code)


@click.command(help=N_("Write the released files of a bundle into FOLDER, under names made here."))
@click.argument("number", type=int)
@click.argument("folder", type=FOLDER)
@pass_application
def collect(application: Application, number: int, folder: Path) -> None:
    ferry = ferry_of(application)
    with application.database.read() as session:
        positions = [file.position for file in services.get_incoming(session, number).files]
    for position in positions:
        with application.database.write() as session:
            given = services.collect(session, ferry, number, position, actor=operator())
        with given.file:
            write_new(folder / given.name, given.file)
        click.echo(folder / given.name)


@click.command(
    help=N_("Show the receipt code of a released bundle; or close a transfer with the CODE that was read out.")
)
@click.argument("reference")
@click.argument("code", required=False)
@json_option
@pass_application
def receipt(application: Application, reference: str, code: str | None, *, as_json: bool) -> None:
    if code is None:
        with application.database.read() as session:
            found = services.receipt_code(services.get_incoming(session, int(reference)))
    else:
        found = services.confirm_receipt(
            application.database, ferry_of(application), reference, code, actor=operator()
        ).value
    if as_json:
        print_json({"state" if code else "code": found})
    else:
        click.echo(found)
