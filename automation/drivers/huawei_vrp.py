"""Huawei VRP5: switches S, routers AR, firewalls USG."""

import re

from netmiko.cisco_base_connection import CiscoBaseConnection
from netmiko.huawei.huawei import HuaweiSSH

from automation.drivers.platform import Hurried, Platform


class HuaweiVrp(Hurried, HuaweiSSH):
    def check_config_mode(
        self,
        check_string: str = "]",
        pattern: str = r"[>\]]",
        force_regex: bool = False,  # noqa: FBT001, FBT002  # netmiko's signature
    ) -> bool:
        """With a pattern to wait for; netmiko's own for VRP drops it and waits 2 s for silence each time."""
        return CiscoBaseConnection.check_config_mode(self, check_string, pattern, force_regex)


PLATFORM = Platform(
    name="huawei_vrp",
    connection=HuaweiVrp,
    show_running="display current-configuration",
    prompt=r"(?m)^(?:HRP_[MS])?<{name}>\s*$",
    end_marker=re.compile(r"^return$"),
    hostname=re.compile(r"^\s*sysname (?P<name>\S+)\s*$", re.MULTILINE),
    volatile=(
        re.compile(r"^!Software Version .*$"),
        re.compile(r"^!Last configuration was (?:updated|saved) at .*$"),
        re.compile(r"^!(?:Current|Last) .*\d{4}-\d\d-\d\d .*$"),
    ),
    secrets=(
        re.compile(r"\b(?:irreversible-cipher|cipher|simple)\s+(?P<secret>\S+)"),
        re.compile(r"(?P<secret>%\^%#.+?%\^%#)"),
        re.compile(r"(?P<secret>%[$@]%[$@].+?%[$@]%[$@])"),
        re.compile(r"\bsnmp-agent community (?:read|write)\s+(?!cipher\b|simple\b)(?P<secret>\S+)"),
        re.compile(r"\bpre-shared-key\s+(?!cipher\b|simple\b)(?P<secret>\S+)"),
    ),
)
