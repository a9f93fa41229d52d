"""Real echo requests on the loopback, through whichever socket the kernel permits here."""

import asyncio
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from collectors.errors import IcmpUnavailableError
from collectors.icmp import Pinger, packet
from collectors.icmp.sieve import hear_own_replies_only

ROOT = Path(__file__).resolve().parents[3]
IPV4_HEADER = 20
NAMESPACE = "gjping"
HAS_IPV6 = Path("/proc/net/if_inet6").exists()


@pytest.fixture
async def pinger() -> AsyncIterator[Pinger]:
    try:
        found = Pinger.open(timeout_s=0.5)
    except IcmpUnavailableError as error:
        pytest.fail(f"run the tests as root, or: {error.render_hint()}")
    yield found
    found.close()


async def test_the_loopback_answers_within_a_millisecond_or_so(pinger: Pinger) -> None:
    rtts = [await pinger.ping("127.0.0.1") for _ in range(5)]
    assert all(rtt is not None and 0 <= rtt < 500 for rtt in rtts)


async def test_the_kernels_timestamp_hides_the_delay_of_the_loop(pinger: Pinger) -> None:
    """The best of some: the kernel begins to stamp packets only a little after the first socket asks for it."""
    rtts = []
    for _ in range(4):
        task = asyncio.ensure_future(pinger.ping("127.0.0.1"))
        await asyncio.sleep(0)
        time.sleep(0.1)  # noqa: ASYNC251  # the event loop is kept busy on purpose
        rtts.append(await task)
    assert min(rtt for rtt in rtts if rtt is not None) < 50


async def test_five_thousand_addresses_at_once_all_answer_each_for_itself(pinger: Pinger) -> None:
    addresses = [f"127.1.{i // 250}.{i % 250 + 1}" for i in range(5000)]
    heard: dict[str, list[float | None]] = {address: [] for address in addresses}
    for address in addresses:
        pinger.ask(address, heard[address].append)
    last = await pinger.ping("127.0.0.1")
    assert last is not None
    assert all(len(answers) == 1 and answers[0] is not None for answers in heard.values())
    assert pinger._waiting == {}


async def test_the_patience_of_each_question_is_its_own(pinger: Pinger, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was asked last gives up first, when it was asked with less patience."""
    monkeypatch.setattr(packet, "answered", lambda *_, **__: None)
    order: list[str] = []
    asked = [pinger.ping("127.0.0.1", timeout_s) for timeout_s in (0.3, 0.2, 0.1)]
    for name, future in zip(("long", "middle", "short"), asked, strict=True):
        future.add_done_callback(lambda _, name=name: order.append(name))
    assert await asyncio.gather(*asked) == [None, None, None]
    assert order == ["short", "middle", "long"]


async def test_what_is_waited_for_when_the_socket_closes_is_lost() -> None:
    pinger = Pinger.open()
    asked = [pinger.ping("127.0.0.1") for _ in range(500)]
    pinger.close()
    assert await asyncio.gather(*asked) == [None] * 500


async def test_sequence_numbers_that_are_used_up_make_the_next_question_wait(pinger: Pinger) -> None:
    """More questions than there are sequence numbers; the surplus leaves as soon as there is room."""
    answers: list[float | None] = []
    for i in range(70_000):
        pinger.ask(f"127.2.{i % 250}.1", answers.append)
    while len(answers) < 70_000:
        await pinger.ping("127.0.0.1")
    assert None not in answers


async def test_a_raw_socket_does_not_hear_what_others_ping() -> None:
    """Half of the echo replies are somebody else's; none of them gets as far as our buffer."""
    try:
        ours, theirs = (socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) for _ in range(2))
    except PermissionError:
        pytest.skip("only root may open a raw socket")
    with ours, theirs:
        hear_own_replies_only(ours, 4, 7)
        for found in (ours, theirs):
            found.settimeout(5)
            for sequence in range(4):
                identifier = 7 if found is ours else 8
                found.sendto(packet.Requests(4, identifier, b"sieve").octets(sequence), ("127.0.0.1", 0))
        heard = [ours.recv(256)[IPV4_HEADER:] for _ in range(4)]
        ours.settimeout(0)
        with pytest.raises(BlockingIOError):
            ours.recv(256)
    assert [packet.HEADER.unpack_from(one)[3:] for one in heard] == [(7, n) for n in range(4)]


async def test_ipv6_answers_too(pinger: Pinger) -> None:
    if not HAS_IPV6:
        assert not pinger.can("::1")
        return
    assert pinger.can("::1")
    assert await pinger.ping("0:0:0:0:0:0:0:1") is not None


def in_namespace(*command: str) -> list[str]:
    return ["ip", "netns", "exec", NAMESPACE, *command]


@pytest.fixture
def namespace() -> Iterator[str]:
    """A network of its own, in which nothing but its loopback is reachable, and the settings are ours to change."""
    subprocess.run(["ip", "netns", "delete", NAMESPACE], check=False, capture_output=True)
    subprocess.run(["ip", "netns", "add", NAMESPACE], check=True)
    subprocess.run(["ip", "-n", NAMESPACE, "link", "set", "lo", "up"], check=True)
    yield NAMESPACE
    subprocess.run(["ip", "netns", "delete", NAMESPACE], check=True)


PROGRAM = """
import asyncio, sys
from collectors.icmp import Pinger
from collectors.errors import IcmpUnavailableError
async def main():
    try:
        pinger = Pinger.open(timeout_s=0.3)
    except IcmpUnavailableError as error:
        print("unavailable", error.code)
        return
    answers = await asyncio.gather(*(pinger.ping(address) for address in sys.argv[1:]))
    print("raw" if pinger._endpoints[4].raw else "datagram", *("lost" if a is None else "heard" for a in answers))
    pinger.close()
asyncio.run(main())
"""
NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--bounding-set=-all", "--inh-caps=-all")


def probe(*prefix: str, addresses: tuple[str, ...] = ("127.0.0.1",)) -> str:
    command = in_namespace(*prefix, sys.executable, "-W", "error", "-c", PROGRAM, *addresses)
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env={"PYTHONPATH": str(ROOT)})
    return done.stdout.strip() or done.stderr


@pytest.mark.slow
def test_an_ordinary_user_pings_when_the_group_is_permitted_and_is_told_so_when_not(namespace: str) -> None:
    assert shutil.which("setpriv"), "util-linux"
    subprocess.run(in_namespace("sysctl", "-qw", "net.ipv4.ping_group_range=1 0"), check=True)
    assert probe(*NOBODY) == "unavailable collectors.icmp_unavailable"
    subprocess.run(in_namespace("sysctl", "-qw", "net.ipv4.ping_group_range=0 2147483647"), check=True)
    assert probe(*NOBODY) == "datagram heard"


@pytest.mark.slow
def test_what_has_no_route_or_no_answer_is_lost_and_nothing_else(namespace: str) -> None:
    subprocess.run(["ip", "-n", NAMESPACE, "link", "add", "hole", "type", "veth", "peer", "name", "far"], check=True)
    subprocess.run(["ip", "-n", NAMESPACE, "address", "add", "198.18.250.1/24", "dev", "hole"], check=True)
    subprocess.run(["ip", "-n", NAMESPACE, "link", "set", "hole", "up"], check=True)
    subprocess.run(["ip", "-n", NAMESPACE, "link", "set", "far", "up"], check=True)
    addresses = ("127.0.0.1", "198.18.250.9", "203.0.113.5", "127.0.0.2")
    assert probe(addresses=addresses).split()[1:] == ["heard", "lost", "lost", "heard"]
