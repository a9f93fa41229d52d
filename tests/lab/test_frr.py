"""The laboratory itself: what other tests take for granted about its routers."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import paramiko
import pytest

from tests.lab import system
from tests.lab.cabling import Plug, tree
from tests.lab.frr import FrrLab, Router

pytestmark = pytest.mark.slow

SYS_NAME = "1.3.6.1.2.1.1.5.0"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def lab() -> Iterator[FrrLab]:
    with FrrLab(10) as running:
        yield running


def snmpget(router: Router, timeout: int = 2) -> str:
    command = ["snmpget", "-v2c", "-c", router.community, "-t", str(timeout), "-r0", "-Oqv", "-On"]
    target = f"{router.address}:{router.snmp_port}"
    done = subprocess.run([*command, target, SYS_NAME], capture_output=True, text=True, check=False)
    return done.stdout.strip().strip('"')


def login(router: Router, *, key: bool) -> paramiko.SSHClient:
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.AutoAddPolicy())  # noqa: S507  # made a second ago
    secret = {"key_filename": str(router.folder.parent / "login")} if key else {"password": router.password}
    client.connect(
        router.address, router.ssh_port, router.username, look_for_keys=False, allow_agent=False, timeout=10, **secret
    )
    return client


def ssh(router: Router, command: str, *, key: bool) -> str:
    with login(router, key=key) as client:
        _, output, _ = client.exec_command(command, timeout=10)
        return output.read().decode()


def within(seconds: float, condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def test_ten_routers_answer_snmp_by_their_own_names(lab: FrrLab) -> None:
    assert [snmpget(router) for router in lab.routers] == [f"r{i}" for i in range(1, 11)]


@pytest.mark.parametrize("by", ["password", "key"])
def test_ten_routers_show_their_configuration_over_ssh(lab: FrrLab, by: str) -> None:
    for router in lab.routers:
        running = ssh(router, "show running-config", key=by == "key")
        assert f"hostname {router.name}\n" in running
        assert running.rstrip().endswith("end")


def test_a_change_made_over_ssh_can_be_saved(lab: FrrLab) -> None:
    router = lab.routers[0]
    ssh(router, "configure terminal\ninterface lo\ndescription changed by a test", key=False)
    ssh(router, "write memory", key=False)
    assert "description changed by a test" in (router.folder / "frr.conf").read_text()


def test_the_prompt_of_a_login_is_the_routers_own_name(lab: FrrLab) -> None:
    with login(lab.routers[1], key=False) as client:
        channel = client.invoke_shell()
        seen = ""
        while "r2# " not in seen:
            channel.settimeout(10)
            seen += channel.recv(4096).decode()


def test_ospf_carries_routes_along_the_chain_and_loses_them_with_a_cable(lab: FrrLab) -> None:
    first, last = lab.routers[0], lab.routers[-1]

    def reaches_the_end() -> bool:
        return "198.19.255.10" in first.vtysh("show ip route ospf")

    assert within(40, reaches_the_end)
    lab.cut(last, "north")
    assert within(20, lambda: not reaches_the_end())
    lab.mend(last, "north")
    assert within(40, reaches_the_end)


def test_a_cut_router_is_silent_until_it_is_mended(lab: FrrLab) -> None:
    router = lab.routers[4]
    lab.cut(router)
    assert snmpget(router, timeout=1) == ""
    assert snmpget(lab.routers[5]) == "r6"
    lab.mend(router)
    assert within(10, lambda: snmpget(router, timeout=1) == "r5")


def test_two_labs_stand_side_by_side(lab: FrrLab) -> None:
    with FrrLab(1) as other:
        assert other.routers[0].address != lab.routers[0].address
        assert snmpget(other.routers[0]) == "r1"
    assert snmpget(lab.routers[0]) == "r1"


def test_what_a_killed_lab_leaves_behind_is_removed_by_the_next(lab: FrrLab) -> None:
    code = "from tests.lab.frr import FrrLab; lab = FrrLab(1).__enter__(); print(lab.routers[0].namespace, flush=True)"
    die = "; import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    killed = subprocess.run(
        [sys.executable, "-c", code + die], cwd=ROOT, env=os.environ, capture_output=True, text=True, check=False
    )
    left = killed.stdout.strip()
    assert left in system.namespaces()
    _, holder = system.claim()
    holder.close()
    assert left not in system.namespaces()
    assert not list(Path("/sys/class/net").glob(f"{left.partition('-')[0]}*"))
    assert lab.routers[0].namespace in system.namespaces()


def lldp_neighbours(router: Router) -> set[tuple[str, str, str]]:
    """Own port, the neighbour's name and its port, as the daemon itself has them."""
    command = ["lldpcli", "-u", str(router.folder / "lldpd.sock"), "-f", "keyvalue", "show", "neighbors"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    facts = dict(line.split("=", 1) for line in told.splitlines() if "=" in line)
    ports = {key.split(".")[1] for key in facts if key.endswith(".chassis.name")}
    return {(port, facts[f"lldp.{port}.chassis.name"], facts[f"lldp.{port}.port.descr"]) for port in ports}


def test_a_cable_can_be_put_into_another_port_and_lldp_tells_both_ends() -> None:
    cables = tree(4, below=2)
    with FrrLab(4, cables, spare=[Plug(3, "down9")], lldp=range(1, 5)) as lab:
        top, left, right, leaf = lab.routers
        assert within(15, lambda: lldp_neighbours(left) == {("up", "r1", "down1"), ("down1", "r4", "up")})
        lab.panel.move(Plug(2, "down1"), to=Plug(3, "down9"))
        assert within(15, lambda: lldp_neighbours(leaf) == {("up", "r3", "down9")})
        assert within(15, lambda: lldp_neighbours(left) == {("up", "r1", "down1")})
        assert within(15, lambda: ("down9", "r4", "up") in lldp_neighbours(right))
        assert within(15, lambda: {name for _, name, _ in lldp_neighbours(top)} == {"r2", "r3"})
