"""What a reader takes out of the files of another system: its records in that system's words, nothing judged yet.

What is gathered here holds no credential and is plain data, so that it can be kept with a preview (`keeping`) until
somebody has said what its words mean (`understanding`). The files themselves may hold anything, and are not kept.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_interface
from typing import Final

from inventory.foreign.errors import ForeignTooManyError
from inventory.foreign.leftovers import Leftovers
from inventory.foreign.records import Record
from inventory.foreign.spots import Spot
from inventory.foreign.words import Topic
from inventory.kinds import ObjectKind
from inventory.ledger.columns import CUSTOM, Layout
from inventory.ledger.table import MOST_ROWS
from inventory.ledger.text import clean
from inventory.ledger.values import Notice

TAGS: Final = "tags"


@dataclass(frozen=True, slots=True)
class Said:
    """What a record says of one of our fields: its text, and under which name it stands there.

    `words` are the spellings of a word whose meaning has to be known, such as a role's slug and name. Where it is not
    `asked`, they only may say it: none of them needs a meaning. Tags have a topic if words of that topic are none.
    """

    field: str
    at: str
    text: str = ""
    topic: Topic | None = None
    words: tuple[str, ...] = ()
    asked: bool = True


def word(field: str, at: str, topic: Topic, *words: str, asked: bool = True) -> Said:
    return Said(field, at, next(filter(None, words), ""), topic, tuple(filter(None, words)), asked)


def tags(words: Iterable[str], unless: Topic | None = None) -> Said:
    """Words of the other system; `unless` they say something else here."""
    return Said(TAGS, TAGS, topic=unless, words=tuple(sorted({clean(one) for one in words if clean(one)})))


@dataclass(frozen=True, slots=True)
class Item:
    """One object, or a line that is none: `refused` says what was expected of it, and nothing of it is kept."""

    kind: ObjectKind
    spot: Spot
    said: tuple[Said, ...] = ()
    refused: str = ""


@dataclass
class Gathered:
    """`named` are objects that one notice names together, by its text, a msgid with %(count)s and %(names)s."""

    items: list[Item] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    named: dict[str, list[str]] = field(default_factory=dict)
    leftovers: Leftovers = field(default_factory=Leftovers)


@dataclass
class Intake:
    layout: Layout
    gathered: Gathered = field(default_factory=Gathered)

    def add(self, kind: ObjectKind, spot: Spot, said: Iterable[Said]) -> None:
        """One object. Raises ForeignTooManyError."""
        if len(self.gathered.items) >= MOST_ROWS:
            raise ForeignTooManyError(file=spot.sheet, limit=MOST_ROWS)
        telling = tuple(one for one in said if one.text or one.words or not one.asked)
        self.gathered.items.append(Item(kind, spot, telling))

    def refuse(self, kind: ObjectKind, spot: Spot, expected: str) -> None:
        """A line that is not what it should be; what stands in it is not kept."""
        self.gathered.items.append(Item(kind, spot, refused=expected))

    def custom(self, kind: ObjectKind, name: str, text: str) -> Said | None:
        """An office's own field of this name, if there is one."""
        field = f"{CUSTOM}{name}"
        known = any(column.field == field for column in self.layout[kind].columns)
        return Said(field, f"custom_fields/{name}", text) if known and text else None

    def finish(self, record: Record, passed: Iterable[str] = ()) -> None:
        """Whatever was not taken from the record is left over; `passed` says nothing that a person would miss."""
        silent = set(passed)
        for name in record.rest():
            if name not in silent:
                self.gathered.leftovers.field(record.file, name)

    def note(self, text: str, **facts: str | int) -> None:
        self.gathered.notices.append(Notice(text, facts))

    def name(self, text: str, name: str) -> None:
        """One of several objects that a notice names."""
        self.gathered.named.setdefault(text, []).append(clean(name))


def address_of(text: str) -> str:
    """The IP address that a text is, with or without its mask; empty for a name. Nothing is looked up."""
    try:
        return str(ip_interface(text).ip) if "/" in text else str(ip_address(text.strip("[]")))
    except ValueError:
        return ""
