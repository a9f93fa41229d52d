"""From what a device said to rows of the database. Pure. An interface is told by its name, as everywhere."""

from collections.abc import Iterable, Mapping

from collectors.snmp.addresses import OwnAddress
from collectors.snmp.components import Component
from collectors.snmp.stations import Binding, Station
from collectors.store import table_of
from collectors.survey.merge import Row
from collectors.survey.models import ComponentState


def station_rows(
    device_id: int, found: Iterable[Station], names: Mapping[int, str], ids: Mapping[int, int]
) -> list[Row]:
    """Of a MAC address that is told twice in one VLAN, the last counts: it moved while the table was read."""
    rows = {
        (one.mac, one.vlan or 0): {
            "device_id": device_id,
            "mac": one.mac,
            "vlan": one.vlan or 0,
            "port_id": ids.get(one.if_index),
            "port": names.get(one.if_index, str(one.if_index)),
        }
        for one in found
    }
    return list(rows.values())


def binding_rows(device_id: int, found: Iterable[Binding], names: Mapping[int, str]) -> list[Row]:
    rows = {
        one.address: {
            "device_id": device_id,
            "address": one.address,
            "mac": one.mac,
            "port": names.get(one.if_index, str(one.if_index)),
        }
        for one in found
    }
    return list(rows.values())


def address_rows(
    device_id: int, found: Iterable[OwnAddress], names: Mapping[int, str], ids: Mapping[int, int]
) -> list[Row]:
    return [
        {
            "device_id": device_id,
            "address": one.address,
            "prefix_length": one.prefix_length,
            "port_id": ids.get(one.if_index),
            "port": names.get(one.if_index, str(one.if_index)),
        }
        for one in found
    ]


def component_rows(device_id: int, found: Iterable[Component]) -> list[Row]:
    columns = table_of(ComponentState).columns
    return [
        {
            "device_id": device_id,
            "number": one.number,
            "parent": one.parent,
            **{field: _fitting(getattr(one, field), columns[field].type.length) for field in TEXTS},  # type: ignore[attr-defined]  # all are strings
        }
        for one in found
    ]


TEXTS = ("kind", "name", "descr", "model", "serial", "maker", "hardware", "firmware", "software")


def _fitting(text: str, length: int) -> str:
    """PostgreSQL's text knows no NUL; an agent's does."""
    return text.replace("\0", "")[:length]
