"""Reading the ledger out, as a file that is also one to read in; and the empty one that an office begins with."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.events import Event
from inventory.errors import LedgerReachError
from inventory.kinds import ObjectKind
from inventory.ledger import state
from inventory.ledger.book import Page, write_book
from inventory.ledger.cells import cells_of
from inventory.ledger.columns import Layout
from inventory.ledger.delimited import write_delimited
from inventory.ledger.layout import layout_of
from inventory.ledger.opening import LedgerFile
from inventory.ledger.plan import State
from inventory.models import Device, Line, Unit
from inventory.scope import ALL, Scope
from security import audit

SCOPED: Final[dict[ObjectKind, type[Unit | Device | Line]]] = {
    ObjectKind.UNIT: Unit,
    ObjectKind.DEVICE: Device,
    ObjectKind.LINE: Line,
}


@dataclass(frozen=True)
class Wanted:
    """`kind` None for every kind, which only a workbook can hold; `language` is that of headings and words."""

    name: str
    language: str
    kind: ObjectKind | None = None


def template(session: Session, wanted: Wanted) -> LedgerFile:
    """The sheets with their headings, the office's own fields among them."""
    layout = layout_of(session)
    return LedgerFile(
        wanted.name, write_book(pages_of({}, layout, _kinds(wanted, ALL), wanted.language), wanted.language)
    )


def export(session: Session, wanted: Wanted, actor: audit.Actor, *, scope: Scope = ALL) -> LedgerFile:
    """What is within reach. A map of the network leaves the building with it, so it is recorded.

    Raises LedgerReachError for a kind of which a limited grant reaches nothing.
    """
    layout = layout_of(session)
    current = _within(session, layout, scope)
    kinds = _kinds(wanted, scope)
    if not kinds:
        raise LedgerReachError
    pages = pages_of(current, layout, kinds, wanted.language)
    if wanted.name.lower().endswith(".csv"):
        content = write_delimited(pages[0], wanted.language)
    else:
        content = write_book(pages, wanted.language)
    file = LedgerFile(wanted.name, content)
    counts = {page.sheet.kind.value: len(page.rows) for page in pages}
    detail = {"sha256": file.digest, "counts": counts}
    audit.record(session, Event.INVENTORY_EXPORTED, actor, subject=f"ledger:{file.name}", detail=detail)
    return file


def pages_of(current: State, layout: Layout, kinds: Sequence[ObjectKind], language: str) -> list[Page]:
    """Rows in the order of their keys, so that two exports of the same can be compared."""
    return [
        Page(
            layout[kind],
            [cells_of(layout[kind], values, language) for _, values in sorted(current.get(kind, {}).items())],
        )
        for kind in kinds
    ]


def _kinds(wanted: Wanted, scope: Scope) -> list[ObjectKind]:
    """Whose grant is limited sees nothing of the kinds that belong to nobody."""
    reachable = list(ObjectKind) if scope.whole else list(SCOPED)
    return [kind for kind in reachable if wanted.kind in {None, kind}]


def _within(session: Session, layout: Layout, scope: Scope) -> State:
    current, objects = state.load(session, layout)
    if scope.whole:
        return current
    seen = {kind: set(session.scalars(select(model.id).where(scope.of(model)))) for kind, model in SCOPED.items()}
    return {
        kind: {key: current[kind][key] for key, row in objects[kind].items() if getattr(row, "id", None) in numbers}
        for kind, numbers in seen.items()
    }
