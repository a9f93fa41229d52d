"""From what another system says to rows of the ledger: parsed by its columns, asked where a word is not clear."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Final

from core.i18n import N_
from inventory.foreign.intake import TAGS, Gathered, Item, Said
from inventory.foreign.spots import Spot
from inventory.foreign.words import ANY, PLATFORMS, Topic, Vocabulary, meanings
from inventory.ledger.columns import Column, Layout, Sheet
from inventory.ledger.formats import Tags
from inventory.ledger.reading import Cell, Reading, Row, parsed
from inventory.ledger.text import clean
from inventory.ledger.values import Notice, Problem, Unclear, UnexpectedValueError

FORMAT: Final = Tags()
SEPARATORS: Final = re.compile(r"[、,，;；|\n\r]+")
MOST_SHOWN: Final = 20
LONGEST_SHOWN: Final = 80
NO_ROLE: Final = N_("%(count)s devices have no role there; a device that is new here needs one: %(names)s")
UNKNOWN: Final = N_("a word with a meaning here: say what it means")
PLATFORMS_KEPT: Final = N_("platforms kept as they are called there, for there is no driver here: %(names)s")


def understand(gathered: Gathered, layout: Layout, vocabulary: Vocabulary) -> Reading:
    """Rows for the planner, the words that are still to be explained, and all that was left out."""
    named = {text: list(names) for text, names in gathered.named.items()}
    own = replace(gathered, named=named, leftovers=deepcopy(gathered.leftovers))
    understood = _Understanding(layout, vocabulary, own)
    for item in gathered.items:
        understood.take(item)
    return understood.close()


@dataclass
class _Understanding:
    layout: Layout
    vocabulary: Vocabulary
    gathered: Gathered
    reading: Reading = field(default_factory=Reading)
    _platforms: Counter[str] = field(default_factory=Counter)
    _asked: set[tuple[Topic, str]] = field(default_factory=set)
    _told: set[tuple[Topic, str]] = field(default_factory=set)

    def take(self, item: Item) -> None:
        sheet = self.layout[item.kind]
        if item.refused:
            self.reading.problems.append(Problem(item.spot, "", item.refused))
            self.reading.rows.append(Row(sheet, item.spot, {}, wrong=True))
            return
        given = [one for one in item.said if self._is_held(sheet, item.spot, one)]
        spot = replace(item.spot, names={one.field: one.at for one in given if one.text or one.words})
        cells: dict[str, Cell] = {}
        wrong = self._unfindable(sheet, spot, {one.field for one in given})
        for one in given:
            try:
                cell = self._cell(sheet.column(one.field), spot, one)
            except UnexpectedValueError as error:
                wrong = True
                self._wrong(spot, one, error)
                continue
            if cell is not None:
                cells[one.field] = cell
            elif not one.asked:
                self._roleless(given)
        self.reading.rows.append(Row(sheet, spot, cells, wrong=wrong))

    def close(self) -> Reading:
        """The reading, with everything that its reader has to know."""
        self.reading.ignored += self.gathered.ignored
        self.reading.notices += [*self.gathered.notices, *self._notices(), *self.gathered.leftovers.notices()]
        return self.reading

    def _notices(self) -> Iterator[Notice]:
        for text, names in self.gathered.named.items():
            yield Notice(text, {"count": len(names), "names": _shown(names)})
        if self._platforms:
            names = [f"{name} ({count})" for name, count in sorted(self._platforms.items())]
            yield Notice(PLATFORMS_KEPT, {"names": ", ".join(names[:MOST_SHOWN])})

    def _is_held(self, sheet: Sheet, spot: Spot, one: Said) -> bool:
        """An office's own field may have been taken away since the files were read."""
        if any(column.field == one.field for column in sheet.columns):
            return True
        self.gathered.leftovers.field(spot.sheet, one.at.replace("/", "."))
        return False

    def _cell(self, column: Column, spot: Spot, one: Said) -> Cell | None:
        """None where nothing is said after all. Raises UnexpectedValueError."""
        if one.field == TAGS:
            text = self._tags(spot, one)
            return parsed(column, text) if text else None
        if one.topic is None:
            return parsed(column, one.text)
        meaning = self.vocabulary.find(one.topic, *one.words)
        if meaning is None and not one.asked:
            meaning = self.vocabulary.otherwise(one.topic)
            return None if meaning is None else Cell(ANY, column.format.parse(str(meaning)))
        if meaning is None:
            self._ask(one.topic, one.text)
            raise UnexpectedValueError(UNKNOWN)
        cell = Cell(clean(one.text), column.format.parse(str(meaning)))
        if one.topic is Topic.PLATFORM and str(meaning) not in PLATFORMS:
            self._platforms[str(meaning)] += 1
        return cell

    def _tags(self, spot: Spot, one: Said) -> str:
        """As many words as an object can have, of those that are short enough; the rest is left over."""
        unless = one.topic
        found = [text for text in one.words if unless is None or not self.vocabulary.known(unless, text)]
        fit = [text for text in found if len(text) <= FORMAT.limit and not SEPARATORS.search(text)][: FORMAT.most]
        for _ in range(len(found) - len(fit)):
            self.gathered.leftovers.field(spot.sheet, TAGS)
        return "、".join(fit)

    def _roleless(self, given: Iterable[Said]) -> None:
        """Of all words only a role may be missing without being wrong: the device may have one here."""
        name = next((clean(one.text) for one in given if one.field == "name"), "")
        self.gathered.named.setdefault(NO_ROLE, []).append(name)
        self._ask(Topic.ROLE, ANY)

    def _ask(self, topic: Topic, text: str) -> None:
        """A word is asked for once, however many records say it."""
        if (topic, text) not in self._asked:
            self._asked.add((topic, text))
            self.reading.unclear.append(Unclear(topic.value, clean(text), meanings(topic)))

    def _unfindable(self, sheet: Sheet, spot: Spot, given: Collection[str]) -> bool:
        """Without its name, and what the name is unique in, an object would be passed over by the planner."""
        key = [column.field for column in sheet.columns if column.required and column.field in sheet.key]
        missing = [name for name in key if name not in given]
        for name in missing:
            empty = N_("a value: it cannot be empty")
            self.reading.problems.append(Problem(spot.part(name, 0), "", empty, column=name))
        return bool(missing)

    def _wrong(self, spot: Spot, one: Said, error: UnexpectedValueError) -> None:
        """A word that is wrong is told of once, too."""
        if one.topic is not None:
            if (one.topic, one.text) in self._told:
                return
            self._told.add((one.topic, one.text))
        shown = clean(one.text)[:LONGEST_SHOWN]
        self.reading.problems.append(Problem(spot.part(one.field, 0), shown, error.expected, error.facts, one.field))


def _shown(names: Sequence[str]) -> str:
    return "、".join(names[:MOST_SHOWN]) + ("…" if len(names) > MOST_SHOWN else "")
