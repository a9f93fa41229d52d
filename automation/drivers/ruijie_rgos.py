"""Ruijie RGOS."""

import re

from netmiko.ruijie.ruijie_os import RuijieOSSSH

from automation.drivers.platform import Hurried, Platform


class Rgos(Hurried, RuijieOSSSH):
    def check_config_mode(
        self,
        check_string: str = ")#",
        pattern: str = r"[>#]",
        force_regex: bool = False,  # noqa: FBT001, FBT002  # netmiko's signature
    ) -> bool:
        """With a pattern to wait for; netmiko's own empty one waits 2 s for silence each time."""
        return super().check_config_mode(check_string, pattern, force_regex)


PLATFORM = Platform(
    name="ruijie_rgos",
    connection=Rgos,
    show_running="show running-config",
    prompt=r"(?m)^{name}#\s*$",
    end_marker=re.compile(r"^end$"),
    hostname=re.compile(r"^\s*hostname (?P<name>\S+)\s*$", re.MULTILINE),
    pager="--More--",
    preamble=(re.compile(r"^Building configuration\.\.\.$"), re.compile(r"^Current configuration ?:.*$")),
    volatile=(re.compile(r"^ntp clock-period \d+$"), re.compile(r"^! ?Last (?:configuration|saved).*$")),
    secrets=(
        re.compile(r"\b(?:enable )?(?:password|secret)\s+(?:\d+\s+)?(?P<secret>\S+)\s*$", re.MULTILINE),
        re.compile(r"\bsnmp-server community\s+(?:\d+\s+)?(?P<secret>\S+)"),
        re.compile(r"\bkey\s+(?:\d+\s+)(?P<secret>\S+)"),
    ),
)
