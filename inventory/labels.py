"""What each word of a vocabulary is called, for the console, the command line and the ledger alike.

English stands here, Chinese in `translations/zh.po` (the terms are those of docs/glossary.md).
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from core.i18n import N_, Translate, translator
from inventory.kinds import (
    AddressUse,
    AdministrativeLevel,
    Carrier,
    ChangeOrigin,
    ChecklistPurpose,
    ContactRole,
    DeviceRole,
    Effect,
    FieldFormat,
    ForeignSystem,
    ItemForm,
    LifeCycle,
    LineKind,
    LinkEvidence,
    LinkStanding,
    LinkState,
    ObjectKind,
    SnmpVersion,
    Verdict,
)
from inventory.topology.cuts import Element

Word = TypeVar("Word", bound=StrEnum)

LABELS: Mapping[StrEnum, str] = {
    AdministrativeLevel.PROVINCE: N_("province"),
    AdministrativeLevel.CITY: N_("city"),
    AdministrativeLevel.COUNTY: N_("county"),
    AdministrativeLevel.TOWNSHIP: N_("township"),
    AdministrativeLevel.VILLAGE: N_("village"),
    ContactRole.NETWORK_ADMIN: N_("network administrator"),
    ContactRole.LEADER: N_("leader in charge"),
    ContactRole.INFORMATION_OFFICER: N_("information officer"),
    ContactRole.OTHER: N_("other contact"),
    DeviceRole.CORE_SWITCH: N_("core switch"),
    DeviceRole.AGGREGATION_SWITCH: N_("aggregation switch"),
    DeviceRole.ACCESS_SWITCH: N_("access switch"),
    DeviceRole.ROUTER: N_("router"),
    DeviceRole.FIREWALL: N_("firewall"),
    DeviceRole.GATEKEEPER: N_("isolation gatekeeper"),
    DeviceRole.EXCHANGE: N_("front-end exchange device"),
    DeviceRole.SERVER: N_("server"),
    DeviceRole.UPS: N_("UPS"),
    DeviceRole.ENVIRONMENT: N_("environment sensor"),
    DeviceRole.CAMERA: N_("camera"),
    DeviceRole.RECORDER: N_("video recorder"),
    AddressUse.ASSIGNED: N_("in use"),
    AddressUse.RESERVED: N_("kept free"),
    AddressUse.DYNAMIC: N_("handed out by DHCP"),
    ChangeOrigin.FORM: N_("console"),
    ChangeOrigin.LEDGER: N_("ledger"),
    ChangeOrigin.DISCOVERY: N_("discovery"),
    ChangeOrigin.API: "API",
    ChangeOrigin.UNDO: N_("undoing"),
    FieldFormat.TEXT: N_("text"),
    FieldFormat.NUMBER: N_("number"),
    FieldFormat.DATE: N_("date"),
    FieldFormat.CHOICE: N_("one of several"),
    ChecklistPurpose.ROUND: N_("inspection round"),
    ChecklistPurpose.ACCEPTANCE: N_("acceptance"),
    ItemForm.CHECK: N_("as it should be or not"),
    ItemForm.NUMBER: N_("a number"),
    ItemForm.TEXT: N_("words"),
    Verdict.GOOD: N_("as it should be"),
    Verdict.WRONG: N_("not as it should be"),
    Verdict.NOT_APPLICABLE: N_("not looked at"),
    SnmpVersion.V1: "v1",
    SnmpVersion.V2C: "v2c",
    SnmpVersion.V3: "v3",
    LifeCycle.PLANNED: N_("planned"),
    LifeCycle.STOCK: N_("in stock"),
    LifeCycle.SERVICE: N_("in service"),
    LifeCycle.RETIRED: N_("retired"),
    Carrier.TELECOM: N_("China Telecom"),
    Carrier.MOBILE: N_("China Mobile"),
    Carrier.UNICOM: N_("China Unicom"),
    Carrier.BROADNET: N_("China Broadnet"),
    Carrier.OWN: N_("laid by the office"),
    LineKind.MSTP: "MSTP",
    LineKind.DARK_FIBRE: N_("dark fibre"),
    LineKind.PON: "PON",
    LineKind.MPLS_VPN: "MPLS VPN",
    LineKind.CELLULAR: "4G/5G",
    LineKind.INTERNET: N_("Internet access"),
    ObjectKind.REGION: N_("region"),
    ObjectKind.SITE: N_("site"),
    ObjectKind.UNIT: N_("unit"),
    ObjectKind.CONTACT: N_("contact"),
    ObjectKind.ROOM: N_("machine room"),
    ObjectKind.RACK: N_("rack"),
    ObjectKind.DEVICE: N_("device"),
    ObjectKind.LINE: N_("line"),
    ObjectKind.VLAN: "VLAN",
    ObjectKind.SUBNET: N_("subnet"),
    ObjectKind.ADDRESS: N_("IP address"),
    ObjectKind.SYSTEM: N_("business system"),
    LinkEvidence.LLDP: "LLDP",
    LinkEvidence.CDP: "CDP",
    LinkEvidence.MAC_TABLE: N_("MAC table"),
    LinkEvidence.ADDRESSES: N_("interface addresses"),
    LinkEvidence.STATED: N_("stated by a person"),
    LinkStanding.AGREED: N_("both ends agree"),
    LinkStanding.ONE_END: N_("one end says so"),
    LinkStanding.CONFLICTING: N_("the ends contradict each other"),
    LinkStanding.UNCONFIRMED: N_("no device confirms it"),
    LinkState.PRESENT: N_("seen now"),
    LinkState.GONE: N_("no longer seen"),
    LinkState.MOVED: N_("cable moved"),
    ForeignSystem.NETBOX: N_("NetBox"),
    ForeignSystem.LIBRENMS: N_("LibreNMS"),
    ForeignSystem.OXIDIZED: N_("Oxidized"),
    ForeignSystem.RANCID: N_("RANCID"),
    ForeignSystem.NORNIR: N_("Nornir"),
    Effect.CUT_OFF: N_("cut off"),
    Effect.PARTLY_CUT_OFF: N_("partly cut off"),
    Effect.LESS_REDUNDANT: N_("loses redundancy"),
    Effect.UNKNOWN: N_("not to be told"),
    Element.DEVICE: N_("device"),
    Element.PORT: N_("port"),
    Element.LINK: N_("link"),
    Element.LINE: N_("line"),
    Element.FAR_END: N_("far end of a line"),
}


def label(word: StrEnum, translate: Translate) -> str:
    return translate(LABELS[word])


def choices(kind: type[Word], translate: Translate) -> list[tuple[Word, str]]:
    """Every word with its label, in the vocabulary's order: for drop-downs and for saying what is allowed."""
    return [(word, label(word, translate)) for word in kind]


def chinese(kind: type[StrEnum]) -> str:
    """The labels as a ledger's reader knows them: 电信、移动、..."""
    return "、".join(text for _, text in choices(kind, translator("zh")))
