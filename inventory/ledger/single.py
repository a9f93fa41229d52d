"""One object as the planner sees it, without reading the others: its key and its values."""

from typing import Any

from sqlalchemy.orm import Session

from inventory.kinds import ObjectKind
from inventory.ledger.columns import Sheet
from inventory.ledger.sheets import SHEET_OF
from inventory.ledger.state import MODELS, value_of
from inventory.ledger.values import Key, Values


def key_of(kind: ObjectKind, row: Any) -> Key:
    """By what the row stands in: a region's path, a room within its site."""
    if kind is ObjectKind.REGION:
        return (*key_of(kind, row.parent), row.name) if row.parent else (row.name,)
    outer = SHEET_OF[kind].column(SHEET_OF[kind].key[0])
    if outer.refers is None:
        return (row.name,)
    return (*key_of(outer.refers, getattr(row, outer.field)), row.name)


def values_of(session: Session, sheet: Sheet, row: Any) -> Values:
    """Every column of the sheet."""

    def known(kind: ObjectKind, number: int) -> Key:
        return key_of(kind, session.get_one(MODELS[kind], number))

    return {column.field: value_of(column, row, known) for column in sheet.columns}
