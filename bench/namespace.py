"""A network of its own for each bench: every address of DEVICES is this machine, every one of DEAD swallows packets.

Ten thousand addresses are one local route. The loopback's own 127.0.0.0/8 would do for SNMP, but the product treats it
apart, because there the kernel answers pings in everybody's name.
"""

import os
import subprocess
from collections.abc import Sequence
from ipaddress import IPv4Address
from pathlib import Path
from typing import Final

DEVICES: Final = "10.0.0.0/9"
# A route that is not local: what is sent there comes back to the same interface, and is dropped without a word.
DEAD: Final = "10.192.0.0/16"


def inside(command: Sequence[str]) -> list[str]:
    """The command, to run in a new namespace; without root, as the root of a user namespace."""
    options = ["--net"] if os.geteuid() == 0 else ["--user", "--map-root-user", "--net"]
    return ["unshare", *options, *command]


def prepare() -> None:
    """Called once, inside."""
    for words in ("link set lo up", f"route add local {DEVICES} dev lo", f"route add {DEAD} dev lo"):
        subprocess.run(["ip", *words.split()], check=True)
    Path("/proc/sys/net/ipv4/ping_group_range").write_text("0 2147483647", encoding="ascii")


def device_address(number: int) -> str:
    return str(IPv4Address("10.1.0.1") + number)


def dead_address(number: int) -> str:
    return str(IPv4Address("10.192.0.1") + number)
