"""The farm's agents say the same to net-snmp's tools and to our engine."""

import asyncio
import subprocess
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from bench.farm import Farm
from bench.objects import BOARD, COLUMNS, SINGLE, ports_for, values_of
from bench.poll_v3 import AUTHENTICATION, NAME, PRIVACY, USER
from collectors.snmp import Engine, IfStatus, PollPlan, Target, Version, discover, read
from collectors.snmp.wire import dotted, parse_oid
from tests.installation import free_port

pytestmark = pytest.mark.slow
PORTS = 30
OTHER, IDLE = "127.8.0.2", "127.8.0.9"


@pytest.fixture(scope="module")
def farm() -> Iterator[Farm]:
    with Farm(PORTS, idle_percent=50, port=free_port()) as farm:
        yield farm


def net_snmp(tool: str, farm: Farm, address: str, *words: str) -> list[str]:
    command = [tool, "-v2c", "-c", "x", "-On", "-Oe", "-Ot", f"{address}:{farm.port}", *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def test_every_way_of_walking_an_agent_finds_the_same_objects_in_order(farm: Farm) -> None:
    by_next = [line.partition(" ")[0] for line in net_snmp("snmpwalk", farm, OTHER, ".1")]
    by_bulk = [line.partition(" ")[0] for line in net_snmp("snmpbulkwalk", farm, OTHER, "-Cr40", ".1")]
    assert by_next == by_bulk
    names = [parse_oid(name) for name in by_next if name != "."]
    assert names == sorted(names)
    assert {oid for oid in names if oid[:-1] in COLUMNS} == {
        (*c, 10100 + i) for c in COLUMNS for i in range(1, PORTS + 1)
    }
    assert set(SINGLE) <= set(names)


def test_a_get_says_what_a_walk_says_and_names_what_is_not_there(farm: Farm) -> None:
    speed = ".1.3.6.1.2.1.31.1.1.1.15.10101"
    assert net_snmp("snmpget", farm, OTHER, speed) == [f"{speed} = Gauge32: 1000"]
    assert net_snmp("snmpgetnext", farm, OTHER, ".1.3.6.1.2.1.31.1.1.1.13")[0].startswith(
        ".1.3.6.1.2.1.31.1.1.1.13.10101 "
    )
    (missing,) = net_snmp("snmpget", farm, OTHER, ".1.3.6.1.2.1.31.1.1.1.15.9")
    assert "No Such Instance" in missing


def test_version_three_says_what_version_two_says(farm: Farm) -> None:
    secret = ["-l", "authPriv", "-u", NAME, "-a", "SHA", "-A", AUTHENTICATION, "-x", "AES", "-X", PRIVACY]
    command = ["snmpbulkwalk", "-v3", *secret, "-On", "-Oe", "-Ot", f"{OTHER}:{farm.port}", ".1.3.6.1.2.1.31.1.1.1.1"]
    by_three = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    assert by_three == net_snmp("snmpbulkwalk", farm, OTHER, ".1.3.6.1.2.1.31.1.1.1.1")
    assert len(by_three) == PORTS


@pytest.mark.parametrize(
    "access", [Target, partial(Target, version=Version.V3, community=b"", user=USER)], ids=["v2c", "v3 authPriv"]
)
async def test_the_product_discovers_and_polls_a_device_in_full(farm: Farm, access: Callable[..., Target]) -> None:
    async with Engine() as engine:
        session = engine.session(access(OTHER, farm.port))
        found = await discover(session)
        plan = PollPlan(found)
        first = await read(session, plan)
        second = await read(session, plan)
    assert found.system.name == "SW-8-0-2"
    assert (found.identity.profile, found.faults) == ("huawei_vrp", ())
    assert len(found.ports) == PORTS
    assert (first.rediscover, second.rediscover) == (None, None)
    assert len(second.health.processors) == len(second.health.mempools) == len(second.health.sensors) == 1
    counters = [(one.counters, two.counters, two.oper) for one, two in zip(first.ports, second.ports, strict=True)]
    assert {oper for *_, oper in counters} == {IfStatus.UP, IfStatus.DOWN}
    for one, two, oper in counters:
        assert one.in_octets is not None
        assert two.in_octets is not None
        assert two.in_octets >= one.in_octets
        assert oper is IfStatus.UP or two.in_octets == one.in_octets


async def test_what_does_not_fit_a_frame_is_too_big(farm: Farm) -> None:
    async with Engine() as engine:
        session = engine.session(Target(OTHER, farm.port))
        session.limits.varbinds = 100
        names = [(*column, 10101 + port) for column in COLUMNS for port in range(9)]
        found = await session.get(names)
        assert [varbind.oid for varbind in found] == names
        assert session.limits.varbinds == len(names) // 2


async def test_addresses_are_devices_of_their_own(farm: Farm) -> None:
    octets = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 6, 10101)
    async with Engine() as engine:
        sessions = [engine.session(Target(address, farm.port)) for address in (OTHER, IDLE)]
        (one,), (other,) = await asyncio.gather(*(session.get([octets]) for session in sessions))
    assert one.value != other.value


def test_a_device_has_as_many_values_as_a_bench_asks_for() -> None:
    ports = ports_for(672)
    assert values_of(ports) >= 672 > values_of(ports - 1)
    assert len({dotted(oid) for oid in (*SINGLE, *BOARD, *COLUMNS)}) == len(SINGLE) + len(BOARD) + len(COLUMNS)
