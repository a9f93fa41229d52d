"""`guanjin audit`."""

from typing import Any, TextIO
from zoneinfo import ZoneInfo

import click

from core.commandline import Application, json_option, pass_application, print_json, print_table
from core.i18n import N_
from security.audit import AuditRecord, Filter, find, verify
from security.audit.export import export_lines
from security.audit.labels import BREACHES, event_label
from security.commands.display import local, moment, translated, zone_of
from security.errors import AuditBrokenError

DAY = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])


@click.group(help=N_("The audit log: what happened, and whether the log still says so."))
def audit() -> None:
    pass


@audit.command("list", help=N_("List audit records, newest first."))
@click.option("--since", type=DAY, help=N_("not before this time"))
@click.option("--until", type=DAY, help=N_("before this time"))
@click.option("--event", default="", help=N_("beginning of the event, such as security:session:"))
@click.option("--actor", default="", help=N_("beginning of the actor's name"))
@click.option("--subject", default="", help=N_("beginning of the object, such as device:HW-"))
@click.option("--result", type=click.Choice(["ok", "refused", "failed"]), help=N_("only this result"))
@click.option("--before", type=int, help=N_("older than this record, for the next page"))
@click.option("--limit", default=50, type=click.IntRange(1, 1000), help=N_("most records to show"))
@json_option
@pass_application
def audit_list(application: Application, /, *, as_json: bool, before: int | None, limit: int, **wanted: Any) -> None:
    zone = zone_of(application)
    for name in ("since", "until"):
        wanted[name] = moment(wanted[name], zone)
    with application.database.read() as session:
        page = find(session, Filter(**wanted), before=before, limit=limit)
    if as_json:
        print_json({"records": [entry.public() for entry in page.records], "older": page.older})
        return
    rows = [_row(application, entry, zone) for entry in page.records]
    headings = (N_("no."), N_("time"), N_("who"), N_("from"), N_("event"), N_("object"), N_("result"))
    print_table(translated(application, headings), rows)
    if page.older is not None:
        application.hint(N_("more with --before %(sequence)s"), sequence=page.older)


@audit.command("verify", help=N_("Check that no record was changed, removed, added or moved."))
@json_option
@pass_application
def audit_verify(application: Application, *, as_json: bool) -> None:
    with application.database.read() as session:
        found = verify(session)
    if as_json:
        print_json(found)
    if found.broken is not None:
        raise AuditBrokenError(
            sequence=found.broken.sequence, breach=application.translate(BREACHES[found.broken.breach])
        )
    if not as_json:
        click.echo(f"{found.records} {found.head}")
        application.say(
            N_("%(records)s records, none changed; keep the line above to prove it later"), records=found.records
        )


@audit.command("export", help=N_("Write the log as lines of JSON, oldest first, for checking elsewhere."))
@click.option("--output", type=click.File("w", encoding="utf-8", lazy=False), default="-", help=N_("file to write"))
@pass_application
def audit_export(application: Application, output: TextIO) -> None:
    with application.database.read() as session:
        output.writelines(line + "\n" for line in export_lines(session))


def _row(application: Application, entry: AuditRecord, zone: ZoneInfo) -> tuple[object, ...]:
    return (
        entry.sequence,
        local(entry.at, zone),
        entry.actor_name,
        entry.address,
        application.translate(event_label(entry.event)),
        entry.subject,
        entry.result,
    )
