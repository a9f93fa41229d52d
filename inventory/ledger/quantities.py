"""Formats of cells that hold a number with its unit: 100M, 1,200.50元, 99.95%, 4小时."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from core.i18n import N_
from inventory.ledger.formats import MOST_DIGITS, text_of
from inventory.ledger.text import fold, plain
from inventory.ledger.values import UnexpectedValueError, Value

NUMBER: Final = re.compile(r"([0-9]{1,16}(?:\.[0-9]{1,16})?)\s*(.*)")
PREFIXES: Final = {"": 0, "k": 3, "m": 6, "兆": 6, "g": 9, "t": 12}
BIT_RATE: Final = re.compile(r"([kmgt兆]?)(bps|b/s|bit/s|bits/s|bit|b|比特/秒)?")
SPOKEN: Final = {"百兆": 10**8, "千兆": 10**9, "万兆": 10**10}
BARE_LIMIT: Final = 10**5  # a larger number without a unit is not Mbit/s, and is not guessed at
YUAN: Final = {"": 1, "元": 1, "元/月": 1, "万": 10_000, "万元": 10_000, "万元/月": 10_000}


def number_of(raw: object) -> tuple[Decimal, str]:
    """The number (never negative) that a cell begins with, and the unit that follows it, folded."""
    if isinstance(raw, float) and math.isfinite(raw) and raw >= 0:
        return Decimal(repr(raw)), ""
    shape = NUMBER.fullmatch(plain(text_of(raw)).replace(",", ""))
    if shape is None:
        raise UnexpectedValueError(N_("a number"))
    return Decimal(shape[1]), fold(shape[2])


@dataclass(frozen=True)
class Whole:
    """A whole number from `least` to `most`; `units` says what a unit written behind it multiplies by."""

    least: int
    most: int
    units: Mapping[str, int] = field(default_factory=dict)

    def parse(self, raw: object) -> int:
        number, unit = number_of(raw)
        value = number * self.units.get(unit, 1)
        if (unit and unit not in self.units) or value != int(value) or not self.least <= value <= self.most:
            raise UnexpectedValueError(
                N_("a whole number from %(least)s to %(most)s"), least=self.least, most=self.most
            )
        return int(value)

    def show(self, value: Value) -> str:
        return "" if value is None else str(value)


@dataclass(frozen=True)
class Bandwidth:
    """Bit/s. A bare number is Mbit/s, as ledgers mean it; 100MB is taken for 100 Mbit/s, as carriers print it."""

    def parse(self, raw: object) -> int:
        if isinstance(raw, str) and plain(raw) in SPOKEN:
            return SPOKEN[plain(raw)]
        number, unit = number_of(raw)
        shape = BIT_RATE.fullmatch(unit)
        bare = unit == ""
        value = number * 10 ** (6 if bare else PREFIXES[shape[1]] if shape else 0)
        if shape is None or (bare and number >= BARE_LIMIT) or value != int(value) or not 1 <= value <= MOST_DIGITS:
            raise UnexpectedValueError(N_("a bandwidth such as 100M or 1G"))
        return int(value)

    def show(self, value: Value) -> str:
        if not isinstance(value, int):
            return ""
        for prefix, power in (("T", 12), ("G", 9), ("M", 6), ("K", 3)):
            if value % 10**power == 0:
                return f"{value // 10**power}{prefix}"
        return f"{value}bps"


@dataclass(frozen=True)
class Money:
    """Yuan in the cell, fen in the database."""

    def parse(self, raw: object) -> int:
        number, unit = number_of(plain(raw).lstrip("¥") if isinstance(raw, str) else raw)
        fen = number * 100 * YUAN.get(unit, 1)
        if unit not in YUAN or fen != int(fen) or fen > MOST_DIGITS:
            raise UnexpectedValueError(N_("an amount in yuan such as 1200 or 1200.50"))
        return int(fen)

    def show(self, value: Value) -> str:
        return f"{value // 100}.{value % 100:02}" if isinstance(value, int) else ""


@dataclass(frozen=True)
class Share:
    """An availability in parts per million: 99.95%, 99.95, or 0.9995 as a spreadsheet stores a percentage."""

    def parse(self, raw: object) -> int:
        number, unit = number_of(raw)
        ppm = number * (10**6 if number <= 1 and not unit else 10**4)
        if unit not in {"", "%"} or ppm != int(ppm) or ppm > 10**6:
            raise UnexpectedValueError(N_("a percentage such as 99.95%%"))
        return int(ppm)

    def show(self, value: Value) -> str:
        return f"{Decimal(value).scaleb(-4).normalize():f}%" if isinstance(value, int) else ""
