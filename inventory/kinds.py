"""The closed vocabularies of the inventory; stored as their values, shown through `inventory.labels`."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class AdministrativeLevel(StrEnum):
    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    TOWNSHIP = "township"
    VILLAGE = "village"


class ContactRole(StrEnum):
    """What a unit's contact answers for."""

    NETWORK_ADMIN = "network_admin"
    LEADER = "leader"
    INFORMATION_OFFICER = "information_officer"
    OTHER = "other"


class DeviceRole(StrEnum):
    CORE_SWITCH = "core_switch"
    AGGREGATION_SWITCH = "aggregation_switch"
    ACCESS_SWITCH = "access_switch"
    ROUTER = "router"
    FIREWALL = "firewall"
    GATEKEEPER = "gatekeeper"
    EXCHANGE = "exchange"
    SERVER = "server"
    UPS = "ups"
    ENVIRONMENT = "environment"
    CAMERA = "camera"
    RECORDER = "recorder"


class AddressUse(StrEnum):
    """What an address is kept for; `DYNAMIC` ones are handed out by a DHCP server."""

    ASSIGNED = "assigned"
    RESERVED = "reserved"
    DYNAMIC = "dynamic"


class ChangeOrigin(StrEnum):
    """By which way a change set came."""

    FORM = "form"
    LEDGER = "ledger"
    DISCOVERY = "discovery"
    API = "api"
    UNDO = "undo"


class FieldFormat(StrEnum):
    """What a custom field holds."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"


class ChecklistPurpose(StrEnum):
    """What a machine room is looked over for: going round it day by day, or taking it over from its builder."""

    ROUND = "round"
    ACCEPTANCE = "acceptance"


class ItemForm(StrEnum):
    """How an item of a list is answered."""

    CHECK = "check"
    NUMBER = "number"
    TEXT = "text"


class Verdict(StrEnum):
    """What an answer says."""

    GOOD = "good"
    WRONG = "wrong"
    NOT_APPLICABLE = "not_applicable"


class SnmpVersion(StrEnum):
    V1 = "1"
    V2C = "2c"
    V3 = "3"


class LifeCycle(StrEnum):
    PLANNED = "planned"
    STOCK = "stock"
    SERVICE = "service"
    RETIRED = "retired"


class Carrier(StrEnum):
    """Whose the line is; `OWN` is fibre that the office laid itself."""

    TELECOM = "telecom"
    MOBILE = "mobile"
    UNICOM = "unicom"
    BROADNET = "broadnet"
    OWN = "own"


class LineKind(StrEnum):
    MSTP = "mstp"
    DARK_FIBRE = "dark_fibre"
    PON = "pon"
    MPLS_VPN = "mpls_vpn"
    CELLULAR = "cellular"
    INTERNET = "internet"


class ObjectKind(StrEnum):
    """What the inventory holds, in the order in which one kind may refer to another."""

    REGION = "region"
    SITE = "site"
    UNIT = "unit"
    CONTACT = "contact"
    ROOM = "room"
    RACK = "rack"
    DEVICE = "device"
    LINE = "line"
    VLAN = "vlan"
    SUBNET = "subnet"
    ADDRESS = "address"
    SYSTEM = "system"


# In addresses and commands, and in the order of a menu.
PLURALS: Final[Mapping[ObjectKind, str]] = {
    ObjectKind.REGION: "regions",
    ObjectKind.SITE: "sites",
    ObjectKind.UNIT: "units",
    ObjectKind.CONTACT: "contacts",
    ObjectKind.ROOM: "rooms",
    ObjectKind.RACK: "racks",
    ObjectKind.DEVICE: "devices",
    ObjectKind.LINE: "lines",
    ObjectKind.SYSTEM: "systems",
    ObjectKind.VLAN: "vlans",
    ObjectKind.SUBNET: "subnets",
    ObjectKind.ADDRESS: "addresses",
}


class ForeignSystem(StrEnum):
    """Another program whose files are brought in; as it is typed behind --from."""

    NETBOX = "netbox"
    LIBRENMS = "librenms"
    OXIDIZED = "oxidized"
    RANCID = "rancid"
    NORNIR = "nornir"


class LinkEvidence(StrEnum):
    """Who told of a link between ports."""

    LLDP = "lldp"
    CDP = "cdp"
    MAC_TABLE = "mac_table"
    ADDRESSES = "addresses"
    STATED = "stated"  # a person


class LinkStanding(StrEnum):
    """How far the two ends say the same of a link. `UNCONFIRMED`: a person states it, and no device speaks of it."""

    AGREED = "agreed"
    ONE_END = "one_end"
    CONFLICTING = "conflicting"
    UNCONFIRMED = "unconfirmed"


class LinkState(StrEnum):
    """`MOVED`: gone, and one of its ports is wired to something else now."""

    PRESENT = "present"
    GONE = "gone"
    MOVED = "moved"


class Effect(StrEnum):
    """What a failure does to a unit or business system, the worst first.

    `UNKNOWN`: it hangs on what fails, and no way from there to the management station is known.
    """

    CUT_OFF = "cut_off"
    PARTLY_CUT_OFF = "partly_cut_off"
    LESS_REDUNDANT = "less_redundant"
    UNKNOWN = "unknown"
