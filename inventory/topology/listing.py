"""Links as readers ask for them: those with an end in their reach; of the other end they see what the cable tells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, String, case, false, func, or_, select, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session, contains_eager, joinedload

from inventory.kinds import LinkState
from inventory.listing import Page
from inventory.models import Device, Link
from inventory.scope import ALL, Scope

Column = ColumnElement[Any] | InstrumentedAttribute[Any]
URGENCY: Final = (LinkState.MOVED, LinkState.GONE, LinkState.PRESENT)
FILTERS: Final = ("device", "state", "standing", "far")
_TIES: Final = (Device.name, Link.a_port, Link.id)
_RANK: Final = case({state.value: place for place, state in enumerate(URGENCY)}, value=type_coerce(Link.state, String))
_ORDERS: Final[Mapping[str, tuple[Column, ...]]] = {
    "name": (Device.name, Link.a_port),
    "far": (Link.b_name, Link.b_port),
    "state": (_RANK, Device.name, Link.a_port),
    "since": (Link.since,),
    "seen": (Link.seen,),
}
ORDERS: Final = tuple(_ORDERS)


@dataclass(frozen=True)
class WantedLinks:
    """`filters` by the names above: `device` is the number of either end's, `far` is managed or other.

    All words have to occur in the name of an end or of its port. `order` is one of ORDERS, `page` counts from 1.
    """

    words: Sequence[str] = ()
    filters: Mapping[str, str] = field(default_factory=dict)
    order: str = "state"
    descending: bool = False
    page: int = 1
    size: int = 50


def find_links(session: Session, wanted: WantedLinks, *, scope: Scope = ALL) -> Page[Link]:
    """One page; beyond the last one it is the last one. Ties by the first end's name and port."""
    texts = (Device.name, Link.a_port, Link.b_name, Link.b_port)
    query = _seen(scope).where(
        *(_filter(name, value) for name, value in wanted.filters.items()),
        *(or_(*(text.icontains(word, autoescape=True) for text in texts)) for word in wanted.words),
    )
    total = session.scalar(query.with_only_columns(func.count(), maintain_column_froms=True)) or 0
    page = min(max(1, wanted.page), max(1, -(-total // wanted.size)))
    by = [column.desc() if wanted.descending else column.asc() for column in _ORDERS[wanted.order]]
    rows = _loaded(query).order_by(*by, *_TIES).limit(wanted.size).offset((page - 1) * wanted.size)
    return Page(session.scalars(rows).all(), total, page, wanted.size)


def links_of(session: Session, *, scope: Scope = ALL, device_id: int | None = None) -> Sequence[Link]:
    """Present ones and those that are gone or moved, by the first end's name and port."""
    query = _seen(scope)
    if device_id is not None:
        query = query.where(_at(device_id))
    return session.scalars(_loaded(query).order_by(*_TIES)).all()


def _seen(scope: Scope) -> Select[Link]:
    query = select(Link).join(Device, Link.a_device_id == Device.id)
    if scope.whole:
        return query
    reached = select(Device.id).where(scope.of(Device))
    return query.where(or_(Link.a_device_id.in_(reached), Link.b_device_id.in_(reached)))


def _loaded(query: Select[Link]) -> Select[Link]:
    return query.options(contains_eager(Link.a_device), joinedload(Link.b_device))


def _at(device_id: int) -> ColumnElement[bool]:
    return or_(Link.a_device_id == device_id, Link.b_device_id == device_id)


def _filter(name: str, value: str) -> ColumnElement[bool]:
    """What is no number of a device, or none of the words, is of no link."""
    if name == "device":
        known = value.isascii() and value.isdecimal() and len(value) <= 9  # noqa: PLR2004  # within 32 bits
        return _at(int(value)) if known else false()
    if name == "far":
        managed = Link.b_device_id.is_not(None)
        return managed if value == "managed" else ~managed if value == "other" else false()
    return type_coerce(Link.state if name == "state" else Link.standing, String) == value
