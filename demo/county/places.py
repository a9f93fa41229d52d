"""Where things stand in 青岚县 and whose they are: regions, sites, units with their contacts, rooms."""

from typing import NamedTuple

from demo.county.ledger import Contact, Region, Room, Site, Unit
from inventory.kinds import AdministrativeLevel, ContactRole

COUNTY = "青岚县"
OFFICE = "青岚县电子政务办公室"
CENTRE = "青岚县政务服务中心"
MAIN_BUILDING = "县行政中心"
CENTRE_BUILDING = "县政务服务中心大楼"
MACHINE_ROOM = "中心机房"


class Department(NamedTuple):
    code: str
    name: str
    short: str
    street: str
    contact: str


class Township(NamedTuple):
    code: str
    name: str
    contact: str
    villages: tuple[str, ...] = ()


DEPARTMENTS = (
    Department("CZ", "青岚县财政局", "财政局", "人民路 12 号", "周明远"),
    Department("JY", "青岚县教育局", "教育局", "学府路 3 号", "吴思涵"),
    Department("RS", "青岚县人力资源和社会保障局", "人社局", "建设路 45 号", "郑立言"),
    Department("WJ", "青岚县卫生健康局", "卫健局", "康宁路 8 号", "冯若兰"),
    Department("ZR", "青岚县自然资源局", "自然资源局", "青山路 21 号", "陈启山"),
    Department("SC", "青岚县市场监督管理局", "市场监管局", "建设路 60 号", "褚文博"),
    Department("FG", "青岚县发展和改革局", "发改局", "人民路 18 号", "卫长青"),
    Department("MZ", "青岚县民政局", "民政局", "和平路 5 号", "蒋慧敏"),
)
TOWNSHIPS = (
    Township("CG", "城关镇", "沈国栋", ("东门社区", "西街社区")),
    Township("SQ", "石桥镇", "韩雪松", ("石桥村",)),
    Township("LH", "柳河镇", "杨晓岚", ("河湾村",)),
    Township("BT", "白塔乡", "朱少平"),
    Township("SX", "双溪镇", "秦月华", ("桃园村",)),
    Township("LQ", "龙泉乡", "尤志强"),
    Township("DP", "大坪镇", "许静怡", ("上坪村",)),
    Township("SL", "松岭乡", "何远帆"),
)
VILLAGES = tuple((village, township) for township in TOWNSHIPS for village in township.villages)


def government(township: Township) -> str:
    return f"{township.name}人民政府"


def committee(village: str) -> str:
    return f"{village}{'居民委员会' if village.endswith('社区') else '民委员会'}"


REGIONS = (
    Region(COUNTY, AdministrativeLevel.COUNTY, code="990523"),
    *(
        Region(township.name, AdministrativeLevel.TOWNSHIP, COUNTY, f"9905231{at:02}")
        for at, township in enumerate(TOWNSHIPS)
    ),
    *(
        Region(village, AdministrativeLevel.VILLAGE, township.name, f"99052320{at:04}")
        for at, (village, township) in enumerate(VILLAGES, 1)
    ),
)
SITES = (
    Site(MAIN_BUILDING, "人民路 1 号", COUNTY),
    Site(CENTRE_BUILDING, "政通路 6 号", COUNTY),
    *(Site(f"{department.short}办公楼", department.street, COUNTY) for department in DEPARTMENTS),
    *(Site(f"{township.name}政府大院", f"{township.name}政府路 1 号", township.name) for township in TOWNSHIPS),
    *(Site(f"{village}便民服务站", f"{township.name}{village}", village) for village, township in VILLAGES),
)
UNITS = (
    Unit(OFFICE, "电子政务办", COUNTY, MAIN_BUILDING),
    Unit(CENTRE, "政务服务中心", COUNTY, CENTRE_BUILDING),
    *(Unit(department.name, department.short, COUNTY, f"{department.short}办公楼") for department in DEPARTMENTS),
    *(Unit(government(township), township.name, township.name, f"{township.name}政府大院") for township in TOWNSHIPS),
    *(Unit(committee(village), village, village, f"{village}便民服务站") for village, _ in VILLAGES),
)


def _phone(number: int) -> str:
    """No number of this range is anybody's."""
    return f"138000{number:05}"


CONTACTS = (
    Contact(OFFICE, "赵景行", _phone(1), ContactRole.LEADER),
    Contact(OFFICE, "钱书瑶", _phone(2)),
    Contact(OFFICE, "孙浩然", _phone(3)),
    Contact(CENTRE, "李婉清", _phone(4)),
    *(Contact(department.name, department.contact, _phone(10 + at)) for at, department in enumerate(DEPARTMENTS)),
    *(Contact(government(township), township.contact, _phone(30 + at)) for at, township in enumerate(TOWNSHIPS)),
    *(
        Contact(committee(village), person, _phone(50 + at), ContactRole.INFORMATION_OFFICER)
        for at, ((village, _), person) in enumerate(
            zip(VILLAGES, ("吕安", "施晴", "张禾", "孔溪", "曹雨", "严朗"), strict=True)
        )
    ),
)
ROOMS = (
    Room(MAIN_BUILDING, MACHINE_ROOM, "二层"),
    Room(CENTRE_BUILDING, "弱电机房", "一层"),
    *(Room(f"{township.name}政府大院", "设备间", "一层") for township in TOWNSHIPS),
)
