"""Real routers for the tests: FRR with sshd and snmpd, one network namespace each.

    host namespace                                   gjlab1-r1         gjlab1-r2         gjlab1-r3
    bridge gjlab1 198.18.1.254/24 --+-- veth --- mgmt 198.18.1.1
                                    +-- veth ------------------- mgmt 198.18.1.2
                                    +-- veth ------------------------------------- mgmt 198.18.1.3
                                                       r1 south - north r2 south - north r3   (198.19.0.0/16, OSPF)

A router is what an operator meets: `vtysh` behind SSH (password or key) with the router's own host name, running and
saved configuration, net-snmp's agent with its real interfaces. Addresses are of RFC 2544's benchmarking range. Needs
root. Everything is kept in one temporary folder; nothing under /etc is touched but for one user, removed at the end.
"""

import contextlib
import secrets
import shutil
import socket
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.lab import system

FRR = "/usr/lib/frr"
DAEMONS = ("zebra", "staticd", "ospfd")
MANAGEMENT = "mgmt"
# NET-SNMP-AGENT-MIB's nsCacheTimeout of ifTable
IF_TABLE_CACHE_TIMEOUT = "1.3.6.1.4.1.8072.1.5.3.1.2.1.3.6.1.2.1.2.2"


@dataclass(frozen=True)
class Router:
    """How to reach one router, and where it lives."""

    name: str
    address: str
    namespace: str
    folder: Path
    port: str  # the host side of its management link
    username: str
    password: str = field(repr=False)
    private_key: str = field(repr=False)  # OpenSSH's PEM text
    community: str = field(repr=False)
    ssh_port: int = 22
    snmp_port: int = 161

    def vtysh(self, *commands: str) -> str:
        arguments = [part for command in commands for part in ("-c", command)]
        return system.run("ip", "netns", "exec", self.namespace, *vtysh(self.folder), *arguments)


class FrrLab:
    """`with FrrLab(10) as lab:`; the routers form a chain, r1 - r2 - ... - rN."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.routers: tuple[Router, ...] = ()
        self._slot: int | None = None
        self._lock: socket.socket | None = None
        self._started: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        self._slot, self._lock = system.claim()
        try:
            self._start(self._slot)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def stop(self) -> None:
        if self._slot is None or self._lock is None:
            return
        system.remove(self._slot)
        for process in self._started:
            process.wait(system.DEADLINE)
        self._lock.close()
        self._slot = self._lock = None

    def cut(self, router: Router, interface: str = MANAGEMENT) -> None:
        """Pull a cable: management by default, else `north` or `south` (the router's side sees the carrier go)."""
        self._cable(router, interface, "down")

    def mend(self, router: Router, interface: str = MANAGEMENT) -> None:
        self._cable(router, interface, "up")

    def _cable(self, router: Router, interface: str, state: str) -> None:
        if interface == MANAGEMENT:
            system.run("ip", "link", "set", "dev", router.port, state)
            return
        step, other_end = {"north": (-1, "south"), "south": (1, "north")}[interface]
        neighbour = self.routers[self.routers.index(router) + step]
        system.run("ip", "-n", neighbour.namespace, "link", "set", "dev", other_end, state)

    def _start(self, slot: int) -> None:
        name = system.name(slot)
        folder = Path(tempfile.mkdtemp(prefix=f"{name}-"))
        folder.chmod(0o755)
        password, community = secrets.token_urlsafe(12), secrets.token_hex(6)
        key = _user(name, folder, password)
        self.routers = tuple(
            Router(
                name=f"r{i}",
                address=f"198.18.{slot}.{i}",
                namespace=f"{name}-r{i}",
                folder=folder / f"r{i}",
                port=f"{name}p{i}",
                username=name,
                password=password,
                private_key=key,
                community=community,
            )
            for i in range(1, self.count + 1)
        )
        self._cabling(name, slot)
        for i, router in enumerate(self.routers, 1):
            _write(router, i, self.count)
            self._started += [_daemon(router, daemon) for daemon in DAEMONS]
        for router in self.routers:
            self._boot(router)
        for router in self.routers:
            system.wait_for_port(router.address, router.ssh_port)
            system.wait_for_text(router.folder / "snmpd.log", "NET-SNMP version")
            _tell_at_once(router)

    def _cabling(self, name: str, slot: int) -> None:
        batch = [
            f"link add {name} type bridge",
            f"address add 198.18.{slot}.254/24 dev {name}",
            f"link set dev {name} up",
        ]
        for router in self.routers:
            batch += [
                f"netns add {router.namespace}",
                f"link add {router.port} type veth peer name {MANAGEMENT} netns {router.namespace}",
                f"link set dev {router.port} master {name} up",
            ]
        for above, below in zip(self.routers, self.routers[1:], strict=False):
            batch.append(f"link add south netns {above.namespace} type veth peer name north netns {below.namespace}")
        system.batch(batch)
        for router in self.routers:
            ends = [MANAGEMENT, "north", "south"]
            batch = [f"link set dev {end} up" for end in ("lo", *ends) if self._has(router, end)]
            system.batch([f"address add {router.address}/24 dev {MANAGEMENT}", *batch], router.namespace)

    def _has(self, router: Router, interface: str) -> bool:
        missing = {"north": self.routers[0], "south": self.routers[-1]}.get(interface)
        return router != missing

    def _boot(self, router: Router) -> None:
        for daemon in DAEMONS:
            system.wait_for(router.folder / f"{daemon}.vty")
        system.run("ip", "netns", "exec", router.namespace, *vtysh(router.folder), "-b")
        sshd = f"hostname {router.name} && exec /usr/sbin/sshd -D -e -f {router.folder}/sshd_config"
        self._started += [
            _popen(router, "sshd", "unshare", "--uts", "sh", "-c", sshd),
            _popen(router, "snmpd", "env", f"SNMP_PERSISTENT_DIR={router.folder}/snmp", "/usr/sbin/snmpd",
                   "-f", "-C", "-Lo", "-c", f"{router.folder}/snmpd.conf", f"udp:{router.address}:{router.snmp_port}"),
        ]  # fmt: skip


def vtysh(folder: Path) -> list[str]:
    return ["/usr/bin/vtysh", "--vty_socket", str(folder), "--config_dir", str(folder)]


def _popen(router: Router, log: str, *command: str) -> subprocess.Popen[bytes]:
    with (router.folder / f"{log}.log").open("wb") as output:
        return subprocess.Popen(
            ["ip", "netns", "exec", router.namespace, *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _daemon(router: Router, daemon: str) -> subprocess.Popen[bytes]:
    folder = router.folder
    common = ["--vty_socket", str(folder), "-z", f"{folder}/zserv.api", "-i", f"{folder}/{daemon}.pid", "-P", "0"]
    return _popen(router, daemon, f"{FRR}/{daemon}", "-f", f"{folder}/{daemon}.conf", *common)


def _user(name: str, folder: Path, password: str) -> str:
    """The one login of the lab's routers; `frrvty` lets it speak to the daemons. Returns the private key."""
    system.run("useradd", "--no-create-home", "--home-dir", str(folder), "--shell", "/bin/sh", "-G", "frrvty,frr", name)
    system.run("chpasswd", stdin=f"{name}:{password}\n")
    Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # sshd refuses to start without it
    system.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", f"{folder}/login")
    (folder / "login.pub").chmod(0o644)
    return (folder / "login").read_text()


def _write(router: Router, number: int, count: int) -> None:
    folder = router.folder
    folder.mkdir()
    system.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", router.name, "-f", f"{folder}/host")
    files = {
        **{f"{daemon}.conf": f"hostname {router.name}\n" for daemon in DAEMONS},
        "frr.conf": frr_conf(router.name, number, count),
        "vtysh.conf": "service integrated-vtysh-config\n",
        "sshd_config": sshd_config(router),
        "shell": shell(folder),
        "snmpd.conf": snmpd_conf(router),
    }
    for file, text in files.items():
        (folder / file).write_text(text)
        (folder / file).chmod(0o664)
    (folder / "shell").chmod(0o755)
    folder.chmod(0o775)
    for path in (folder, *(folder / file for file in files if file.endswith(".conf") and file != "snmpd.conf")):
        shutil.chown(path, "frr", "frrvty")


def frr_conf(name: str, number: int, count: int) -> str:
    """Link k joins router k (south, 198.19.k.1) and router k+1 (north, 198.19.k.2)."""
    lines = [f"hostname {name}", "service integrated-vtysh-config", "ip forwarding"]
    addresses = {"lo": f"198.19.255.{number}/32"}
    if number > 1:
        addresses["north"] = f"198.19.{number - 1}.2/30"
    if number < count:
        addresses["south"] = f"198.19.{number}.1/30"
    for interface, address in addresses.items():
        lines += [f"interface {interface}", f" ip address {address}", " ip ospf area 0"]
        if interface != "lo":
            lines += [
                f" description to r{number - 1 if interface == 'north' else number + 1}",
                " ip ospf network point-to-point",
                " ip ospf hello-interval 1",
                " ip ospf dead-interval 4",
                " ip ospf retransmit-interval 1",
            ]
        lines.append("!")
    lines += ["ip route 198.19.254.0/24 Null0", "router ospf", f" ospf router-id 198.19.255.{number}"]
    lines += [" timers throttle spf 0 50 200", " timers throttle lsa all 100", " timers lsa min-arrival 50", "end"]
    return "\n".join(lines) + "\n"


def shell(folder: Path) -> str:
    """What a login gets: the router's command line, or one command's output."""
    command = " ".join(vtysh(folder))
    return f'#!/bin/sh\n[ -z "$SSH_ORIGINAL_COMMAND" ] && exec {command}\nexec {command} -c "$SSH_ORIGINAL_COMMAND"\n'


def sshd_config(router: Router) -> str:
    options = {
        "ListenAddress": router.address,
        "Port": str(router.ssh_port),
        "HostKey": f"{router.folder}/host",
        "PidFile": "none",
        "AuthorizedKeysFile": f"{router.folder.parent}/login.pub",
        "StrictModes": "no",  # the keys lie under /tmp
        "UsePAM": "no",
        "PasswordAuthentication": "yes",
        "PermitRootLogin": "no",
        "AllowUsers": router.username,
        "ForceCommand": f"{router.folder}/shell",
        "UseDNS": "no",
        "PrintMotd": "no",
        "PrintLastLog": "no",
        "MaxStartups": "100",
        "X11Forwarding": "no",
        "AllowTcpForwarding": "no",
    }
    return "".join(f"{key} {value}\n" for key, value in options.items())


def snmpd_conf(router: Router) -> str:
    version = frr_version()
    return (
        f"rocommunity {router.community}\n"
        f"rwcommunity {router.community}-set\n"
        f"sysname {router.name}\n"
        f"sysdescr FRRouting {version} ({router.name})\n"
        "syslocation laboratory\n"
        "syscontact nobody\n"
        "sysservices 78\n"
    )


def _tell_at_once(router: Router) -> None:
    """net-snmp looks at its interfaces every three seconds; a switch knows when one of its ports goes down."""
    secret, target = f"{router.community}-set", f"{router.address}:{router.snmp_port}"
    system.run("snmpset", "-v2c", "-c", secret, "-On", target, IF_TABLE_CACHE_TIMEOUT, "i", "0")


def frr_version() -> str:
    with contextlib.suppress(IndexError):
        return system.run(f"{FRR}/zebra", "--version").split()[2]
    return "unknown"
