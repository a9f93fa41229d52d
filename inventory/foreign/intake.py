"""Rows in the making: what a reader says of a record, parsed by the columns of the ledger, asked where unclear."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from ipaddress import ip_address, ip_interface
from typing import Final

from core.i18n import N_
from inventory.foreign.errors import ForeignTooManyError
from inventory.foreign.leftovers import Leftovers
from inventory.foreign.records import Record
from inventory.foreign.spots import Spot
from inventory.foreign.words import PLATFORMS, Topic, Vocabulary, meanings
from inventory.kinds import ObjectKind
from inventory.ledger.columns import CUSTOM, Column, Layout, Sheet
from inventory.ledger.formats import Tags
from inventory.ledger.reading import Cell, Reading, Row, parsed
from inventory.ledger.table import MOST_ROWS
from inventory.ledger.text import clean
from inventory.ledger.values import Notice, Problem, UnexpectedValueError

TAGS: Final = Tags()
SEPARATORS: Final = re.compile(r"[、,，;；|\n\r]+")
MOST_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Said:
    """What a record says of one of our fields: its text, and under which name it stands there.

    `words` are the spellings of a word whose meaning has to be known, such as a role's slug and name.
    """

    field: str
    at: str
    text: str = ""
    topic: Topic | None = None
    words: tuple[str, ...] = ()


def word(field: str, at: str, topic: Topic, *words: str) -> Said:
    return Said(field, at, next(filter(None, words), ""), topic, tuple(filter(None, words)))


@dataclass
class Intake:
    layout: Layout
    vocabulary: Vocabulary
    reading: Reading = field(default_factory=Reading)
    leftovers: Leftovers = field(default_factory=Leftovers)
    _asked: set[tuple[Topic, str]] = field(default_factory=set)
    _platforms: Counter[str] = field(default_factory=Counter)
    _named: dict[str, list[str]] = field(default_factory=dict)

    def add(self, kind: ObjectKind, spot: Spot, said: Iterable[Said]) -> None:
        """One object. Raises ForeignTooManyError."""
        if len(self.reading.rows) >= MOST_ROWS:
            raise ForeignTooManyError(file=spot.sheet, limit=MOST_ROWS)
        sheet, given = self.layout[kind], [one for one in said if one.text]
        spot = replace(spot, names={one.field: one.at for one in given})
        cells: dict[str, Cell] = {}
        wrong = self._unfindable(sheet, spot, {one.field for one in given})
        for one in given:
            try:
                cells[one.field] = self._cell(sheet.column(one.field), one)
            except UnexpectedValueError as error:
                wrong = True
                self._wrong(spot, one, error)
        self.reading.rows.append(Row(sheet, spot, cells, wrong=wrong))

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
                self.leftovers.field(record.file, name)

    def note(self, text: str, **facts: object) -> None:
        self.reading.notices.append(Notice(text, facts))

    def name(self, text: str, name: str) -> None:
        """One of several objects that a notice names; `text` is a msgid with %(count)s and %(names)s."""
        self._named.setdefault(text, []).append(clean(name))

    def tags(self, spot: Spot, words: Iterable[str]) -> Said:
        """As many words as an object can have, of those that are short enough; the rest is left over."""
        found = sorted({clean(word) for word in words if clean(word)})
        fit = [word for word in found if len(word) <= TAGS.limit and not SEPARATORS.search(word)][: TAGS.most]
        for _ in range(len(found) - len(fit)):
            self.leftovers.field(spot.sheet, "tags")
        return Said("tags", "tags", "、".join(fit))

    def close(self) -> Reading:
        """The reading, with everything that its reader has to know."""
        reading = self.reading
        reading.notices += [
            Notice(text, {"count": len(names), "names": _shown(names)}) for text, names in self._named.items()
        ]
        if self._platforms:
            names = ", ".join(f"{name} ({count})" for name, count in sorted(self._platforms.items())[:MOST_SHOWN])
            self.note(
                N_("platforms kept as they are called there, for there is no driver here: %(names)s"), names=names
            )
        reading.notices += self.leftovers.notices()
        return reading

    def _cell(self, column: Column, one: Said) -> Cell:
        if one.topic is None:
            return parsed(column, one.text)
        meaning = self.vocabulary.find(one.topic, *one.words)
        if meaning is None:
            raise UnexpectedValueError(
                N_("a word with a meaning here; say it by --word '%(topic)s:%(word)s=...', one of %(meanings)s"),
                topic=one.topic.value,
                word=clean(one.text),
                meanings=meanings(one.topic),
            )
        cell = Cell(clean(one.text), column.format.parse(str(meaning)))
        if one.topic is Topic.PLATFORM and str(meaning) not in PLATFORMS:
            self._platforms[str(meaning)] += 1
        return cell

    def _unfindable(self, sheet: Sheet, spot: Spot, given: Collection[str]) -> bool:
        """Without its name, and what the name is unique in, an object would be passed over by the planner."""
        key = [column.field for column in sheet.columns if column.required and column.field in sheet.key]
        missing = [name for name in key if name not in given]
        for name in missing:
            empty = N_("a value: it cannot be empty")
            self.reading.problems.append(Problem(spot.part(name, 0), "", empty, column=name))
        return bool(missing)

    def _wrong(self, spot: Spot, one: Said, error: UnexpectedValueError) -> None:
        """A word is asked for once, however many records say it."""
        if one.topic is not None:
            if (one.topic, one.text) in self._asked:
                return
            self._asked.add((one.topic, one.text))
        shown = clean(one.text)[:80]
        self.reading.problems.append(Problem(spot.part(one.field, 0), shown, error.expected, error.facts, one.field))


def address_of(text: str) -> str:
    """The IP address that a text is, with or without its mask; empty for a name. Nothing is looked up."""
    try:
        return str(ip_interface(text).ip) if "/" in text else str(ip_address(text.strip("[]")))
    except ValueError:
        return ""


def _shown(names: Sequence[str]) -> str:
    return "、".join(names[:MOST_SHOWN]) + ("…" if len(names) > MOST_SHOWN else "")
