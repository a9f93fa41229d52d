"""What was in the ledger before it could be sorted by address and found by initials is so afterwards."""

from sqlalchemy import text

from core import schema
from core.database import Database
from inventory.addresses import place_of
from inventory.pinyin import initials


def test_what_there_was_can_be_sorted_and_found(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    schema.upgrade(database, "0025_topology")
    with database.write_engine.begin() as connection:
        for number, address in ((1, "10.0.0.10"), (2, "2001:db8::1"), (3, None)):
            connection.execute(
                text(
                    "INSERT INTO inventory_device (id, name, role, vendor, model, platform, serial, address, snmp_port,"
                    " snmp_version, snmp_credential, ssh_port, ssh_credential, life_cycle, rack_units, asset_number,"
                    " notes, tags, custom, initials, maintenance_note, maintenance_by) VALUES (:id, :name, 'router',"
                    " '', '', '', '', :address, 161, '2c', '', 22, '', 'service', 1, '', '', '', '{}', '', '', '')"
                ),
                {"id": number, "name": f"县政务中心{number}", "address": address},
            )
    schema.upgrade(database, "0027_lists")
    with database.write_engine.begin() as connection:
        rows = connection.execute(text("SELECT name, address, place, initials FROM inventory_device ORDER BY id")).all()
    database.close()
    assert len(rows) == 3
    for name, address, place, spoken in rows:
        assert (place, spoken) == (place_of(address), initials(name))
