"""The intranet of 青岚县: its own machine room and devices, nothing in common with the extranet but the building."""

from demo.county.ledger import Cable, Contact, Device, Line, Region, Room, Sample, Site, System, Unit, names
from demo.county.places import COUNTY, MAIN_BUILDING
from inventory.kinds import AdministrativeLevel, Carrier, ContactRole, DeviceRole, LineKind

OFFICE = "青岚县电子政务内网管理中心"
COMMITTEE = "县委办公室"
GOVERNMENT = "县政府办公室"
EAST_BUILDING = "县委办公楼"
ROOM = "内网机房"


def _device(name: str, role: DeviceRole, number: int, model: str, platform: str, vendor: str, **where: str) -> Device:  # noqa: PLR0917  # a row of the table
    shell = platform not in {"ups", "linux"}
    place = {"unit": OFFICE, "site": MAIN_BUILDING, "room": ROOM, **where}
    return Device(
        name, role, f"127.10.200.{number}", vendor, model, platform, place["unit"], place["site"], place["room"],
        serial=f"2102200{number:03}NW", ssh_port=Device.ssh_port if shell else None,
        ssh_credential=Device.ssh_credential if shell else "",
    )  # fmt: skip


EAST = {"unit": COMMITTEE, "site": EAST_BUILDING, "room": ""}
INTRANET = Sample(
    regions=(Region(COUNTY, AdministrativeLevel.COUNTY, code="990523"),),
    sites=(Site(MAIN_BUILDING, "人民路 1 号", COUNTY), Site(EAST_BUILDING, "人民路 2 号", COUNTY)),
    units=(
        Unit(OFFICE, "内网中心", COUNTY, MAIN_BUILDING),
        Unit(COMMITTEE, "县委办", COUNTY, EAST_BUILDING),
        Unit(GOVERNMENT, "县政府办", COUNTY, MAIN_BUILDING),
    ),
    contacts=(
        Contact(OFFICE, "赵景行", "13800000001", ContactRole.LEADER),
        Contact(OFFICE, "华清越", "13800000081"),
        Contact(COMMITTEE, "魏承志", "13800000082"),
        Contact(GOVERNMENT, "陶子衿", "13800000083"),
    ),
    rooms=(Room(MAIN_BUILDING, ROOM, "地下一层", "可处理机密级以下信息，已通过验收"),),
    devices=(
        _device("NW-CORE-SW01", DeviceRole.CORE_SWITCH, 1, "S7706", "huawei_vrp", "华为"),
        _device("NW-FW-01", DeviceRole.FIREWALL, 2, "USG6525E", "huawei_vrp", "华为"),
        _device("NW-SRV-SW01", DeviceRole.ACCESS_SWITCH, 3, "S5560X-30F-EI", "h3c_comware", "新华三"),
        _device("NW-ACC-SW01", DeviceRole.ACCESS_SWITCH, 4, "S5720-28X-SI-AC", "huawei_vrp", "华为"),
        _device("NW-ACC-SW02", DeviceRole.ACCESS_SWITCH, 5, "S5130S-28S-EI", "h3c_comware", "新华三", **EAST),
        _device("NW-ACC-SW03", DeviceRole.ACCESS_SWITCH, 6, "S2910-24GT4XS-E", "ruijie_rgos", "锐捷", **EAST),
        _device("NW-UPS-01", DeviceRole.UPS, 7, "UPS5000-E-40K", "ups", "华为"),
        _device("NW-SRV-01", DeviceRole.SERVER, 8, "TaiShan 200", "linux", "鲲鹏"),
    ),
    lines=(
        Line("县委办公楼光缆", Carrier.OWN, LineKind.DARK_FIBRE, 1_000_000_000, COMMITTEE,
             "NW-CORE-SW01", "GigabitEthernet1/0/1", "NW-ACC-SW02", "GigabitEthernet1/0/1"),
        Line("县委办公楼备用光缆", Carrier.OWN, LineKind.DARK_FIBRE, 1_000_000_000, COMMITTEE,
             "NW-CORE-SW01", "GigabitEthernet1/0/2", "NW-ACC-SW03", "GigabitEthernet 0/1",
             backup_of="县委办公楼光缆"),
    ),
    systems=(
        System("内网公文系统", OFFICE, 3, names(COMMITTEE, GOVERNMENT), names("县委办公楼光缆"), names("NW-SRV-01")),
    ),
    cables=(
        Cable("NW-CORE-SW01", "GigabitEthernet1/0/0", "NW-FW-01", "GigabitEthernet0/0/1"),
        Cable("NW-SRV-SW01", "GigabitEthernet1/0/1", "NW-FW-01", "GigabitEthernet0/0/2"),
        Cable("NW-ACC-SW01", "XGigabitEthernet0/0/1", "NW-CORE-SW01", "XGigabitEthernet2/0/0"),
        Cable("NW-SRV-01", "enp125s0f0", "NW-SRV-SW01", "GigabitEthernet1/0/2"),
        Cable("NW-UPS-01", "eth0", "NW-ACC-SW01", "GigabitEthernet0/0/24"),
        Cable("NW-ACC-SW02", "Ten-GigabitEthernet1/0/25", "NW-ACC-SW03", "TenGigabitEthernet 0/25"),
    ),
)  # fmt: skip
