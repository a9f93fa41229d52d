"""The rack that a device named in words becomes a rack of its room, and its name is not lost without one."""

import pytest
from sqlalchemy import text

from core import schema
from core.database import Database

BEFORE, AFTER = "0018_tokens", "0020_ledger"
DEVICES = (("SW-1", 1, "A01"), ("SW-2", 1, "A01"), ("SW-3", None, "B07"), ("SW-4", 1, ""))


@pytest.fixture
def older(empty_database_url: str) -> Database:
    database = Database(empty_database_url)
    schema.upgrade(database, BEFORE)
    with database.write() as session:
        session.execute(text("INSERT INTO inventory_site (id, name, address, notes) VALUES (1, '行政中心', '', '')"))
        session.execute(
            text("INSERT INTO inventory_room (id, site_id, name, floor, notes) VALUES (1, 1, '中心机房', '', '')")
        )
        for name, room, rack in DEVICES:
            session.execute(
                text(
                    "INSERT INTO inventory_device (name, role, vendor, model, platform, serial, snmp_port,"
                    " snmp_version, snmp_credential, ssh_port, ssh_credential, life_cycle, room_id, rack,"
                    " maintenance_note, maintenance_by, notes) VALUES (:name, 'router', '', '', '', '',"
                    " 161, '2c', '', 22, '', 'service', :room, :rack, '', '', '')"
                ),
                {"name": name, "room": room, "rack": rack},
            )
    return database


def test_racks_come_out_of_the_devices_and_go_back_into_them(older: Database) -> None:
    schema.upgrade(older, AFTER)
    with older.read() as session:
        racks = session.execute(text("SELECT room_id, name, height FROM inventory_rack")).all()
        assert [tuple(rack) for rack in racks] == [(1, "A01", 42)]
        wanted = "SELECT name, rack_id IS NOT NULL, notes FROM inventory_device ORDER BY name"
        assert [(name, bool(held), notes.strip()) for name, held, notes in session.execute(text(wanted))] == [
            ("SW-1", True, ""),
            ("SW-2", True, ""),
            ("SW-3", False, "机柜: B07"),
            ("SW-4", False, ""),
        ]
    schema.downgrade(older, BEFORE)
    with older.read() as session:
        names = session.execute(text("SELECT name, rack FROM inventory_device ORDER BY name")).all()
        assert dict(tuple(row) for row in names) == {"SW-1": "A01", "SW-2": "A01", "SW-3": "", "SW-4": ""}
    older.close()
