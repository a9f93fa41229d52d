"""The sheets with the office's own fields (自定义字段) behind the columns of each kind."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.errors import LedgerHeadingError
from inventory.kinds import FieldFormat, ObjectKind
from inventory.ledger.columns import CUSTOM, Column, Layout, Sheet
from inventory.ledger.formats import Day, Format, Number, OneOf, Text
from inventory.ledger.sheets import SHEET_OF
from inventory.ledger.text import fold
from inventory.models import CustomField

LIMIT: Final = 240


def layout_of(session: Session) -> Layout:
    """Every kind's sheet as this installation has it."""
    columns: dict[ObjectKind, list[Column]] = {}
    for field in session.scalars(select(CustomField).order_by(CustomField.id)):
        columns.setdefault(field.kind, []).append(_column(field))
    return {kind: _extended(sheet, columns.get(kind, [])) for kind, sheet in SHEET_OF.items()}


def with_headings(layout: Layout, chosen: Mapping[str, str]) -> Layout:
    """The layout in which a file's own headings mean what somebody said: heading of the file to ours, in each sheet.

    Raises LedgerHeadingError where no sheet has a column of that name.
    """
    for said, meant in chosen.items():
        known = {kind: column for kind, sheet in layout.items() if (column := sheet.meanings.get(fold(meant)))}
        if not known or not fold(said):
            raise LedgerHeadingError(said=said, meant=meant)
        layout = {
            kind: _aliased(sheet, known[kind], said) if kind in known else sheet for kind, sheet in layout.items()
        }
    return layout


def _aliased(sheet: Sheet, column: Column, said: str) -> Sheet:
    renamed = replace(column, aliases=(*column.aliases, said))
    return replace(sheet, columns=tuple(renamed if one is column else one for one in sheet.columns))


def _extended(sheet: Sheet, more: list[Column]) -> Sheet:
    if not more:
        return sheet
    return Sheet(sheet.kind, sheet.title, sheet.english, sheet.key, (*sheet.columns, *more), sheet.aliases)


def _column(field: CustomField) -> Column:
    return Column(field.name, field.name, f"{CUSTOM}{field.name}", format_of(field), help=field.help)


def format_of(field: CustomField) -> Format:
    match field.format:
        case FieldFormat.NUMBER:
            return Number()
        case FieldFormat.DATE:
            return Day()
        case FieldFormat.CHOICE:
            return OneOf(tuple(field.choices))
        case _:
            return Text(LIMIT)
