from datetime import UTC, datetime

from collectors.history import Kind
from collectors.metrics.scraped_names import scraped_labels
from collectors.models import PortState, PortStatus
from core.database import Database
from inventory.models import Port
from tests.collectors.county import build


def test_what_has_a_number_is_known_by_the_labels_of_the_metrics_page(database: Database) -> None:
    with database.write() as session:
        county = build(session)
        twice = Port(device_id=county.core, name="Vlanif (12)")
        session.add(twice)
        session.flush()
        session.add(
            PortState(
                port_id=twice.id,
                device_id=county.core,
                name=twice.name,
                ifindex=12,
                admin=PortStatus.UP,
                oper=PortStatus.UP,
                updated=datetime(2026, 11, 22, tzinfo=UTC),
            )
        )
        twice_id = twice.id
    with database.read() as session:
        assert scraped_labels(session, Kind.DEVICE, county.core) == {"device": "HX-CORE-01"}
        assert scraped_labels(session, Kind.LINE, county.line) == {"line": "政务中心-新华村"}
        port = scraped_labels(session, Kind.PORT, county.access_port)
        assert port == {"device": "KJ-ACC-01", "ifName": "GE0/0/24"}
        assert scraped_labels(session, Kind.PORT, twice_id) == {"device": "HX-CORE-01", "ifIndex": "12"}
        assert {scraped_labels(session, kind, 999) for kind in Kind} == {None}
