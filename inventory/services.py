"""Everything that other packages ask of the inventory, under one roof; each thing lives in the module of its noun."""

from inventory.changes.importing import Preview, import_ledger, preview
from inventory.dependents import Dependents, dependents
from inventory.devices import device, device_named, find_devices
from inventory.ledger.opening import LedgerFile
from inventory.lines import find_lines, line, line_named
from inventory.listing import Page
from inventory.maintenance import mark, unmark
from inventory.ports import ensure_ports, port_key
from inventory.rooms import find_rooms, room
from inventory.scope import ALL, Scope
from inventory.sites import find_sites, site
from inventory.units import find_units, unit, unit_named

__all__ = [
    "ALL",
    "Dependents",
    "LedgerFile",
    "Page",
    "Preview",
    "Scope",
    "dependents",
    "device",
    "device_named",
    "ensure_ports",
    "find_devices",
    "find_lines",
    "find_rooms",
    "find_sites",
    "find_units",
    "import_ledger",
    "line",
    "line_named",
    "mark",
    "port_key",
    "preview",
    "room",
    "site",
    "unit",
    "unit_named",
    "unmark",
]
