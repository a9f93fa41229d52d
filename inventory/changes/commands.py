"""`guanjin inventory headings` and `forget-heading`: what headings of the office's own files were said to mean."""

import click

from core.commandline import Application, json_option, pass_application, print_json, print_table
from core.i18n import N_
from inventory.changes.headings import forget_heading, remembered
from inventory.kinds import ObjectKind
from inventory.labels import label
from inventory.ledger.cells import heading
from inventory.ledger.layout import layout_of
from security import audit


@click.command("headings", help=N_("List what headings that are not the ledger's own are remembered to mean."))
@json_option
@pass_application
def headings_command(application: Application, *, as_json: bool) -> None:
    with application.database.read() as session:
        found, layout = remembered(session), layout_of(session)
    if as_json:
        print_json(
            [
                {"kind": one.kind, "heading": one.written, "field": one.field or None, "at": one.at, "by": one.person}
                for one in found
            ]
        )
        return
    translate, language = application.translate, application.language
    names = {
        (kind, column.field): heading(column, language) for kind, sheet in layout.items() for column in sheet.columns
    }
    print_table(
        [translate(word) for word in (N_("kind"), N_("heading"), N_("means"), N_("who"))],
        [
            (
                label(one.kind, translate),
                one.written,
                names.get((one.kind, one.field), one.field) if one.field else translate(N_("left out")),
                one.person,
            )
            for one in found
        ],
    )


@click.command("forget-heading", help=N_("Forget what a heading is remembered to mean."))
@click.argument("kind", type=click.Choice([kind.value for kind in ObjectKind]))
@click.argument("written", metavar="HEADING")
@pass_application
def forget_heading_command(application: Application, kind: str, written: str) -> None:
    with application.database.write() as session:
        found = forget_heading(session, ObjectKind(kind), written, audit.console_actor()).written
    application.say(N_("the meaning of %(heading)s is forgotten"), heading=found)
