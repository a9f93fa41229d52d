"""H3C Comware 5 and 7."""

import re
from typing import Any

from netmiko.hp.hp_comware import HPComwareSSH

from automation.drivers.platform import Hurried, Platform


class Comware(Hurried, HPComwareSSH):
    def __init__(self, **options: Any) -> None:
        """Wait for the echo of every command: netmiko's default for Comware does not, and files empty answers."""
        super().__init__(**{"global_cmd_verify": True, **options})


PLATFORM = Platform(
    name="h3c_comware",
    connection=Comware,
    show_running="display current-configuration",
    prompt=r"(?m)^(?:RBM_[PS])?<{name}>\s*$",
    end_marker=re.compile(r"^return$"),
    hostname=re.compile(r"^\s*sysname (?P<name>\S+)\s*$", re.MULTILINE),
    secrets=(
        re.compile(r"\b(?:cipher|hash|simple)\s+(?P<secret>\S+)"),
        re.compile(r"(?P<secret>\$[ch]\$\d\$\S+)"),
        re.compile(r"\bsnmp-agent community (?:read|write)\s+(?!cipher\b|simple\b)(?P<secret>\S+)"),
    ),
)
