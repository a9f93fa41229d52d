from collections.abc import Iterator
from enum import StrEnum

import pytest
from sqlalchemy import Enum, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.database import Base, Database
from core.i18n import translator
from inventory import kinds
from inventory.kinds import Carrier, DeviceRole, LifeCycle, LineKind
from inventory.labels import LABELS, label
from inventory.models import BusinessSystem, Device, Line, Port, Region, Room, Site, Unit

VOCABULARIES = [kind for kind in vars(kinds).values() if isinstance(kind, type) and issubclass(kind, StrEnum)]


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with Session(database.write_engine) as session:
        yield session
        session.rollback()


def test_every_word_of_the_code_is_allowed_by_the_database(session: Session) -> None:
    for role in DeviceRole:
        session.add(Device(name=f"device {role}", role=role))
    for life_cycle in LifeCycle:
        session.add(Device(name=f"device {life_cycle}", role=DeviceRole.ROUTER, life_cycle=life_cycle))
    for carrier in Carrier:
        session.add(Line(name=f"line {carrier}", carrier=carrier, kind=LineKind.PON))
    for kind in LineKind:
        session.add(Line(name=f"line {kind}", carrier=Carrier.OWN, kind=kind))
    session.flush()


def test_every_vocabulary_column_is_held_by_a_check_of_the_database(database: Database) -> None:
    found = [
        (table.name, column.name)
        for table in Base.metadata.sorted_tables
        if table.name.startswith("inventory_")
        for column in table.columns
        if isinstance(column.type, Enum)
    ]
    assert len(found) == 22
    for table, column in found:
        with database.write_engine.begin() as connection:
            ddl = (
                text("SELECT sql FROM sqlite_master WHERE name = :table")
                if database.dialect == "sqlite"
                else text(
                    "SELECT string_agg(pg_get_constraintdef(oid), ' ') FROM pg_constraint"
                    " WHERE conrelid = CAST(:table AS regclass)"
                )
            )
            definition = connection.execute(ddl, {"table": table}).scalar_one()
            kind = Base.metadata.tables[table].columns[column].type
            assert isinstance(kind, Enum)
            assert all(f"'{word}'" in definition for word in kind.enums)


def test_a_word_outside_the_vocabulary_is_refused_by_the_database(session: Session) -> None:
    session.add(Device(name="SW-1", role=DeviceRole.ROUTER))
    session.flush()
    with pytest.raises(IntegrityError):
        session.execute(text("UPDATE inventory_device SET role = 'toaster'"))


@pytest.mark.parametrize("kind", VOCABULARIES)
def test_every_word_has_a_label_in_both_languages(kind: type[StrEnum]) -> None:
    for word in kind:
        assert label(word, translator("en"))
        assert label(word, translator("zh"))
    labels = [label(word, translator("zh")) for word in kind]
    assert len(set(labels)) == len(labels)
    assert set(kind) <= set(LABELS)


def test_what_users_expect_to_be_unique_is(session: Session) -> None:
    def device(**values: object) -> Device:
        return Device(**{"role": DeviceRole.ROUTER, **values})

    def line(**values: object) -> Line:
        return Line(**{"carrier": Carrier.TELECOM, "kind": LineKind.MSTP, **values})

    twins = [
        (device(name="a"), device(name="a")),
        (device(name="b", address="10.0.0.1"), device(name="c", address="10.0.0.1")),
        (line(name="a"), line(name="a")),
        (line(name="b", circuit_number="CN1"), line(name="c", circuit_number="CN1")),
        (Site(name="a"), Site(name="a")),
        (Unit(name="a"), Unit(name="a")),
    ]
    for first, second in twins:
        with session.begin_nested() as point:
            session.add(first)
            session.flush()
            session.add(second)
            with pytest.raises(IntegrityError):
                session.flush()
            point.rollback()


def test_what_may_repeat_does(session: Session) -> None:
    county, other = Region(name="A县", level="county"), Region(name="B县", level="county")
    session.add_all([county, other])
    session.add_all(Region(name="新华村", level="village", parent=parent) for parent in (county, other))
    session.add_all(Device(name=name, role=DeviceRole.SERVER) for name in ("no address", "no address either"))
    session.add(Device(name="161", role=DeviceRole.SERVER, address="127.0.0.1", snmp_port=161))
    session.add(Device(name="1161", role=DeviceRole.SERVER, address="127.0.0.1", snmp_port=1161))
    session.add_all(Line(name=name, carrier=Carrier.OWN, kind=LineKind.DARK_FIBRE) for name in ("one", "two"))
    session.add_all(Room(name="中心机房", site=Site(name=name)) for name in ("A", "B"))
    session.flush()


def test_a_device_takes_its_ports_along_and_its_number_is_not_used_again(session: Session) -> None:
    device = Device(name="SW-1", role=DeviceRole.ACCESS_SWITCH, ports=[Port(name="GE0/0/1")])
    session.add(device)
    session.flush()
    number = device.id
    session.delete(device)
    session.flush()
    assert session.query(Port).count() == 0
    again = Device(name="SW-1", role=DeviceRole.ACCESS_SWITCH)
    session.add(again)
    session.flush()
    assert again.id > number


def test_a_device_that_a_business_system_needs_cannot_vanish(session: Session) -> None:
    device = Device(name="SW-1", role=DeviceRole.ACCESS_SWITCH)
    session.add(BusinessSystem(name="审批系统", devices=[device]))
    session.flush()
    session.delete(device)
    with pytest.raises(IntegrityError):
        session.flush()
