"""Whose and where: units, sites and machine rooms."""

from typing import Final

from pydantic import Field

from core.i18n import N_
from inventory import models
from inventory.kinds import ContactRole
from inventory.listing import Page
from inventory.rooms import find_rooms, room
from inventory.sites import find_sites, site
from inventory.units import find_units, unit
from security.roles import Permission
from web.api.holder import scope
from web.api.operations import NUMBER, operation
from web.api.paging import Place, encode, number_after
from web.api.parameters import Id, Paged, Words
from web.api.resources.shapes import Answer, Reference, reference
from web.state import console

TAG: Final = "places"
WATCHING: Final = (Permission.VIEW_MONITORING, Permission.VIEW_OWN_UNIT)
ORDER: Final = "id"


class UnitQuery(Paged):
    q: Words = Field("", description=N_("a part of the name or of the short name"))


class SiteQuery(Paged):
    q: Words = Field("", description=N_("a part of the name or of the address"))


class RoomQuery(Paged):
    q: Words = Field("", description=N_("a part of the name"))
    site_id: Id | None = None


class Unit(Answer):
    id: int
    name: str
    short_name: str
    region: Reference | None
    site: Reference | None


class Contact(Answer):
    name: str
    role: ContactRole
    phone: str
    email: str


class FullUnit(Unit):
    notes: str
    contacts: list[Contact]


class Units(Answer):
    items: list[Unit]
    next: str | None = Field(description=N_("cursor of the next page; null on the last"))


class Site(Answer):
    id: int
    name: str
    address: str
    region: Reference | None
    notes: str


class Sites(Answer):
    items: list[Site]
    next: str | None = Field(description=N_("cursor of the next page; null on the last"))


class Room(Answer):
    id: int
    name: str
    floor: str
    site: Reference | None
    notes: str


class Rooms(Answer):
    items: list[Room]
    next: str | None = Field(description=N_("cursor of the next page; null on the last"))


@operation("GET", "/units", tag=TAG, summary=N_("List units"), permissions=WATCHING, query=UnitQuery, answer=Units)
def list_units(query: UnitQuery) -> Units:
    with console().database.read() as session:
        after = number_after(query.cursor, ORDER) or 0
        found = find_units(session, scope=scope(), text=query.q, after=after, order=ORDER, size=query.limit)
        return Units(items=[_unit(one) for one in found.items], next=_following(found))


@operation(
    "GET",
    f"/units/{NUMBER}",
    tag=TAG,
    summary=N_("One unit with its contacts"),
    permissions=WATCHING,
    answer=FullUnit,
    parts={"number": N_("number of the unit")},
)
def show_unit(number: int) -> FullUnit:
    with console().database.read() as session:
        found = unit(session, number, scope())
        contacts = [Contact(name=one.name, role=one.role, phone=one.phone, email=one.email) for one in found.contacts]
        return FullUnit(**_unit(found).model_dump(), notes=found.notes, contacts=contacts)


@operation("GET", "/sites", tag=TAG, summary=N_("List sites"), permissions=WATCHING, query=SiteQuery, answer=Sites)
def list_sites(query: SiteQuery) -> Sites:
    with console().database.read() as session:
        after = number_after(query.cursor, ORDER) or 0
        found = find_sites(session, scope=scope(), text=query.q, after=after, order=ORDER, size=query.limit)
        return Sites(items=[_site(one) for one in found.items], next=_following(found))


@operation(
    "GET",
    f"/sites/{NUMBER}",
    tag=TAG,
    summary=N_("One site"),
    permissions=WATCHING,
    answer=Site,
    parts={"number": N_("number of the site")},
)
def show_site(number: int) -> Site:
    with console().database.read() as session:
        return _site(site(session, number, scope()))


@operation(
    "GET", "/rooms", tag=TAG, summary=N_("List machine rooms"), permissions=WATCHING, query=RoomQuery, answer=Rooms
)
def list_rooms(query: RoomQuery) -> Rooms:
    with console().database.read() as session:
        after = number_after(query.cursor, ORDER) or 0
        found = find_rooms(
            session,
            scope=scope(),
            text=query.q,
            site_id=query.site_id,
            after=after,
            order=ORDER,
            size=query.limit,
        )
        return Rooms(items=[_room(one) for one in found.items], next=_following(found))


@operation(
    "GET",
    f"/rooms/{NUMBER}",
    tag=TAG,
    summary=N_("One machine room"),
    permissions=WATCHING,
    answer=Room,
    parts={"number": N_("number of the machine room")},
)
def show_room(number: int) -> Room:
    with console().database.read() as session:
        return _room(room(session, number, scope()))


def _following(found: Page[models.Unit] | Page[models.Site] | Page[models.Room]) -> str | None:
    """`total` counts what lies behind the cursor, so more than a page of it means that there is another."""
    return encode(Place(ORDER, None, found.items[-1].id)) if found.total > len(found.items) else None


def _unit(found: models.Unit) -> Unit:
    return Unit(
        id=found.id,
        name=found.name,
        short_name=found.short_name,
        region=reference(found.region),
        site=reference(found.site),
    )


def _site(found: models.Site) -> Site:
    return Site(id=found.id, name=found.name, address=found.address, region=reference(found.region), notes=found.notes)


def _room(found: models.Room) -> Room:
    return Room(id=found.id, name=found.name, floor=found.floor, site=reference(found.site), notes=found.notes)
