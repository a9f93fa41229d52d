"""Real routers for the tests: FRR with sshd, snmpd and, where asked for, lldpd, one network namespace each.

    host namespace                                   gjlab1-r1         gjlab1-r2         gjlab1-r3
    bridge gjlab1 198.18.1.254/24 --+-- veth --- mgmt 198.18.1.1
                                    +-- veth ------------------- mgmt 198.18.1.2
                                    +-- veth ------------------------------------- mgmt 198.18.1.3
                                                       r1 south - north r2 south - north r3   (198.19.0.0/16, OSPF)

A router is what an operator meets: `vtysh` behind SSH (password or key) with the router's own host name, running and
saved configuration, net-snmp's agent with its real interfaces. Addresses are of RFC 2544's benchmarking range. Needs
root. Everything is kept in one temporary folder; nothing under /etc is touched but for one user, removed at the end.
"""

import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.lab import system
from tests.lab.cabling import Cable, Panel, Plug, chain, ports
from tests.lab.configuration import FRR, Far, frr_conf, lldpd_conf, shell, snmpd_conf, sshd_config, vtysh

DAEMONS = ("zebra", "staticd", "ospfd")
MANAGEMENT = "mgmt"
CHROOT = Path("/run/lldpd")  # which lldpd of Debian does not make itself
OWN_BY_ROOT = ("snmpd.conf", "lldpd.conf")
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

    def greet(self, address: str) -> None:
        """One datagram, which nobody reads: a neighbour has to be asked for its MAC address first."""
        system.run("ip", "netns", "exec", self.namespace, "bash", "-c", f"echo hello >/dev/udp/{address}/9")


class FrrLab:
    """`with FrrLab(10) as lab:`; the routers form a chain, r1 - r2 - ... - rN, unless other `cables` are given.

    `spare` are ports without a cable; `lldp` the numbers of the routers that speak LLDP and answer its MIB.
    """

    def __init__(
        self,
        count: int,
        cables: Sequence[Cable] | None = None,
        *,
        spare: Collection[Plug] = (),
        lldp: Collection[int] = (),
    ) -> None:
        self.count = count
        self.cables = chain(count) if cables is None else cables
        self.routers: tuple[Router, ...] = ()
        self._spare = spare
        self._lldp = lldp
        self._panel: Panel | None = None
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
        """Pull a cable: management by default. Both ends see the carrier go, but for the host's of management."""
        if interface == MANAGEMENT:
            system.run("ip", "link", "set", "dev", router.port, "down")
        else:
            self.panel.cut(self.plug(router, interface))

    def mend(self, router: Router, interface: str = MANAGEMENT) -> None:
        if interface == MANAGEMENT:
            system.run("ip", "link", "set", "dev", router.port, "up")
        else:
            self.panel.mend(self.plug(router, interface))

    @property
    def panel(self) -> Panel:
        if self._panel is None:
            raise system.LabError("the lab does not run")
        return self._panel

    def plug(self, router: Router, interface: str) -> Plug:
        return Plug(self.routers.index(router) + 1, interface)

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
            _write(router, i, self._far(i), lldp=i in self._lldp)
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
        system.batch(batch)
        self._panel = Panel(name, {i: router.namespace for i, router in enumerate(self.routers, 1)})
        self._panel.wire(self.cables, self._spare)
        with_cables = ports(self.cables, self._spare)
        for i, router in enumerate(self.routers, 1):
            batch = [f"link set dev {end} up" for end in ("lo", MANAGEMENT, *with_cables.get(i, ()))]
            system.batch([f"address add {router.address}/24 dev {MANAGEMENT}", *batch], router.namespace)

    def _far(self, number: int) -> Mapping[str, Far]:
        """Cable k has 198.19.k.0/30, the first of its ends .1 and the other .2."""
        found = {}
        for k, ends in enumerate(self.cables, 1):
            for host, (end, other) in enumerate((ends, ends[::-1]), 1):
                if end.router == number:
                    found[end.port] = Far(f"198.19.{k}.{host}/30", f"r{other.router}")
        return found

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
        if (router.folder / "lldpd.conf").exists():
            self._speak_lldp(router)

    def _speak_lldp(self, router: Router) -> None:
        folder = router.folder
        CHROOT.mkdir(mode=0o755, exist_ok=True)
        system.wait_for(folder / "agentx")
        lldpd = f"hostname {router.name} && exec /usr/sbin/lldpd -d -u {folder}/lldpd.sock -O {folder}/lldpd.conf"
        self._started.append(_popen(router, "lldpd", "unshare", "--uts", "sh", "-c", f"{lldpd} -x -X {folder}/agentx"))


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


def _write(router: Router, number: int, far: Mapping[str, Far], *, lldp: bool) -> None:
    folder = router.folder
    folder.mkdir()
    system.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", router.name, "-f", f"{folder}/host")
    files = {
        **{f"{daemon}.conf": f"hostname {router.name}\n" for daemon in DAEMONS},
        "frr.conf": frr_conf(router.name, number, far),
        "vtysh.conf": "service integrated-vtysh-config\n",
        "sshd_config": sshd_config(folder, router.address, router.ssh_port, router.username),
        "shell": shell(folder),
        "snmpd.conf": snmpd_conf(router.name, folder, router.community),
    }
    if lldp:
        files["lldpd.conf"] = lldpd_conf()
    for file, text in files.items():
        (folder / file).write_text(text)
        (folder / file).chmod(0o664)
    (folder / "shell").chmod(0o755)
    folder.chmod(0o775)
    for path in (folder, *(folder / file for file in files if file not in OWN_BY_ROOT and file.endswith(".conf"))):
        shutil.chown(path, "frr", "frrvty")


def _tell_at_once(router: Router) -> None:
    """net-snmp looks at its interfaces every three seconds; a switch knows when one of its ports goes down."""
    secret, target = f"{router.community}-set", f"{router.address}:{router.snmp_port}"
    system.run("snmpset", "-v2c", "-c", secret, "-On", target, IF_TABLE_CACHE_TIMEOUT, "i", "0")
