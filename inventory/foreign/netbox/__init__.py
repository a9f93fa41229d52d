"""NetBox, from what its REST API answers: one file a list, in a folder or a zip (versions 3 and 4).

A list is known by the addresses of its records (`url`), else by the name of its file. The versions differ: a device's
role is `device_role` before 3.6 and `role` since; a choice is its value, or an object of value and label; what a
circuit ends at or a prefix belongs to is `site` before 4.2 and a typed object since. Field names are those of
NetBox's serializers (netbox/*/api/serializers_).

    lists: files -> Export (records by list and number)
    places: regions, sites, locations -> rooms, racks     organisation: tenants -> units, contacts
    devices: devices     circuits: circuits -> lines      addressing: VLANs, prefixes, addresses
"""

from collections.abc import Sequence

from inventory.foreign.gathering import Source
from inventory.foreign.intake import Intake
from inventory.foreign.netbox import addressing, circuits, devices, organisation, places
from inventory.foreign.netbox.lists import export_of


def read(files: Sequence[Source], intake: Intake) -> None:
    """Raises ForeignError."""
    export = export_of(files, intake)
    for part in (places, organisation, devices, circuits, addressing):
        part.read(export, intake)
    export.tell_the_rest(intake)


__all__ = ["read"]
