"""Hostile text in every address, query parameter and form field: never an error of ours, never markup, never SQL."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import inspect
from werkzeug.test import TestResponse

from core.database import Database
from tests.web.conftest import SESSION, Browser
from tests.web.hostile.surface import Door, doors, names
from web.access import PUBLIC

pytestmark = pytest.mark.slow
MARK: Final = "gj7f3a"
SUM: Final = "1787569"  # 1337 * 1337
# What makes a form go further than its first check.
PLAUSIBLE: Final[Mapping[str, str]] = {
    "hours": "8",
    "role": "operator",
    "realm": "monitor",
    "level": "public",
    "resolution": "failed",
    "unit": "1",
    "note": "检修",
    "reason": "不需要",
    "login": "newcomer",
    "name": "county-ro",
    "password": "correct horse battery staple",
    "page": "1",
    "before": "100",
}
NASTY: Final = (
    f"<script>{MARK}</script>",
    f'"><img src=x onerror={MARK}>',
    f"' onmouseover='{MARK}",
    f"javascript:{MARK}",
    "{{1337*1337}}",
    "${1337*1337}#{1337*1337}<%= 1337*1337 %>",
    "{% for x in ().__class__.__base__.__subclasses__() %}{{x}}{% endfor %}",
    "%(password)s %s %n %d {0.__class__} {settings}",
    "'; DROP TABLE account; --",
    "1) OR 1=1 UNION SELECT login, password_hash FROM account --",
    "1'; SELECT pg_sleep(10); --",
    "\x00",
    "a\x00b",
    "\u202egnp.exe",
    "\ud7ff\ue000\ufffe\U0010ffff",
    "%00%0d%0aSet-Cookie:%20a=b",
    "\r\nSet-Cookie: a=b\r\n\r\n<html>",
    "../../../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "/dev/null\x1b[2J",
    "9" * 25,
    "9" * 400,
    "-1",
    "1e999",
    "٣",
    "0001-01-01",
    "9999-12-31T23:59:59",
    "NaN",
    "null",
    "",
    " " * 50,
    "字" * 300,
    "[1,2,3]",
    "*" * 100,
    "%",
    "_",
)
# In a few fields at a time: in all of them they would be more than the server reads of a request.
LONG: Final = ("9" * 5000, "字" * 3000)
NUMBERS: Final = (0, 1, 2**31, 2**63, 10**30)


# What a database might refuse; the rest is for templates and parsers, which do not know which database there is.
FOR_DATABASES: Final = tuple(text for text in NASTY if MARK not in text and "1337" not in text)[2:]


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """On SQLite and on PostgreSQL, which refuse different things."""
    database = Database(database_url)
    yield database
    database.close()


def texts() -> st.SearchStrategy[str]:
    """The known tricks, what mutates them, and whatever else there is; a form carries no half characters."""
    free = st.text(st.characters(exclude_categories=("Cs",)), max_size=60)
    known = st.sampled_from(NASTY + LONG)
    return known | free | st.tuples(free, known).map("".join)


def knock(browser: Browser, door: Door, fields: Mapping[str, str]) -> TestResponse:
    browser.client.set_cookie(browser.cookie, SESSION)  # the log-out is among the doors
    if door.method == "GET":
        return browser.get(door.path, query_string=dict(fields))
    return browser.post(door.path, dict(fields), query_string=dict(fields))


def judge(answer: TestResponse, door: Door) -> None:
    """What no answer may be, whatever was sent."""
    assert answer.status_code < 500 or answer.status_code == 502, f"{door}: {answer.text[:2000]}"
    assert "a=b" not in answer.headers.getlist("Set-Cookie"), door
    if "html" not in answer.content_type:
        return
    text = answer.text
    assert SUM not in text, f"{door} computed what was sent"
    for tag in re.findall(rf"<[^<>]*{MARK}[^<>]*>", text):
        # Inside an attribute's own quotes it is a value; a tag or an attribute of its own it is not.
        inside = re.sub(r'"[^"]*"', "", tag)
        assert MARK not in inside, f"{door}: {tag}"
    assert f"<script>{MARK}" not in text, door
    assert not re.search(rf'(?:href|src|action|formaction)="javascript:{MARK}', text), door


@pytest.mark.parametrize("number", NUMBERS)
def test_no_number_in_an_address_breaks_a_page(attack: Callable[..., Browser], number: int) -> None:
    browser = attack()
    for door in doors(browser.client.application, "0" * 32, number):
        judge(knock(browser, door, PLAUSIBLE), door)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("known", [True, False])
def test_no_text_breaks_a_page_or_comes_back_as_markup(
    attack: Callable[..., Browser], filled: Database, *, known: bool
) -> None:
    browser = attack(known=known)
    for text in NASTY if filled.dialect == "sqlite" else FOR_DATABASES:
        fields = dict.fromkeys(names(), text)
        for door in doors(browser.client.application, re.sub(r"[/\x00]", "", text) or "x"):
            if known or door.endpoint in PUBLIC:
                judge(knock(browser, door, fields), door)


@pytest.mark.timeout(900)
def test_one_hostile_field_among_sound_ones_breaks_nothing(attack: Callable[..., Browser], filled: Database) -> None:
    browser = attack()
    tables = set(inspect(filled.read_engine).get_table_names())

    @settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], database=None)
    @given(text=texts(), hostile=st.sets(st.sampled_from(names()), min_size=1, max_size=4))
    def attempt(text: str, hostile: set[str]) -> None:
        fields = {**PLAUSIBLE, **dict.fromkeys(hostile, text)}
        for door in doors(browser.client.application, "0" * 32):
            judge(knock(browser, door, fields), door)

    attempt()
    assert set(inspect(filled.read_engine).get_table_names()) == tables


def test_a_search_finds_no_more_for_being_written_in_sql(attack: Callable[..., Browser]) -> None:
    browser = attack()
    nothing = browser.get("/search", query_string={"q": "no such thing at all"})
    for text in ("' OR '1'='1", "%' OR 1=1 --", "no such%", "no_such_thing"):
        found = browser.get("/search", query_string={"q": text})
        assert found.text.count("<tr") == nothing.text.count("<tr"), text
