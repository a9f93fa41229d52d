"""Objects as flat facts, for `--json`, tables and the API: names instead of numbers, base units in the names."""

from typing import Any

from inventory.models import Contact, Device, Line, Room, Unit


def device_facts(device: Device) -> dict[str, Any]:
    return {
        "id": device.id,
        "name": device.name,
        "role": device.role,
        "address": device.address,
        "vendor": device.vendor,
        "model": device.model,
        "platform": device.platform,
        "serial": device.serial,
        "life_cycle": device.life_cycle,
        "unit": _name(device.unit),
        "site": _name(device.site),
        "room": _name(device.room),
        "rack": _name(device.rack),
        "rack_position": device.rack_position,
        "rack_units": device.rack_units,
        "asset_number": device.asset_number,
        "purchased_on": device.purchased_on,
        "warranty_until": device.warranty_until,
        "end_of_life": device.end_of_life,
        "tags": list(device.tags),
        "snmp_port": device.snmp_port,
        "snmp_version": device.snmp_version,
        "snmp_credential": device.snmp_credential,
        "ssh_port": device.ssh_port,
        "ssh_credential": device.ssh_credential,
        **_maintenance(device),
        "notes": device.notes,
    }


def line_facts(line: Line) -> dict[str, Any]:
    return {
        "id": line.id,
        "name": line.name,
        "carrier": line.carrier,
        "circuit_number": line.circuit_number,
        "kind": line.kind,
        "bandwidth_bps": line.bandwidth_bps,
        "unit": _name(line.unit),
        "a_device": _name(line.a_device),
        "a_port": line.a_port and line.a_port.name,
        "b_device": _name(line.b_device),
        "b_port": line.b_port and line.b_port.name,
        "b_address": line.b_address,
        "backup_of": line.backup_of and line.backup_of.name,
        "monthly_fee_fen": line.monthly_fee_fen,
        "contract_start": line.contract_start,
        "contract_end": line.contract_end,
        "promised_availability_ppm": line.promised_availability_ppm,
        "promised_repair_hours": line.promised_repair_hours,
        "probe_interval_s": line.probe_interval_s,
        **_maintenance(line),
        "notes": line.notes,
    }


def unit_facts(unit: Unit) -> dict[str, Any]:
    return {
        "id": unit.id,
        "name": unit.name,
        "short_name": unit.short_name,
        "region": unit.region and unit.region.name,
        "site": _name(unit.site),
        "contacts": [contact_facts(contact) for contact in unit.contacts],
        "notes": unit.notes,
    }


def contact_facts(contact: Contact) -> dict[str, Any]:
    return {"name": contact.name, "role": contact.role, "phone": contact.phone, "email": contact.email}


def _name(thing: Any) -> str | None:
    if isinstance(thing, Room):
        return f"{thing.site.name}/{thing.name}"
    return None if thing is None else str(thing.name)


def _maintenance(thing: Device | Line) -> dict[str, Any]:
    return {
        "maintenance_until": thing.maintenance_until,
        "maintenance_note": thing.maintenance_note,
        "maintenance_by": thing.maintenance_by,
    }
