"""`guanjin settings` and `guanjin database`: what an installation is told, and the schema that it stands on."""

import click

from core import schema
from core.commandline import Application, json_option, pass_application, print_json, print_table
from core.database import Database
from core.events import Event
from core.i18n import N_
from core.settings import sections, variable


@click.command(help=N_("List every setting with its value, its environment variable and its meaning."))
@json_option
@pass_application
def settings(application: Application, *, as_json: bool) -> None:
    rows = [
        (
            f"{section}.{name}",
            getattr(getattr(application.settings, section), name),
            variable(section, name),
            field.description,
        )
        for section, kind in sections()
        for name, field in kind.model_fields.items()
    ]
    if as_json:
        print_json([{"name": a, "value": b, "variable": c, "help": d} for a, b, c, d in rows])
        return
    translate = application.translate
    headings = [
        translate(N_("setting")),
        translate(N_("value")),
        translate(N_("environment variable")),
        translate(N_("meaning")),
    ]
    print_table(headings, [(a, b, c, translate(d or "")) for a, b, c, d in rows])


@click.group(help=N_("The database's schema."))
def database() -> None:
    pass


@database.command("status", help=N_("Show the schema that the database has and the one that this program needs."))
@json_option
@pass_application
def database_status(application: Application, *, as_json: bool) -> None:
    found = Database(application.settings.database_url)
    status = {"database": found.url.render_as_string(), "schema": schema.current(found), "needed": schema.head()}
    found.close()
    if as_json:
        print_json(status)
    else:
        print_table(list(status), [list(status.values())])


@database.command("upgrade", help=N_("Bring the database to the schema that this program needs."))
@pass_application
def database_upgrade(application: Application) -> None:
    found = Database(application.settings.database_url)
    before = schema.current(found)
    if before is None:
        raise schema.SchemaMissingError(url=found.url.render_as_string())
    schema.upgrade(found)
    if before != schema.head():
        with found.write() as session:
            old, new = {"schema": before}, {"schema": schema.head()}
            application.record(session, Event.SCHEMA_UPGRADED, "installation", before=old, after=new)
    found.close()
    application.say(N_("the database has schema %(schema)s"), schema=schema.head())
