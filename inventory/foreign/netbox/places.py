"""Regions, sites, locations (rooms here) and racks."""

from collections import Counter
from typing import Final

from core.i18n import N_
from inventory.foreign.documents import Plain
from inventory.foreign.intake import Intake, Said, word
from inventory.foreign.netbox.lists import Export, end, notes, within
from inventory.foreign.records import Record, text_of
from inventory.foreign.words import Topic
from inventory.kinds import ObjectKind
from inventory.ledger.references import SEPARATOR

MOST_REGIONS_DEEP: Final = 20
ROOMLESS: Final = N_(
    "%(count)s racks stand in no location; each site with such racks gets a room of the site's own name: %(names)s"
)


def read(export: Export, intake: Intake) -> None:
    for record in export.list("dcim/regions"):
        _region(export, intake, record)
    for record in export.list("dcim/sites"):
        _site(export, intake, record)
    rooms = Rooms(export)
    for record in export.list("dcim/locations"):
        _room(export, intake, record, rooms)
    _roomless(export, intake)
    for record in export.list("dcim/racks"):
        _rack(export, intake, record, rooms)


def region_path(export: Export, value: Plain) -> str:
    """上级/名称 from the topmost region down, because names repeat."""
    path: list[str] = []
    current = export.find("dcim/regions", value)
    while current is not None and len(path) < MOST_REGIONS_DEEP:
        path.insert(0, text_of(current.data.get("name")))
        current = export.find("dcim/regions", current.data.get("parent"))
    return SEPARATOR.join(path) or export.name("dcim/regions", value)


def _region(export: Export, intake: Intake, record: Record) -> None:
    name, slug = record.text("name"), text_of(record.data.get("slug"))
    said = [
        Said("name", "name", name),
        word("level", "name", Topic.LEVEL, name),
        Said("parent", "parent", region_path(export, record.take("parent"))),
        Said("code", "slug", slug if slug.isascii() and slug.isdigit() else ""),
        Said("notes", "description", notes(record)),
    ]
    end(intake, ObjectKind.REGION, record, said)


def _site(export: Export, intake: Intake, record: Record) -> None:
    said = [
        Said("name", "name", record.text("name")),
        Said("address", "physical_address", record.text("physical_address")),
        Said("region", "region", region_path(export, record.take("region"))),
        Said("notes", "description", notes(record)),
    ]
    end(intake, ObjectKind.SITE, record, said, [export.name("dcim/site-groups", record.take("group"))])


class Rooms:
    """By which name a location is a room: its own, and its parent's before it where a site has two of the name."""

    def __init__(self, export: Export) -> None:
        self._export = export
        self._names = Counter(self._key(record) for record in export.list("dcim/locations"))

    def name(self, record: Record) -> str:
        name = text_of(record.data.get("name"))
        parent = self._export.name("dcim/locations", record.data.get("parent"))
        return f"{parent} {name}" if parent and self._names[self._key(record)] > 1 else name

    def of(self, value: Plain) -> str:
        """The name of the room that a rack or a device refers to."""
        found = self._export.find("dcim/locations", value)
        return self.name(found) if found else self._export.name("dcim/locations", value)

    def _key(self, record: Record) -> tuple[str, str]:
        return site_of(self._export, record), text_of(record.data.get("name"))


def site_of(export: Export, record: Record) -> str:
    return export.name("dcim/sites", record.take("site"))


def _room(export: Export, intake: Intake, record: Record, rooms: Rooms) -> None:
    record.take("name")
    said = [
        Said("site", "site", site_of(export, record)),
        Said("name", "name", rooms.name(record)),
        Said("floor", "parent", export.name("dcim/locations", record.take("parent"))),
        Said("notes", "description", notes(record)),
    ]
    end(intake, ObjectKind.ROOM, record, said)


def _roomless(export: Export, intake: Intake) -> None:
    """A rack of ours stands in a room; those without a location get one, named as their site, which is told."""
    made: set[str] = set()
    for record in export.list("dcim/racks"):
        site = site_of(export, record)
        if not record.data.get("location") and site:
            intake.name(ROOMLESS, text_of(record.data.get("name")))
            if site not in made:
                made.add(site)
                intake.add(ObjectKind.ROOM, record.spot, [Said("site", "site", site), Said("name", "site", site)])


def _rack(export: Export, intake: Intake, record: Record, rooms: Rooms) -> None:
    record.take("desc_units", "starting_unit")  # by which the positions of its devices are counted
    site = site_of(export, record)
    said = [
        Said("room", "location", within(site, rooms.of(record.take("location")) or site)),
        Said("name", "name", record.text("name")),
        Said("height", "u_height", record.text("u_height")),
        Said("notes", "description", notes(record)),
    ]
    end(intake, ObjectKind.RACK, record, said)
