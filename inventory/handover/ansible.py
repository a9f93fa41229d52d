"""Ansible's inventory in YAML: hosts with their facts, in groups by platform and role.

Ansible reads the variables of an inventory as templates, and {{ ... }} in the model of a device would be run on the
machine that reads it; whatever could be one is marked !unsafe. It takes SW[1:3] for three hosts and SW:22 for a port,
so that devices of such names cannot be handed over.
"""

import re
from typing import Any, Final

from nornir.core.inventory import Host
from sqlalchemy.orm import Session

from inventory.handover.files import Text, Unsafe, yaml_text
from inventory.nornir_plugin import inventory_of

FILE: Final = "inventory.yaml"
MISREAD: Final = re.compile(r"[\[\]:{}]")
FACTS: Final = ("vendor", "model", "role", "site")


def files(session: Session) -> list[Text]:
    hosts = {name: host for name, host in inventory_of(session).hosts.items() if not MISREAD.search(name)}
    groups: dict[str, dict[str, Any]] = {}
    for name, host in hosts.items():
        for group in _groups(host):
            groups.setdefault(group, {"hosts": {}})["hosts"][name] = {}
    facts = {name: _facts(host) for name, host in hosts.items()}
    children = dict(sorted(groups.items()))
    return [yaml_text(FILE, {"all": {"hosts": facts, "children": children}})]


def misread(session: Session) -> list[str]:
    """The devices that are left out, because Ansible would take their names for something else."""
    return [name for name in inventory_of(session).hosts if MISREAD.search(name)]


def _groups(host: Host) -> list[str]:
    """Of letters, digits and _, as Ansible asks of a group's name; a site is a fact, for its name is Chinese."""
    words = (("platform", host.platform), ("role", host.data["role"]))
    return [f"{kind}_{re.sub('[^A-Za-z0-9_]', '_', word)}" for kind, word in words if word]


def _facts(host: Host) -> dict[str, Any]:
    facts = {f"guanjin_{name}": host.data[name] for name in FACTS} | {"guanjin_platform": host.platform or ""}
    said = {name: _safe(text) for name, text in sorted(facts.items()) if text}
    return {"ansible_host": host.hostname, "ansible_port": host.port, **said}


def _safe(text: str) -> str:
    return Unsafe(text) if "{" in text else text
