"""Links as readers ask for them: those with an end in their reach; of the other end they see what the cable tells."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from sqlalchemy import ColumnElement, Select, String, case, false, or_, select, type_coerce
from sqlalchemy.orm import Session, contains_eager, joinedload

from inventory.kinds import LinkStanding, LinkState
from inventory.listing import Column, Page, Wanted, all_words, cut, number_in
from inventory.models import Device, Link
from inventory.scope import ALL, Scope

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


def find_links(session: Session, wanted: Wanted, *, scope: Scope = ALL) -> Page[Link]:
    """One page. `filters` of `wanted`: `device` is the number of either end's, `far` is managed or other."""
    texts = (Device.name, Link.a_port, Link.b_name, Link.b_port)
    query = _loaded(_seen(scope)).where(
        *(_filter(name, value) for name, value in wanted.filters.items()), *all_words(wanted.words, texts)
    )
    page = cut(session, query, wanted, _ORDERS[wanted.order], _TIES)
    return replace(page, items=[link for (link,) in page.items])


def links_after(
    session: Session,
    number: int,
    *,
    limit: int,
    scope: Scope = ALL,
    device_id: int | None = None,
    state: LinkState | None = None,
    standing: LinkStanding | None = None,
) -> Sequence[Link]:
    """For programs: at most `limit` with a higher number, by their numbers."""
    wanted = (
        None if device_id is None else _at(device_id),
        None if state is None else Link.state == state,
        None if standing is None else Link.standing == standing,
    )
    query = _seen(scope).where(Link.id > number, *(rule for rule in wanted if rule is not None))
    return session.scalars(_loaded(query).order_by(Link.id).limit(limit)).all()


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
        number = number_in(value)
        return false() if number is None else _at(number)
    if name == "far":
        managed = Link.b_device_id.is_not(None)
        return managed if value == "managed" else ~managed if value == "other" else false()
    return type_coerce(Link.state if name == "state" else Link.standing, String) == value
