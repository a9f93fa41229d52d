"""What was taken out of another system's files as bytes, to be kept with a preview in place of the files."""

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

from inventory.foreign.intake import Gathered, Item, Said
from inventory.foreign.leftovers import Leftovers
from inventory.foreign.spots import Spot
from inventory.foreign.words import Topic
from inventory.kinds import ObjectKind
from inventory.ledger.values import Notice

Kept = dict[str, Any]


def as_bytes(gathered: Gathered) -> bytes:
    """JSON in ASCII: of characters that no database takes as text there may be some."""
    kept: Kept = {
        "items": [_item(one) for one in gathered.items],
        "ignored": gathered.ignored,
        "notices": notices_as_rows(gathered.notices),
        "named": gathered.named,
        "fields": gathered.leftovers.fields,
        "secrets": gathered.leftovers.secrets,
    }
    return json.dumps(kept, separators=(",", ":")).encode()


def from_bytes(content: bytes) -> Gathered:
    kept: Kept = json.loads(content)
    fields = {file: Counter(names) for file, names in kept["fields"].items()}
    return Gathered(
        items=[_item_of(one) for one in kept["items"]],
        ignored=list(kept["ignored"]),
        notices=notices_from_rows(kept["notices"]),
        named={text: list(names) for text, names in kept["named"].items()},
        leftovers=Leftovers(fields, Counter(kept["secrets"])),
    )


def notices_as_rows(notices: Iterable[Notice]) -> list[list[Any]]:
    return [[one.text, dict(one.facts)] for one in notices]


def notices_from_rows(kept: Iterable[Iterable[Any]]) -> list[Notice]:
    return [Notice(text, facts) for text, facts in kept]


def _item(one: Item) -> Kept:
    spot = one.spot
    place = {"sheet": spot.sheet, "row": spot.row, "record": spot.record}
    return {"kind": one.kind, "spot": place, "said": [_said(said) for said in one.said], "refused": one.refused}


def _item_of(kept: Kept) -> Item:
    said = tuple(_said_of(one) for one in kept["said"])
    return Item(ObjectKind(kept["kind"]), Spot(**kept["spot"]), said, kept["refused"])


def _said(one: Said) -> Kept:
    plain: Kept = {"field": one.field, "at": one.at, "text": one.text}
    word: Kept = {"topic": one.topic, "words": one.words, "asked": one.asked}
    return plain if one.topic is None and not one.words else {**plain, **word}


def _said_of(kept: Kept) -> Said:
    topic = kept.get("topic")
    return Said(
        field=kept["field"],
        at=kept["at"],
        text=kept["text"],
        topic=None if topic is None else Topic(topic),
        words=tuple(kept.get("words", ())),
        asked=kept.get("asked", True),
    )
