"""How offices write the words of our vocabularies, besides their labels; a spelling with two meanings is not here."""

from typing import Final

from inventory.kinds import (
    AddressUse,
    AdministrativeLevel,
    Carrier,
    ContactRole,
    DeviceRole,
    LifeCycle,
    LineKind,
    SnmpVersion,
)

LEVELS: Final = {
    "省级": AdministrativeLevel.PROVINCE,
    "自治区": AdministrativeLevel.PROVINCE,
    "地市": AdministrativeLevel.CITY,
    "市级": AdministrativeLevel.CITY,
    "自治州": AdministrativeLevel.CITY,
    "县级": AdministrativeLevel.COUNTY,
    "区": AdministrativeLevel.COUNTY,
    "县区": AdministrativeLevel.COUNTY,
    "县(区)": AdministrativeLevel.COUNTY,
    "县级市": AdministrativeLevel.COUNTY,
    "旗": AdministrativeLevel.COUNTY,
    "乡": AdministrativeLevel.TOWNSHIP,
    "镇": AdministrativeLevel.TOWNSHIP,
    "街道": AdministrativeLevel.TOWNSHIP,
    "乡镇(街道)": AdministrativeLevel.TOWNSHIP,
    "乡镇级": AdministrativeLevel.TOWNSHIP,
    "社区": AdministrativeLevel.VILLAGE,
    "村(社区)": AdministrativeLevel.VILLAGE,
    "行政村": AdministrativeLevel.VILLAGE,
}

ADDRESS_USES: Final = {
    "已用": AddressUse.ASSIGNED,
    "已分配": AddressUse.ASSIGNED,
    "静态": AddressUse.ASSIGNED,
    "静态分配": AddressUse.ASSIGNED,
    "预留": AddressUse.RESERVED,
    "保留": AddressUse.RESERVED,
    "动态": AddressUse.DYNAMIC,
    "DHCP": AddressUse.DYNAMIC,
}

CONTACT_ROLES: Final = {
    "网管": ContactRole.NETWORK_ADMIN,
    "网管员": ContactRole.NETWORK_ADMIN,
    "负责人": ContactRole.LEADER,
    "领导": ContactRole.LEADER,
    "其他": ContactRole.OTHER,
}

DEVICE_ROLES: Final = {
    "核心": DeviceRole.CORE_SWITCH,
    "汇聚": DeviceRole.AGGREGATION_SWITCH,
    "接入": DeviceRole.ACCESS_SWITCH,
    "光闸": DeviceRole.GATEKEEPER,
    "隔离网闸": DeviceRole.GATEKEEPER,
    "安全隔离网闸": DeviceRole.GATEKEEPER,
    "前置机": DeviceRole.EXCHANGE,
    "交换前置机": DeviceRole.EXCHANGE,
    "UPS电源": DeviceRole.UPS,
    "不间断电源": DeviceRole.UPS,
    "动环": DeviceRole.ENVIRONMENT,
    "动环监控": DeviceRole.ENVIRONMENT,
    "环境监控": DeviceRole.ENVIRONMENT,
    "摄像头": DeviceRole.CAMERA,
    "硬盘录像机": DeviceRole.RECORDER,
    "NVR": DeviceRole.RECORDER,
    "DVR": DeviceRole.RECORDER,
}

SNMP_VERSIONS: Final = {"2": SnmpVersion.V2C, "v2": SnmpVersion.V2C}

LIFE_CYCLES: Final = {
    "计划": LifeCycle.PLANNED,
    "待建": LifeCycle.PLANNED,
    "备用": LifeCycle.STOCK,
    "备件": LifeCycle.STOCK,
    "在库": LifeCycle.STOCK,
    "使用中": LifeCycle.SERVICE,
    "运行": LifeCycle.SERVICE,
    "正常": LifeCycle.SERVICE,
    "停用": LifeCycle.RETIRED,
    "报废": LifeCycle.RETIRED,
}

CARRIERS: Final = {
    "中国电信": Carrier.TELECOM,
    "中国移动": Carrier.MOBILE,
    "中国联通": Carrier.UNICOM,
    "中国广电": Carrier.BROADNET,
    "广电网络": Carrier.BROADNET,
    "自有": Carrier.OWN,
    "自建光缆": Carrier.OWN,
}

LINE_KINDS: Final = {
    "MSTP专线": LineKind.MSTP,
    "裸光缆": LineKind.DARK_FIBRE,
    "裸纤": LineKind.DARK_FIBRE,
    "EPON": LineKind.PON,
    "GPON": LineKind.PON,
    "MPLS": LineKind.MPLS_VPN,
    "VPN": LineKind.MPLS_VPN,
    "4G": LineKind.CELLULAR,
    "5G": LineKind.CELLULAR,
    "宽带": LineKind.INTERNET,
    "互联网专线": LineKind.INTERNET,
    "Internet": LineKind.INTERNET,
}

PLATFORMS: Final = {
    "vrp": "huawei_vrp",
    "华为vrp": "huawei_vrp",
    "comware": "h3c_comware",
    "华三comware": "h3c_comware",
    "rgos": "ruijie_rgos",
    "锐捷rgos": "ruijie_rgos",
}
