"""Tables of the inventory: what there is, where it stands, whose it is and what runs over it.

Optional text is empty, not NULL, except where uniqueness needs NULL (`Device.address`, `Line.circuit_number`,
`Region.code`). Ids are never used twice, because history of ports and devices is kept under them elsewhere.
"""

from inventory.models.additions import CustomField, Document
from inventory.models.addressing import Address, Subnet, Vlan
from inventory.models.base import Maintained
from inventory.models.devices import Device, DeviceGroup, Port, device_group_device
from inventory.models.drafts import ForeignWords, HeadingMeaning, ImportDraft
from inventory.models.history import ChangeSet, MaintenanceRecord, ObjectChange
from inventory.models.lines import Line
from inventory.models.links import Link, MapPlace
from inventory.models.places import Contact, Rack, Region, Room, Site, Unit
from inventory.models.systems import (
    BusinessSystem,
    business_system_device,
    business_system_line,
    business_system_unit,
)
from inventory.models.upkeep import Checklist, Finding, Round, Visit, checklist_room

__all__ = [
    "Address",
    "BusinessSystem",
    "ChangeSet",
    "Checklist",
    "Contact",
    "CustomField",
    "Device",
    "DeviceGroup",
    "Document",
    "Finding",
    "ForeignWords",
    "HeadingMeaning",
    "ImportDraft",
    "Line",
    "Link",
    "Maintained",
    "MaintenanceRecord",
    "MapPlace",
    "ObjectChange",
    "Port",
    "Rack",
    "Region",
    "Room",
    "Round",
    "Site",
    "Subnet",
    "Unit",
    "Visit",
    "Vlan",
    "business_system_device",
    "business_system_line",
    "business_system_unit",
    "checklist_room",
    "device_group_device",
]
