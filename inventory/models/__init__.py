"""Tables of the inventory: what there is, where it stands, whose it is and what runs over it.

Optional text is empty, not NULL, except where uniqueness needs NULL (`Device.address`, `Line.circuit_number`,
`Region.code`). Ids are never used twice, because history of ports and devices is kept under them elsewhere.
"""

from inventory.models.additions import CustomField, Document
from inventory.models.addressing import Address, Subnet, Vlan
from inventory.models.base import Maintained
from inventory.models.devices import Device, DeviceGroup, Port, device_group_device
from inventory.models.drafts import ImportDraft
from inventory.models.history import ChangeSet, MaintenanceRecord, ObjectChange
from inventory.models.lines import Line
from inventory.models.places import Contact, Rack, Region, Room, Site, Unit
from inventory.models.systems import (
    BusinessSystem,
    business_system_device,
    business_system_line,
    business_system_unit,
)

__all__ = [
    "Address",
    "BusinessSystem",
    "ChangeSet",
    "Contact",
    "CustomField",
    "Device",
    "DeviceGroup",
    "Document",
    "ImportDraft",
    "Line",
    "Maintained",
    "MaintenanceRecord",
    "ObjectChange",
    "Port",
    "Rack",
    "Region",
    "Room",
    "Site",
    "Subnet",
    "Unit",
    "Vlan",
    "business_system_device",
    "business_system_line",
    "business_system_unit",
    "device_group_device",
]
