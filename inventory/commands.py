"""`guanjin inventory`: bring a ledger in, and look at what there is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from core.commandline import Application, json_option, pass_application, print_json, print_table
from core.i18n import N_
from inventory.changes import history, importing, report
from inventory.changes.commands import forget_heading_command, headings_command
from inventory.changes.headings import remember_used
from inventory.changes.undoing import undo
from inventory.changes.words import remembered
from inventory.devices import device_named
from inventory.errors import LedgerWrongError
from inventory.foreign.errors import WordForLedgerError
from inventory.foreign.systems import foreign_files, read_foreign
from inventory.foreign.words import joined, vocabulary
from inventory.handover.commands import hand_over
from inventory.kinds import ForeignSystem, ObjectKind
from inventory.labels import label
from inventory.ledger.commands import export_file, template_file
from inventory.ledger.layout import layout_of, with_headings
from inventory.ledger.opening import load
from inventory.ledger.reading import Reading, read
from inventory.models import ChangeSet
from inventory.object_commands import find_command, list_command, show_command
from inventory.ports import port_named, set_key
from inventory.topology.commands import impact_command, link_group, links_command
from security import audit


@click.group(help=N_("What there is: units, sites, devices, lines, and the ledger they come from."))
def inventory() -> None:
    pass


inventory.add_command(list_command)
inventory.add_command(show_command)
inventory.add_command(find_command)
inventory.add_command(links_command)
inventory.add_command(link_group)
inventory.add_command(impact_command)


@inventory.command(
    "import",
    help=N_(
        "Show what a ledger (.xlsx or .csv), or the files of another system, would change; with --apply, change it."
    ),
)
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--apply", is_flag=True, help=N_("write the whole file, or nothing if any cell is wrong"))
@click.option(
    "--from",
    "system",
    type=click.Choice([system.value for system in ForeignSystem]),
    help=N_("the system that wrote the files"),
)
@click.option("--word", "words", multiple=True, help=N_("what a word of that system means: role:access=access_switch"))
@click.option("--anew", is_flag=True, help=N_("leave out what the last import of that system was told of its words"))
@click.option(
    "--kind", type=click.Choice([kind.value for kind in ObjectKind]), help=N_("what the file lists, or take only that")
)
@click.option(
    "--map",
    "headings",
    multiple=True,
    help=N_("a heading of the file and the column it means: 列=字段; repeat; --apply remembers it"),
)
@json_option
@pass_application
def import_files(
    application: Application,
    paths: Sequence[Path],
    *,
    system: str | None,
    words: Sequence[str],
    anew: bool,
    kind: str | None,
    headings: Sequence[str],
    apply: bool,
    as_json: bool,
) -> None:
    with application.database.read() as session:
        said = Said(words, headings, ObjectKind(kind) if kind else None, anew=anew)
        found = _read(session, paths, ForeignSystem(system) if system else None, said)
        preview = importing.preview_reading(session, found.file, found.reading)
    if apply and not preview.plan.problems:
        actor, now = audit.console_actor(), application.clock.now()
        with application.database.write() as session:
            preview = importing.import_reading(
                session, found.file, actor, found.reading, now=now, system=found.system, words=found.words
            )
            remember_used(session, found.reading.headings, found.meanings, actor, now=now)
    if found.before:
        said_before = " ".join(f"'{one}'" for one in found.before)
        application.hint(N_("said with an earlier import, and left out by --anew: %(words)s"), words=said_before)
    _print_preview(application, preview, as_json=as_json)
    if preview.plan.problems:
        raise LedgerWrongError(file=preview.file.name, count=len(preview.plan.problems))


@dataclass(frozen=True)
class Read:
    """What was read of the paths, and from which other system, if it was no ledger; `meanings` of which headings.

    `words` are those of the other system; of them, `before` were said with its last import.
    """

    file: importing.ImportedFile
    reading: Reading
    system: ForeignSystem | None = None
    meanings: Mapping[str, str] = field(default_factory=dict)
    words: Sequence[str] = ()
    before: Sequence[str] = ()


@dataclass(frozen=True)
class Said:
    """What a person says of the files: words of another system, headings of a ledger, the kind that is listed.

    `anew`: what was said of the words before does not count.
    """

    words: Sequence[str]
    headings: Sequence[str]
    kind: ObjectKind | None
    anew: bool


def _read(session: Session, paths: Sequence[Path], system: ForeignSystem | None, said: Said) -> Read:
    layout = layout_of(session)
    foreign = foreign_files(paths, system)
    if foreign is None:
        if said.words:
            raise WordForLedgerError(file=paths[0].name)
        ledger = load(paths[0])
        meanings = {heading: meant for heading, _, meant in (one.rpartition("=") for one in said.headings)}
        return Read(ledger, read(ledger, said.kind, with_headings(layout, meanings)), meanings=meanings)
    sources, system = foreign
    before = () if said.anew else remembered(session, system)
    words = joined(before, said.words)
    reading = read_foreign(sources, system, layout, vocabulary(words), said.kind)
    return Read(sources, reading, system, words=words, before=[one for one in words if one in before])


def _print_preview(application: Application, preview: importing.Preview, *, as_json: bool) -> None:
    if as_json:
        print_json(report.as_json(preview, application.translate))
        return
    for line in report.lines(preview, application.language):
        click.echo(line)
    if preview.applied:
        application.say(N_("%(file)s is imported"), file=preview.file.name)
        if preview.change_set:
            application.hint(N_("`guanjin inventory undo %(number)s` takes it back"), number=preview.change_set)
    elif not preview.plan.problems:
        application.hint(N_("nothing was written yet; import with --apply to write it"))


inventory.add_command(headings_command)
inventory.add_command(forget_heading_command)
inventory.add_command(template_file)
inventory.add_command(export_file)


@inventory.command("key-port", help=N_("Keep the hours of a device's port for thirteen months; with --off, no more."))
@click.argument("device")
@click.argument("port")
@click.option("--off", is_flag=True, help=N_("make it an ordinary port again"))
@pass_application
def key_port(application: Application, device: str, port: str, *, off: bool) -> None:
    with application.database.write() as session:
        found = port_named(device_named(session, device), port)
        set_key(session, found, is_key=not off, actor=audit.console_actor())
        facts = {"device": device, "port": found.name}
    said = N_("%(device)s %(port)s is an ordinary port") if off else N_("%(device)s %(port)s is a key port")
    application.say(said, **facts)


@inventory.command("changes", help=N_("List what was changed, newest first: imports, forms, undoings."))
@click.option("--page", type=click.IntRange(1), default=1, help=N_("page of the list"))
@json_option
@pass_application
def list_changes(application: Application, *, page: int, as_json: bool) -> None:
    with application.database.read() as session:
        found = history.change_sets(session, page)
        rows = [_set_facts(one) for one in found.items]
    if as_json:
        print_json({"total": found.total, "page": found.number, "pages": found.pages, "items": rows})
        return
    translate = application.translate
    headings = (N_("number"), N_("at"), N_("who"), N_("by way of"), N_("subject"), N_("undone by"))
    shown = [{**row, "origin": label(row["origin"], translate)} for row in rows]
    print_table([translate(heading) for heading in headings], [list(row.values()) for row in shown])


def _set_facts(one: ChangeSet) -> dict[str, Any]:
    return {
        "id": one.id,
        "at": one.at.isoformat(timespec="seconds"),
        "actor": one.actor,
        "origin": one.origin,
        "subject": one.subject,
        "undone_by": one.undone_by and one.undone_by.id,
    }


@inventory.command("undo", help=N_("Set back everything that one change set did, unless any of it was changed since."))
@click.argument("number", type=click.IntRange(1))
@pass_application
def undo_changes(application: Application, number: int) -> None:
    with application.database.write() as session:
        kept = undo(session, number, audit.console_actor(), now=application.clock.now()).id
    application.say(N_("change set %(number)s is undone; that is change set %(kept)s"), number=number, kept=kept)


inventory.add_command(hand_over)
