"""The list of backups, narrowed and sorted by the database: the same rows in the same order as by hand."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from automation.models import BackupState, ConfigText, ConfigVersion
from automation.standings import ORDERS, Backup, Standing, Wanted, find_standings, overview, standing_of
from core.database import Database
from inventory.kinds import DeviceRole, LifeCycle
from inventory.models import Device, Unit
from inventory.scope import ALL, Scope

NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)
KEYS: dict[str, Callable[[Standing], Any]] = {
    "state": lambda found: (list(Backup).index(found.state), found.device),
    "device": lambda found: found.device,
    "changed": lambda found: found.changed_at,
    "succeeded": lambda found: found.succeeded_at,
    "versions": lambda found: found.versions,
}


@pytest.fixture
def backed_up(database: Database) -> Database:
    with database.write() as session:
        unit = Unit(name="县财政局")
        devices = [
            Device(
                name=f"SW-{29 - n:02}",
                role=DeviceRole.ACCESS_SWITCH,
                platform=["huawei_vrp", "hp_comware", "abacus", ""][n % 4],
                address=None if n % 9 == 8 else f"10.0.0.{n + 1}",
                life_cycle=LifeCycle.STOCK if n % 11 == 10 else LifeCycle.SERVICE,
                unit=unit if n % 3 else None,
            )
            for n in range(30)
        ]
        session.add_all([unit, *devices, ConfigText(digest="0" * 64, data=b"")])
        session.flush()
        for n, device in enumerate(devices):
            if n % 5:
                done = None if n % 3 == 0 else NOW - timedelta(hours=n % 4)
                error = "automation.unreachable" if n % 7 == 1 else ""
                session.add(BackupState(device_id=device.id, attempted_at=NOW, succeeded_at=done, error_code=error))
            session.add_all(version(device.id, number) for number in range(1, n % 3 + 1))
    return database


def version(device_id: int, number: int) -> ConfigVersion:
    at = NOW - timedelta(days=device_id % 4, hours=-number)
    told = {"taken_by": "worker", "platform": "huawei_vrp", "fingerprint": "0", "text_digest": "0" * 64}
    sizes = {"size_bytes": 1, "lines": 1, "added": 1, "removed": 0, "sealed": b""}
    return ConfigVersion(device_id=device_id, number=number, taken_at=at, seen_at=at, **told, **sizes)


ASKED = st.builds(
    Wanted,
    words=st.lists(st.sampled_from(["sw", "SW-1", "vrp", "_", "%", "comware", "zz"]), max_size=2),
    filters=st.fixed_dictionaries({}, optional={"state": st.sampled_from([*Backup, "lost"])}),
    order=st.sampled_from(ORDERS),
    descending=st.booleans(),
    page=st.integers(1, 6),
    size=st.sampled_from([5, 50]),
)


@given(ASKED, st.booleans())
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_page_is_what_sorting_by_hand_gives(backed_up: Database, wanted: Wanted, whole: bool) -> None:  # noqa: FBT001  # as drawn
    with backed_up.read() as session:
        scope = ALL if whole else Scope.units([1])
        expected = by_hand(overview(session, scope), wanted)
        page = find_standings(session, wanted, scope)
        number = min(wanted.page, max(1, -(-len(expected) // wanted.size)))
        assert (page.total, page.number) == (len(expected), number)
        assert list(page.items) == expected[(number - 1) * wanted.size : number * wanted.size]


def by_hand(rows: list[Standing], wanted: Wanted) -> list[Standing]:
    found = [
        row
        for row in rows
        if all(row.state.value == value for value in wanted.filters.values())
        and all(word.lower() in f"{row.device}\n{row.platform}".lower() for word in wanted.words)
    ]
    key = KEYS[wanted.order]
    known = [row for row in found if key(row) is not None]
    known.sort(key=key, reverse=wanted.descending)
    return known + [row for row in found if key(row) is None]


def test_one_device_stands_as_in_the_list_of_all(backed_up: Database) -> None:
    with backed_up.read() as session:
        for found in overview(session):
            assert standing_of(session, found.device_id) == found
        assert standing_of(session, 9) is None  # it has no address
