from sqlalchemy import update

from core.database import Database
from inventory.handover.prometheus import target_groups
from inventory.kinds import LifeCycle
from inventory.models import Device, Site
from tests.collectors.county import build


def test_devices_in_service_with_an_address_and_a_credential_are_told(database: Database) -> None:
    with database.write() as session:
        county = build(session, address="10.0.0.1", ports=(161, 1161))
        session.execute(update(Device).values(snmp_credential="site"))
        core, access = session.get_one(Device, county.core), session.get_one(Device, county.access)
        core.vendor, core.site = "Huawei", Site(name="县政务中心")
        access.address = "2001:db8::1"
    with database.read() as session:
        first, second = target_groups(session)
    assert first.targets == ["10.0.0.1"]
    assert first.labels == {
        "__meta_guanjin_device": "HX-CORE-01",
        "__meta_guanjin_role": "core_switch",
        "__meta_guanjin_vendor": "Huawei",
        "__meta_guanjin_unit": "政务中心",
        "__meta_guanjin_region": "昌宁县",
        "__meta_guanjin_site": "县政务中心",
    }
    assert second.targets == ["[2001:db8::1]:1161"]
    with database.write() as session:
        session.get_one(Device, county.core).snmp_credential = ""
        session.get_one(Device, county.access).life_cycle = LifeCycle.STOCK
    with database.read() as session:
        assert target_groups(session) == []
