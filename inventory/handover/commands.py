"""`guanjin inventory hand-over`: files for other programs."""

from pathlib import Path

import click

from core.commandline import Application, pass_application
from core.i18n import N_
from inventory.handover import service
from inventory.handover.service import Program
from security import audit


@click.command(
    "hand-over", help=N_("Write the devices in service as files for another program, into a folder; no secrets.")
)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--to",
    "program",
    required=True,
    type=click.Choice([program.value for program in Program]),
    help=N_("the program to read them"),
)
@pass_application
def hand_over(application: Application, folder: Path, program: str) -> None:
    with application.database.write() as session:
        done = service.hand_over(session, Program(program), folder, audit.console_actor())
    for file in done.files:
        application.say(N_("%(path)s is written"), path=folder / file.name)
    if done.left_out:
        application.hint(
            N_("left out, because Ansible would misread [, ], : or braces in a name: %(names)s"),
            names="、".join(done.left_out),
        )
