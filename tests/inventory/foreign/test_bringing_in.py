"""What other systems know, against a real database: preview, change set, record, and the way there and back."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.database import Base, Database
from core.events import Event
from inventory.changes.importing import Preview, import_ledger, import_reading
from inventory.changes.undoing import undo
from inventory.devices import watched_devices
from inventory.foreign.systems import foreign_files, read_foreign
from inventory.foreign.words import vocabulary
from inventory.handover.service import Program, hand_over
from inventory.kinds import DeviceRole, FieldFormat, LifeCycle, ObjectKind
from inventory.ledger.layout import layout_of
from inventory.ledger.plan import Action
from inventory.ledger.state import load
from inventory.models import CustomField, Device, Line
from security.audit import Actor, Filter, find
from tests.inventory.foreign.bringing import SAMPLES
from tests.inventory.sheets import COUNTY, workbook

NOW = datetime(2026, 11, 1, 8, tzinfo=UTC)
WANG = Actor("console:wang", "person")
WORDS = {"oxidized": ["role:*=access_switch"], "rancid": ["role:*=router"], "librenms": ["role:network=access_switch"]}


def brought(database: Database, path: Path, *words: str) -> Preview:
    found = foreign_files([path])
    assert found is not None
    with database.write() as session:
        reading = read_foreign(*found, layout_of(session), vocabulary(words))
        return import_reading(session, found[0], WANG, reading, now=NOW, system=found[1])


@pytest.mark.parametrize("name", ["netbox4", "netbox3", "librenms/devices.json", "oxidized", "rancid", "nornir"])
def test_what_was_brought_in_is_there_changes_nothing_again_and_is_undone_as_one(database: Database, name: str) -> None:
    words = WORDS.get(name.partition("/")[0], [])
    first = brought(database, SAMPLES / name, *words)
    assert first.applied
    again = brought(database, SAMPLES / name, *words)
    assert {change.action for change in again.plan.changes} == {Action.SAME}
    with database.write() as session:
        assert session.scalars(select(Device)).first() is not None
        undo(session, first.change_set or 0, WANG, now=NOW)
        assert not any(load(session)[0].values())


def test_the_record_says_which_system_and_which_files(database: Database) -> None:
    done = brought(database, SAMPLES / "netbox4")
    with database.read() as session:
        (record,) = find(session, Filter(event=Event.INVENTORY_IMPORTED)).records
    assert (record.subject, record.detail["system"]) == ("netbox:netbox4", "netbox")
    assert record.detail["sha256"] == done.file.digest
    assert record.detail["counts"]["device"] == {"new": 3}


@pytest.mark.parametrize("name", ["oxidized", "nornir", "netbox4", "librenms/devices.json"])
def test_no_secret_of_a_sample_reaches_the_database(database: Database, name: str) -> None:
    files = (SAMPLES / name).iterdir() if (SAMPLES / name).is_dir() else [SAMPLES / name]
    assert any("s3cret" in path.read_text(encoding="utf-8") for path in files)
    brought(database, SAMPLES / name, "role:*=access_switch")
    with database.read() as session:
        tables = [session.execute(select(table)).all() for table in Base.metadata.sorted_tables]
    assert "s3cret" not in str(tables)


def test_what_is_known_here_already_keeps_what_the_other_system_does_not_say(database: Database) -> None:
    with database.write() as session:
        device = Device(name="QL-CORE-01", role=DeviceRole.ROUTER, address="10.30.0.1", notes="老王负责")
        session.add(device)
    done = brought(database, SAMPLES / "nornir")
    change = next(one for one in done.plan.changes if one.key == ("QL-CORE-01",))
    assert change.fields["role"] == (DeviceRole.ROUTER, DeviceRole.CORE_SWITCH)
    assert "notes" not in change.fields


def test_a_field_of_netbox_fills_the_offices_own_field_of_that_name(database: Database, tmp_path: Path) -> None:
    url = "https://n/api/dcim/devices/1/"
    device = f'[{{"id": 1, "url": "{url}", "name": "SW-1", "role": {{"slug": "access"}}, '
    device += '"device_type": {"model": "x"}, "custom_fields": {"责任人": "王伟", "other": "y"}}]'
    (tmp_path / "devices.json").write_text(device, encoding="utf-8")
    with database.write() as session:
        session.add(CustomField(kind=ObjectKind.DEVICE, name="责任人", format=FieldFormat.TEXT))
    done = brought(database, tmp_path / "devices.json")
    assert [notice.facts["names"] for notice in done.plan.notices] == ["custom_fields.other (1)"]
    with database.read() as session:
        assert session.scalars(select(Device)).one().custom == {"责任人": "王伟"}


def test_lines_of_netbox_end_at_ports_of_their_devices(database: Database) -> None:
    brought(database, SAMPLES / "netbox4")
    with database.read() as session:
        line = session.scalars(select(Line)).one()
        assert line.a_port is not None
        assert line.b_port is not None
        assert (line.a_port.name, line.b_port.name) == ("10GE1/0/1", "GE1/0/28")


def test_handed_to_nornir_and_brought_into_an_empty_inventory_devices_are_the_same(
    database: Database, tmp_path: Path
) -> None:
    with database.write() as session:
        first = import_ledger(session, workbook(COUNTY), WANG, now=NOW)
        odd = {"no": "10.0.1.1", "0o17": "10.0.1.2", "城关 交换机: 1": "2001:db8::7"}
        for name, address in odd.items():
            session.add(Device(name=name, role=DeviceRole.UPS, address=address, platform="linux", ssh_port=2222))
        session.add(Device(name="旧设备", role=DeviceRole.ROUTER, address="10.0.1.9", life_cycle=LifeCycle.RETIRED))
        session.flush()
        before = compared(session)
        hand_over(session, Program.NORNIR, tmp_path, WANG)
        for device in session.scalars(select(Device).where(Device.name.in_([*odd, "旧设备"]))):
            session.delete(device)
        session.flush()
        undo(session, first.change_set or 0, WANG, now=NOW)
        assert compared(session) == set()
    assert brought(database, tmp_path).applied
    with database.read() as session:
        assert compared(session) == before


def compared(session: Session) -> set[tuple[str | int | None, ...]]:
    """Of the devices that are handed over: what has to come back."""
    return {
        (one.name, one.address, one.ssh_port, one.platform, one.role.value, one.vendor, one.site and one.site.name)
        for one in session.scalars(watched_devices())
    }
