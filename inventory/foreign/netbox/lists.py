"""The lists of a NetBox export, and how their records refer to one another."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from core.i18n import N_
from inventory.foreign.documents import MOST_RECORDS, Plain, json_of
from inventory.foreign.errors import ForeignTooManyError
from inventory.foreign.gathering import Source
from inventory.foreign.intake import Intake, Said, tags
from inventory.foreign.leftovers import is_secret
from inventory.foreign.records import Record, text_of, whole_of
from inventory.foreign.spots import at_pointer
from inventory.kinds import ObjectKind

URL: Final = re.compile(r"/api/(?P<list>(?:plugins/)?[a-z0-9-]+/[a-z0-9-]+)/[0-9]+/?$")
# Lists by which other records are understood; by themselves they are no objects of ours.
SUPPORTING: Final = frozenset(
    {
        "dcim/site-groups", "dcim/manufacturers", "dcim/device-types", "dcim/device-roles", "dcim/platforms",
        "dcim/rack-roles", "dcim/rack-types", "circuits/providers", "circuits/circuit-types",
        "circuits/circuit-terminations", "tenancy/tenant-groups", "tenancy/contact-groups", "tenancy/contact-roles",
        "tenancy/contact-assignments", "ipam/roles", "ipam/vlan-groups", "extras/tags",
    }
)  # fmt: skip
TAKEN: Final = frozenset(
    {
        "dcim/regions", "dcim/sites", "dcim/locations", "dcim/racks", "dcim/devices", "circuits/circuits",
        "tenancy/tenants", "tenancy/contacts", "ipam/vlans", "ipam/prefixes", "ipam/ip-addresses",
    }
)  # fmt: skip
INTERFACES: Final = "dcim/interfaces"
BY_NAME: Final = {name.partition("/")[2]: name for name in SUPPORTING | TAKEN} | {"interfaces": INTERFACES}
# NetBox's own bookkeeping, which nobody would miss.
BOOKKEEPING: Final = frozenset(
    {
        "_depth", "_occupied", "cable_end", "children", "created", "depth", "display", "display_url", "family",
        "has_primary", "id", "is_occupied", "last_updated", "level", "lft", "link_peers_type", "rght", "slug",
        "tree_id", "url", "utilization",
    }
)  # fmt: skip
CUT: Final = N_("%(list)s: only %(found)s of %(count)s records are here; the rest is on further pages of the API")
UNKNOWN: Final = N_("%(file)s: %(count)s records of the list %(list)s were left out, because nothing here holds them")
SUPPORTED: Final = N_("these lists serve to understand the others and have no rows of their own: %(names)s")
PORTS: Final = N_("%(file)s: %(count)s interfaces were left out; ports are found by SNMP")
UNREADABLE: Final = N_("%(file)s: %(count)s entries are no records of NetBox and were left out")
NO_LIST: Final = N_("%(file)s was left out: neither its records nor its name say which list of NetBox it is")


@dataclass
class Export:
    records: dict[str, list[Record]] = field(default_factory=dict)
    numbers: dict[tuple[str, int], Record] = field(default_factory=dict)

    def list(self, name: str) -> Sequence[Record]:
        return self.records.get(name, ())

    def find(self, name: str, value: Plain) -> Record | None:
        """The full record of what another one refers to by its number or a brief object."""
        number = whole_of(value.get("id")) if isinstance(value, Mapping) else whole_of(value)
        return None if number is None else self.numbers.get((name, number))

    def name(self, name: str, value: Plain) -> str:
        """The name of what is referred to, from its own record or else from the brief object."""
        found = self.find(name, value)
        data = found.data if found else value if isinstance(value, Mapping) else {}
        return text_of(data.get("name"))

    def words(self, name: str, value: Plain) -> tuple[str, str]:
        """Slug and name, by which people know what is meant."""
        found = self.find(name, value)
        data = found.data if found else value if isinstance(value, Mapping) else {}
        return text_of(data.get("slug")), text_of(data.get("name"))

    def tell_the_rest(self, intake: Intake) -> None:
        """Lists that nothing here holds, and those that only served."""
        served = [f"{name} ({len(found)})" for name, found in sorted(self.records.items()) if name in SUPPORTING]
        if served:
            intake.note(SUPPORTED, names=", ".join(served))
        for name, records in sorted(self.records.items()):
            if name not in SUPPORTING | TAKEN and records:
                text = PORTS if name == INTERFACES else UNKNOWN
                intake.note(text, file=records[0].file, count=len(records), list=name)


def export_of(files: Sequence[Source], intake: Intake) -> Export:
    """Raises ForeignError."""
    export, total, promised = Export(), 0, Counter[str]()
    for source in files:
        if not source.name.lower().endswith(".json"):
            intake.note(NO_LIST, file=source.name)
            continue
        whole = json_of(source)
        records = list(_records(source, whole, intake))
        name = _list_of(source, records)
        total += len(records)
        if total > MOST_RECORDS:
            raise ForeignTooManyError(file=source.name, limit=MOST_RECORDS)
        if name is None:
            intake.note(NO_LIST, file=source.name)
            continue
        export.records.setdefault(name, []).extend(records)
        promised[name] = max(promised[name], _count(whole))
        for record in records:
            if (number := whole_of(record.data.get("id"))) is not None:
                export.numbers[name, number] = record
    for name, count in promised.items():
        if count > len(export.list(name)):
            intake.note(CUT, list=name, found=len(export.list(name)), count=count)
    return export


def _count(whole: Plain) -> int:
    """How many records the list has, on all of its pages."""
    return (whole_of(whole.get("count")) or 0) if isinstance(whole, Mapping) else 0


def _records(source: Source, whole: Plain, intake: Intake) -> Iterator[Record]:
    prefix, found = "", whole
    if isinstance(whole, Mapping):
        prefix, found = "/results", whole.get("results")
    entries = found if isinstance(found, list) else []
    strange = sum(not isinstance(entry, Mapping) for entry in entries)
    if strange:
        intake.note(UNREADABLE, file=source.name, count=strange)
    for number, entry in enumerate(entries, 1):
        if isinstance(entry, Mapping):
            yield Record(source.name, at_pointer(source.name, number, f"{prefix}/{number - 1}"), entry)


def _list_of(source: Source, records: Sequence[Record]) -> str | None:
    for record in records[:1]:
        shape = URL.search(text_of(record.data.get("url")))
        if shape:
            return shape["list"]
    stem = re.sub(r"[^a-z]+", "-", source.name.lower().removesuffix(".json")).strip("-")
    known = {**BY_NAME, **{name.replace("/", "-"): name for name in BY_NAME.values()}}
    return known.get(stem)


def choice(value: Plain) -> str:
    """A choice is written as its value, or as an object of value and label."""
    return text_of(value.get("value")) if isinstance(value, Mapping) else text_of(value)


def notes(record: Record, *names: str) -> str:
    """Description and comments, as one text."""
    return "\n".join(filter(None, (record.text(name) for name in names or ("description", "comments"))))


def tag_words(record: Record) -> list[str]:
    found = record.take("tags")
    return [
        text_of(tag.get("name")) if isinstance(tag, Mapping) else text_of(tag)
        for tag in (found if isinstance(found, list) else [])
    ]


def end(intake: Intake, kind: ObjectKind, record: Record, said: Iterable[Said], more: Iterable[str] = ()) -> None:
    """Add the row with its tags and the office's own fields; the rest of the record is left over."""
    words = tags([*tag_words(record), *more])
    intake.add(kind, record.spot, [*said, words, *_custom(intake, kind, record)])
    if choice(record.data.get("status")) == "active":  # as everything here is that says nothing else
        record.take("status")
    counts = (name for name in record.data if name.endswith("_count"))
    intake.finish(record, {*BOOKKEEPING, *counts})


def _custom(intake: Intake, kind: ObjectKind, record: Record) -> Iterator[Said]:
    for name, value in record.nested("custom_fields").items():
        said = None if is_secret(name) else intake.custom(kind, name, text_of(value))
        if said is not None:
            yield said
        elif value:
            intake.gathered.leftovers.field(record.file, f"custom_fields.{name}")


def within(site: str, room: str) -> str:
    """A room as the ledger refers to it."""
    return f"{site}/{room}" if site and room else ""
