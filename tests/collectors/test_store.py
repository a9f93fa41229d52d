from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from collectors.models import (
    DeviceState,
    Evidence,
    LineCondition,
    LineState,
    OutageRecord,
    PortState,
    PortStatus,
    Reachability,
    SensorState,
    SubjectKind,
)
from collectors.pending import Pending
from collectors.store import Outage, OutageKey, Store, groups
from core.database import BULK_ROWS, Database
from inventory.models import Port
from tests.collectors.county import NOW, build


def port_row(port_id: int, **more: Any) -> dict[str, Any]:
    row = {column.name: None for column in PortState.__table__.columns}
    row |= {"port_id": port_id, "device_id": 1, "name": f"GE0/0/{port_id}", "ifindex": port_id}
    return row | {"admin": PortStatus.UP, "oper": PortStatus.UP, "updated": NOW} | more


def device_row(reachability: Reachability, **more: Any) -> dict[str, Any]:
    row = {column.name: None for column in DeviceState.__table__.columns}
    return row | {"device_id": 1, "reachability": reachability, "since": NOW, "updated": NOW} | more


def outage(*, over: bool, minute: int) -> Outage:
    moment = NOW + timedelta(minutes=minute)
    return Outage(SubjectKind.DEVICE, 1, "HX-CORE-01", "down", moment, 0.0, "no_answer", in_maintenance=True, over=over)


def outages(database: Database) -> list[OutageRecord]:
    with database.read() as session:
        return list(session.scalars(select(OutageRecord).order_by(OutageRecord.id)))


def test_more_rows_than_one_transaction_takes_are_written_in_pieces(database: Database) -> None:
    store = Store(database)
    store.save({PortState: [port_row(i, in_bps=2**40 + i) for i in range(1, 4502)]})
    store.save({PortState: [port_row(7, oper=PortStatus.LOWER_LAYER_DOWN)]})
    (known,) = store.load().ports.values()
    assert len(known) == 4501
    (seventh,) = (port for port in known if port.port_id == 7)
    assert (seventh.oper, seventh.in_bps) == (PortStatus.LOWER_LAYER_DOWN, None)


def test_an_outage_begins_and_ends_with_the_state_that_it_belongs_to(database: Database) -> None:
    store = Store(database)
    down = device_row(Reachability.DOWN, judged_by=Evidence.ICMP)
    store.change(DeviceState, down, [outage(over=False, minute=0)])
    store.change(DeviceState, down, [outage(over=False, minute=1)])
    assert store.load().open == {OutageKey(SubjectKind.DEVICE, 1, "down")}
    store.change(DeviceState, device_row(Reachability.UP), [outage(over=True, minute=7)])
    (record,) = outages(database)
    assert (record.began, record.ended) == (NOW, NOW + timedelta(minutes=7))
    assert (record.cause, record.in_maintenance) == ("no_answer", True)
    assert store.load().open == frozenset()
    assert store.load().devices[1].reachability is Reachability.UP


def test_a_change_that_fails_leaves_neither_state_nor_outage(database: Database) -> None:
    broken = device_row(Reachability.DOWN) | {"since": None}
    with pytest.raises(Exception, match=r"(?i)null"):
        Store(database).change(DeviceState, broken, [outage(over=False, minute=0)])
    assert outages(database) == []


def test_what_left_the_inventory_leaves_the_state_and_its_outage_ends(database: Database) -> None:
    store = Store(database)
    store.change(DeviceState, device_row(Reachability.DOWN), [outage(over=False, minute=0)])
    line = {"line_id": 5, "state": LineCondition.UP, "since": NOW, "watched_since": NOW, "updated": NOW}
    empty = dict.fromkeys(("cause", "rtt_ms", "loss_percent", "in_bps", "out_bps", "utilisation_percent"))
    store.save({PortState: [port_row(3)], LineState: [line | empty]})
    store.forget([1], [5], NOW + timedelta(minutes=9))
    known = store.load()
    assert (known.devices, known.ports, known.lines) == ({}, {}, {})
    assert outages(database)[0].ended == NOW + timedelta(minutes=9)


def test_a_rediscovery_forgets_ports_and_sensors_that_are_gone(database: Database) -> None:
    store = Store(database)
    sensor = {"device_id": 1, "kind": "temperature", "key": "1", "name": "inlet", "unit": "C", "updated": NOW}
    store.save({PortState: [port_row(3), port_row(4)], SensorState: [sensor | {"value": 31.0, "state": None}]})
    store.rediscovered(1, [4])
    with database.read() as session:
        assert [port.port_id for port in session.scalars(select(PortState))] == [4]
        assert session.scalars(select(SensorState)).all() == []


def test_discovered_ports_enter_the_inventory_once(database: Database) -> None:
    store = Store(database)
    with database.write() as session:
        county = build(session)
    first = store.ports(county.core, ["GE1/0/1", "GE1/0/2"], {"GE1/0/2": "to the county hall"})
    assert first["GE1/0/1"] == county.core_port
    assert store.ports(county.core, ["GE1/0/2"], {}) == {"GE1/0/2": first["GE1/0/2"]}
    with database.read() as session:
        assert session.get_one(Port, first["GE1/0/2"]).alias == "to the county hall"


def test_traffic_changes_its_columns_and_nothing_else(database: Database) -> None:
    store = Store(database)
    count = BULK_ROWS + 1
    store.save({PortState: [port_row(i, in_bps=1, out_bps=2) for i in range(1, count + 1)]})
    later = NOW + timedelta(minutes=1)
    traffic = {i: ((2**40 + i, None, 0.5, 0.0, None, 1.25), later) for i in range(1, count + 2)}
    store.save({}, traffic)
    (ports,) = store.load().ports.values()
    assert len(ports) == count
    assert {port.in_bps - port.port_id for port in ports if port.in_bps is not None} == {2**40}
    first = ports[0]
    assert (first.out_bps, first.in_errors, first.out_errors, first.in_discards, first.out_discards, first.updated) == (
        *traffic[1][0][1:],
        later,
    )
    assert (first.name, first.oper) == (port_row(1)["name"], port_row(1)["oper"])


def test_only_what_changed_is_written_and_time_alone_is_no_change() -> None:
    pending = Pending()
    pending.put(PortState, port_row(1))
    pending.put(PortState, port_row(1, in_bps=5))
    batch = pending.take()
    assert [row["in_bps"] for row in batch[PortState]] == [5]
    pending.put(PortState, port_row(1, in_bps=5, updated=NOW + timedelta(minutes=1)))
    assert pending.take() == {}
    pending.failed(batch)
    pending.put(PortState, port_row(1, in_bps=5))
    assert PortState in pending.take()


def test_a_row_that_went_another_way_is_not_followed_by_an_older_one() -> None:
    pending = Pending()
    pending.put(DeviceState, device_row(Reachability.UP))
    pending.done(DeviceState, device_row(Reachability.DOWN))
    assert pending.take() == {}
    pending.put(DeviceState, device_row(Reachability.UP))
    assert pending.take()[DeviceState][0]["reachability"] is Reachability.UP


def test_deleted_rows_are_forgotten() -> None:
    pending = Pending()
    pending.put(PortState, port_row(1))
    pending.take()
    pending.put(PortState, port_row(2))
    pending.forget(PortState, "device_id", [1])
    assert pending.take() == {}
    pending.put(PortState, port_row(1))
    assert PortState in pending.take()


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(0, 5), st.booleans()), max_size=12))
def test_of_a_ports_row_and_its_traffic_the_later_one_holds(puts: list[tuple[int, int, bool]]) -> None:
    pending = Pending()
    for port, in_bps, whole in puts:
        if whole:
            pending.put_port(port_row(port, in_bps=in_bps))
        else:
            pending.put_traffic({port: (in_bps,)}, NOW)
    shown = {row["port_id"]: row["in_bps"] for row in pending.take().get(PortState, [])}
    shown |= {port: values[0] for port, (values, _) in pending.take_traffic().items()}
    assert shown == {port: in_bps for port, in_bps, _ in puts}
    assert (pending.take(), pending.take_traffic()) == ({}, {})


def test_what_could_not_be_written_of_ports_waits_unless_something_newer_does() -> None:
    pending = Pending()
    for port in (1, 2):
        pending.put_port(port_row(port, in_bps=1))
    pending.put_traffic({3: (1,), 4: (1,)}, NOW)
    batch, traffic = pending.take(), pending.take_traffic()
    pending.put_port(port_row(1, in_bps=2))
    pending.put_traffic({3: (2,)}, NOW)
    pending.failed(batch, traffic)
    assert {row["port_id"]: row["in_bps"] for row in pending.take()[PortState]} == {1: 2, 2: 1}
    assert {port: values for port, (values, _) in pending.take_traffic().items()} == {3: (2,), 4: (1,)}


@given(st.lists(st.integers(0, 12), max_size=9))
def test_what_fits_one_transaction_is_written_in_one(sizes: list[int]) -> None:
    found = list(groups([(size, place) for place, size in enumerate(sizes)], 10))
    assert [place for group in found for place in group] == list(range(len(sizes)))
    assert all(sum(sizes[place] for place in group) <= 10 for group in found if len(group) > 1)
    heads = [sizes[group[0]] for group in found[1:]]
    totals = [sum(sizes[place] for place in group) for group in found]
    assert all(total + head > 10 for total, head in zip(totals, heads, strict=False))
