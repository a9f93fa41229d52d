"""The list of backups, narrowed and sorted by the database: the same rows in the same order as by hand."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from automation.models import BackupState, ConfigText, ConfigVersion
from automation.standing import ORDERS, BackupStanding, Standing, every_standing, find_standings, standing_of
from core.database import Database
from inventory.kinds import DeviceRole, LifeCycle
from inventory.listing import Wanted
from inventory.models import Device, Unit
from inventory.scope import ALL, Scope

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
PLATFORMS = ("huawei_vrp", "h3c_comware", "ruijie_rgos", "frr", "unheard_of", "")


@pytest.fixture
def furnished(database: Database) -> Database:
    with database.write() as session:
        furnish(session)
    return database


def furnish(session: Session) -> None:
    """A bit of everything that the list has to keep apart."""
    unit = Unit(name="县财政局")
    session.add_all([unit, ConfigText(digest="0" * 64, data=b"")])
    session.flush()
    for n in range(30):
        device = Device(
            name=f"SW-{n % 13:02}-{n}",
            role=DeviceRole.ACCESS_SWITCH,
            platform=PLATFORMS[n % 6],
            address=None if n == 7 else f"10.0.0.{n + 1}",
            life_cycle=LifeCycle.STOCK if n == 11 else LifeCycle.SERVICE,
            unit=unit if n % 4 == 0 else None,
        )
        session.add(device)
        session.flush()
        session.add_all(_version(device.id, number) for number in range(1, n % 4 + 1))
        if n % 5:
            succeeded = None if n % 5 == 1 else NOW - timedelta(hours=n % 3)
            code = "automation.login" if n % 5 == 2 else ""
            facts = {"attempted_at": NOW, "succeeded_at": succeeded, "error_code": code, "error_facts": {}}
            session.add(BackupState(device_id=device.id, **facts))


def _version(device: int, number: int) -> ConfigVersion:
    at = NOW - timedelta(days=9 - number, minutes=device % 7)
    texts = {"taken_by": "test", "platform": "huawei_vrp", "fingerprint": str(number), "text_digest": "0" * 64}
    counts = dict.fromkeys(("size_bytes", "lines", "added", "removed"), 0)
    return ConfigVersion(device_id=device, number=number, taken_at=at, seen_at=at, sealed=b"", **texts, **counts)


KEYS: dict[str, Callable[[Standing], Any]] = {
    "state": lambda found: list(BackupStanding).index(found.state),
    "device": lambda found: found.device,
    "changed": lambda found: found.changed_at,
    "succeeded": lambda found: found.succeeded_at,
    "versions": lambda found: found.versions,
}


def by_hand(every: list[Standing], wanted: Wanted) -> list[int]:
    found = [
        one
        for one in every
        if wanted.filters.get("state") in {None, one.state}
        and all(any(word.lower() in text.lower() for text in (one.device, one.platform)) for word in wanted.words)
    ]
    key = KEYS[wanted.order]
    known = sorted((one for one in found if key(one) is not None), key=key, reverse=wanted.descending)
    return [one.device_id for one in [*known, *(one for one in found if key(one) is None)]]


ASKED = st.builds(
    Wanted,
    words=st.lists(st.sampled_from(["sw-0", "vrp", "1", "%", "_"]), max_size=2),
    filters=st.fixed_dictionaries({}, optional={"state": st.sampled_from([*BackupStanding, "strange"])}),
    order=st.sampled_from(ORDERS),
    descending=st.booleans(),
    size=st.just(100),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ASKED)
def test_backups_are_narrowed_and_sorted_as_by_hand(furnished: Database, wanted: Wanted) -> None:
    with furnished.read() as session:
        page = find_standings(session, wanted)
        expected = by_hand(every_standing(session), wanted)
    assert [one.device_id for one in page.items] == expected
    assert page.total == len(expected)


def test_what_is_not_in_service_or_has_no_address_is_not_listed(furnished: Database) -> None:
    with furnished.read() as session:
        every = every_standing(session)
        assert len(every) == 28
        assert {one.state for one in every} == set(BackupStanding)
        assert [standing_of(session, one.device_id) for one in every] == every
        assert standing_of(session, 12) is None


def test_pages_join_without_a_gap_and_a_reader_sees_his_own(furnished: Database) -> None:
    with furnished.read() as session:
        pages = [find_standings(session, Wanted(order="state", size=9, page=page)) for page in range(1, 5)]
        whole = find_standings(session, Wanted(order="state", size=100))
        assert [one for page in pages for one in page.items] == whole.items
        own = find_standings(session, Wanted(order="device", size=100), Scope.units([1]))
        assert 0 < own.total < whole.total
        assert find_standings(session, Wanted(order="device"), ALL).total == whole.total
