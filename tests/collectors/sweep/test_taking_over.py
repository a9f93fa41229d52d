"""Ranges are allowed by somebody, sweeps asked for, and finds taken into the ledger as one change."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from collectors.sweep import services, store
from collectors.sweep.accepting import Choice, known, take_over
from collectors.sweep.errors import (
    CredentialsError,
    NothingChosenError,
    RangeNotFoundError,
    RangeOverlapsError,
    SweepNotFoundError,
    SweepUnderWayError,
    TakeOverError,
)
from collectors.sweep.models import Sweep, SweepFind, SweepRange, SweepState
from core.database import Database
from inventory.changes.undoing import undo
from inventory.kinds import DeviceRole, SnmpVersion
from inventory.models import Device, Unit
from security.audit import Actor, find

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
LI = Actor("li", "person")


@pytest.fixture
def range_id(database: Database) -> int:
    with database.write() as session:
        made = services.allow(session, "10.1.8.0/24", ["ro"], ["ro", "v3"], actor=LI, now=NOW)
        return made.id


def sweep(session: Session, range_id: int, *finds: dict[str, object]) -> Sweep:
    """One that has ended."""
    made = services.ask(session, range_id, actor=LI, now=NOW)
    store.keep(session, made.id, finds, 254)
    store.end(session, made.id, SweepState.DONE, NOW)
    session.flush()
    session.refresh(made)
    return made


def switch(number: int, **facts: object) -> dict[str, object]:
    plain = {"address": f"10.1.8.{number}", "rtt_ms": 0.5, "credential": "ro", "snmp_version": SnmpVersion.V2C}
    return (
        plain | {"name": f"SW-{number}", "vendor": "Huawei", "serial": f"S{number}", "platform": "huawei_vrp"} | facts
    )


def events(database: Database) -> list[str]:
    with database.read() as session:
        return [record.event for record in find(session).records]


def test_a_range_is_allowed_once_and_with_credentials_that_there_are(database: Database, range_id: int) -> None:
    with database.write() as session:
        with pytest.raises(RangeOverlapsError):
            services.allow(session, "10.1.8.128/25", [], [], actor=LI, now=NOW)
        with pytest.raises(CredentialsError):
            services.allow(session, "10.1.9.0/24", ["rw"], ["ro"], actor=LI, now=NOW)
        services.withdraw(session, range_id, actor=LI)
        with pytest.raises(RangeNotFoundError):
            services.ask(session, range_id, actor=LI, now=NOW)
    assert events(database) == ["collectors:sweep-range:withdraw", "collectors:sweep-range:allow"]


def test_one_sweep_of_a_range_at_a_time(database: Database, range_id: int) -> None:
    with database.write() as session:
        made = services.ask(session, range_id, actor=LI, now=NOW)
        for act in (
            lambda: services.ask(session, range_id, actor=LI, now=NOW),
            lambda: services.withdraw(session, range_id, actor=LI),
        ):
            with pytest.raises(SweepUnderWayError):
                act()
        services.stop(session, made.id, actor=LI, now=NOW)
        assert made.state is SweepState.STOPPED
        services.stop(session, made.id, actor=LI, now=NOW)
        assert store.waiting(session) is None
        with pytest.raises(SweepNotFoundError):
            services.stop(session, 999, actor=LI, now=NOW)
    assert events(database)[:2] == ["collectors:sweep:stop", "collectors:sweep:ask"]


def test_the_latest_few_sweeps_are_kept(database: Database, range_id: int) -> None:
    with database.write() as session:
        numbers = [sweep(session, range_id, switch(n)).id for n in range(1, 8)]
        session.expire_all()
        assert [one.id for one in session.get_one(SweepRange, range_id).sweeps] == numbers[:-6:-1]
        assert session.scalars(select(SweepFind.sweep_id).order_by(SweepFind.id)).all() == numbers[-5:]


def test_what_the_ledger_has_is_known_and_a_router_is_one_device(database: Database, range_id: int) -> None:
    with database.write() as session:
        session.add(Device(name="OLD", role=DeviceRole.ROUTER, address="10.1.8.9"))
        session.add(Device(name="MOVED", role=DeviceRole.ROUTER, address="10.9.9.9", serial="S7"))
        agent = {"serial": "", "name": "R1", "mac": "00:e0:fc:00:00:01", "ports": 4}
        made = sweep(
            session,
            range_id,
            switch(9, serial=""),
            switch(7),
            switch(3),
            switch(4, serial="S3"),
            switch(5, **agent),
            switch(6, **agent),
            {"address": "10.1.8.20", "rtt_ms": 1.0},
            {"address": "10.1.8.21", "rtt_ms": 1.0},
        )
        found = known(session, made)
        told = {
            find.address: (kind.device.name if kind.device else kind.twin and kind.twin.address)
            for find in made.finds
            if (kind := found.get(find.id))
        }
    assert told == {"10.1.8.9": "OLD", "10.1.8.7": "MOVED", "10.1.8.4": "10.1.8.3", "10.1.8.6": "10.1.8.5"}


def test_finds_become_devices_in_one_change_that_can_be_undone(database: Database, range_id: int) -> None:
    with database.write() as session:
        session.add(Unit(name="县财政局"))
        made = sweep(session, range_id, switch(1), switch(2, snmp_version=SnmpVersion.V3), switch(3))
        chosen = {find.id: Choice(find.name, DeviceRole.ACCESS_SWITCH) for find in made.finds[:2]}
        kept = take_over(session, made, chosen, {"unit": "县财政局"}, actor=LI, now=NOW)
        number = kept.id
    with database.read() as session:
        devices = session.scalars(select(Device).order_by(Device.name)).all()
        assert [(d.name, d.address, d.serial, d.snmp_credential, d.snmp_version) for d in devices] == [
            ("SW-1", "10.1.8.1", "S1", "ro", SnmpVersion.V2C),
            ("SW-2", "10.1.8.2", "S2", "ro", SnmpVersion.V3),
        ]
        assert {d.unit.name for d in devices if d.unit} == {"县财政局"}
    assert events(database)[0] == "collectors:sweep:take-over"
    with database.write() as session:
        undo(session, number, LI, now=NOW)
        assert session.scalars(select(Device)).all() == []


def test_one_wrong_name_takes_none_of_them(database: Database, range_id: int) -> None:
    with database.write() as session:
        session.add(Device(name="SW-9", role=DeviceRole.ROUTER, address="10.9.9.9"))
        made = sweep(session, range_id, switch(1), switch(2))
        first, second = made.finds
        for name in ("SW-9", "SW-1", ""):
            chosen = {first.id: Choice("SW-1", DeviceRole.ROUTER), second.id: Choice(name, DeviceRole.ROUTER)}
            with pytest.raises(TakeOverError) as refused:
                take_over(session, made, chosen, {}, actor=LI, now=NOW)
            assert "10.1.8." in str(refused.value)
        with pytest.raises(TakeOverError):
            take_over(session, made, {first.id: Choice("A", DeviceRole.ROUTER)}, {"unit": "没有"}, actor=LI, now=NOW)
        with pytest.raises(NothingChosenError):
            take_over(session, made, {}, {}, actor=LI, now=NOW)
        assert len(session.scalars(select(Device)).all()) == 1
