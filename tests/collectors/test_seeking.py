"""Read page by page, a list is the list: once each, in its order, whatever comes and goes meanwhile."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from collectors import standing
from collectors.freshness import poller_health
from collectors.health import DeviceHealth, LineHealth, list_devices, list_lines
from collectors.seeking import DEVICE_COLUMNS, LINE_COLUMNS, Place, Sought, seek_devices, seek_lines
from core.database import Database
from inventory.kinds import Carrier, DeviceRole, LineKind
from inventory.scope import ALL, Scope
from tests.collectors.test_lists import NOW, PATIENT, VENDORS, furnish

Health = DeviceHealth | LineHealth
Found = list[tuple[Any, Place]]
Seek = Callable[[Session, Any, Sought, Scope], Found]
YES_NO = st.sampled_from(["yes", "no"])
UNITS = st.sampled_from(["1", "2", "9"])
DEVICE_FILTERS = st.fixed_dictionaries(
    {},
    optional={
        "state": st.sampled_from([one.value for one in standing.DeviceStanding]),
        "role": st.sampled_from([one.value for one in DeviceRole]),
        "vendor": st.sampled_from(VENDORS[1:]),
        "unit": UNITS,
        "maintenance": YES_NO,
    },
)
LINE_FILTERS = st.fixed_dictionaries(
    {},
    optional={
        "state": st.sampled_from([one.value for one in standing.LineStanding]),
        "carrier": st.sampled_from([one.value for one in Carrier]),
        "kind": st.sampled_from([one.value for one in LineKind]),
        "unit": UNITS,
        "maintenance": YES_NO,
    },
)
LISTS = st.one_of(
    st.tuples(st.just(seek_devices), st.sampled_from(list(DEVICE_COLUMNS)), DEVICE_FILTERS),
    st.tuples(st.just(seek_lines), st.sampled_from(list(LINE_COLUMNS)), LINE_FILTERS),
)


@pytest.fixture(params=[True, False], ids=["poller runs", "poller is away"])
def furnished(database: Database, request: pytest.FixtureRequest) -> Database:
    with database.write() as session:
        furnish(session, running=request.param)
    return database


def walked(session: Session, seek: Seek, sought: dict[str, Any], size: int) -> Found:
    found: Found = []
    after = None
    while True:
        rows = seek(session, NOW, Sought(**sought, after=after, limit=size), ALL)
        found += rows
        if len(rows) < size:
            return found
        after = rows[-1][1]


def subject(found: Health) -> Any:
    return found.device if isinstance(found, DeviceHealth) else found.line


def facts(session: Session) -> Callable[[Health], dict[str, object]]:
    """What each filter compares, said once more without a query."""
    poller = poller_health(session, NOW)

    def of(found: Health) -> dict[str, object]:
        thing = subject(found)
        device = isinstance(found, DeviceHealth)
        return {
            "state": standing.of_device(found) if isinstance(found, DeviceHealth) else standing.of_line(found, poller),
            "unit": str(thing.unit_id),
            "maintenance": "yes" if found.in_maintenance else "no",
            **{name: getattr(thing, name) for name in (("role", "vendor") if device else ("carrier", "kind"))},
        }

    return of


@PATIENT
@given(
    listed=LISTS,
    descending=st.booleans(),
    size=st.integers(1, 9),
    words=st.sampled_from([[], ["3"], ["0", "财政"]]),
)
def test_the_pages_are_the_list(
    furnished: Database, listed: tuple[Seek, str, dict[str, str]], *, descending: bool, size: int, words: list[str]
) -> None:
    seek, order, filters = listed
    sought = {"order": order, "descending": descending, "filters": filters, "words": words}
    with furnished.read() as session:
        found = walked(session, seek, sought, size)
        every: list[Health] = list((list_devices if seek is seek_devices else list_lines)(session, NOW))
        of = facts(session)
        wanted = [one for one in every if all(str(of(one)[name]) == value for name, value in filters.items())]
        numbers = [place.number for _, place in found]
        assert len(set(numbers)) == len(numbers)
        assert set(numbers) <= {subject(one).id for one in wanted}
        assert words or len(numbers) == len(wanted)
        known = [place for _, place in found if place.value is not None]
        assert known == sorted(known, reverse=descending)
        rest = [place.number for _, place in found[len(known) :]]
        assert rest == sorted(rest, reverse=descending)
        assert all(place.value is None for _, place in found[len(known) :])


@PATIENT
@given(listed=LISTS, descending=st.booleans(), size=st.integers(1, 9), gone=st.sets(st.integers(1, 40)))
def test_what_vanishes_meanwhile_makes_nobody_else_missing(
    furnished: Database, listed: tuple[Seek, str, dict[str, str]], *, descending: bool, size: int, gone: set[int]
) -> None:
    seek, order, _ = listed
    with furnished.write_engine.connect() as connection, Session(connection) as session:
        first = seek(session, NOW, Sought(order=order, descending=descending, limit=size), ALL)
        whole = {place.number for _, place in walked(session, seek, {"order": order, "descending": descending}, 9)}
        for found, place in walked(session, seek, {"order": order}, 50):
            if place.number in gone and isinstance(found, LineHealth):
                session.delete(found.line)
        session.flush()
        after = first[-1][1]
        rest = seek(session, NOW, Sought(order=order, descending=descending, after=after, limit=99), ALL)
        seen = [place.number for _, place in [*first, *rest]]
        assert len(set(seen)) == len(seen)
        assert whole - gone <= set(seen)
        session.rollback()


def test_what_is_out_of_reach_is_not_there(furnished: Database) -> None:
    with furnished.read() as session:
        for seek in (seek_devices, seek_lines):
            found = seek(session, NOW, Sought(limit=99), Scope.units([1]))
            assert found
            assert {subject(one).unit_id for one, _ in found} == {1}
