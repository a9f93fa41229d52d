"""Forms as texts: sent back unchanged they change nothing; what two people wrote is laid together."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.kinds import ObjectKind
from inventory.ledger.columns import Column
from inventory.ledger.formats import Address, Day, Level, Prefix, Tags, Token, Words
from inventory.ledger.quantities import Bandwidth, Money, Share, Whole
from inventory.ledger.sheets import SHEET_OF
from inventory.ledger.values import Value
from web.objects.forms import changed, merge
from web.objects.inputs import text_of

PLAIN = st.text("机房核心AB12-_ ", min_size=1, max_size=20).map(lambda text: " ".join(text.split())).filter(bool)
COLUMNS = [
    (kind, column)
    for kind, sheet in SHEET_OF.items()
    for column in sheet.columns
    if column.refers is None and not (kind is ObjectKind.REGION and column.field == "parent")
]


def values(column: Column) -> st.SearchStrategy[Value]:  # noqa: C901  # one line a format
    """What a column may hold."""
    found: st.SearchStrategy[Value]
    match column.format:
        case Words():
            found = st.sampled_from(list(column.format.kind))
        case Level():
            found = st.integers(1, 5)
        case Day():
            found = st.dates(date(1950, 1, 1), date(2199, 12, 31))
        case Whole():
            found = st.integers(column.format.least, column.format.most)
        case Bandwidth() | Money():
            found = st.integers(1, 10**12)
        case Share():
            found = st.integers(0, 10**6)
        case Address():
            found = st.ip_addresses(network="10.0.0.0/8").map(str)
        case Prefix():
            found = st.ip_addresses(network="10.0.0.0/8").map(lambda address: f"{address}/32")
        case Token():
            found = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,20}", fullmatch=True).filter(
                lambda text: text.casefold() not in column.format.aliases  # type: ignore[attr-defined]
            )
        case Tags():
            found = st.frozensets(st.text("核心双电源", min_size=1, max_size=5), max_size=4).map(
                lambda tags: tuple(sorted(tags))
            )
        case _:
            found = PLAIN
    return found


@pytest.mark.parametrize(("kind", "column"), COLUMNS, ids=lambda one: getattr(one, "field", one))
def test_what_a_form_shows_is_read_as_the_same_value(kind: ObjectKind, column: Column) -> None:
    @given(values(column))
    def holds(value: Value) -> None:
        assert column.format.parse(text_of(column, value)) == value
        assert not isinstance(text_of(column, value), StrEnum), "a form knows texts only"

    holds()


texts = st.dictionaries(st.sampled_from(["name", "model", "site", "room", "notes"]), PLAIN)


@given(texts)
def test_a_form_sent_back_unchanged_changes_nothing(shown: Mapping[str, str]) -> None:
    for kind in ObjectKind:
        assert changed(SHEET_OF[kind], shown, shown) == {}
        sent_by_a_browser = {name: f"{text}\r\n".replace(" ", "\r\n") for name, text in shown.items()}
        kept = {name: f"{text}\n".replace(" ", "\n") for name, text in shown.items()}
        assert changed(SHEET_OF[kind], kept, sent_by_a_browser) == {}


def test_what_is_said_of_a_place_is_said_together() -> None:
    shown = {"name": "SW", "site": "甲", "room": "甲/机房", "rack": "A01", "rack_position": "", "model": "S1"}
    sent = {**shown, "site": "乙"}
    assert changed(SHEET_OF[ObjectKind.DEVICE], shown, sent) == {
        "site": "乙",
        "room": "甲/机房",
        "rack": "A01",
        "rack_position": "",
    }
    assert changed(SHEET_OF[ObjectKind.DEVICE], shown, {**shown, "model": "S2"}) == {"model": "S2"}


three = st.sampled_from(["a", "b", "c"])


@given(three, three, three)
def test_of_two_writers_nobody_undoes_what_the_other_wrote_without_knowing(base: str, now: str, mine: str) -> None:
    merged = merge({"f": base}, {"f": now}, {"f": mine})
    untouched = mine == base
    assert merged.texts["f"] == (now if untouched else mine)
    both = base != mine != now != base
    assert merged.clashes == ({"f": now} if both else {})
