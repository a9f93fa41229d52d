"""What Prometheus is told, by http_sd (/sd) or in a file for file_sd: the devices that answer to SNMP.

Each with what the ledger says of it, read from the database by whoever is asked, so that any number of web processes
can tell the same.
"""

import json
from dataclasses import asdict, dataclass

from sqlalchemy.orm import Session, joinedload

from inventory.addresses import instance_of, usable
from inventory.devices import watched_devices
from inventory.handover.files import Text
from inventory.models import Device, Unit

META = "__meta_guanjin_"
FILE = "targets.json"


@dataclass(frozen=True)
class TargetGroup:
    """As http_sd spells it; labels that begin with `__meta_` are there for relabelling."""

    targets: list[str]
    labels: dict[str, str]


def target_groups(session: Session) -> list[TargetGroup]:
    """One a device, by name."""
    asked = (
        watched_devices()
        .where(Device.snmp_credential != "")
        .options(joinedload(Device.unit).joinedload(Unit.region), joinedload(Device.site))
        .order_by(Device.name)
    )
    return [
        _group(device, address) for device in session.scalars(asked) if (address := device.address) and usable(address)
    ]


def files(session: Session) -> list[Text]:
    """For `file_sd_configs`; the same groups as /sd answers."""
    groups = [asdict(group) for group in target_groups(session)]
    return [Text(FILE, json.dumps(groups, ensure_ascii=False, indent=2, sort_keys=True) + "\n")]


def _group(device: Device, address: str) -> TargetGroup:
    unit, site = device.unit, device.site
    labels = {
        "device": device.name,
        "role": device.role.value,
        "vendor": device.vendor,
        "model": device.model,
        "platform": device.platform,
        "unit": unit.name if unit else "",
        "region": unit.region.name if unit and unit.region else "",
        "site": site.name if site else "",
    }
    told = {META + name: value for name, value in labels.items() if value}
    return TargetGroup([instance_of(address, device.snmp_port)], told)
