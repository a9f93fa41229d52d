"""Sites (地点) as readers ask for them. They belong to no unit, so a reader of one unit finds none."""

from typing import Final

from sqlalchemy.orm import Session, joinedload

from inventory.kinds import ObjectKind
from inventory.listing import PAGE_SIZE, Listing, Page
from inventory.models import Site
from inventory.scope import ALL, Scope

SITES: Final = Listing(
    ObjectKind.SITE,
    Site,
    name=Site.name,
    number=Site.id,
    searched=(Site.name, Site.address),
    orders={"name": Site.name, "id": Site.id},
    loaded=(joinedload(Site.region),),
)


def find_sites(
    session: Session,
    *,
    scope: Scope = ALL,
    text: str = "",
    after: int = 0,
    order: str = "name",
    number: int = 1,
    size: int = PAGE_SIZE,
) -> Page[Site]:
    """`after` keeps those with a larger number."""
    return SITES.page(session, scope=scope, text=text, where=[Site.id > after], order=order, number=number, size=size)


def site(session: Session, number: int, scope: Scope = ALL) -> Site:
    return SITES.get(session, number, scope)
