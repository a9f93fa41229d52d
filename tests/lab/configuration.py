"""What the programs of one router are told."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.lab import system

FRR = "/usr/lib/frr"


@dataclass(frozen=True)
class Far:
    """What a port's configuration says of it: its address, and whom its cable leads to."""

    address: str
    neighbour: str


def frr_conf(name: str, number: int, ports: Mapping[str, Far]) -> str:
    lines = [f"hostname {name}", "service integrated-vtysh-config", "ip forwarding"]
    lines += ["interface lo", f" ip address 198.19.255.{number}/32", " ip ospf area 0", "!"]
    for port, far in ports.items():
        lines += [
            f"interface {port}",
            f" ip address {far.address}",
            " ip ospf area 0",
            f" description to {far.neighbour}",
            " ip ospf network point-to-point",
            " ip ospf hello-interval 1",
            " ip ospf dead-interval 4",
            " ip ospf retransmit-interval 1",
            "!",
        ]
    lines += ["ip route 198.19.254.0/24 Null0", "router ospf", f" ospf router-id 198.19.255.{number}"]
    lines += [" timers throttle spf 0 50 200", " timers throttle lsa all 100", " timers lsa min-arrival 50", "end"]
    return "\n".join(lines) + "\n"


def vtysh(folder: Path) -> list[str]:
    return ["/usr/bin/vtysh", "--vty_socket", str(folder), "--config_dir", str(folder)]


def shell(folder: Path) -> str:
    """What a login gets: the router's command line, or one command's output."""
    command = " ".join(vtysh(folder))
    return f'#!/bin/sh\n[ -z "$SSH_ORIGINAL_COMMAND" ] && exec {command}\nexec {command} -c "$SSH_ORIGINAL_COMMAND"\n'


def sshd_config(folder: Path, address: str, port: int, username: str) -> str:
    options = {
        "ListenAddress": address,
        "Port": str(port),
        "HostKey": f"{folder}/host",
        "PidFile": "none",
        "AuthorizedKeysFile": f"{folder.parent}/login.pub",
        "StrictModes": "no",  # the keys lie under /tmp
        "UsePAM": "no",
        "PasswordAuthentication": "yes",
        "PermitRootLogin": "no",
        "AllowUsers": username,
        "ForceCommand": f"{folder}/shell",
        "UseDNS": "no",
        "PrintMotd": "no",
        "PrintLastLog": "no",
        "MaxStartups": "100",
        "X11Forwarding": "no",
        "AllowTcpForwarding": "no",
    }
    return "".join(f"{key} {value}\n" for key, value in options.items())


def snmpd_conf(name: str, folder: Path, community: str) -> str:
    return (
        f"rocommunity {community}\n"
        f"rwcommunity {community}-set\n"
        f"sysname {name}\n"
        f"sysdescr FRRouting {frr_version()} ({name})\n"
        "syslocation laboratory\n"
        "syscontact nobody\n"
        "sysservices 78\n"
        "master agentx\n"
        f"agentXSocket {folder}/agentx\n"
    )


def lldpd_conf() -> str:
    """Once a second instead of every thirty, so that a test need not wait for what changes nothing in what is told."""
    return "configure lldp tx-interval 1\n"


def frr_version() -> str:
    with contextlib.suppress(IndexError):
        return system.run(f"{FRR}/zebra", "--version").split()[2]
    return "unknown"
