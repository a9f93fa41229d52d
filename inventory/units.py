"""Units (单位) as readers ask for them."""

from typing import Final

from sqlalchemy.orm import Session, joinedload, selectinload

from inventory.kinds import ObjectKind
from inventory.listing import PAGE_SIZE, Listing, Page
from inventory.models import Site, Unit
from inventory.scope import ALL, Scope

UNITS: Final = Listing(
    ObjectKind.UNIT,
    Unit,
    name=Unit.name,
    number=Unit.id,
    searched=(Unit.name, Unit.short_name),
    orders={"name": Unit.name, "short_name": Unit.short_name, "id": Unit.id},
    loaded=(
        joinedload(Unit.region),
        joinedload(Unit.site).joinedload(Site.region),
        selectinload(Unit.contacts),
    ),
)


def find_units(
    session: Session,
    *,
    scope: Scope = ALL,
    text: str = "",
    region_id: int | None = None,
    after: int = 0,
    order: str = "name",
    number: int = 1,
    size: int = PAGE_SIZE,
) -> Page[Unit]:
    """`after` keeps those with a larger number."""
    where = [Unit.id > after] if region_id is None else [Unit.id > after, Unit.region_id == region_id]
    return UNITS.page(session, scope=scope, text=text, where=where, order=order, number=number, size=size)


def unit(session: Session, number: int, scope: Scope = ALL) -> Unit:
    return UNITS.get(session, number, scope)


def unit_named(session: Session, name: str, scope: Scope = ALL) -> Unit:
    return UNITS.named(session, name, scope)
