"""FRRouting through vtysh: Linux routers, and the laboratory in which the product is tested."""

import re

from netmiko.cisco.cisco_ios import CiscoIosSSH

from automation.drivers.platform import Hurried, Platform


class Frr(Hurried, CiscoIosSSH):
    pass


PLATFORM = Platform(
    name="frr",
    connection=Frr,
    show_running="show running-config",
    prompt=r"(?m)^{name}#\s*$",
    end_marker=re.compile(r"^end$"),
    hostname=re.compile(r"^\s*hostname (?P<name>\S+)\s*$", re.MULTILINE),
    pager="--More--",
    preamble=(re.compile(r"^Building configuration\.\.\.$"), re.compile(r"^Current configuration:$")),
    secrets=(
        re.compile(r"\b(?:enable )?(?:password|secret)\s+(?:\d+\s+)?(?P<secret>\S+)\s*$", re.MULTILINE),
        re.compile(r"\bneighbor \S+ password\s+(?P<secret>\S+)"),
        re.compile(r"\bmessage-digest-key \d+ md5\s+(?P<secret>\S+)"),
    ),
)
