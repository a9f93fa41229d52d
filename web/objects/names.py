"""Names that a form proposes for a reference; none that the reader may not see."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy.orm import Session

from inventory import relations
from inventory.catalogue import catalogue
from inventory.changes.recording import shown_key
from inventory.kinds import ObjectKind
from inventory.ledger.columns import Sheet
from inventory.ledger.sheets import SHEET_OF
from inventory.ledger.single import key_of
from web.scope import seen

OFFERED: Final = 30


def proposed(session: Session, sheet: Sheet, field: str, texts: Mapping[str, str]) -> list[str]:
    """Names like the one that was typed; of several, like the last."""
    relation = relations.of_kind(sheet.kind)[field]
    typed = texts.get(field, "").replace(",", "、").rpartition("、")[2].rpartition("/")[2]
    return names(session, relation.to, typed)


def offered(session: Session, sheet: Sheet) -> dict[ObjectKind, list[str]]:
    """The first names of each kind that the form refers to; while somebody types, the browser asks for others."""
    kinds = {column.refers for column in sheet.columns if column.refers}
    return {kind: names(session, kind, "") for kind in kinds}


def names(session: Session, kind: ObjectKind, text: str) -> list[str]:
    found = catalogue(SHEET_OF[kind]).page(session, scope=seen(), text=text, size=OFFERED)
    return [shown_key(key_of(kind, row)) for row in found.items]
