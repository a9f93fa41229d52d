"""Nornir's SimpleInventory: what our own plugin gives (inventory.nornir_plugin), as files."""

from typing import Any

from nornir.core.inventory import Host
from sqlalchemy.orm import Session

from inventory.handover.files import Text, yaml_text
from inventory.nornir_plugin import inventory_of


def files(session: Session) -> list[Text]:
    """hosts.yaml, groups.yaml and defaults.yaml."""
    found = inventory_of(session)
    return [
        yaml_text("hosts.yaml", {name: _host(host) for name, host in found.hosts.items()}),
        yaml_text("groups.yaml", {name: {} for name in sorted(found.groups)}),
        yaml_text("defaults.yaml", {}),
    ]


def _host(host: Host) -> dict[str, Any]:
    return {
        "hostname": host.hostname,
        "port": host.port,
        "platform": host.platform,
        "groups": [group.name for group in host.groups],
        "data": host.data,
    }
