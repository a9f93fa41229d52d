"""Cursors: a list read page by page is the list, once each, in its order."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.database import Database
from core.jobs import enqueue
from security.roles import Role
from tests.web.api.conftest import Program
from web.api.errors import CursorError
from web.api.paging import Place, Sorted, decode, encode


@dataclass(frozen=True)
class Row:
    number: int
    value: float | None


ORDERS = Sorted[Row](number=lambda row: row.number, orders={"value": lambda row: row.value})
ROWS = st.lists(st.one_of(st.none(), st.integers(0, 5)), max_size=40).map(
    lambda values: [Row(number, value) for number, value in enumerate(values, start=1)]
)


def read(rows: list[Row], order: str, limit: int, gone: frozenset[int] = frozenset()) -> list[Row]:
    """`gone` vanish after the first page."""
    found: list[Row] = []
    cursor = None
    while True:
        page, cursor = ORDERS.page(rows, order, cursor, limit)
        assert len(page) <= limit
        found += page
        rows = [row for row in rows if row.number not in gone]
        if cursor is None:
            return found


@given(ROWS, st.sampled_from(["value", "-value"]), st.integers(1, 7))
def test_the_pages_are_the_list(rows: list[Row], order: str, limit: int) -> None:
    found = read(rows, order, limit)
    assert sorted(found, key=lambda row: row.number) == rows
    known = [row.value for row in found if row.value is not None]
    assert known == sorted(known, reverse=order == "-value")
    assert [row.value for row in found] == known + [None] * (len(rows) - len(known))


@given(ROWS, st.sampled_from(["value", "-value"]), st.integers(1, 7), st.frozensets(st.integers(1, 40)))
def test_what_vanishes_meanwhile_makes_nobody_else_missing(
    rows: list[Row], order: str, limit: int, gone: frozenset[int]
) -> None:
    found = read(rows, order, limit, gone)
    assert len(set(found)) == len(found)
    assert {row for row in rows if row.number not in gone} <= set(found)


@given(st.text(max_size=20), st.one_of(st.none(), st.text(max_size=20), st.integers(), st.floats(allow_nan=False)))
def test_a_cursor_holds_its_place(order: str, value: str | float | None) -> None:
    place = Place(order, value, 7)
    assert decode(encode(place), order) == place


@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", min_size=1, max_size=800))
def test_a_made_up_cursor_is_refused_and_breaks_nothing(cursor: str) -> None:
    with pytest.raises(CursorError):
        decode(cursor, "value")


@pytest.mark.parametrize("parts", ["[" * 400, "[1,2]", '["value",1,-1]', '["value",[],1]', '["value",1,true]', "7"])
def test_a_cursor_with_other_things_inside_is_refused(parts: str) -> None:
    import base64

    with pytest.raises(CursorError):
        decode(base64.urlsafe_b64encode(parts.encode()).decode().rstrip("="), "value")


def test_a_value_of_another_kind_is_refused() -> None:
    with pytest.raises(CursorError):
        ORDERS.page([Row(1, 1.0)], "value", encode(Place("value", "text", 1)), 5)


@pytest.mark.parametrize("path", ["/devices?sort=-cpu_percent", "/devices?sort=name", "/lines?sort=rtt_ms", "/units"])
def test_lists_of_the_county_come_whole(program: Callable[..., Program], path: str) -> None:
    asking = program(Role.OPERATOR)
    join = "&" if "?" in path else "?"
    whole = asking.items(f"{path}{join}limit=200")
    assert len(whole) > 10
    assert pages(asking, f"{path}{join}limit=4") == whole


def test_jobs_and_the_log_come_whole(program: Callable[..., Program], sample: Database) -> None:
    with sample.write() as session:
        for number in range(7):
            enqueue(session, "config.backup", {"device_id": number}, actor="zhangwei")
    operator, auditor = program(Role.OPERATOR), program(Role.AUDIT_ADMIN)
    assert len(pages(operator, "/jobs?limit=2")) == 7
    assert pages(operator, "/jobs?limit=2") == operator.items("/jobs")
    assert pages(auditor, "/audit?limit=3") == auditor.items("/audit")


def test_a_cursor_of_another_order_is_refused(program: Callable[..., Program]) -> None:
    asking = program(Role.OPERATOR)
    first = asking.get("/devices?limit=2&sort=name").json
    assert first
    assert asking.get(f"/devices?limit=2&sort=id&cursor={first['next']}").status_code == 404


def pages(asking: Program, path: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    cursor = ""
    while True:
        answer = asking.get(path + cursor).json
        assert answer
        found += answer["items"]
        if answer["next"] is None:
            return found
        cursor = f"&cursor={answer['next']}"
