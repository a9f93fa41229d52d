"""The list of links, narrowed and sorted by the database: the same rows in the same order as by hand."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from core.database import Database
from inventory.kinds import DeviceRole, LinkStanding, LinkState
from inventory.listing import Wanted
from inventory.models import Device, Link, Unit
from inventory.scope import ALL, Scope
from inventory.topology.listing import FILTERS, ORDERS, URGENCY, find_links, links_of

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
VALUES = {
    "device": ["1", "3", "9", "x", "", "²", "9" * 20],
    "state": [*LinkState, "lost"],
    "standing": [*LinkStanding, "none"],
    "far": ["managed", "other", "both"],
}
HAS: dict[str, Callable[[Link, str], bool]] = {
    "device": lambda link, value: value in {str(link.a_device_id), str(link.b_device_id)},
    "state": lambda link, value: link.state.value == value,
    "standing": lambda link, value: link.standing.value == value,
    "far": lambda link, value: value == ("other" if link.b_device_id is None else "managed"),
}
KEYS: dict[str, Callable[[Link], Any]] = {
    "name": lambda link: (link.a_device.name, link.a_port),
    "far": lambda link: (link.b_name, link.b_port),
    "state": lambda link: (URGENCY.index(link.state), link.a_device.name, link.a_port),
    "since": lambda link: link.since,
    "seen": lambda link: link.seen,
}


@pytest.fixture
def wired(database: Database) -> Database:
    with database.write() as session:
        unit = Unit(name="县财政局")
        devices = [
            Device(name=f"SW-{9 - n}", role=DeviceRole.ACCESS_SWITCH, unit=unit if n % 3 == 0 else None)
            for n in range(6)
        ]
        session.add_all([unit, *devices])
        session.flush()
        for n in range(40):
            far = devices[(n * 5 + 1) % 6] if n % 4 else None
            link = Link(
                key=str(n),
                a_device_id=devices[n % 6].id,
                a_port=f"GE0/{n % 5}",
                b_device_id=far.id if far else None,
                b_port=["GE_1", "GE%2", "eth0"][n % 3],
                b_name=far.name if far else "carrier-OLT",
                evidence="lldp",
                standing=list(LinkStanding)[n % len(LinkStanding)],
                state=list(LinkState)[n // 2 % 3],
                since=NOW - timedelta(hours=n % 7),
                seen=NOW - timedelta(minutes=n % 3),
            )
            session.add(link)
    return database


ASKED = st.builds(
    Wanted,
    words=st.lists(st.sampled_from(["sw", "SW-9", "ge", "_", "%", "olt", "eth0", "zz"]), max_size=2),
    filters=st.fixed_dictionaries({}, optional={name: st.sampled_from(VALUES[name]) for name in FILTERS}),
    order=st.sampled_from(ORDERS),
    descending=st.booleans(),
    page=st.integers(1, 9),
    size=st.sampled_from([5, 50]),
)


@given(ASKED, st.booleans())
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_page_is_what_sorting_by_hand_gives(wired: Database, wanted: Wanted, whole: bool) -> None:  # noqa: FBT001  # as drawn
    with wired.read() as session:
        scope = ALL if whole else Scope.units([1])
        expected = by_hand(session, wanted, scope)
        page = find_links(session, wanted, scope=scope)
        assert page.total == len(expected)
        number = min(wanted.page, max(1, -(-len(expected) // wanted.size)))
        assert page.number == number
        assert [link.id for link in page.items] == expected[(number - 1) * wanted.size : number * wanted.size]


def by_hand(session: Session, wanted: Wanted, scope: Scope) -> list[int]:
    found = [
        link
        for link in links_of(session, scope=scope)
        if all(HAS[name](link, value) for name, value in wanted.filters.items())
        and all(word.lower() in texts(link) for word in wanted.words)
    ]
    found.sort(key=KEYS[wanted.order], reverse=wanted.descending)
    return [link.id for link in found]


def texts(link: Link) -> str:
    return f"{link.a_device.name}\n{link.a_port}\n{link.b_name}\n{link.b_port}".lower()
