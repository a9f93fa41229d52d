"""Cursors: a list read page by page is the list, once each, in its order."""

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors import seeking
from collectors.seeking import DEVICE_COLUMNS, LINE_COLUMNS
from core.database import Database
from core.jobs import enqueue
from security.roles import Role
from tests.web.api.conftest import Program
from web.api.errors import CursorError
from web.api.paging import Place, decode, encode, page, place_after


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


@pytest.mark.parametrize(("order", "value"), [("cpu_percent", "text"), ("name", 7), ("id", 1.5), ("id", "7")])
def test_a_value_of_another_kind_is_refused(order: str, value: float | str) -> None:
    with pytest.raises(CursorError):
        place_after(encode(Place(order, value, 1)), order, DEVICE_COLUMNS)


@pytest.mark.parametrize("value", ["2027", 7, "31.12.2026", "２０２６-12-31"])
def test_a_date_that_is_none_is_refused(value: float | str) -> None:
    with pytest.raises(CursorError):
        place_after(encode(Place("contract_end", value, 1)), "contract_end", LINE_COLUMNS)


def test_the_next_page_begins_behind_the_last_row_of_this_one() -> None:
    rows = [("a", seeking.Place(date(2026, 12, 31), 4)), ("b", seeking.Place(None, 7))]
    assert page(rows, "contract_end", 2) == (["a", "b"], None)
    shown, cursor = page(rows, "contract_end", 1)
    assert shown == ["a"]
    assert place_after(cursor, "contract_end", LINE_COLUMNS) == seeking.Place(date(2026, 12, 31), 4)


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
