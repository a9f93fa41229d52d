"""Ledgers made in memory for the tests: sheets as lists of rows, the first row its headings."""

from collections.abc import Mapping, Sequence
from io import BytesIO

from openpyxl import Workbook

from inventory.ledger.opening import LedgerFile

Cells = Sequence[Sequence[object]]


def workbook(sheets: Mapping[str, Cells], name: str = "台账.xlsx") -> LedgerFile:
    book = Workbook()
    assert book.active is not None
    book.remove(book.active)
    for title, rows in sheets.items():
        page = book.create_sheet(title)
        for row in rows:
            page.append(list(row))
    return packed(book, name)


def packed(book: Workbook, name: str = "台账.xlsx") -> LedgerFile:
    buffer = BytesIO()
    book.save(buffer)
    return LedgerFile(name, buffer.getvalue())


def delimited(rows: Sequence[Sequence[str]], encoding: str = "utf-8", delimiter: str = ",") -> LedgerFile:
    return LedgerFile("台账.csv", "\r\n".join(delimiter.join(row) for row in rows).encode(encoding))


# A county in small that touches every kind and every way to refer.
COUNTY: Mapping[str, Cells] = {
    "行政区划": [
        ["名称", "级别", "上级", "代码"],
        ["新华村", "村", "城关镇"],
        ["新华村", "村", "龙泉乡"],
        ["城关镇", "乡镇", "青岚县", "430481100"],
        ["龙泉乡", "乡", "青岚县"],
        ["青岚县", "县"],
    ],
    "地点": [
        ["名称", "地址", "行政区划"],
        ["行政中心", "人民路1号", "青岚县"],
        ["新华村部", "", "城关镇/新华村"],
    ],
    "单位": [
        ["名称", "简称", "行政区划", "地点"],
        ["电子政务办", "政务办", "青岚县", "行政中心"],
        ["城关镇人民政府", "", 430481100],
    ],
    "联系人": [["单位", "姓名", "职责", "电话"], ["电子政务办", "王伟", "网络管理员", 13800138000]],
    "机房": [["地点", "名称", "楼层"], ["行政中心", "中心机房", "3F"], ["新华村部", "中心机房", "1F"]],
    "机柜": [["机房", "名称", "高度"], ["行政中心/中心机房", "A01", "47U"]],
    "设备": [
        ["名称", "角色", "管理地址", "厂商", "地点", "机房", "单位", "SNMP端口", "机柜", "U位", "占用U数", "标签"],
        [
            "CORE-01",
            "核心交换机",
            "10.0.0.1",
            "华为",
            "行政中心",
            "中心机房",
            "电子政务办",
            "",
            "A01",
            40,
            2,
            "核心、双电源",
        ],
        ["SW-02", "接入交换机", "10.0.0.2", "华三", "", "新华村部/中心机房", "城关镇人民政府", 1161],
    ],
    "专线": [
        ["名称", "运营商", "电路编号", "类型", "带宽", "单位", "A端设备", "A端端口", "B端设备", "B端端口", "主用专线"],
        ["城关备线", "移动", "CM1", "4G", 50, "城关镇人民政府", "CORE-01", "GE0/0/2", "SW-02", "GE0/0/2", "城关专线"],
        ["城关专线", "电信", "CT1", "MSTP", "100M", "城关镇人民政府", "CORE-01", "GE0/0/1", "SW-02", "GE0/0/1", ""],
    ],
    "VLAN": [["名称", "VLAN号", "地点", "单位"], ["政务办公", 10, "行政中心", "电子政务办"]],
    "网段": [["网段", "用途", "网关", "VLAN"], ["10.0.0.0/24", "设备管理", "10.0.0.254", "政务办公"]],
    "IP地址": [["IP地址", "分配方式", "用途", "设备"], ["10.0.0.9", "预留", "新核心"], ["10.0.0.1", "", "", "CORE-01"]],
    "业务系统": [
        ["名称", "主管单位", "等保级别", "使用单位", "依托专线", "依托设备"],
        ["行政审批", "电子政务办", "三级", "电子政务办、城关镇人民政府", "城关专线", "CORE-01"],
    ],
}
