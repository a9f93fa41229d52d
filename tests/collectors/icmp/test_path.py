"""The way to an address, in network namespaces: a chain of real routers, with every kind of probe there is.

here 198.18.240.2 -- .1 first 198.18.241.1 -- .2 second 198.18.242.1 -- .2 target
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
HERE, FIRST, SECOND, TARGET = CHAIN = ("gjway-here", "gjway-first", "gjway-second", "gjway-target")
NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--bounding-set=-all", "--inh-caps=-all")
PERMITTED, REFUSED = "0 2147483647", "1 0"
NO_WAY = "198.18.99.1"

PROGRAM = """
import asyncio, dataclasses, json, sys
from collectors.errors import PathUnavailableError
from collectors.icmp import trace
try:
    print(json.dumps(dataclasses.asdict(asyncio.run(trace(sys.argv[1])))))
except PathUnavailableError as error:
    print(json.dumps({"code": error.code}))
"""


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


def inside(namespace: str, *command: str) -> str:
    return subprocess.run(
        ["ip", "netns", "exec", namespace, *command], check=True, capture_output=True, text=True, cwd=ROOT
    ).stdout


@pytest.fixture(scope="module")
def chain() -> Iterator[None]:
    remove()
    for namespace in CHAIN:
        ip("netns", "add", namespace)
        inside(namespace, "sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1")
    for number, (near, far) in enumerate(pairwise(CHAIN)):
        ip("link", "add", "right", "netns", near, "type", "veth", "peer", "name", "left", "netns", far)
        for namespace, port, host in (
            (near, "right", 2 if near == HERE else 1),
            (far, "left", 1 if near == HERE else 2),
        ):
            ip("-n", namespace, "address", "add", f"198.18.{240 + number}.{host}/24", "dev", port)
            ip("-n", namespace, "address", "add", f"fd00:{240 + number}::{host}/64", "dev", port, "nodad")
            ip("-n", namespace, "link", "set", port, "up")
    routes = (
        (HERE, "default", "198.18.240.1", "fd00:240::1"),
        (FIRST, "198.18.242.0/24", "198.18.241.2", "fd00:241::2"),
        (SECOND, "198.18.240.0/24", "198.18.241.1", "fd00:241::1"),
        (TARGET, "default", "198.18.242.1", "fd00:242::1"),
    )
    for namespace, to, via, via6 in routes:
        ip("-n", namespace, "route", "add", to, "via", via)
        ip("-n", namespace, "route", "add", "default", "via", via6)
    ip("-n", FIRST, "route", "add", "unreachable", f"{NO_WAY}/32")
    yield
    remove()


def remove() -> None:
    for namespace in CHAIN:
        subprocess.run(["ip", "netns", "delete", namespace], check=False, capture_output=True)


def traced(address: str, *prefix: str, group: str = PERMITTED) -> dict[str, Any]:
    inside(HERE, "sysctl", "-qw", f"net.ipv4.ping_group_range={group}")
    command = ["env", f"PYTHONPATH={ROOT}", *prefix, sys.executable, "-W", "error", "-c", PROGRAM, address]
    found: dict[str, Any] = json.loads(inside(HERE, *command))
    return found


def addresses(found: dict[str, Any]) -> list[str | None]:
    return [hop["address"] for hop in found["hops"]]


pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("chain")]
WAY = ["198.18.240.1", "198.18.241.2", "198.18.242.2"]


@pytest.mark.parametrize(
    ("prefix", "group", "method"),
    [
        pytest.param(NOBODY, PERMITTED, "icmp", id="an ordinary user, by a datagram socket"),
        pytest.param((), REFUSED, "icmp", id="root, by a raw socket"),
        pytest.param(NOBODY, REFUSED, "udp", id="an ordinary user where ICMP is refused, by UDP"),
    ],
)
def test_every_hop_is_named_with_its_round_trip(prefix: tuple[str, ...], group: str, method: str) -> None:
    found = traced("198.18.242.2", *prefix, group=group)
    assert (found["method"], found["reached"], addresses(found)) == (method, True, WAY)
    assert all(0 < hop["rtt_ms"] < 1000 for hop in found["hops"])


def test_ipv6_has_hops_too() -> None:
    found = traced("fd00:242::2", *NOBODY)
    assert (found["reached"], addresses(found)) == (True, ["fd00:240::1", "fd00:241::2", "fd00:242::2"])


@pytest.mark.parametrize("group", [PERMITTED, REFUSED])
def test_the_way_ends_where_the_cable_is_cut(group: str) -> None:
    ip("-n", TARGET, "link", "set", "left", "down")
    try:
        found = traced("198.18.242.2", group=group)
    finally:
        ip("-n", TARGET, "link", "set", "left", "up")
        ip("-n", TARGET, "route", "add", "default", "via", "198.18.242.1")
    assert (found["reached"], addresses(found)) == (False, WAY[:2])


def test_a_router_that_knows_no_way_on_says_so() -> None:
    found = traced(NO_WAY)
    assert (found["reached"], addresses(found)) == (False, ["198.18.240.1"])
    assert found["hops"][0]["refused"]


def test_a_hop_that_keeps_silent_is_a_gap_and_not_the_end() -> None:
    inside(FIRST, "sysctl", "-qw", "net.ipv4.icmp_ratelimit=1000000")
    try:
        found = traced("198.18.242.2")
    finally:
        inside(FIRST, "sysctl", "-qw", "net.ipv4.icmp_ratelimit=1000")
    assert (found["reached"], addresses(found)) == (True, [None, *WAY[1:]])


def test_where_nothing_answers_the_way_is_empty() -> None:
    ip("-n", FIRST, "link", "set", "left", "down")
    try:
        found = traced("198.18.242.2")
    finally:
        ip("-n", FIRST, "link", "set", "left", "up")
    assert (found["reached"], found["hops"]) == (False, [])
