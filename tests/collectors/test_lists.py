"""The long lists, narrowed and sorted by the database: the same rows in the same order as by hand."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from collectors import standing
from collectors.detail import device_detail
from collectors.freshness import POLLER, PollerHealth, poller_health
from collectors.health import DeviceHealth, LineHealth, list_devices, list_lines
from collectors.lists import (
    DEVICE_FILTERS,
    DEVICE_ORDERS,
    LINE_FILTERS,
    LINE_ORDERS,
    Wanted,
    find_devices,
    find_lines,
    vendors,
)
from collectors.models import DeviceState, LineCondition, LineState, PollerStatus, Reachability
from collectors.overview import critical, overview
from collectors.standing import DeviceStanding, LineStanding
from core.database import Database
from inventory.addresses import place_of
from inventory.kinds import Carrier, DeviceRole, LifeCycle, LineKind
from inventory.models import Device, Line, Port, Unit
from inventory.scope import ALL, Scope

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
MOMENTS = [None, NOW - timedelta(seconds=1), NOW - timedelta(seconds=120), NOW - timedelta(seconds=121)]
NUMBERS = [None, 0.0, 1.5, 99.0]
VENDORS = ["", "Huawei", "H3C"]


def furnish(session: Session, *, running: bool) -> None:
    """A bit of everything that a list has to keep apart."""
    units = [Unit(name=name) for name in ("县财政局", "县教育局")]
    session.add_all(units)
    session.flush()
    beat = NOW if running else NOW - timedelta(hours=1)
    status = {"name": POLLER, "pid": 1, "started": beat, "heartbeat": beat, "icmp": "off", "interval_s": 60}
    counts = dict.fromkeys(("devices", "ports", "lines", "polls", "failed_polls", "late_polls"), 0)
    session.add(PollerStatus(**status, **counts, busy_percent=0))
    devices = [
        Device(
            name=f"SW-{n:02}",
            role=list(DeviceRole)[n % 5],
            vendor=VENDORS[n % 3],
            model=f"S{n % 4}",
            serial=f"210235{n}",
            address=None if n % 9 == 8 else f"10.0.{n % 3}.{n + 1}",
            unit=[*units, None][n % 3],
            life_cycle=LifeCycle.STOCK if n % 11 == 10 else LifeCycle.SERVICE,
            maintenance_until=[None, None, NOW, NOW + timedelta(seconds=1)][n % 4] if n % 5 == 0 else None,
        )
        for n in range(40)
    ]
    session.add_all(devices)
    session.flush()
    for n, device in enumerate(devices):
        if n % 7 != 6:
            session.add(
                DeviceState(
                    device_id=device.id,
                    reachability=list(Reachability)[n % 4],
                    since=NOW,
                    updated=NOW,
                    last_answer=MOMENTS[n % 4],
                    cpu_percent=NUMBERS[n % 4],
                    memory_percent=NUMBERS[n % 3],
                    rtt_ms=NUMBERS[(n + 1) % 4],
                )
            )
    for n in range(25):
        line = Line(
            name=f"专线 {n:02}",
            carrier=list(Carrier)[n % 5],
            kind=list(LineKind)[n % 4],
            circuit_number=f"HY{n:03}MSTP" if n % 3 else None,
            bandwidth_bps=[None, 10, 100][n % 3],
            unit=[*units, None][n % 3],
            b_device=devices[n] if n % 2 else None,
            b_address="城关镇" if n % 4 == 0 else "",
            contract_end=[None, date(2026, 12, 31), date(2027, 1, 1)][n % 3],
            maintenance_until=NOW + timedelta(hours=1) if n % 8 == 7 else None,
        )
        session.add(line)
        session.flush()
        if n % 6 != 5:
            row = {
                "state": list(LineCondition)[n % 5],
                "since": NOW - timedelta(minutes=n % 4),
                "updated": NOW,
                "watched_since": NOW,
            }
            numbers = {"rtt_ms": NUMBERS[n % 4], "loss_percent": NUMBERS[n % 3], "utilisation_percent": NUMBERS[n % 2]}
            session.add(LineState(line_id=line.id, **row, **numbers))


@pytest.fixture(params=[True, False], ids=["poller runs", "poller is away"])
def furnished(database: Database, request: pytest.FixtureRequest) -> Database:
    with database.write() as session:
        furnish(session, running=request.param)
    return database


Key = Callable[[Any], Any]


def by_hand(
    rows: Iterable[Any], wanted: Wanted, texts: Key, filters: dict[str, Key], orders: dict[str, Key]
) -> list[int]:
    """What the list means, said once more without a database."""
    found = [
        row
        for row in rows
        if all(str(filters[name](row)) == value for name, value in wanted.filters.items())
        and all(any(word.lower() in (text or "").lower() for text in texts(row)) for word in wanted.words)
    ]
    key = orders[wanted.order]
    found.sort(key=lambda row: (row.device if isinstance(row, DeviceHealth) else row.line).name)
    known = [row for row in found if key(row) is not None]
    known.sort(key=key, reverse=wanted.descending)
    ordered = known + [row for row in found if key(row) is None]
    return [(row.device if isinstance(row, DeviceHealth) else row.line).id for row in ordered]


def measured(name: str) -> Key:
    return lambda found: getattr(found.state, name) if found.state else None


OF_DEVICE: dict[str, dict[str, Key]] = {
    "filters": {
        "state": standing.of_device,
        "role": lambda found: found.device.role.value,
        "vendor": lambda found: found.device.vendor,
        "unit": lambda found: found.device.unit_id,
        "site": lambda found: found.device.site_id,
        "fresh": lambda found: "no" if found.watched and found.freshness.stale else "yes",
    },
    "orders": {
        "state": lambda found: list(DeviceStanding).index(standing.of_device(found)),
        "name": lambda found: found.device.name,
        "address": lambda found: place_of(found.device.address),
        "role": lambda found: list(DeviceRole).index(found.device.role),
        "unit": lambda found: found.device.unit.name if found.device.unit else None,
        "model": lambda found: (found.device.vendor, found.device.model),
        "cpu": measured("cpu_percent"),
        "memory": measured("memory_percent"),
        "rtt": measured("rtt_ms"),
        "age": lambda found: found.freshness.age_s,
    },
}


def line_facts(*, running: bool) -> dict[str, dict[str, Key]]:
    def stands(found: LineHealth) -> LineStanding:
        poller = PollerHealth(running, 0.0, 60, "off", None)
        return standing.of_line(found, poller)

    return {
        "filters": {
            "state": stands,
            "carrier": lambda found: found.line.carrier.value,
            "kind": lambda found: found.line.kind.value,
            "unit": lambda found: found.line.unit_id,
            "device": lambda found: found.line.b_device_id,
        },
        "orders": {
            "state": lambda found: list(LineStanding).index(stands(found)),
            "name": lambda found: found.line.name,
            "unit": lambda found: found.line.unit.name if found.line.unit else None,
            "carrier": lambda found: found.line.carrier.value,
            "bandwidth": lambda found: found.line.bandwidth_bps,
            "use": measured("utilisation_percent"),
            "rtt": measured("rtt_ms"),
            "loss": measured("loss_percent"),
            "since": measured("since"),
            "ends": lambda found: found.line.contract_end,
        },
    }


DEVICE_VALUES = {
    "state": [*DeviceStanding, "strange"],
    "role": [*list(DeviceRole)[:6], "strange"],
    "vendor": ["Huawei", "H3C", "none"],
    "unit": ["1", "2", "99", "x", "9" * 30],
    "site": ["1"],
    "fresh": ["yes", "no", "maybe"],
}
LINE_VALUES = {
    "state": [*LineStanding, "strange"],
    "carrier": [*Carrier, "strange"],
    "kind": [*LineKind, "strange"],
    "unit": ["1", "2", "x"],
    "device": ["2", "4", "99", "x"],
}
WORDS = st.lists(
    st.sampled_from(["SW", "sw-1", "10.0.1", "财政", "S3", "Huawei", "2102351", "%", "_", "城关", "HY0"]), max_size=2
)


def asked(values: dict[str, list[str]], orders: Iterable[str]) -> st.SearchStrategy[Wanted]:
    filters = st.dictionaries(st.sampled_from(list(values)), st.none(), max_size=2).flatmap(
        lambda names: st.fixed_dictionaries({name: st.sampled_from([str(v) for v in values[name]]) for name in names})
    )
    return st.builds(
        Wanted,
        words=WORDS,
        filters=filters,
        order=st.sampled_from(list(orders)),
        descending=st.booleans(),
        size=st.just(100),
    )


PATIENT = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)


@PATIENT
@given(asked(DEVICE_VALUES, DEVICE_ORDERS))
def test_devices_are_narrowed_and_sorted_as_by_hand(furnished: Database, wanted: Wanted) -> None:
    with furnished.read() as session:
        found = find_devices(session, NOW, wanted, ALL)
        expected = by_hand(list_devices(session, NOW), wanted, device_texts, **OF_DEVICE)
        assert [row.device.id for row in found.items] == expected
        assert found.total == len(expected)


@PATIENT
@given(asked(LINE_VALUES, LINE_ORDERS))
def test_lines_are_narrowed_and_sorted_as_by_hand(furnished: Database, wanted: Wanted) -> None:
    with furnished.read() as session:
        facts = line_facts(running=poller_health(session, NOW).running)
        found = find_lines(session, NOW, wanted, ALL)
        expected = by_hand(list_lines(session, NOW), wanted, line_texts, **facts)
        assert [row.line.id for row in found.items] == expected
        assert found.total == len(expected)


def device_texts(found: DeviceHealth) -> list[str | None]:
    device = found.device
    unit = device.unit.name if device.unit else None
    return [device.name, device.address, device.vendor, device.model, device.serial, unit]


def line_texts(found: LineHealth) -> list[str | None]:
    line = found.line
    far, unit = line.b_device.name if line.b_device else None, line.unit.name if line.unit else None
    return [line.name, line.circuit_number, line.b_address, unit, far]


def test_pages_join_without_a_gap_and_the_last_one_is_the_last(furnished: Database) -> None:
    with furnished.read() as session:
        whole = [row.device.id for row in find_devices(session, NOW, Wanted(order="state", size=100), ALL).items]
        pages = [find_devices(session, NOW, Wanted(order="state", size=7, page=page), ALL) for page in range(1, 9)]
    assert [row.device.id for page in pages[:6] for row in page.items] == whole
    assert [page.number for page in pages] == [1, 2, 3, 4, 5, 6, 6, 6]


def test_nothing_out_of_reach_is_listed_or_counted(furnished: Database) -> None:
    with furnished.read() as session:
        own = Scope.units([1])
        found = find_devices(session, NOW, Wanted(size=100), own)
        assert found.total == len(found.items) > 0
        assert {row.device.unit_id for row in found.items} == {1}
        assert {row.line.unit_id for row in find_lines(session, NOW, Wanted(size=100), own).items} == {1}
        assert vendors(session, Scope.units([99])) == []


def test_every_filter_and_order_is_tried_here() -> None:
    assert set(DEVICE_FILTERS) == set(DEVICE_VALUES) == set(OF_DEVICE["filters"])
    assert set(DEVICE_ORDERS) == set(OF_DEVICE["orders"])
    assert set(LINE_FILTERS) == set(LINE_VALUES)
    assert set(LINE_ORDERS) == set(line_facts(running=True)["orders"])


def test_what_is_critical_is_counted_as_the_overview_lists_it(furnished: Database) -> None:
    with furnished.read() as session:
        for scope in (ALL, Scope.units([1]), Scope.units([2]), Scope.units([])):
            listed = [item for item in overview(session, NOW, scope=scope).attention if item.severity == "critical"]
            assert critical(session, NOW, scope=scope) == len(listed)
        assert critical(session, NOW) > 0


def test_the_lines_of_a_device_come_by_urgency_and_name_its_ports(furnished: Database) -> None:
    with furnished.write() as session:
        core = Device(name="HX-01", role=DeviceRole.CORE_SWITCH, address="10.9.0.1")
        core.ports = [Port(name="GE1/0/1", alias="")]
        session.add(core)
        session.flush()
        for line in session.scalars(select(Line)):
            line.a_device = core
        line.a_port = core.ports[0]
    with furnished.read() as session:
        detail = device_detail(session, NOW, core.id)
        assert detail is not None
        listed = find_lines(session, NOW, Wanted(order="state", size=100, filters={"device": str(core.id)}), ALL)
        assert [one.id for one in detail.lines] == [one.line.id for one in listed.items]
        assert len(detail.lines) == 25
        poller = poller_health(session, NOW)
        assert [one.standing for one in detail.lines] == [standing.of_line(one, poller) for one in listed.items]
        assert {port for one in detail.lines for port in one.ports} == {core.ports[0].id}
