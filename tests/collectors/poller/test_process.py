"""The whole poller, against agents that answer, lie, loop and fall silent. All on the loopback, where ICMP answers."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from collectors.history import HistoryReader, Kind
from collectors.lines.availability import Period
from collectors.lines.records import line_availability
from collectors.metrics.scrape import open_page, read_metrics
from collectors.models import (
    DeviceState,
    DiscoveredNeighbour,
    LineCondition,
    LineState,
    OutageRecord,
    PollerRun,
    PollerStatus,
    PortState,
    PortStatus,
    Reachability,
    SubjectKind,
)
from collectors.poller import process as poller_module
from collectors.snmp.wire import Message, Tag, VarBind, parse_oid
from collectors.survey.models import ComponentState
from collectors.survey.whereabouts import locate
from collectors.topology import REFRESH
from core.database import Database
from core.jobs.models import Job
from inventory.models import Device, Line, Port, business_system_line
from tests.collectors.county import County, build
from tests.collectors.running import Place, WallClock, switch
from tests.collectors.snmp.agent import Agent, failing, honest, silent, truncated, wrong_request_id

pytestmark = pytest.mark.slow
# What the two databases do differently is tested in test_store.py; one run of the whole on each is enough.
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

CORE = {1: "GE1/0/1", 2: "GE1/0/2", 3: "GE1/0/3"}
ACCESS = {24: "GE0/0/24"}


OCTETS_A_SECOND = 5_000_000


def moving(agent: Agent, request: Message, answer: Message) -> list[bytes]:
    """The core switch, whose counters go on with its clock."""
    ticks = 12_345 + int(asyncio.get_running_loop().time() * 100) % 1_000_000
    octets = ticks * OCTETS_A_SECOND // 100
    agent.set(switch("core", CORE, octets=octets, uptime=ticks, down=frozenset({3})))
    return honest(agent, request, answer)


@pytest.fixture
async def agents() -> AsyncIterator[tuple[Agent, Agent]]:
    async with Agent(switch("core", CORE, down=frozenset({3}))) as core, Agent(switch("access", ACCESS)) as access:
        yield core, access


@pytest.fixture
async def open_port() -> AsyncIterator[int]:
    """Something that listens, as a device's SSH server would."""
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    yield int(server.sockets[0].getsockname()[1])
    server.close()
    await server.wait_closed()


@pytest.fixture
def place(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setattr(poller_module, "INVENTORY_S", 0.3)
    monkeypatch.setattr(poller_module, "HISTORY_S", 0.3)
    monkeypatch.setattr(poller_module, "BEAT_S", 0.3)
    return Place.make(database, tmp_path)


def found_county(place: Place, agents: tuple[Agent, Agent]) -> County:
    with place.database.write() as session:
        county = build(session, ports=(agents[0].port, agents[1].port))
    place.give_credentials()
    return county


def state_of(device: int, reachability: Reachability) -> object:
    def ask(session: Session) -> DeviceState | None:
        state = session.get(DeviceState, device)
        return state if state and state.reachability is reachability else None

    return ask


def line_is(county: County, condition: LineCondition) -> object:
    return lambda session: (s := session.get(LineState, county.line)) and s.state is condition


def polled(device: int) -> object:
    return lambda session: session.scalar(
        select(DeviceState).where(DeviceState.device_id == device, DeviceState.last_answer.is_not(None))
    )


def port_named(session: Session, device: int, name: str) -> PortState | None:
    return session.scalar(select(PortState).where(PortState.device_id == device, PortState.name == name))


async def test_who_is_behind_a_port_is_found_after_the_discovery(place: Place, agents: tuple[Agent, Agent]) -> None:
    county = found_county(place, agents)
    station, computer = (10, 0, 224, 252, 18, 52, 1), bytes((0, 224, 252, 18, 52, 1))
    agents[1].change(
        VarBind((*parse_oid("1.3.6.1.2.1.17.1.4.1.2"), 1), Tag.INTEGER, 24),
        VarBind((*parse_oid("1.3.6.1.2.1.17.7.1.2.2.1.2"), *station), Tag.INTEGER, 1),
        VarBind((*parse_oid("1.3.6.1.2.1.17.7.1.2.2.1.3"), *station), Tag.INTEGER, 3),
        VarBind((*parse_oid("1.3.6.1.2.1.47.1.1.1.1.5"), 1), Tag.INTEGER, 3),
        VarBind((*parse_oid("1.3.6.1.2.1.47.1.1.1.1.11"), 1), Tag.OCTET_STRING, b"SN-0042"),
    )
    agents[0].change(VarBind((*parse_oid("1.3.6.1.2.1.4.35.1.4"), 1, 1, 4, 10, 9, 0, 7), Tag.OCTET_STRING, computer))
    async with place.poller():
        (found,) = await place.until(lambda session: [one for one in locate(session, address="10.9.0.7") if one.learnt])
        assert (found.device_id, found.port, found.port_id, found.vlan) == (
            county.access,
            "GE0/0/24",
            county.access_port,
            10,
        )
        assert await place.until(lambda session: session.scalars(select(ComponentState.serial)).all()) == ["SN-0042"]


async def test_who_is_next_to_a_port_is_asked_again_when_a_port_goes_up_or_down(
    place: Place, agents: tuple[Agent, Agent], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the links are derived anew, without waiting for their turn."""
    monkeypatch.setattr(poller_module, "NEIGHBOURS_AFTER_S", 0.3)
    county = found_county(place, agents)

    def named(session: Session) -> list[tuple[str, str, str]]:
        found = session.scalars(select(DiscoveredNeighbour).where(DiscoveredNeighbour.device_id == county.core))
        return [(one.local_port, one.remote_name, one.remote_port) for one in found]

    agents[0].change(*lldp_neighbour(1, b"access", b"GE0/0/24"))
    async with place.poller():
        await place.until(lambda session: named(session) == [("GE1/0/1", "access", "GE0/0/24")])
        agents[0].set([*switch("core", CORE, uptime=13_000), *lldp_neighbour(3, b"access", b"GE0/0/24")])
        await place.until(lambda session: named(session) == [("GE1/0/3", "access", "GE0/0/24")])
        jobs = await place.until(lambda session: session.scalars(select(Job).where(Job.kind == REFRESH)).all())
    assert [job.not_before is not None for job in jobs] == [True]


def lldp_neighbour(port: int, name: bytes, far_port: bytes) -> list[VarBind]:
    table = "1.0.8802.1.1.2.1.4.1.1"
    return [
        VarBind((*parse_oid(f"{table}.{column}"), 0, port, 1), Tag.OCTET_STRING, value)
        for column, value in ((7, far_port), (9, name))
    ]


async def test_a_device_is_discovered_polled_graphed_and_exposed(place: Place, agents: tuple[Agent, Agent]) -> None:
    county = found_county(place, agents)
    agents[0].behave = moving
    async with place.poller():
        first = await place.until(polled(county.core))
        assert first.sys_name == "core"
        busy = await place.until(lambda session: (p := port_named(session, county.core, "GE1/0/1")) and p.in_bps and p)
        assert busy.port_id == county.core_port
        assert 8 * OCTETS_A_SECOND * 0.5 < busy.in_bps < 8 * OCTETS_A_SECOND * 2
        line = await place.until(
            lambda session: (r := session.get(LineState, county.line)) and r.in_bps is not None and r
        )
        assert line.state is LineCondition.UP
        assert line.utilisation_percent == 100
        families = text_string_to_metric_families((await asyncio.to_thread(read_metrics, place.settings)).decode())
        samples = {
            (one.name.removesuffix("_total"), one.labels.get("ifName")): one.value
            for family in families
            for one in family.samples
        }
        assert samples["ifHCInOctets", "GE1/0/1"] > OCTETS_A_SECOND
        assert samples["ifOperStatus", "GE1/0/3"] == 2
        assert samples["guanjin_poller_devices", None] == 2
        assert samples["guanjin_poller_poll_duration_seconds_count", None] >= 2
        assert samples["guanjin_poller_snmp_answered", None] >= 4
        asked = await asyncio.to_thread(
            open_page, place.settings, "/snmp", {"target": "HX-CORE-01", "module": "if_mib,health"}
        )
        page = b"".join(asked.pieces).decode()
        assert 'ifHCInOctets{ifAlias="to GE1/0/1",ifDescr="GE1/0/1",ifIndex="1",ifName="GE1/0/1"} ' in page
    now = datetime.now(UTC)
    series = HistoryReader(place.settings.storage.data / "history").read(
        Kind.PORT, county.core_port, now - timedelta(minutes=3), now + timedelta(minutes=1)
    )
    assert any(series.values["in_bps"])
    status = await place.until(lambda session: session.get(PollerStatus, "poller"))
    assert status.stopped is not None
    assert (status.devices, status.ports, status.lines) == (2, 4, 1)


@on_sqlite
@pytest.mark.parametrize(
    ("behave", "reachability", "code"),
    [
        (silent, Reachability.SILENT, "snmp.no_answer"),
        (truncated, Reachability.SILENT, "snmp.no_answer"),
        (wrong_request_id, Reachability.SILENT, "snmp.no_answer"),
        (failing(5), Reachability.UP, "snmp.agent_error"),
    ],
)
async def test_a_device_that_answers_badly_costs_itself_and_nobody_else(
    place: Place, agents: tuple[Agent, Agent], open_port: int, behave: object, reachability: Reachability, code: str
) -> None:
    county = found_county(place, agents)
    with place.database.write() as session:
        session.get_one(Device, county.core).ssh_port = open_port
    agents[0].behave = behave  # type: ignore[assignment]
    async with place.poller() as poller:
        await place.until(polled(county.access))
        bad = await place.until(
            lambda session: (s := session.get(DeviceState, county.core)) and s.error_code and s.reachability and s
        )
        assert bad.error_code == code
        assert await place.until(state_of(county.core, reachability))
        good = await place.until(state_of(county.access, Reachability.UP))
        assert good.error_code is None
        before = good.last_answer
        assert await place.until(lambda session: session.get_one(DeviceState, county.access).last_answer > before)
        assert poller._kit.tally.failed >= 1
        agents[0].behave = honest
        healed = await place.until(polled(county.core))
        assert healed.sys_name == "core"


@on_sqlite
async def test_an_imported_device_is_polled_within_seconds_and_a_deleted_one_is_forgotten(
    place: Place, agents: tuple[Agent, Agent]
) -> None:
    async with place.poller():
        county = await asyncio.to_thread(found_county, place, agents)
        assert await place.until(polled(county.core), 5)

        def remove() -> None:
            with place.database.write() as session:
                session.execute(delete(business_system_line))
                session.execute(delete(Line))
                session.execute(delete(Port).where(Port.device_id == county.core))
                session.execute(delete(Device).where(Device.id == county.core))

        await asyncio.to_thread(remove)
        assert await place.until(lambda session: session.get(DeviceState, county.core) is None)
        assert await place.until(lambda session: session.get(LineState, county.line) is None)
        page = (await asyncio.to_thread(read_metrics, place.settings)).decode()
        assert "HX-CORE-01" not in page
        assert "KJ-ACC-01" in page


@on_sqlite
async def test_ports_keep_their_numbers_when_the_agent_renumbers_them(
    place: Place, agents: tuple[Agent, Agent]
) -> None:
    county = found_county(place, agents)
    async with place.poller():
        await place.until(lambda session: port_named(session, county.core, "GE1/0/3"))
        before = await place.until(lambda session: _numbers(session, county.core))
        agents[0].set(switch("core", {100 + index: name for index, name in CORE.items()}, uptime=50))
        assert await place.until(
            lambda session: (
                session.scalar(select(func.min(PortState.ifindex)).where(PortState.device_id == county.core)) == 101
            )
        )
        assert await place.until(lambda session: _numbers(session, county.core)) == before
        assert await place.until(lambda session: session.scalar(select(func.count(Port.id)))) == 4


def _numbers(session: Session, device: int) -> dict[str, int]:
    return {row.name: row.port_id for row in session.scalars(select(PortState).where(PortState.device_id == device))}


@on_sqlite
async def test_a_lines_port_that_goes_down_is_an_outage_at_once(place: Place, agents: tuple[Agent, Agent]) -> None:
    county = found_county(place, agents)
    async with place.poller():
        await place.until(lambda session: (s := session.get(LineState, county.line)) and s.state is LineCondition.UP)
        agents[1].set(switch("access", ACCESS, uptime=13_000, down=frozenset(ACCESS)))
        down = await place.until(
            lambda session: (s := session.get_one(LineState, county.line)).state is LineCondition.DOWN and s, 4
        )
        assert down.cause == "port_down"
        assert await place.until(lambda session: session.get_one(PortState, county.access_port).oper is PortStatus.DOWN)
        agents[1].set(switch("access", ACCESS, uptime=13_100))
        await place.until(lambda session: session.get_one(LineState, county.line).state is LineCondition.UP)
        outage = await place.until(lambda session: session.scalar(select(OutageRecord)))
    assert (outage.subject_kind, outage.cause, outage.in_maintenance) == (SubjectKind.LINE, "port_down", False)
    assert outage.ended is not None
    assert outage.ended > outage.began


@on_sqlite
async def test_a_new_poller_goes_on_where_the_last_one_stopped(place: Place, agents: tuple[Agent, Agent]) -> None:
    county = found_county(place, agents)
    async with place.poller():
        first = await place.until(polled(county.core))
    async with place.poller():
        again = await place.until(
            lambda session: (s := session.get_one(DeviceState, county.core)).last_answer > first.last_answer and s
        )
    assert (again.since, again.reachability) == (first.since, first.reachability)


@on_sqlite
async def test_a_device_of_which_nothing_answers_is_down_and_an_outage(
    place: Place, agents: tuple[Agent, Agent], open_port: int
) -> None:
    county = found_county(place, agents)
    with place.database.write() as session:
        session.get_one(Device, county.access).ssh_port = 1
    async with place.poller():
        await place.until(polled(county.access))
        agents[1].behave = silent
        assert await place.until(state_of(county.access, Reachability.DOWN), 8)
        line = await place.until(lambda session: (s := session.get_one(LineState, county.line)).cause and s)
        assert (line.state, line.cause) == (LineCondition.DOWN, "end_b_unreachable")
        agents[1].behave = honest
        assert await place.until(state_of(county.access, Reachability.UP), 8)
        records = await place.until(
            lambda session: session.scalars(select(OutageRecord).where(OutageRecord.ended.is_not(None))).all()
        )
    assert {record.subject_kind for record in records} <= {SubjectKind.DEVICE, SubjectKind.LINE}
    assert all(record.ended and record.ended > record.began for record in records)


@on_sqlite
async def test_an_outage_that_is_open_at_a_restart_goes_on_and_the_time_between_is_unknown(
    place: Place, agents: tuple[Agent, Agent]
) -> None:
    county = found_county(place, agents)
    begin = datetime.now(UTC)
    async with place.poller():
        await place.until(line_is(county, LineCondition.UP))
        agents[1].set(switch("access", ACCESS, uptime=13_000, down=frozenset(ACCESS)))
        assert await place.until(line_is(county, LineCondition.DOWN), 8)
    stopped = datetime.now(UTC)
    async with place.poller():
        started = datetime.now(UTC)
        for device in (county.core, county.access):
            assert await place.until(
                lambda session, device=device: session.get_one(DeviceState, device).last_answer > started
            )
        agents[1].set(switch("access", ACCESS, uptime=13_900))
        assert await place.until(line_is(county, LineCondition.UP), 8)
        outages = await place.until(lambda session: session.scalars(select(OutageRecord)).all())
        worked = await place.until(
            lambda session: line_availability(session, datetime.now(UTC), Period(begin, datetime.now(UTC)))[county.line]
        )
    (outage,) = outages
    assert outage.began < stopped < started < outage.ended
    assert worked.unknown >= started - stopped
    assert timedelta() < worked.down <= outage.ended - outage.began - worked.unknown


@on_sqlite
@pytest.mark.parametrize("step", [timedelta(hours=-1), timedelta(hours=1)], ids=["set back", "set forwards"])
async def test_a_clock_that_is_set_while_a_line_is_down_adds_nothing_to_its_outage_and_takes_nothing_away(
    place: Place, agents: tuple[Agent, Agent], step: timedelta
) -> None:
    county, clock = found_county(place, agents), WallClock()
    begin = clock.now() - timedelta(hours=2)
    async with place.poller(clock):
        await place.until(line_is(county, LineCondition.UP))
        agents[1].set(switch("access", ACCESS, uptime=13_000, down=frozenset(ACCESS)))
        assert await place.until(line_is(county, LineCondition.DOWN), 8)
        down = clock.monotonic()
        clock.wrong = step
        assert await place.until(lambda session: session.scalar(select(func.count()).select_from(PollerRun)) == 2)
        agents[1].set(switch("access", ACCESS, uptime=13_900))
        assert await place.until(line_is(county, LineCondition.UP), 8)
        up = clock.monotonic()
        outage = await place.until(lambda session: session.scalar(select(OutageRecord)))
        worked = await place.until(
            lambda session: line_availability(session, clock.now(), Period(begin, clock.now()))[county.line]
        )
    known = worked.down.total_seconds()
    assert known <= up - down + 5, "the hour that nobody lived through is not counted"
    if step > timedelta():
        assert worked.unknown >= step - timedelta(seconds=30)
    else:
        assert timedelta() < outage.ended - outage.began <= timedelta(seconds=up - down + 5)
