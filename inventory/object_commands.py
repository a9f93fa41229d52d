"""`guanjin inventory list`, `show` and `find`: objects of every kind, at a terminal and for other programs."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, Final

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.commandline import Application, json_option, pass_application, print_json, print_table
from core.i18n import N_, Translate
from inventory import relations
from inventory.catalogue import catalogue
from inventory.changes.recording import shown_key
from inventory.dependents import dependents
from inventory.errors import NothingNamedError
from inventory.facts import device_facts, line_facts, unit_facts
from inventory.kinds import PLURALS, ObjectKind
from inventory.labels import LABELS, label
from inventory.ledger.cells import heading, title
from inventory.ledger.columns import Column, Layout, Sheet
from inventory.ledger.layout import layout_of
from inventory.ledger.sheets import SHEET_OF
from inventory.ledger.single import key_of, values_of
from inventory.ledger.values import Value
from inventory.listing import MOST_ROWS, PAGE_SIZE
from inventory.models import Device, Line
from inventory.scope import ALL
from inventory.search import search, understood

Facts = dict[str, Any]
MOST_FOUND: Final = 60  # of a kind
MOST_DETAILS: Final = 3
LISTED: Final = 6
# Kinds of which more is told than the columns of their sheet.
FACTS: Final[Mapping[ObjectKind, Callable[[Any], Facts]]] = {
    ObjectKind.DEVICE: device_facts,
    ObjectKind.LINE: line_facts,
    ObjectKind.UNIT: unit_facts,
}
FIELDS: Final[Mapping[ObjectKind, Sequence[str]]] = {
    ObjectKind.DEVICE: ("name", "role", "address", "model", "unit", "life_cycle"),
    ObjectKind.LINE: ("name", "carrier", "circuit_number", "bandwidth_bps", "unit", "b_device"),
    ObjectKind.UNIT: ("name", "short_name", "region", "site"),
}
# Of what is no column of the ledger.
HEADINGS: Final = {
    "object": N_("kind"),
    "id": N_("number"),
    "custom": N_("own fields"),
    "contacts": N_("contacts"),
    "ports": N_("ports"),
    "units_hit": N_("units that depend on it"),
    "systems_hit": N_("business systems that depend on it"),
    "maintenance_until": N_("maintenance until"),
    "maintenance_note": N_("maintenance note"),
    "maintenance_by": N_("maintenance marked by"),
}
OF_PLURAL: Final = {plural: kind for kind, plural in PLURALS.items()}


@click.command("list", help=N_("List the objects of a kind."))
@click.argument("kind", type=click.Choice(list(OF_PLURAL)))
@click.option("--search", "words", default="", help=N_("a part of any text, a tag, an own field's value, initials"))
@click.option("--sort", default="name", help=N_("field to sort by; -field for descending"))
@click.option("--page", type=click.IntRange(1), default=1, help=N_("page of the list"))
@click.option("--size", type=click.IntRange(1, MOST_ROWS), default=PAGE_SIZE, help=N_("rows on a page"))
@json_option
@pass_application
def list_command(
    application: Application, *, kind: str, words: str, sort: str, page: int, size: int, as_json: bool
) -> None:
    with application.database.read() as session:
        sheet = layout_of(session)[OF_PLURAL[kind]]
        text = understood(words).text  # an address is often pasted with its mask
        found = catalogue(sheet).page(session, text=text, order=sort, number=page, size=size)
        rows = [_facts(session, sheet, one) for one in found.items]
    if as_json:
        print_json({"total": found.total, "page": found.number, "pages": found.pages, "items": rows})
        return
    fields = _fields(sheet)
    shown = [[_shown(sheet, field, row[field], application.translate) for field in fields] for row in rows]
    print_table([_heading(sheet, field, application) for field in fields], shown)
    if found.pages > 1:
        application.say(
            N_("page %(page)s of %(pages)s, %(total)s rows"), page=found.number, pages=found.pages, total=found.total
        )


@click.command("show", help=N_("Show what has this name (or 上级/名称), and what hangs on it."))
@click.argument("name")
@json_option
@pass_application
def show_command(application: Application, name: str, *, as_json: bool) -> None:
    with application.database.read() as session:
        layout = layout_of(session)
        found = list(_named(session, layout, name))
    if not found:
        raise NothingNamedError(name=name)
    if as_json:
        print_json(found)
        return
    for facts in found:
        sheet = layout[facts["object"]]
        rows = [
            (_heading(sheet, field, application), _shown(sheet, field, value, application.translate))
            for field, value in facts.items()
            if value is not None and value not in ("", [], {})
        ]
        print_table(rows[0], rows[1:])


@click.command(
    "find", help=N_("Find objects of every kind: a name, initials, any text, an address, a prefix, vlan 100.")
)
@click.argument("words")
@json_option
@pass_application
def find_command(application: Application, words: str, *, as_json: bool) -> None:
    with application.database.read() as session:
        found = [(one, _facts(session, SHEET_OF[one.kind], one.row)) for one in search(session, words, ALL, MOST_FOUND)]
        names = [shown_key(key_of(one.kind, one.row)) for one, _ in found]
    if not found:
        raise NothingNamedError(name=words)
    if as_json:
        print_json(
            [
                {"kind": one.kind, "id": one.row.id, "name": name, "exact": one.exact}
                for (one, _), name in zip(found, names, strict=True)
            ]
        )
        return
    translate = application.translate
    print_table(
        [translate(text) for text in (N_("kind"), N_("name"), N_("details"))],
        [
            (label(one.kind, translate), name, _details(SHEET_OF[one.kind], facts, translate))
            for (one, facts), name in zip(found, names, strict=True)
        ],
    )


def _facts(session: Session, sheet: Sheet, row: Any) -> Facts:
    known = FACTS.get(sheet.kind)
    if known is not None:
        return {**known(row), "custom": dict(row.custom)}
    return {"id": row.id, **{name: _plain(value) for name, value in values_of(session, sheet, row).items()}}


def _plain(value: Value) -> str | int | date | list[str] | None:
    """References by name, with what they stand in where a name alone is not enough."""
    if isinstance(value, frozenset):
        return sorted(shown_key(key) for key in value)
    return shown_key(value) if isinstance(value, tuple) else value


def _named(session: Session, layout: Layout, name: str) -> Iterator[Facts]:
    for kind, sheet in layout.items():
        listing = catalogue(sheet)
        alone = name.rpartition("/")[2]
        for row in listing.page(session, where=[listing.name.in_({name, alone})], size=MOST_ROWS).items:
            if name in {row.name, shown_key(key_of(kind, row))}:
                yield {"object": kind, **_facts(session, sheet, row), **_hanging(session, kind, row)}


def _hanging(session: Session, kind: ObjectKind, row: Any) -> Facts:
    if kind is ObjectKind.DEVICE:
        return {"ports": [port.name for port in row.ports], **_hit(session, devices=[row.id])}
    if kind is ObjectKind.LINE:
        return _hit(session, lines=[row.id])
    if kind is ObjectKind.UNIT:
        ours = (select(model.name).where(model.unit_id == row.id).order_by(model.name) for model in (Device, Line))
        devices, lines = (session.scalars(query.limit(MOST_ROWS)).all() for query in ours)
        return {"devices": list(devices), "lines": list(lines)}
    found: dict[str, list[str]] = {}
    for other, one in relations.hanging_on(session, kind, row.id):
        found.setdefault(PLURALS[other], []).append(one.name)
    return found


def _hit(session: Session, devices: Sequence[int] = (), lines: Sequence[int] = ()) -> Facts:
    found = dependents(session, devices=devices, lines=lines)
    return {
        **({"lines": [line.name for line in found.lines]} if devices else {}),
        "units_hit": [unit.name for unit in found.units],
        "systems_hit": [system.name for system in found.systems],
    }


def _fields(sheet: Sheet) -> Sequence[str]:
    usual = [
        column.field for column in sheet.columns if column.custom is None and column.field not in {"tags", "notes"}
    ]
    return FIELDS.get(sheet.kind) or usual[:LISTED]


def _details(sheet: Sheet, facts: Facts, translate: Translate) -> str:
    texts = (_shown(sheet, field, facts[field], translate) for field in _fields(sheet) if field != "name")
    return " · ".join([text for text in texts if text][:MOST_DETAILS])


def _column(sheet: Sheet, field: str) -> Column | None:
    return next((column for column in sheet.columns if column.field == field), None)


def _heading(sheet: Sheet, field: str, application: Application) -> str:
    column = _column(sheet, field)
    if column is not None:
        return heading(column, application.language)
    other = OF_PLURAL.get(field)
    return title(SHEET_OF[other], application.language) if other else application.translate(HEADINGS[field])


def _shown(sheet: Sheet, field: str, value: object, translate: Translate) -> str:
    """A value in a terminal: vocabulary in the reader's language, units as in the ledger, lists in one cell."""
    column = _column(sheet, field)
    if isinstance(value, StrEnum):
        return label(value, translate) if value in LABELS else value.value
    if isinstance(value, list):
        return "、".join(_shown(sheet, "", one, translate) for one in value)
    if isinstance(value, dict):
        return " ".join(_shown(sheet, "", one, translate) for one in value.values() if one)
    if column is not None and column.refers is None and isinstance(value, int):
        return column.format.show(value)
    return "" if value is None else str(value)
