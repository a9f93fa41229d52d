"""The extranet of 青岚县: forty devices, about thirty lines, six business systems."""

from dataclasses import replace
from datetime import date

from demo.county.ledger import Cable, Device, Line, Sample, System, names
from demo.county.places import (
    CENTRE,
    CENTRE_BUILDING,
    CONTACTS,
    DEPARTMENTS,
    MACHINE_ROOM,
    MAIN_BUILDING,
    OFFICE,
    REGIONS,
    ROOMS,
    SITES,
    TOWNSHIPS,
    UNITS,
    VILLAGES,
    Department,
    Township,
    committee,
    government,
)
from inventory.kinds import Carrier, DeviceRole, LineKind

M, G = 1_000_000, 1_000_000_000
YUAN = 100  # fen
VENDORS = {"huawei_vrp": "华为", "h3c_comware": "新华三", "ruijie_rgos": "锐捷", "ups": "华为", "linux": "鲲鹏"}
PLATFORMS = {
    "S7706": "huawei_vrp",
    "S5720-28X-SI-AC": "huawei_vrp",
    "AR6120": "huawei_vrp",
    "USG6525E": "huawei_vrp",
    "S5130S-28S-EI": "h3c_comware",
    "S5560X-30F-EI": "h3c_comware",
    "MSR3600-28-X1": "h3c_comware",
    "S2910-24GT4XS-E": "ruijie_rgos",
    "UPS5000-E-40K": "ups",
    "TaiShan 200": "linux",
}
ROTATION = ("S5720-28X-SI-AC", "S5130S-28S-EI", "S2910-24GT4XS-E")
ROUTERS = ("AR6120", "MSR3600-28-X1")


def _device(name: str, role: DeviceRole, address: str, model: str, unit: str, site: str, room: str = "") -> Device:  # noqa: PLR0917  # a row of the table
    platform = PLATFORMS[model]
    number = "".join(f"{int(part):03}" for part in address.split(".")[1:])
    has_shell = platform not in {"ups", "linux"}
    return Device(
        name, role, address, VENDORS[platform], model, platform, unit, site, room,
        serial=f"2102{number}QL", ssh_port=Device.ssh_port if has_shell else None,
        ssh_credential=Device.ssh_credential if has_shell else "",
    )  # fmt: skip


def _centre(name: str, role: DeviceRole, number: int, model: str) -> Device:
    return _device(name, role, f"127.10.1.{number}", model, OFFICE, MAIN_BUILDING, MACHINE_ROOM)


def uplink(model: str) -> str:
    """The port by which an access switch or a township's router reaches the county."""
    return {
        "S5720-28X-SI-AC": "GigabitEthernet0/0/1",
        "S5130S-28S-EI": "GigabitEthernet1/0/1",
        "S2910-24GT4XS-E": "GigabitEthernet 0/1",
        "AR6120": "GigabitEthernet0/0/0",
        "MSR3600-28-X1": "GigabitEthernet0/0",
    }[model]


def next_port(port: str, steps: int) -> str:
    head, slash, number = port.rpartition("/")
    return f"{head}{slash}{int(number) + steps}"


def _department_switch(at: int, department: Department) -> Device:
    site = f"{department.short}办公楼"
    name = f"QL-{department.code}-SW01"
    return _device(name, DeviceRole.ACCESS_SWITCH, f"127.10.3.{at}", ROTATION[at % 3], department.name, site)


def _township_devices(at: int, township: Township) -> tuple[Device, Device]:
    unit, site, room = government(township), f"{township.name}政府大院", "设备间"
    where = f"127.10.{10 + at}"
    router = _device(f"QL-{township.code}-RT01", DeviceRole.ROUTER, f"{where}.1", ROUTERS[at % 2], unit, site, room)
    switch = _device(
        f"QL-{township.code}-SW01", DeviceRole.ACCESS_SWITCH, f"{where}.2", ROTATION[at % 3], unit, site, room
    )
    return router, switch


TOWNSHIP_DEVICES = tuple(_township_devices(at, township) for at, township in enumerate(TOWNSHIPS, 1))
DEPARTMENT_SWITCHES = tuple(_department_switch(at, department) for at, department in enumerate(DEPARTMENTS, 1))
DEVICES = (
    _centre("QL-CORE-SW01", DeviceRole.CORE_SWITCH, 1, "S7706"),
    _centre("QL-CORE-SW02", DeviceRole.CORE_SWITCH, 2, "S7706"),
    _centre("QL-CORE-RT01", DeviceRole.ROUTER, 3, "AR6120"),
    _centre("QL-FW-01", DeviceRole.FIREWALL, 4, "USG6525E"),
    _centre("QL-FW-02", DeviceRole.FIREWALL, 5, "USG6525E"),
    _centre("QL-AGG-SW01", DeviceRole.AGGREGATION_SWITCH, 6, "S5560X-30F-EI"),
    _centre("QL-AGG-SW02", DeviceRole.AGGREGATION_SWITCH, 7, "S5560X-30F-EI"),
    _centre("QL-SRV-SW01", DeviceRole.ACCESS_SWITCH, 8, "S5130S-28S-EI"),
    _centre("QL-SRV-SW02", DeviceRole.ACCESS_SWITCH, 9, "S5720-28X-SI-AC"),
    _centre("QL-UPS-01", DeviceRole.UPS, 10, "UPS5000-E-40K"),
    _centre("QL-UPS-02", DeviceRole.UPS, 11, "UPS5000-E-40K"),
    _centre("QL-QZJ-01", DeviceRole.EXCHANGE, 12, "TaiShan 200"),
    _device("QL-FWZX-SW01", DeviceRole.AGGREGATION_SWITCH, "127.10.2.1", "S5720-28X-SI-AC", CENTRE, CENTRE_BUILDING,
            "弱电机房"),
    _device("QL-FWZX-SW02", DeviceRole.ACCESS_SWITCH, "127.10.2.2", "S2910-24GT4XS-E", CENTRE, CENTRE_BUILDING,
            "弱电机房"),
    _device("QL-FWZX-UPS01", DeviceRole.UPS, "127.10.2.3", "UPS5000-E-40K", CENTRE, CENTRE_BUILDING, "弱电机房"),
    *DEPARTMENT_SWITCHES,
    *(device for pair in TOWNSHIP_DEVICES for device in pair),
    _device("QL-CG-UPS01", DeviceRole.UPS, "127.10.11.3", "UPS5000-E-40K", government(TOWNSHIPS[0]),
            f"{TOWNSHIPS[0].name}政府大院", "设备间"),
)  # fmt: skip

BACKED_UP = 3
_TERMS = {
    "contract_start": date(2026, 1, 1),
    "contract_end": date(2027, 12, 31),
    "promised_availability_ppm": 999_000,
    "promised_repair_hours": 4,
}


def _line(name: str, carrier: Carrier, kind: LineKind, bandwidth: int, unit: str, fee: int, **ends: str) -> Line:  # noqa: PLR0917  # a row of the table
    """`fee` is yuan a month; what the office laid itself has neither a contract nor a number."""
    if carrier is Carrier.OWN:
        return Line(name, carrier, kind, bandwidth, unit, **ends)  # type: ignore[arg-type]  # ends are text fields
    return Line(name, carrier, kind, bandwidth, unit, monthly_fee_fen=fee * YUAN, **ends, **_TERMS)  # type: ignore[arg-type]  # as above


def _department_line(at: int, department: Department, switch: Device) -> Line:
    carrier, number = (Carrier.TELECOM, "TEL") if at % 3 else (Carrier.BROADNET, "BTV")
    return _line(
        f"{department.short}专线", carrier, LineKind.MSTP, 100 * M if at % 2 else 200 * M, department.name, 2200,
        circuit_number=f"{number}-QL-{1000 + at}", a_device="QL-AGG-SW02", a_port=f"GigabitEthernet1/0/{at}",
        b_device=switch.name, b_port=uplink(switch.model),
    )  # fmt: skip


def _township_line(at: int, township: Township, router: Device) -> Line:
    """The first ones are looked at every second; they are those that have a backup."""
    line = _line(
        f"{township.name}专线", Carrier.TELECOM, LineKind.MSTP, 100 * M, government(township), 3600,
        circuit_number=f"TEL-QL-{2000 + at}", a_device="QL-AGG-SW01", a_port=f"GigabitEthernet1/0/{at}",
        b_device=router.name, b_port=uplink(router.model),
    )  # fmt: skip
    return replace(line, probe_interval_s=1 if at <= BACKED_UP else None)


def _backup_line(at: int, township: Township, router: Device) -> Line:
    return _line(
        f"{township.name}备用线路", Carrier.MOBILE, LineKind.CELLULAR, 50 * M, government(township), 800,
        circuit_number=f"CM5G-QL-{3000 + at}", a_device="QL-CORE-RT01", a_port=f"GigabitEthernet0/0/{3 + at}",
        b_device=router.name, b_port=next_port(uplink(router.model), 1), backup_of=f"{township.name}专线",
    )  # fmt: skip


def _village_line(at: int, village: str, township: Township) -> Line:
    switch = next(pair[1] for pair, one in zip(TOWNSHIP_DEVICES, TOWNSHIPS, strict=True) if one == township)
    inside = sum(1 for earlier, one in VILLAGES[: at - 1] if one == township)
    return _line(
        f"{village}接入", Carrier.BROADNET, LineKind.PON, 50 * M, committee(village), 300,
        circuit_number=f"BTV-QL-{4000 + at}", a_device=switch.name, a_port=next_port(uplink(switch.model), 10 + inside),
        b_address=f"{township.name}{village}便民服务站",
    )  # fmt: skip


LINES = (
    _line("市级外网主用", Carrier.TELECOM, LineKind.MSTP, G, OFFICE, 18_000, circuit_number="TEL-YC-0001",
          a_device="QL-CORE-RT01", a_port="GigabitEthernet0/0/0", b_address="云川市电子政务外网中心"),
    _line("市级外网备用", Carrier.MOBILE, LineKind.MPLS_VPN, 500 * M, OFFICE, 9000, circuit_number="CM-YC-0001",
          a_device="QL-CORE-RT01", a_port="GigabitEthernet0/0/1", b_address="云川市电子政务外网中心",
          backup_of="市级外网主用"),
    _line("互联网出口（电信）", Carrier.TELECOM, LineKind.INTERNET, 500 * M, OFFICE, 6800,
          circuit_number="TEL-QL-0101", a_device="QL-FW-02", a_port="GigabitEthernet0/0/1", b_address="电信青岚机房"),
    _line("互联网出口（联通）", Carrier.UNICOM, LineKind.INTERNET, 300 * M, OFFICE, 4200,
          circuit_number="CU-QL-0101", a_device="QL-FW-02", a_port="GigabitEthernet0/0/2", b_address="联通青岚机房"),
    _line("政务服务中心主用", Carrier.OWN, LineKind.DARK_FIBRE, 10 * G, CENTRE, 0, a_device="QL-CORE-SW01",
          a_port="XGigabitEthernet2/0/1", b_device="QL-FWZX-SW01", b_port="XGigabitEthernet0/0/1"),
    _line("政务服务中心备用", Carrier.BROADNET, LineKind.MSTP, G, CENTRE, 5200, circuit_number="BTV-QL-0201",
          a_device="QL-CORE-SW02", a_port="GigabitEthernet1/0/2", b_device="QL-FWZX-SW02",
          b_port="GigabitEthernet 0/1", backup_of="政务服务中心主用"),
    *(_department_line(at, department, switch)
      for at, (department, switch) in enumerate(zip(DEPARTMENTS, DEPARTMENT_SWITCHES, strict=True), 1)),
    *(_township_line(at, township, pair[0])
      for at, (township, pair) in enumerate(zip(TOWNSHIPS, TOWNSHIP_DEVICES, strict=True), 1)),
    *(_backup_line(at, township, pair[0])
      for at, (township, pair) in enumerate(zip(TOWNSHIPS[:BACKED_UP], TOWNSHIP_DEVICES[:BACKED_UP], strict=True), 1)),
    *(_village_line(at, village, township) for at, (village, township) in enumerate(VILLAGES, 1)),
)  # fmt: skip

_ALL_UNITS = tuple(unit.name for unit in UNITS)
_DEPARTMENT_UNITS = tuple(department.name for department in DEPARTMENTS)
_TOWNSHIP_UNITS = tuple(government(township) for township in TOWNSHIPS)
_TOWNSHIP_LINES = tuple(f"{township.name}专线" for township in TOWNSHIPS)
_DEPARTMENT_LINES = tuple(f"{department.short}专线" for department in DEPARTMENTS)
_VILLAGE_LINES = tuple(f"{village}接入" for village, _ in VILLAGES)
_APPROVAL = (CENTRE, *_DEPARTMENT_UNITS, *_TOWNSHIP_UNITS)
_APPROVAL_LINES = ("市级外网主用", "政务服务中心主用", *_DEPARTMENT_LINES, *_TOWNSHIP_LINES)
SYSTEMS = (
    System("行政审批系统", CENTRE, 3, names(*_APPROVAL), names(*_APPROVAL_LINES), names("QL-SRV-SW01")),
    System("电子监察系统", OFFICE, 3, names(CENTRE, *_TOWNSHIP_UNITS), names("政务服务中心主用", *_TOWNSHIP_LINES)),
    System("公文交换系统", OFFICE, 2, names(*_ALL_UNITS), names(*_DEPARTMENT_LINES, *_TOWNSHIP_LINES, *_VILLAGE_LINES)),
    System("数据共享交换平台", OFFICE, 3, names(*_DEPARTMENT_UNITS), names("市级外网主用", *_DEPARTMENT_LINES),
           names("QL-QZJ-01", "QL-SRV-SW02")),
    System("信用信息公示系统", _DEPARTMENT_UNITS[6], 2, names(*_DEPARTMENT_UNITS), names(*_DEPARTMENT_LINES)),
    System("政府门户网站", OFFICE, 3, names(OFFICE), names("互联网出口（电信）", "互联网出口（联通）"),
           names("QL-FW-02")),
)  # fmt: skip

CABLES = (
    Cable("QL-CORE-SW01", "XGigabitEthernet2/0/0", "QL-CORE-SW02", "XGigabitEthernet2/0/0"),
    Cable("QL-CORE-RT01", "GigabitEthernet0/0/2", "QL-CORE-SW01", "GigabitEthernet1/0/0"),
    Cable("QL-CORE-RT01", "GigabitEthernet0/0/3", "QL-CORE-SW02", "GigabitEthernet1/0/0"),
    Cable("QL-FW-01", "GigabitEthernet0/0/1", "QL-CORE-SW01", "GigabitEthernet1/0/1"),
    Cable("QL-FW-01", "GigabitEthernet0/0/2", "QL-SRV-SW01", "GigabitEthernet1/0/1"),
    Cable("QL-FW-02", "GigabitEthernet0/0/3", "QL-CORE-SW02", "GigabitEthernet1/0/1"),
    Cable("QL-AGG-SW01", "Ten-GigabitEthernet1/0/25", "QL-CORE-SW01", "XGigabitEthernet2/0/2"),
    Cable("QL-AGG-SW02", "Ten-GigabitEthernet1/0/25", "QL-CORE-SW02", "XGigabitEthernet2/0/2"),
    Cable("QL-SRV-SW02", "XGigabitEthernet0/0/1", "QL-CORE-SW01", "XGigabitEthernet2/0/3"),
    Cable("QL-QZJ-01", "enp125s0f0", "QL-SRV-SW02", "GigabitEthernet0/0/1"),
    Cable("QL-UPS-01", "eth0", "QL-SRV-SW02", "GigabitEthernet0/0/23"),
    Cable("QL-UPS-02", "eth0", "QL-SRV-SW02", "GigabitEthernet0/0/24"),
    Cable("QL-FWZX-SW01", "XGigabitEthernet0/0/4", "QL-FWZX-SW02", "TenGigabitEthernet 0/28"),
    Cable("QL-FWZX-UPS01", "eth0", "QL-FWZX-SW02", "GigabitEthernet 0/24"),
    Cable("QL-CG-UPS01", "eth0", "QL-CG-SW01", next_port(uplink(TOWNSHIP_DEVICES[0][1].model), 20)),
    *(
        Cable(router.name, next_port(uplink(router.model), 2), switch.name, uplink(switch.model))
        for router, switch in TOWNSHIP_DEVICES
    ),
)

EXTRANET = Sample(REGIONS, SITES, UNITS, CONTACTS, ROOMS, DEVICES, LINES, SYSTEMS, CABLES)
