"""The ledger's format, declared once: which sheets there are, and which columns each has.

Everything that touches the format reads these tables: the import, its messages, and what writes a ledger. Headings
are stable; a new spelling found in an office's file becomes an alias.
"""

from typing import Final

from core.i18n import N_
from inventory.kinds import AddressUse, AdministrativeLevel, ContactRole, DeviceRole, LifeCycle, ObjectKind, SnmpVersion
from inventory.kinds import Carrier as CarrierKind
from inventory.kinds import LineKind as KindOfLine
from inventory.ledger import spellings
from inventory.ledger.columns import Column, Layout, Sheet
from inventory.ledger.formats import Address, Day, Level, Name, Names, Prefix, Tags, Text, Token, Words
from inventory.ledger.quantities import Bandwidth, Money, Share, Whole

NAME: Final = Text(120)
CODE: Final = Text(64)
PLACE: Final = Text(240)
NOTES: Final = Text(4000)
PORT: Final = Whole(1, 65535)


def _reference(
    heading: str, english: str, field: str, refers: ObjectKind, *aliases: str, required: bool = False, text: str = ""
) -> Column:
    return Column(heading, english, field, Name(), required=required, aliases=aliases, refers=refers, help=text)


def _name(*aliases: str) -> Column:
    return Column("名称", "Name", "name", NAME, required=True, aliases=aliases)


_SITE: Final = _reference("地点", "Site", "site", ObjectKind.SITE, "所在地点")
_UNIT: Final = _reference("单位", "Unit", "unit", ObjectKind.UNIT, "使用单位", "所属单位")
_TAGS: Final = Column(
    "标签",
    "Tags",
    "tags",
    Tags(),
    aliases=("标记",),
    default=(),
    help=N_("words of your own, separated by 、"),
)
_NOTES: Final = Column("备注", "Notes", "notes", NOTES, aliases=("说明",), default="")

REGIONS: Final = Sheet(
    ObjectKind.REGION,
    "行政区划",
    "Regions",
    ("parent", "name"),
    (
        _name("行政区划名称", "区划名称"),
        Column(
            "级别",
            "Level",
            "level",
            Words(AdministrativeLevel, spellings.LEVELS),
            required=True,
            aliases=("行政级别", "行政层级", "层级"),
        ),
        _reference(
            "上级",
            "Parent",
            "parent",
            ObjectKind.REGION,
            "上级行政区划",
            "上级区划",
            text=N_("empty for the topmost region; 上级/名称 where a name occurs twice"),
        ),
        Column("代码", "Code", "code", CODE, aliases=("行政区划代码", "区划代码")),
        _TAGS,
        _NOTES,
    ),
    aliases=("区划",),
)

SITES: Final = Sheet(
    ObjectKind.SITE,
    "地点",
    "Sites",
    ("name",),
    (
        _name("地点名称", "地点"),
        Column("地址", "Address", "address", PLACE, aliases=("详细地址",), default=""),
        _reference("行政区划", "Region", "region", ObjectKind.REGION, "所属行政区划", "所在区划"),
        _TAGS,
        _NOTES,
    ),
    aliases=("场所", "站点"),
)

UNITS: Final = Sheet(
    ObjectKind.UNIT,
    "单位",
    "Units",
    ("name",),
    (
        _name("单位名称", "单位全称"),
        Column("简称", "Short name", "short_name", NAME, aliases=("单位简称",), default=""),
        _reference("行政区划", "Region", "region", ObjectKind.REGION, "所属行政区划", "所在区划"),
        _reference("地点", "Site", "site", ObjectKind.SITE, "所在地点", "办公地点"),
        _TAGS,
        _NOTES,
    ),
    aliases=("单位台账", "接入单位"),
)

CONTACTS: Final = Sheet(
    ObjectKind.CONTACT,
    "联系人",
    "Contacts",
    ("unit", "name"),
    (
        _reference("单位", "Unit", "unit", ObjectKind.UNIT, "单位名称", "所属单位", required=True),
        Column("姓名", "Name", "name", NAME, required=True, aliases=("联系人", "联系人姓名")),
        Column(
            "职责",
            "Role",
            "role",
            Words(ContactRole, spellings.CONTACT_ROLES),
            default=ContactRole.NETWORK_ADMIN,
            aliases=("职务",),
        ),
        Column("电话", "Phone", "phone", CODE, aliases=("联系电话", "手机", "手机号", "手机号码"), default=""),
        Column("邮箱", "Email", "email", NAME, aliases=("电子邮箱", "邮件"), default=""),
        _TAGS,
        _NOTES,
    ),
    aliases=("通讯录",),
)

ROOMS: Final = Sheet(
    ObjectKind.ROOM,
    "机房",
    "Rooms",
    ("site", "name"),
    (
        _reference("地点", "Site", "site", ObjectKind.SITE, "所在地点", required=True),
        _name("机房名称", "机房"),
        Column("楼层", "Floor", "floor", CODE, default=""),
        _TAGS,
        _NOTES,
    ),
    aliases=("机房台账",),
)

RACKS: Final = Sheet(
    ObjectKind.RACK,
    "机柜",
    "Racks",
    ("room", "name"),
    (
        _reference(
            "机房",
            "Room",
            "room",
            ObjectKind.ROOM,
            "所在机房",
            required=True,
            text=N_("地点/机房 where the name of the room occurs twice"),
        ),
        Column("名称", "Name", "name", CODE, required=True, aliases=("机柜名称", "机柜编号", "机柜号", "机柜")),
        Column(
            "高度", "Height", "height", Whole(1, 60, {"u": 1}), aliases=("机柜高度", "总U数"), units=("u",), default=42
        ),
        _TAGS,
        _NOTES,
    ),
    aliases=("机柜台账",),
)

DEVICES: Final = Sheet(
    ObjectKind.DEVICE,
    "设备",
    "Devices",
    ("name",),
    (
        _name("设备名称", "设备名", "主机名"),
        Column(
            "角色",
            "Role",
            "role",
            Words(DeviceRole, spellings.DEVICE_ROLES),
            required=True,
            aliases=("设备角色", "设备类型", "设备类别", "类型"),
        ),
        Column(
            "管理地址",
            "Management address",
            "address",
            Address(),
            aliases=("管理IP", "管理IP地址", "IP地址", "IP", "Address"),
            help=N_("one IP address; two devices may share it only on different SNMP ports"),
        ),
        Column("厂商", "Vendor", "vendor", NAME, aliases=("品牌", "厂家", "生产厂商", "生产厂家"), default=""),
        Column("型号", "Model", "model", NAME, aliases=("设备型号", "规格型号"), default=""),
        Column(
            "平台",
            "Platform",
            "platform",
            Token("huawei_vrp", spellings.PLATFORMS),
            default="",
            help=N_("huawei_vrp, h3c_comware, ruijie_rgos, frr, linux, ups; empty when unknown"),
        ),
        Column("序列号", "Serial number", "serial", CODE, aliases=("设备序列号", "SN", "S/N", "Serial"), default=""),
        _reference("单位", "Unit", "unit", ObjectKind.UNIT, "所属单位", "使用单位", "单位名称"),
        _reference("地点", "Site", "site", ObjectKind.SITE, "所在地点", "安装地点"),
        _reference(
            "机房",
            "Room",
            "room",
            ObjectKind.ROOM,
            "所在机房",
            text=N_("a room of the site in this row, or 地点/机房"),
        ),
        Column(
            "机柜",
            "Rack",
            "rack",
            CODE,
            aliases=("机柜号", "机柜编号"),
            help=N_("a rack of the room in this row; one that is not known yet is added"),
        ),
        Column(
            "U位",
            "Rack position",
            "rack_position",
            Whole(1, 60, {"u": 1}),
            aliases=("机柜U位", "起始U位"),
            help=N_("the lowest rack unit that it takes, counted from the bottom"),
        ),
        Column("占用U数", "Rack units", "rack_units", Whole(1, 60, {"u": 1}), aliases=("高度U", "U数"), default=1),
        Column("资产编号", "Asset number", "asset_number", CODE, aliases=("固定资产编号", "资产号"), default=""),
        Column("购置日期", "Purchased on", "purchased_on", Day(), aliases=("采购日期", "购买日期", "购入日期")),
        Column(
            "质保到期",
            "Warranty until",
            "warranty_until",
            Day(),
            aliases=("保修到期", "质保期至", "保修期至", "维保到期"),
        ),
        Column("停止服务日期", "End of life", "end_of_life", Day(), aliases=("停服日期", "生命周期终止", "EOL")),
        Column(
            "状态",
            "Life cycle",
            "life_cycle",
            Words(LifeCycle, spellings.LIFE_CYCLES),
            default=LifeCycle.SERVICE,
            aliases=("生命周期", "使用状态", "设备状态"),
        ),
        Column("SNMP端口", "SNMP port", "snmp_port", PORT, default=161),
        Column(
            "SNMP版本",
            "SNMP version",
            "snmp_version",
            Words(SnmpVersion, spellings.SNMP_VERSIONS),
            default=SnmpVersion.V2C,
        ),
        Column(
            "SNMP凭据",
            "SNMP credential",
            "snmp_credential",
            Token("county-read"),
            default="",
            help=N_("the credential's name in the vault, never the community or password itself"),
        ),
        Column("SSH端口", "SSH port", "ssh_port", PORT, default=22),
        Column(
            "SSH凭据",
            "SSH credential",
            "ssh_credential",
            Token("county-backup"),
            default="",
            help=N_("the credential's name in the vault, never the community or password itself"),
        ),
        _TAGS,
        _NOTES,
    ),
    aliases=("设备台账", "设备清单", "网络设备"),
)

LINES: Final = Sheet(
    ObjectKind.LINE,
    "专线",
    "Lines",
    ("name",),
    (
        _name("专线名称", "线路名称"),
        Column(
            "运营商",
            "Carrier",
            "carrier",
            Words(CarrierKind, spellings.CARRIERS),
            required=True,
            aliases=("运营商名称", "线路运营商"),
        ),
        Column(
            "电路编号",
            "Circuit number",
            "circuit_number",
            CODE,
            aliases=("电路号", "电路代号", "专线号", "专线编号", "线路编号"),
        ),
        Column(
            "类型",
            "Kind",
            "kind",
            Words(KindOfLine, spellings.LINE_KINDS),
            required=True,
            aliases=("专线类型", "线路类型", "接入方式"),
        ),
        Column(
            "带宽",
            "Bandwidth",
            "bandwidth_bps",
            Bandwidth(),
            aliases=("专线带宽", "线路带宽"),
            units=("m", "mb", "mbps", "mbit/s", "兆"),
            help=N_("100M or 1G; a bare number is in Mbit/s"),
        ),
        _reference("单位", "Unit", "unit", ObjectKind.UNIT, "使用单位", "接入单位", "所属单位", "单位名称"),
        _reference("A端设备", "A device", "a_device", ObjectKind.DEVICE, "本端设备"),
        Column("A端端口", "A port", "a_port", NAME, aliases=("本端端口",)),
        _reference("B端设备", "B device", "b_device", ObjectKind.DEVICE, "对端设备"),
        Column("B端端口", "B port", "b_port", NAME, aliases=("对端端口",)),
        Column(
            "B端地址",
            "B address",
            "b_address",
            PLACE,
            aliases=("对端地址", "接入地址"),
            default="",
            help=N_("a place, or an IP address; without a B device, the IP address is probed"),
        ),
        _reference("主用专线", "Backup of", "backup_of", ObjectKind.LINE, "备份的专线", "所备份专线"),
        Column("月租费", "Monthly fee", "monthly_fee_fen", Money(), aliases=("月租", "资费"), units=("元", "元/月")),
        Column("合同开始", "Contract start", "contract_start", Day(), aliases=("合同起始日期", "合同开始日期")),
        Column("合同结束", "Contract end", "contract_end", Day(), aliases=("合同到期", "合同到期日期", "合同结束日期")),
        Column(
            "承诺可用率",
            "Promised availability",
            "promised_availability_ppm",
            Share(),
            aliases=("可用率",),
            units=("%",),
        ),
        Column(
            "承诺修复时限",
            "Promised repair hours",
            "promised_repair_hours",
            Whole(1, 8760, {"小时": 1, "h": 1, "hours": 1, "天": 24, "d": 24}),
            aliases=("修复时限", "故障修复时限"),
            units=("小时", "h"),
        ),
        Column(
            "探测间隔",
            "Probe interval",
            "probe_interval_s",
            Whole(1, 60, {"秒": 1, "s": 1}),
            aliases=("监测间隔", "探测周期"),
            units=("秒", "s"),
            help=N_("seconds; 1 for a line whose failure has to show at once, empty for the usual interval"),
        ),
        _TAGS,
        _NOTES,
    ),
    aliases=("专线台账", "线路", "电路"),
)

VLANS: Final = Sheet(
    ObjectKind.VLAN,
    "VLAN",
    "VLANs",
    ("name",),
    (
        _name("VLAN名称"),
        Column("VLAN号", "VLAN ID", "vid", Whole(1, 4094), required=True, aliases=("VLAN ID", "VLAN编号", "VID")),
        _SITE,
        _UNIT,
        _TAGS,
        _NOTES,
    ),
    aliases=("VLAN规划", "VLAN台账"),
)

SUBNETS: Final = Sheet(
    ObjectKind.SUBNET,
    "网段",
    "Subnets",
    ("name",),
    (
        Column(
            "网段",
            "Prefix",
            "name",
            Prefix(),
            required=True,
            aliases=("网段地址", "地址段", "子网", "IP段"),
            help=N_("with its length or mask: 10.1.0.0/16 or 10.1.0.0/255.255.0.0"),
        ),
        Column("用途", "Purpose", "purpose", NAME, aliases=("网段用途",), default=""),
        Column("网关", "Gateway", "gateway", Address(), aliases=("网关地址", "默认网关")),
        _reference("VLAN", "VLAN", "vlan", ObjectKind.VLAN, "所属VLAN", "VLAN名称"),
        _SITE,
        _UNIT,
        _TAGS,
        _NOTES,
    ),
    aliases=("IP规划", "地址规划", "网段台账"),
)

ADDRESSES: Final = Sheet(
    ObjectKind.ADDRESS,
    "IP地址",
    "Addresses",
    ("name",),
    (
        Column("IP地址", "Address", "name", Address(), required=True, aliases=("地址", "IP")),
        Column(
            "分配方式",
            "Use",
            "use",
            Words(AddressUse, spellings.ADDRESS_USES),
            aliases=("地址状态",),
            default=AddressUse.ASSIGNED,
        ),
        Column("用途", "Purpose", "purpose", NAME, aliases=("地址用途",), default=""),
        _reference("设备", "Device", "device", ObjectKind.DEVICE, "设备名称", "使用设备"),
        _UNIT,
        _TAGS,
        _NOTES,
    ),
    aliases=("IP台账", "IP分配", "地址台账"),
)

SYSTEMS: Final = Sheet(
    ObjectKind.SYSTEM,
    "业务系统",
    "Business systems",
    ("name",),
    (
        _name("系统名称", "业务系统名称", "业务系统"),
        _reference("主管单位", "Owner", "owner", ObjectKind.UNIT, "责任单位"),
        Column("等保级别", "Protection level", "protection_level", Level(), aliases=("等级保护级别", "等保定级")),
        Column("使用单位", "Units", "units", Names(), default=frozenset(), refers=ObjectKind.UNIT),
        Column("依托专线", "Lines", "lines", Names(), default=frozenset(), refers=ObjectKind.LINE, aliases=("专线",)),
        Column(
            "依托设备", "Devices", "devices", Names(), default=frozenset(), refers=ObjectKind.DEVICE, aliases=("设备",)
        ),
        _TAGS,
        _NOTES,
    ),
    aliases=("系统", "应用系统"),
)

# In the order in which one kind refers to another, which is also the order of writing.
SHEETS: Final[tuple[Sheet, ...]] = (
    REGIONS,
    SITES,
    UNITS,
    CONTACTS,
    ROOMS,
    RACKS,
    DEVICES,
    LINES,
    VLANS,
    SUBNETS,
    ADDRESSES,
    SYSTEMS,
)
# Without the office's own fields; `inventory.ledger.layout` adds them.
SHEET_OF: Final[Layout] = {sheet.kind: sheet for sheet in SHEETS}
