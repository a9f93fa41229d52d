"""A change of one object is judged by an excerpt of the state as it would be by the whole of it."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import schema
from core.database import Database, sqlite_url
from inventory.changes.editing import Edit, planned
from inventory.changes.errors import EditWrongError
from inventory.changes.importing import import_ledger
from inventory.kinds import ObjectKind
from inventory.ledger import excerpt, state
from inventory.ledger.plan import Change
from inventory.ledger.sheets import SHEET_OF
from inventory.ledger.single import key_of, values_of
from inventory.ledger.state import MODELS
from security.audit import Actor
from tests.inventory.sheets import COUNTY, workbook

# What may stand in a field: names of everything that there is, values that fit, and some that do not.
TEXTS = (
    *(
        "",
        "-",
        "CORE-01",
        "SW-02",
        "新",
        "城关专线",
        "城关备线",
        "新华村",
        "城关镇",
        "城关镇/新华村",
        "青岚县",
        "行政中心",
    ),
    *("新华村部", "中心机房", "新华村部/中心机房", "A01", "电子政务办", "城关镇人民政府", "政务办公", "10.0.0.0/24"),
    *("10.0.0.1", "10.0.0.2", "10.0.0.9", "161", "1161", "40", "41", "47", "2", "10", "CM1", "CT1", "telecom"),
    *("mobile", "mstp", "core_switch", "township", "village", "430481100", "GE0/0/1", "三级", "在用", "停用"),
)


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    database = Database(sqlite_url(tmp_path_factory.mktemp("excerpt") / "guanjin.db"))
    schema.upgrade(database)
    with database.write() as session:
        import_ledger(session, workbook(COUNTY), Actor("wang", "person"), now=datetime(2026, 3, 1, tzinfo=UTC))
    yield database
    database.close()


@st.composite
def edits(draw: st.DrawFn) -> tuple[ObjectKind, int | None, dict[str, str]]:
    kind = draw(st.sampled_from(ObjectKind))
    fields = [column.field for column in SHEET_OF[kind].columns]
    texts = draw(st.dictionaries(st.sampled_from(fields), st.sampled_from(TEXTS), max_size=6))
    return kind, draw(st.sampled_from([None, 1, 2])), texts


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits())
def test_the_excerpt_judges_as_the_whole_state_does(
    county: Database, edit: tuple[ObjectKind, int | None, dict[str, str]]
) -> None:
    kind, number, texts = edit
    sheet = SHEET_OF[kind]
    with county.read() as session:
        row = None if number is None else session.get(MODELS[kind], number)
        asked = Edit(kind, None if row is None else number, texts)
        was = None if row is None else key_of(kind, row)
        outcomes = []
        for current, _ in (state.load(session), excerpt.load(session, sheet, row)):
            try:
                outcomes.append(plain(planned(asked, sheet, current, was)))
            except EditWrongError as error:
                outcomes.append([(one.column, one.value, one.expected, dict(one.facts)) for one in error.problems])
        assert outcomes[0] == outcomes[1]


def plain(change: Change) -> object:
    return change.key, change.was, change.action, change.before and dict(change.before), dict(change.after)


@pytest.mark.parametrize("kind", list(ObjectKind))
def test_one_object_has_the_values_that_it_has_in_the_whole_state(county: Database, kind: ObjectKind) -> None:
    with county.read() as session:
        current, objects = state.load(session)
        assert objects[kind]
        for key, row in objects[kind].items():
            assert key_of(kind, row) == key
            assert values_of(session, SHEET_OF[kind], row) == current[kind][key]
