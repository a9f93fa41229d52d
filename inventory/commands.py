"""`guanjin inventory`: bring a ledger in, and look at what there is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import click
from sqlalchemy.orm import Session

from core.commandline import Application, json_option, pass_application, print_json, print_table
from core.i18n import N_, Translate
from inventory.changes import history, importing, report
from inventory.changes.commands import forget_heading_command, headings_command
from inventory.changes.headings import remember_used
from inventory.changes.undoing import undo
from inventory.dependents import dependents
from inventory.devices import device_named, find_devices
from inventory.errors import LedgerWrongError, NotFoundError, NothingNamedError
from inventory.facts import device_facts, line_facts, unit_facts
from inventory.foreign.errors import WordForLedgerError
from inventory.foreign.systems import foreign_files, read_foreign
from inventory.foreign.words import vocabulary
from inventory.handover.commands import hand_over
from inventory.kinds import ForeignSystem, ObjectKind
from inventory.labels import LABELS, label
from inventory.ledger.columns import Column
from inventory.ledger.commands import export_file, template_file
from inventory.ledger.layout import layout_of, with_headings
from inventory.ledger.opening import load
from inventory.ledger.reading import Reading, read
from inventory.ledger.sheets import SHEET_OF
from inventory.lines import find_lines, line_named
from inventory.listing import MOST_ROWS, PAGE_SIZE, Page
from inventory.models import ChangeSet
from inventory.ports import port_named, set_key
from inventory.topology.commands import impact_command, link_group, links_command
from inventory.units import find_units, unit_named
from security import audit

Facts = dict[str, Any]

LISTS: Final[dict[str, tuple[ObjectKind, Callable[..., Page[Any]], Callable[[Any], Facts], tuple[str, ...]]]] = {
    "devices": (
        ObjectKind.DEVICE,
        find_devices,
        device_facts,
        ("name", "role", "address", "model", "unit", "life_cycle"),
    ),
    "lines": (
        ObjectKind.LINE,
        find_lines,
        line_facts,
        ("name", "carrier", "circuit_number", "bandwidth_bps", "unit", "b_device"),
    ),
    "units": (ObjectKind.UNIT, find_units, unit_facts, ("name", "short_name", "region", "site")),
}
# Of what is no column of the ledger.
HEADINGS: Final = {
    "object": N_("kind"),
    "id": N_("number"),
    "contacts": N_("contacts"),
    "devices": N_("devices"),
    "lines": N_("lines"),
    "ports": N_("ports"),
    "units_hit": N_("units that depend on it"),
    "systems_hit": N_("business systems that depend on it"),
    "maintenance_until": N_("maintenance until"),
    "maintenance_note": N_("maintenance note"),
    "maintenance_by": N_("maintenance marked by"),
}


@click.group(help=N_("What there is: units, sites, devices, lines, and the ledger they come from."))
def inventory() -> None:
    pass


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
    kind: str | None,
    headings: Sequence[str],
    apply: bool,
    as_json: bool,
) -> None:
    with application.database.read() as session:
        said = Said(words, headings, ObjectKind(kind) if kind else None)
        found = _read(session, paths, ForeignSystem(system) if system else None, said)
        preview = importing.preview_reading(session, found.file, found.reading)
    if apply and not preview.plan.problems:
        actor, now = audit.console_actor(), application.clock.now()
        with application.database.write() as session:
            preview = importing.import_reading(
                session, found.file, actor, found.reading, now=now, system=found.system, words=words
            )
            remember_used(session, found.reading.headings, found.meanings, actor, now=now)
    _print_preview(application, preview, as_json=as_json)
    if preview.plan.problems:
        raise LedgerWrongError(file=preview.file.name, count=len(preview.plan.problems))


@dataclass(frozen=True)
class Read:
    """What was read of the paths, and from which other system, if it was no ledger; `meanings` of which headings."""

    file: importing.ImportedFile
    reading: Reading
    system: ForeignSystem | None = None
    meanings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Said:
    """What a person says of the files: words of another system, headings of a ledger, the kind that is listed."""

    words: Sequence[str]
    headings: Sequence[str]
    kind: ObjectKind | None


def _read(session: Session, paths: Sequence[Path], system: ForeignSystem | None, said: Said) -> Read:
    layout, words = layout_of(session), vocabulary(said.words)
    foreign = foreign_files(paths, system)
    if foreign is None:
        if said.words:
            raise WordForLedgerError(file=paths[0].name)
        ledger = load(paths[0])
        meanings = {heading: meant for heading, _, meant in (one.rpartition("=") for one in said.headings)}
        return Read(ledger, read(ledger, said.kind, with_headings(layout, meanings)), meanings=meanings)
    sources, system = foreign
    return Read(sources, read_foreign(sources, system, layout, words, said.kind), system)


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


@inventory.command("list", help=N_("List devices, lines or units."))
@click.argument("kind", type=click.Choice(list(LISTS)))
@click.option("--search", default="", help=N_("text in a name, address, serial or circuit number"))
@click.option("--sort", default="name", help=N_("field to sort by; -field for descending"))
@click.option("--page", type=click.IntRange(1), default=1, help=N_("page of the list"))
@click.option("--size", type=click.IntRange(1, MOST_ROWS), default=PAGE_SIZE, help=N_("rows on a page"))
@json_option
@pass_application
def list_objects(
    application: Application, *, kind: str, search: str, sort: str, page: int, size: int, as_json: bool
) -> None:
    listed, find, facts, fields = LISTS[kind]
    with application.database.read() as session:
        found = find(session, text=search, order=sort, number=page, size=size)
        rows = [facts(one) for one in found.items]
    if as_json:
        print_json({"total": found.total, "page": found.number, "pages": found.pages, "items": rows})
        return
    translate = application.translate
    shown = [[_shown(listed, field, row[field], translate) for field in fields] for row in rows]
    print_table([_heading(listed, field, application) for field in fields], shown)
    if found.pages > 1:
        application.say(
            N_("page %(page)s of %(pages)s, %(total)s rows"), page=found.number, pages=found.pages, total=found.total
        )


@inventory.command("show", help=N_("Show a device, line or unit by its name, and what hangs on it."))
@click.argument("name")
@json_option
@pass_application
def show(application: Application, name: str, *, as_json: bool) -> None:
    with application.database.read() as session:
        found = [facts for look in (_device, _line, _unit) if (facts := _known(look, session, name))]
    if not found:
        raise NothingNamedError(name=name)
    if as_json:
        print_json(found)
        return
    for facts in found:
        kind = facts["object"]
        rows = [
            (_heading(kind, field, application), _shown(kind, field, value, application.translate))
            for field, value in facts.items()
            if value is not None and value not in ("", [])
        ]
        print_table(rows[0], rows[1:])


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
    shown = [[_shown(ObjectKind.DEVICE, "", cell, translate) for cell in row.values()] for row in rows]
    print_table([translate(heading) for heading in headings], shown)


def _set_facts(one: ChangeSet) -> Facts:
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


def _known(look: Callable[[Session, str], Facts], session: Session, name: str) -> Facts | None:
    try:
        return look(session, name)
    except NotFoundError:
        return None


def _device(session: Session, name: str) -> Facts:
    device = device_named(session, name)
    ports = [port.name for port in device.ports]
    return {"object": ObjectKind.DEVICE, **device_facts(device), "ports": ports, **_hit(session, devices=[device.id])}


def _line(session: Session, name: str) -> Facts:
    line = line_named(session, name)
    return {"object": ObjectKind.LINE, **line_facts(line), **_hit(session, lines=[line.id])}


def _unit(session: Session, name: str) -> Facts:
    unit = unit_named(session, name)
    devices, lines = (find(session, unit_id=unit.id, size=MOST_ROWS).items for find in (find_devices, find_lines))
    return {
        "object": ObjectKind.UNIT,
        **unit_facts(unit),
        "devices": [device.name for device in devices],
        "lines": [line.name for line in lines],
    }


def _hit(session: Session, devices: Sequence[int] = (), lines: Sequence[int] = ()) -> Facts:
    found = dependents(session, devices=devices, lines=lines)
    return {
        **({"lines": [line.name for line in found.lines]} if devices else {}),
        "units_hit": [unit.name for unit in found.units],
        "systems_hit": [system.name for system in found.systems],
    }


def _column(kind: ObjectKind, field: str) -> Column | None:
    return next((column for column in SHEET_OF[kind].columns if column.field == field), None)


def _heading(kind: ObjectKind, field: str, application: Application) -> str:
    column = _column(kind, field)
    if column is None:
        return application.translate(HEADINGS[field])
    return column.heading if application.language == "zh" else column.english


def _shown(kind: ObjectKind, field: str, value: object, translate: Translate) -> str:
    """A value in a terminal: vocabulary in the reader's language, units as in the ledger, lists in one cell."""
    column = _column(kind, field)
    if isinstance(value, StrEnum):
        return label(value, translate) if value in LABELS else value.value
    if isinstance(value, list):
        return "、".join(_shown(kind, "", one, translate) for one in value)
    if isinstance(value, dict):
        return " ".join(_shown(kind, "", one, translate) for one in value.values() if one)
    if column is not None and column.refers is None and isinstance(value, int):
        return column.format.show(value)
    return "" if value is None else str(value)
