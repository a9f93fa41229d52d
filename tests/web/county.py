"""A sample county in the tables, as the ledger and the poller would have left it."""

from datetime import UTC, date, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from collectors.history import HistoryWriter, Kind
from collectors.models import (
    DeviceState,
    Evidence,
    LineCondition,
    LineState,
    OutageRecord,
    PollerRun,
    PollerStatus,
    PortState,
    PortStatus,
    Reachability,
    SensorState,
    SubjectKind,
)
from collectors.survey.models import BindingState, ComponentState, InterfaceAddress, StationState
from collectors.sweep.models import Sweep, SweepFind, SweepRange, SweepState
from inventory.addresses import sort_key
from inventory.kinds import (
    AdministrativeLevel,
    Carrier,
    ChecklistPurpose,
    ContactRole,
    DeviceRole,
    LineKind,
    LinkStanding,
    LinkState,
)
from inventory.models import (
    BusinessSystem,
    Checklist,
    Contact,
    Device,
    Finding,
    Line,
    Link,
    Port,
    Rack,
    Region,
    Room,
    Round,
    Site,
    Unit,
    Visit,
)

TOWNSHIPS = (
    "城关镇",
    "石塘镇",
    "白沙镇",
    "大安乡",
    "龙门镇",
    "双河乡",
    "清水镇",
    "桃源乡",
    "永兴镇",
    "青山乡",
    "马鞍镇",
    "新田乡",
)
DEPARTMENTS = ("县政务服务中心", "县财政局", "县教育局", "县民政局", "县人力资源和社会保障局", "县自然资源和规划局")
STATION = "a4:bb:6d:00:00:07"
CARRIERS = list(Carrier)[:4]
PATH = {
    "target": "10.30.9.1",
    "method": "icmp",
    "reached": False,
    "hops": [
        {"number": 1, "address": "10.30.0.1", "rtt_ms": 0.41, "refused": False},
        {"number": 2, "address": None, "rtt_ms": None, "refused": False},
        {"number": 3, "address": "10.30.8.1", "rtt_ms": 2.2, "refused": True},
    ],
}


def fill(session: Session, now: datetime) -> None:
    """Two things are broken: a line to 白沙镇 is cut, the access switch of 县民政局 is unreachable by itself."""
    county = Region(name="青岚县", level=AdministrativeLevel.COUNTY, code="430482")
    towns = [Region(name=name, level=AdministrativeLevel.TOWNSHIP, parent=county) for name in TOWNSHIPS]
    centre = Site(name="县政务中心", address="人民路 1 号", region=county)
    session.add_all([county, *towns, centre])
    departments = [Unit(name=name, region=county) for name in DEPARTMENTS]
    governments = [Unit(name=f"{town.name}人民政府", region=town) for town in towns]
    session.add_all([*departments, *governments])
    core = _device("HX-核心交换机-01", DeviceRole.CORE_SWITCH, "Huawei", "S7706", "10.30.0.1", centre, departments[0])
    firewall = _device(
        "FW-出口防火墙-01", DeviceRole.FIREWALL, "H3C", "SecPath F5000", "10.30.0.2", centre, departments[0]
    )
    ups = _device("UPS-中心机房", DeviceRole.UPS, "华为", "UPS5000", "10.30.0.9", centre, departments[0])
    core.room = Room(name="中心机房", site=centre)
    core.rack, core.rack_position, core.rack_units = Rack(name="A-03", room=core.room), 20, 10
    firewall.room, firewall.rack = core.room, core.rack
    backbone = [core, firewall, ups]
    for number, unit in enumerate([*departments[1:], *governments]):
        role = DeviceRole.AGGREGATION_SWITCH if unit in governments else DeviceRole.ACCESS_SWITCH
        vendor, model = [("Huawei", "S5735-L48T4S"), ("H3C", "S5560X-30C"), ("Ruijie", "RG-S2910-24GT")][number % 3]
        backbone.append(_device(f"JR-{unit.name}", role, vendor, model, f"10.30.{number + 1}.1", centre, unit))
    backbone += [
        _device(
            f"JR-{town.name}便民服务中心",
            DeviceRole.ACCESS_SWITCH,
            "Ruijie",
            "RG-S2910-24GT",
            f"10.31.{n}.1",
            centre,
            unit,
        )
        for n, (town, unit) in enumerate(zip(towns, governments, strict=True))
    ]
    session.add_all(backbone)
    session.add_all(
        Contact(unit=unit, name=name, role=ContactRole.NETWORK_ADMIN, phone=f"1380734{number:04d}")
        for number, (unit, name) in enumerate(
            zip([*departments, *governments], "张王李赵陈杨黄周吴徐孙马朱胡林郭何高", strict=True)
        )
    )
    session.flush()
    lines = []
    for device in backbone:
        device.ports = [Port(name=_port_name(device, n), alias="") for n in range(1, 13)]
    session.flush()
    for number, device in enumerate(backbone[3:]):
        assert device.unit
        lines.append(
            Line(
                name=f"中心至{device.unit.name}{'便民' if '便民' in device.name else ''}专线",
                carrier=CARRIERS[number % 4],
                circuit_number=f"HYQL{number:05d}MSTP",
                kind=LineKind.MSTP if number % 3 else LineKind.DARK_FIBRE,
                bandwidth_bps=100_000_000 if number % 4 else 1_000_000_000,
                a_device=core,
                a_port=core.ports[number % 12],
                b_device=device,
                b_port=device.ports[0],
                unit=device.unit,
                monthly_fee_fen=180_000,
                contract_start=date(2025, 1, 1),
                contract_end=date(2026, 12, 31),
                promised_availability_ppm=999_000,
                promised_repair_hours=4,
                probe_interval_s=1 if device.unit.name.startswith("白沙镇") else None,
            )
        )
    session.add_all(lines)
    approval = BusinessSystem(
        name="行政审批系统", owner=departments[0], protection_level=3, lines=lines, units=departments
    )
    office = BusinessSystem(name="协同办公系统", owner=departments[0], protection_level=2, devices=[core])
    session.add_all([approval, office])
    session.flush()
    _machine_room(session, core.room, now)
    _sweeps(session, now)
    lost = next(line for line in lines if "白沙镇" in line.name)
    _states(session, backbone, lines, lost, now)


def _sweeps(session: Session, now: datetime) -> None:
    """Two ranges: one was swept, of the other the sweep is waiting."""
    for number, state in enumerate((SweepState.DONE, SweepState.ASKED)):
        allowed = SweepRange(
            prefix=f"10.99.{number}.0/24", credentials=["county-ro"], allowed_by="zhangwei", allowed_at=now
        )
        sweep = Sweep(range=allowed, state=state, asked_by="zhangwei", asked_at=now, addresses=254, asked=254)
        if state is SweepState.DONE:
            sweep.finds = [
                SweepFind(address=address, place=sort_key(ip_address(address)), rtt_ms=0.4, **facts)
                for address, facts in {
                    "10.99.0.1": {"name": "SW-NEW", "vendor": "Huawei", "model": "S5735", "credential": "county-ro"},
                    "10.99.0.2": {},
                }.items()
            ]
        session.add(sweep)
        session.flush()


def _machine_room(session: Session, room: Room, now: datetime) -> None:
    """Gone round yesterday, when it was too warm; somebody is inside."""
    asked = [{"name": "门锁完好", "form": "check"}, {"name": "温度", "form": "number", "high": "27", "unit": "℃"}]
    found = [{"verdict": "good", "value": "", "note": ""}, {"verdict": "wrong", "value": "31", "note": "空调停机"}]
    checklist = Checklist(
        name="日常巡检", purpose=ChecklistPurpose.ROUND, items=asked, every_days=1, retired=False, rooms=[room]
    )
    session.add(checklist)
    session.flush()
    done = Round(
        checklist_id=checklist.id,
        room=room,
        name=checklist.name,
        purpose=checklist.purpose,
        answers=[item | answer for item, answer in zip(asked, found, strict=True)],
        wrong=1,
        done_at=now - timedelta(days=1),
        done_by="zhangwei",
    )
    done.findings = [Finding(room=room, item="温度", found="31 ℃ · 空调停机", due_on=now.date() - timedelta(days=1))]
    visit = Visit(
        room=room,
        name="王工",
        organisation="某某公司",
        purpose="修空调",
        escort="张伟",
        entered_at=now - timedelta(hours=1),
        registered_by="zhangwei",
    )
    session.add_all([done, visit])


def _device(name: str, role: DeviceRole, vendor: str, model: str, address: str, site: Site, unit: Unit) -> Device:
    return Device(
        name=name,
        role=role,
        vendor=vendor,
        model=model,
        address=address,
        site=site,
        unit=unit,
        platform={"Huawei": "huawei_vrp", "H3C": "h3c_comware", "Ruijie": "ruijie_rgos"}.get(vendor, ""),
        serial=f"2102350{address.replace('.', '')}",
        snmp_credential="county-ro",
        ssh_credential="county-ssh",
        ssh_port=22,
    )


def _port_name(device: Device, number: int) -> str:
    return f"GigabitEthernet0/{number}" if device.vendor == "Ruijie" else f"GE1/0/{number}"


def _states(session: Session, devices: list[Device], lines: list[Line], lost: Line, now: datetime) -> None:
    session.add(PollerRun(began=now - timedelta(days=3), seen=now))
    session.add(
        PollerStatus(
            name="poller",
            pid=4242,
            started=now - timedelta(days=3),
            heartbeat=now,
            icmp="available",
            interval_s=60,
            devices=len(devices),
            ports=400,
            lines=len(lines),
            polls=100_000,
            failed_polls=12,
            late_polls=0,
            busy_percent=3,
        )
    )
    alone = next(device for device in devices if device.unit and device.unit.name == "县民政局")
    silent = devices[-1]
    for number, device in enumerate(devices):
        down = device is alone or device is lost.b_device
        reach = Reachability.DOWN if down else Reachability.SILENT if device is silent else Reachability.UP
        answered = now - timedelta(minutes=14) if reach is not Reachability.UP else now - timedelta(seconds=7 + number)
        session.add(
            DeviceState(
                device_id=device.id,
                reachability=reach,
                since=now - timedelta(minutes=14 if down else 4000),
                judged_by=Evidence.ICMP,
                last_poll=now - timedelta(seconds=7 + number),
                last_answer=answered,
                rtt_ms=None if down else 0.8 + number * 0.37,
                loss_percent=100 if down else 0,
                sys_name=device.name.split("-")[0] + f"-{number:02d}",
                sys_descr="Versatile Routing Platform Software",
                booted=now - timedelta(days=120 + number),
                version="V200R022C00SPC500",
                profile="huawei_vrp",
                cpu_percent=None if device.role is DeviceRole.UPS else 8 + (number * 13) % 86,
                memory_percent=None if device.role is DeviceRole.UPS else 30 + (number * 7) % 45,
                temperature_c=41,
                error_code="snmp.timeout" if down else None,
                error_facts={"address": device.address} if down else None,
                updated=now,
            )
        )
        for index, port in enumerate(device.ports):
            up = index < 7 and not (device is lost.b_device and index == 0)
            session.add(
                PortState(
                    port_id=port.id,
                    device_id=device.id,
                    name=port.name,
                    ifindex=index + 1,
                    mac=f"00:e0:fc:12:{number:02x}:{index:02x}",
                    alias="至上联" if index == 0 else "",
                    if_type=6,
                    admin=PortStatus.DOWN if index > 9 else PortStatus.UP,
                    oper=PortStatus.UP if up else PortStatus.DOWN,
                    speed_bps=1_000_000_000 if up else None,
                    in_bps=(index + 1) * 31_000_000 if up else 0,
                    out_bps=(index + 1) * 12_500_000 if up else 0,
                    in_errors=0.2 if index == 3 else 0,
                    out_errors=0,
                    in_discards=0,
                    out_discards=0,
                    last_change=now - timedelta(days=9),
                    updated=now,
                )
            )
    facts = {"device_id": devices[3].id, "since": now, "seen": now}
    plugged = next(port for port in devices[3].ports if port.name.endswith("5"))
    session.add(StationState(**facts, mac=STATION, vlan=100, port_id=plugged.id, port=plugged.name))
    core = facts | {"device_id": devices[0].id}
    session.add(BindingState(**core, address="172.20.1.7", mac=STATION, port="Vlanif100"))
    uplink = next(port for port in devices[0].ports if port.id == 2)
    session.add(InterfaceAddress(**core, address="10.8.0.1", prefix_length=30, port_id=uplink.id, port=uplink.name))
    texts = dict.fromkeys(("descr", "maker", "hardware", "firmware", "software"), "")
    part = {"number": 7, "parent": 0, "kind": "power_supply", "name": "电源 1", "model": "PAC600", "serial": "PS-0042"}
    session.add(ComponentState(**facts, **texts, **part))
    session.add(
        SensorState(
            device_id=devices[2].id,
            kind="charge",
            key="battery",
            name="电池电量",
            value=96,
            unit="%",
            state="ok",
            updated=now,
        )
    )
    fan = {"kind": "state", "key": "fan1", "name": "Fan 1", "value": 3, "unit": "", "state": "critical"}
    session.add(SensorState(device_id=devices[2].id, **fan, word="failed", updated=now))
    for number, line in enumerate(lines):
        down = line is lost
        condition = LineCondition.DOWN if down else LineCondition.DEGRADED if number == 9 else LineCondition.UP
        if line.b_device is alone:
            condition = LineCondition.UP
        session.add(
            LineState(
                line_id=line.id,
                watched_since=now - timedelta(days=3),
                state=condition,
                since=now - timedelta(minutes=14 if down else 700 + number),
                cause="port_down" if down else "loss" if number == 9 else None,
                rtt_ms=None if down else 1.2 + number * 0.3,
                rtt_p50_ms=None if down else 1.1 + number * 0.3,
                rtt_p95_ms=None if down else 2.9 + number * 0.3,
                jitter_ms=None if down else 0.42,
                loss_percent=100 if down else 4.2 if number == 9 else 0,
                a_rtt_ms=0.4,
                a_loss_percent=0,
                in_bps=0 if down else 13_000_000 + number * 900_000,
                out_bps=0 if down else 4_000_000,
                utilisation_percent=0 if down else (number * 17) % 97,
                updated=now,
            )
        )
    session.add_all(
        OutageRecord(
            subject_kind=kind,
            subject_id=number,
            subject_name=name,
            state="down",
            began=now - timedelta(minutes=14),
            ended=None,
            cause=cause,
            in_maintenance=False,
            path=PATH if kind is SubjectKind.LINE else None,
        )
        for kind, number, name, cause in (
            (SubjectKind.LINE, lost.id, lost.name, "port_down"),
            (SubjectKind.DEVICE, alone.id, alone.name, "no_answer"),
        )
    )
    marked = lines[15]
    marked.maintenance_since, marked.maintenance_until = now - timedelta(days=4), now + timedelta(hours=20)
    marked.maintenance_note, marked.maintenance_by = "联通割接，待确认恢复", "zhangwei"


def history(folder: Path, devices: dict[int, int], now: datetime, hours: int = 6) -> None:
    """A few hours of device and port values for the charts; `devices` maps a device to one of its ports."""
    folder.mkdir(parents=True, exist_ok=True)
    writer = HistoryWriter(folder, keep_days=2, keep_bytes=10**9)
    begin = now.timestamp() - hours * 3600
    for minute in range(hours * 60):
        moment, wave = begin + minute * 60, (minute * 37 % 53) / 53
        for device, port in devices.items():
            cpu = 20 + 30 * wave
            writer.add(
                Kind.DEVICE, device, moment, (cpu, 52, 41, 0, 0.9, 1 + wave, 1.2 + 2 * wave, 86400 + minute * 60)
            )
            writer.add(Kind.PORT, port, moment, (4e7 + 3e7 * wave, 2e7 * wave, 0, 0, 0, 0, 17, 7))
    writer.flush(now.timestamp())
    writer.roll_up(now.timestamp(), devices.values())
    writer.close(now.timestamp())


NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)


def wire(session: Session, now: datetime) -> None:
    """Four links of the core switch: one agreed, one that was moved away, a carrier's box, a name that fits two."""
    devices = dict(session.execute(select(Device.name, Device.id)).all())
    core, access = devices["HX-核心交换机-01"], devices["JR-县财政局"]
    agreed = _link("GE0/0/41", "JR-县财政局", LinkStanding.AGREED, LinkState.PRESENT, now)
    agreed.b_device_id = access
    moved = _link("GE0/0/42", "JR-县教育局", LinkStanding.ONE_END, LinkState.MOVED, now)
    moved.b_device_id, moved.gone = devices["JR-县教育局"], now
    several = _link("GE0/0/44", "HUAWEI", LinkStanding.ONE_END, LinkState.PRESENT, now)
    several.candidates = 2
    links = [agreed, moved, several, _link("GE0/0/43", "carrier-olt", LinkStanding.ONE_END, LinkState.PRESENT, now)]
    for link in links:
        link.a_device_id = core
    session.add_all(links)


def settle(session: Session) -> None:
    """Each township's devices move from the centre to a site of their own."""
    for unit in session.scalars(select(Unit).where(Unit.name.endswith("人民政府"))):
        site = Site(name=f"{unit.name.removesuffix('人民政府')}政府大院", region=unit.region)
        for device in session.scalars(select(Device).where(Device.unit_id == unit.id)):
            device.site = site


def _link(port: str, far: str, standing: LinkStanding, state: LinkState, now: datetime) -> Link:
    return Link(
        key=f"{port} = {far}",
        a_port=port,
        b_name=far,
        b_port="GE0/0/1",
        evidence="cdp,lldp",
        standing=standing,
        state=state,
        since=now - timedelta(days=30),
        seen=now - timedelta(minutes=4),
    )
