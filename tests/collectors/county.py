"""A very small county for the tests of this package."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from inventory.kinds import AdministrativeLevel, Carrier, DeviceRole, LifeCycle, LineKind
from inventory.models import BusinessSystem, Device, Line, Port, Region, Unit

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class County:
    core: int
    access: int
    line: int
    core_port: int
    access_port: int
    unit: int
    other_unit: int


def build(session: Session, *, address: str = "127.0.0.1", ports: tuple[int, int] = (161, 162)) -> County:
    """A core switch in the county, an access switch in a township's village unit, one line between them."""
    county = Region(name="昌宁县", level=AdministrativeLevel.COUNTY)
    township = Region(name="柯街镇", level=AdministrativeLevel.TOWNSHIP, parent=county)
    village = Region(name="新华村", level=AdministrativeLevel.VILLAGE, parent=township)
    centre = Unit(name="政务中心", region=county)
    unit = Unit(name="新华村委会", region=village)
    core = Device(name="HX-CORE-01", role=DeviceRole.CORE_SWITCH, address=address, snmp_port=ports[0], unit=centre)
    access = Device(name="KJ-ACC-01", role=DeviceRole.ACCESS_SWITCH, address=address, snmp_port=ports[1], unit=unit)
    spare = Device(name="SPARE-01", role=DeviceRole.ROUTER, life_cycle=LifeCycle.STOCK)
    core_port, access_port = Port(device=core, name="GE1/0/1"), Port(device=access, name="GE0/0/24")
    line = Line(
        name="政务中心-新华村",
        carrier=Carrier.TELECOM,
        kind=LineKind.MSTP,
        bandwidth_bps=20_000_000,
        a_device=core,
        a_port=core_port,
        b_device=access,
        b_port=access_port,
        unit=unit,
    )
    system = BusinessSystem(name="行政审批系统", lines=[line], units=[unit])
    session.add_all([county, township, village, centre, unit, core, access, spare, core_port, access_port])
    session.add_all([line, system])
    session.flush()
    return County(core.id, access.id, line.id, core_port.id, access_port.id, unit.id, centre.id)
