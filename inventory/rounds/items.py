"""What a list asks, one item a line, as people type it. Pure.

门锁、门禁完好               a thing that is as it should be, or is not
冷通道温度 [18-27 ℃]         a number, and between which it should be; either bound may be missing
UPS 负载率 [-80 %]
备注：                       words; a line that ends in a colon
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from core.i18n import N_
from inventory.kinds import ItemForm, Verdict
from inventory.ledger.text import fold
from inventory.rounds.errors import AnswerError, ItemError

MOST_ITEMS: Final = 100
LONGEST: Final = 120
_NUMBER: Final = r"[+-]?\d{1,9}(?:\.\d{1,3})?"
# The dash between the bounds is as people write one; a bound may carry a sign of its own.
_RANGE: Final = re.compile(
    rf"^(?P<name>.+?)\s*[\[［【](?P<low>{_NUMBER})?\s*[-~～–—至]\s*(?P<high>{_NUMBER})?\s*(?P<unit>[^\]］】\d]{{0,12}})[\]］】]$"
)


@dataclass(frozen=True)
class Item:
    """One line of a list; `low` and `high` are of a number, in `unit`."""

    name: str
    form: ItemForm = ItemForm.CHECK
    low: Decimal | None = None
    high: Decimal | None = None
    unit: str = ""

    @property
    def wanted(self) -> str:
        """What the number should be, for people."""
        if self.low is not None and self.high is not None:
            bounds = f"{_plain(self.low)}–{_plain(self.high)}"
        else:
            bounds = f"≤ {_plain(self.high)}" if self.low is None else f"≥ {_plain(self.low)}"
        return f"{bounds} {self.unit}".strip()


@dataclass(frozen=True)
class Answer:
    """What one item was answered with; `value` is the number or the words, `note` what was written beside it."""

    item: Item
    verdict: Verdict
    value: str = ""
    note: str = ""


def read(text: str) -> tuple[Item, ...]:
    """The items of a list. Raises ItemError with the line that cannot be one."""
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not lines:
        raise ItemError(line=1, text="", reason=N_("a checklist has at least one item"))
    if len(lines) > MOST_ITEMS:
        raise ItemError(line=lines[MOST_ITEMS][0], text="", reason=N_("a checklist has at most a hundred items"))
    items: dict[str, Item] = {}
    for number, line in lines:
        item = _item(number, line)
        if item.name in items:
            raise ItemError(line=number, text=line, reason=N_("the checklist has this item already"))
        items[item.name] = item
    return tuple(items.values())


def written(items: Sequence[Item]) -> str:
    """The text that `read` reads as these items."""
    return "\n".join(_line(item) for item in items)


def judge(item: Item, *, value: str, verdict: str, note: str) -> Answer:
    """What was sent for one item. Raises AnswerError where nothing or nonsense was."""
    value, note = value.strip()[:LONGEST], note.strip()[:LONGEST]
    if verdict == Verdict.NOT_APPLICABLE:
        if not note:
            raise AnswerError(item=item.name, reason=N_("say why it was not looked at"))
        return Answer(item, Verdict.NOT_APPLICABLE, "", note)
    if item.form is ItemForm.TEXT:
        return Answer(item, Verdict.GOOD, value, note)
    if item.form is ItemForm.NUMBER:
        number = _number(item, value)
        return Answer(item, Verdict.GOOD if _between(item, number) else Verdict.WRONG, _plain(number), note)
    if verdict not in {Verdict.GOOD, Verdict.WRONG}:
        raise AnswerError(item=item.name, reason=N_("choose one of the answers"))
    if verdict == Verdict.WRONG and not note:
        raise AnswerError(item=item.name, reason=N_("say what is wrong"))
    return Answer(item, Verdict(verdict), "", note)


def stored(item: Item) -> dict[str, Any]:
    """As it is kept; numbers as text, so that 18.0 stays 18.0."""
    bounds = {"low": _plain(item.low), "high": _plain(item.high), "unit": item.unit}
    return {"name": item.name, "form": item.form.value} | (bounds if item.form is ItemForm.NUMBER else {})


def restored(kept: Mapping[str, Any]) -> Item:
    low, high = (Decimal(kept[bound]) if kept.get(bound) else None for bound in ("low", "high"))
    return Item(kept["name"], ItemForm(kept["form"]), low, high, kept.get("unit", ""))


def answered(answer: Answer) -> dict[str, Any]:
    """One answer as it is kept, with its item."""
    return stored(answer.item) | {"verdict": answer.verdict.value, "value": answer.value, "note": answer.note}


def answer_of(kept: Mapping[str, Any]) -> Answer:
    return Answer(restored(kept), Verdict(kept["verdict"]), kept["value"], kept["note"])


def _item(number: int, line: str) -> Item:
    if len(line) > LONGEST or not line.isprintable():
        raise ItemError(line=number, text=line[:LONGEST], reason=N_("an item has at most 120 visible characters"))
    found = _RANGE.match(line)
    if found and (found["low"] or found["high"]):
        low, high = (Decimal(found[bound]) if found[bound] else None for bound in ("low", "high"))
        if low is not None and high is not None and low > high:
            raise ItemError(line=number, text=line, reason=N_("the lower bound is above the upper one"))
        return Item(found["name"].strip(), ItemForm.NUMBER, low, high, found["unit"].strip())
    if line[-1] in ":：" and line[:-1].strip():
        return Item(line[:-1].strip(), ItemForm.TEXT)
    return Item(line)


def _line(item: Item) -> str:
    if item.form is ItemForm.NUMBER:
        return f"{item.name} [{_plain(item.low)}-{_plain(item.high)} {item.unit}".rstrip() + "]"
    return f"{item.name}：" if item.form is ItemForm.TEXT else item.name


def _number(item: Item, value: str) -> Decimal:
    """Full-width digits and the unit behind the number are understood."""
    text = fold(value).removesuffix(fold(item.unit)).strip() if item.unit else fold(value)
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number) >= Decimal(10) ** 9:
        raise AnswerError(item=item.name, reason=N_("write a number"))
    return number


def _between(item: Item, number: Decimal) -> bool:
    return (item.low is None or number >= item.low) and (item.high is None or number <= item.high)


def _plain(number: Decimal | None) -> str:
    return "" if number is None else f"{number:f}"
