"""How the cells of one column are read and shown; `parse(show(value)) == value` for every format.

`parse` takes what a spreadsheet gives (text, number, date) and raises UnexpectedValueError saying what was expected.
Quantities with units: `inventory.ledger.quantities`.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from ipaddress import ip_interface, ip_network
from typing import Protocol

from core.i18n import N_, translator
from inventory.addresses import is_of_one_device
from inventory.labels import chinese, label
from inventory.ledger.text import clean, fold, plain
from inventory.ledger.values import UnexpectedValueError, Value

MOST_DIGITS = 10**15  # beyond it a spreadsheet keeps a number only approximately
SEPARATORS = re.compile(r"[、,，;；\n\r]+")
# One name of several; in quotes, doubled inside, where a separator is part of the name itself.
ONE_NAME = re.compile(r'\s*"((?:[^"]|"")*)"\s*(?=[、,，;；\n\r]|$)|([^、,，;；\n\r]+)')
NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,6})?")
TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
DATE = re.compile(
    r"([0-9]{4})(?:[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})|年([0-9]{1,2})月([0-9]{1,2})日?|([0-9]{2})([0-9]{2}))"
    r"(?: 0?0:00.*)?"
)
SERIAL = re.compile(r"[0-9]{5,6}")
FIRST_SERIAL, LAST_SERIAL = 18264, 109575  # 1950-01-01 to 2199-12-31, as days since 1899-12-30
LEVELS = "一二三四五"


class Format(Protocol):
    def parse(self, raw: object) -> Value: ...

    def show(self, value: Value) -> str: ...


def text_of(raw: object) -> str:
    """A cell as text; what a spreadsheet has already turned into something else is refused, not guessed."""
    if isinstance(raw, str):
        return clean(raw)
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        if not math.isfinite(raw) or abs(raw) >= MOST_DIGITS:
            raise UnexpectedValueError(N_("text: as a number this has lost its last digits (format the cell as text)"))
        return str(int(raw)) if raw == int(raw) else str(raw)
    raise UnexpectedValueError(N_("text: the spreadsheet has turned this into a date or a formula (format as text)"))


@dataclass(frozen=True)
class Text:
    limit: int

    def parse(self, raw: object) -> str:
        text = text_of(raw)
        if len(text) > self.limit:
            raise UnexpectedValueError(N_("at most %(limit)s characters"), limit=self.limit)
        return text

    def show(self, value: Value) -> str:
        return str(value or "")


@dataclass(frozen=True)
class Names:
    """Several names in one cell: 民政局、教育局; the order does not count."""

    def parse(self, raw: object) -> frozenset[tuple[str, ...]]:
        parts = map(_unquoted, ONE_NAME.finditer(raw)) if isinstance(raw, str) else [text_of(raw)]
        return frozenset((name,) for part in parts if (name := clean(part)))

    def show(self, value: Value) -> str:
        return "、".join(sorted(_quoted("/".join(key)) for key in value)) if isinstance(value, frozenset) else ""


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"' if SEPARATORS.search(name) else name


def _unquoted(found: re.Match[str]) -> str:
    """Quotes that stand around anything else are part of the name: "雪亮"工程."""
    inner: str | None = found[1]
    return inner.replace('""', '"') if inner is not None and SEPARATORS.search(inner) else found[0]


@dataclass(frozen=True)
class Tags:
    """Words of the office's own, sorted; what separates them in the cell or in the database cannot be part of one."""

    most: int = 12
    limit: int = 30

    def parse(self, raw: object) -> tuple[str, ...]:
        found = sorted({clean(part) for part in SEPARATORS.split(text_of(raw)) if clean(part)})
        if len(found) > self.most or any(len(tag) > self.limit or "|" in tag for tag in found):
            raise UnexpectedValueError(
                N_("at most %(most)s words of %(limit)s characters, without |"), most=self.most, limit=self.limit
            )
        return tuple(found)

    def show(self, value: Value) -> str:
        return "、".join(value) if isinstance(value, tuple) else ""


@dataclass(frozen=True)
class Name:
    """A reference to one object by name; a region, a room or a contact also as 上级/名称."""

    def parse(self, raw: object) -> str:
        return text_of(raw)

    def show(self, value: Value) -> str:
        return "/".join(value) if isinstance(value, tuple) else str(value or "")


@dataclass(frozen=True)
class Words:
    """One word of a vocabulary, by its label in either language, its stored value or a spelling used in ledgers."""

    kind: type[StrEnum]
    aliases: Mapping[str, StrEnum] = field(default_factory=dict)

    @cached_property
    def _known(self) -> Mapping[str, StrEnum]:
        labels = {fold(label(word, translator(language))): word for word in self.kind for language in ("zh", "en")}
        spellings = {fold(text): word for text, word in self.aliases.items()}
        return {**{fold(word.value): word for word in self.kind}, **spellings, **labels}

    def parse(self, raw: object) -> StrEnum:
        word = self._known.get(fold(text_of(raw)))
        if word is None:
            raise UnexpectedValueError(N_("one of %(words)s"), words=chinese(self.kind))
        return word

    def show(self, value: Value) -> str:
        return label(value, translator("zh")) if isinstance(value, StrEnum) else ""


@dataclass(frozen=True)
class Token:
    """A technical name, perhaps known under other spellings."""

    example: str
    aliases: Mapping[str, str] = field(default_factory=dict)

    def parse(self, raw: object) -> str:
        text = plain(text_of(raw))
        text = self.aliases.get(fold(text), text)
        if not TOKEN.fullmatch(text):
            raise UnexpectedValueError(
                N_("a name of letters, digits, _, - and ., such as %(example)s"), example=self.example
            )
        return text

    def show(self, value: Value) -> str:
        return str(value or "")


@dataclass(frozen=True)
class Level:
    """等保级别: 2, 二级, 第三级, 等保三级."""

    def parse(self, raw: object) -> int:
        text = plain(text_of(raw)).removeprefix("等保").removeprefix("第").removesuffix("级")
        if len(text) == 1 and text in LEVELS:
            return LEVELS.index(text) + 1
        if text in {"1", "2", "3", "4", "5"}:
            return int(text)
        raise UnexpectedValueError(N_("a protection level from 一级 to 五级"))

    def show(self, value: Value) -> str:
        return f"{LEVELS[value - 1]}级" if isinstance(value, int) else ""


@dataclass(frozen=True)
class Address:
    """An IP address without its mask, in its shortest spelling."""

    def parse(self, raw: object) -> str:
        text = plain(text_of(raw))
        try:
            address = ip_interface(text).ip
        except ValueError as error:
            raise UnexpectedValueError(N_("an IP address such as 10.1.2.3")) from error
        if not is_of_one_device(address):
            raise UnexpectedValueError(N_("the address of one device; none for many, for nobody or of the local link"))
        return str(address)

    def show(self, value: Value) -> str:
        return str(value or "")


@dataclass(frozen=True)
class Prefix:
    """A subnet in its shortest spelling; the mask may be written out. Bits of a host are refused, not dropped."""

    def parse(self, raw: object) -> str:
        try:
            return str(ip_network(plain(text_of(raw)).replace(" ", "")))
        except ValueError as error:
            raise UnexpectedValueError(N_("a subnet such as 10.1.0.0/16, its host part zero")) from error

    def show(self, value: Value) -> str:
        return str(value or "")


@dataclass(frozen=True)
class Number:
    """A number of an office's own field, kept as it is written: 12.50 stays 12.50."""

    def parse(self, raw: object) -> str:
        text = plain(text_of(raw)).replace(",", "")
        if not NUMBER.fullmatch(text):
            raise UnexpectedValueError(N_("a number"))
        return text

    def show(self, value: Value) -> str:
        return str(value or "")


@dataclass(frozen=True)
class OneOf:
    """One of the words that an office gave its own field."""

    words: tuple[str, ...]

    def parse(self, raw: object) -> str:
        text = fold(text_of(raw))
        found = next((word for word in self.words if fold(word) == text), None)
        if found is None:
            raise UnexpectedValueError(N_("one of %(words)s"), words="、".join(self.words))
        return found

    def show(self, value: Value) -> str:
        return str(value or "")


@dataclass(frozen=True)
class Day:
    """A date: a spreadsheet's own, its serial number, or text in the usual forms."""

    def parse(self, raw: object) -> date:
        if isinstance(raw, datetime):
            raw = raw.date()
        found = raw if isinstance(raw, date) else _date_of(plain(text_of(raw)))
        if found is None or not 1950 <= found.year < 2200:  # noqa: PLR2004  # the range of FIRST_ and LAST_SERIAL
            raise UnexpectedValueError(N_("a date such as 2026-03-01"))
        return found

    def show(self, value: Value) -> str:
        return value.isoformat() if isinstance(value, date) else ""


def _date_of(text: str) -> date | None:
    if SERIAL.fullmatch(text) and FIRST_SERIAL <= int(text) <= LAST_SERIAL:
        return date.fromordinal(date(1899, 12, 30).toordinal() + int(text))
    shape = DATE.fullmatch(text)
    if shape is None:
        return None
    year, month, day = (int(part) for part in shape.groups() if part)
    try:
        return date(year, month, day)
    except ValueError:
        return None
