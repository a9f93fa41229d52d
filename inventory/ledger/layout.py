"""The sheets with the office's own fields (自定义字段) behind the columns of each kind."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.errors import LedgerHeadingError, LedgerHeadingOwnError
from inventory.kinds import FieldFormat, ObjectKind
from inventory.ledger.columns import CUSTOM, Column, Layout, Sheet
from inventory.ledger.formats import Day, Format, Number, OneOf, Text
from inventory.ledger.headings import folded_heading
from inventory.ledger.sheets import SHEET_OF
from inventory.ledger.text import fold
from inventory.models import CustomField, HeadingMeaning

LIMIT: Final = 240


def layout_of(session: Session) -> Layout:
    """Every kind's sheet as this installation has it, with what other headings were once said to mean."""
    columns: dict[ObjectKind, list[Column]] = {}
    for field in session.scalars(select(CustomField).order_by(CustomField.id)):
        columns.setdefault(field.kind, []).append(_column(field))
    chosen: dict[ObjectKind, dict[str, str]] = {}
    for one in session.scalars(select(HeadingMeaning)):
        chosen.setdefault(one.kind, {})[one.folded] = one.field
    return {kind: _extended(sheet, columns.get(kind, []), chosen.get(kind, {})) for kind, sheet in SHEET_OF.items()}


def with_headings(layout: Layout, chosen: Mapping[str, str]) -> Layout:
    """The layout in which a file's own headings mean what somebody said: heading of the file to ours, in each sheet.

    Raises LedgerHeadingError where no sheet has a column of that name, LedgerHeadingOwnError for a heading of ours.
    """
    for said, meant in chosen.items():
        known = {kind: column for kind, sheet in layout.items() if (column := sheet.meanings.get(fold(meant)))}
        heading = folded_heading(said)
        if not known or not heading:
            raise LedgerHeadingError(said=said, meant=meant)
        known = {kind: column for kind, column in known.items() if heading not in layout[kind].own}
        if not known:
            raise LedgerHeadingOwnError(said=said)
        layout = {
            kind: replace(sheet, chosen={**sheet.chosen, heading: known[kind].field}) if kind in known else sheet
            for kind, sheet in layout.items()
        }
    return layout


def _extended(sheet: Sheet, more: list[Column], chosen: Mapping[str, str]) -> Sheet:
    return replace(sheet, columns=(*sheet.columns, *more), chosen=chosen) if more or chosen else sheet


def _column(field: CustomField) -> Column:
    name = field.name
    return Column(name, name, f"{CUSTOM}{name}", format_of(field), help=field.help, listed=field.listed)


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
