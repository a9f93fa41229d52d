"""What a form of an object sent. Pure: texts by field in, texts by field out.

Only what somebody changed in the form is planned, so that a value which the inventory would not take today, or which
somebody else changed meanwhile, is not judged or undone by a person who never touched it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from inventory.kinds import ObjectKind
from inventory.ledger.columns import Sheet
from inventory.ledger.stored import decode
from inventory.ledger.values import Values
from inventory.models import ObjectChange
from web.objects.inputs import text_of

Texts = Mapping[str, str]
# What is said of a place or an end is said together: with a new site the room in the form is not the old site's.
TOGETHER: Final[Mapping[ObjectKind, Sequence[frozenset[str]]]] = {
    ObjectKind.DEVICE: (frozenset({"site", "room", "rack", "rack_position"}),),
    ObjectKind.LINE: (frozenset({"a_device", "a_port"}), frozenset({"b_device", "b_port"})),
}


@dataclass(frozen=True)
class Merged:
    """A form laid over what somebody else wrote; `clashes` are fields that both changed, with the other one's text."""

    texts: Texts
    clashes: Texts


def texts_of(sheet: Sheet, values: Values) -> dict[str, str]:
    """An object as its form shows it."""
    return {column.field: text_of(column, values[column.field]) for column in sheet.columns}


def blank(sheet: Sheet) -> dict[str, str]:
    """A new object before anybody wrote anything: the defaults."""
    return {column.field: text_of(column, column.default) for column in sheet.columns}


def filled(sheet: Sheet, sent: Texts) -> dict[str, str]:
    """Of a new object, what says something; a required field also says that it is empty."""
    required = {column.field for column in sheet.columns if column.required}
    return {name: text for name, text in sent.items() if text.strip() or name in required}


def changed(sheet: Sheet, shown: Texts, sent: Texts) -> dict[str, str]:
    """What differs from what the form showed, with what has to be said together with it."""
    fields = {name for name, text in sent.items() if plain(text) != plain(shown.get(name, ""))}
    for together in TOGETHER.get(sheet.kind, ()):
        if fields & together:
            fields |= together & sent.keys()
    return {name: sent[name] for name in sent if name in fields}


def before(sheet: Sheet, now: Texts, since: Iterable[ObjectChange]) -> dict[str, str]:
    """What the form showed before these changes, newest first."""
    found = dict(now)
    known = {column.field: column for column in sheet.columns}
    for change in since:
        for name, stored in (change.before or {}).items():
            if name in known:
                found[name] = text_of(known[name], decode(known[name], stored))
    return found


def merge(base: Texts, now: Texts, sent: Texts) -> Merged:
    """Three ways: the fields that I left alone are as the other one left them, the others are as I wrote them."""
    texts, clashes = {}, {}
    for name, mine in sent.items():
        old, theirs = plain(base.get(name, "")), plain(now.get(name, ""))
        texts[name] = theirs if plain(mine) == old else mine
        if plain(mine) not in {old, theirs} and theirs != old:
            clashes[name] = theirs
    return Merged(texts, clashes)


def plain(text: str) -> str:
    """Browsers send line breaks in two characters."""
    return text.replace("\r\n", "\n").strip()
