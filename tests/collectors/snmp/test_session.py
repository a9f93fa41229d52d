"""One device at a time, honest or not."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio

from collectors.snmp import Engine, Target, Version, walk, walk_table
from collectors.snmp.errors import (
    AddressError,
    AgentError,
    EndlessError,
    NoAnswerError,
    NotIncreasingError,
)
from collectors.snmp.known import KnownInstances
from collectors.snmp.wire import (
    ErrorStatus,
    Message,
    Missing,
    PduType,
    Tag,
    VarBind,
    encode_message,
    parse_oid,
)
from tests.collectors.snmp.agent import (
    UPTIME,
    Agent,
    deaf_to_bulk,
    failing,
    honest,
    silent,
    silent_above,
    table,
    too_big_above,
    truncated,
    wrong_request_id,
)

DESCR, SPEED, LAST = "1.3.6.1.2.1.2.2.1.2", "1.3.6.1.2.1.2.2.1.5", "1.3.6.1.2.1.2.2.1.9"
COLUMNS = [parse_oid(column) for column in (DESCR, SPEED, LAST)]


@pytest_asyncio.fixture
async def engine() -> AsyncIterator[Engine]:
    async with Engine() as engine:
        yield engine


@pytest_asyncio.fixture
async def agent() -> AsyncIterator[Agent]:
    mib = [UPTIME, *table(DESCR, 60), *table(SPEED, 60), *table(LAST, 7)]
    async with Agent(mib) as agent:
        yield agent


async def test_get_answers_in_the_order_asked_and_names_what_is_missing(engine: Engine, agent: Agent) -> None:
    absent = parse_oid("1.3.6.1.2.1.99.1.0")
    found = await engine.session(agent.target()).get([(*COLUMNS[0], 3), absent, UPTIME.oid])
    assert [varbind.value for varbind in found] == [3, Missing.NO_SUCH_INSTANCE, 12345]


async def test_a_long_get_is_cut_into_pieces(engine: Engine, agent: Agent) -> None:
    session = engine.session(agent.target())
    found = await session.get([(*COLUMNS[0], index) for index in range(1, 61)])
    assert [varbind.value for varbind in found] == list(range(1, 61))
    assert [len(pdu.varbinds) for pdu in agent.log] == [50, 10]


async def test_get_next_and_get_bulk(engine: Engine, agent: Agent) -> None:
    session = engine.session(agent.target())
    (first, last) = await session.get_next([COLUMNS[0], (*COLUMNS[2], 7)])
    assert first.oid == (*COLUMNS[0], 1)
    assert last.value is Missing.END_OF_MIB_VIEW
    rows = await session.get_bulk(COLUMNS[:2], 3)
    assert [varbind.value for varbind in rows] == [1, 1, 2, 2, 3, 3]


async def test_a_table_is_walked_several_columns_at_a_time(engine: Engine, agent: Agent) -> None:
    found = await walk_table(engine.session(agent.target()), COLUMNS)
    assert [len(rows) for rows in found.columns.values()] == [60, 60, 7]
    assert found.indexes == [(index,) for index in range(1, 61)]
    assert not found.faults
    assert len(agent.log) < 8


@pytest.mark.parametrize("largest", [100, 484, 65507])
async def test_a_walk_does_not_depend_on_the_size_of_the_agents_messages(
    engine: Engine, agent: Agent, largest: int
) -> None:
    agent.largest = largest
    session = engine.session(agent.target())
    found = await walk_table(session, COLUMNS)
    assert [len(rows) for rows in found.columns.values()] == [60, 60, 7]
    assert len(await session.get([(*COLUMNS[0], index) for index in range(1, 61)])) == 60


async def test_version_one_walks_by_getnext_and_lives_with_nosuchname(engine: Engine, agent: Agent) -> None:
    session = engine.session(agent.target(version=Version.V1))
    found = await walk_table(session, COLUMNS)
    assert [len(rows) for rows in found.columns.values()] == [60, 60, 7]
    assert {pdu.kind for pdu in agent.log} == {PduType.GET_NEXT}
    absent = [parse_oid("1.3.6.1.9.9.0"), parse_oid("1.3.6.1.9.8.0")]
    values = [varbind.value for varbind in await session.get([absent[0], UPTIME.oid, absent[1]])]
    assert values == [Missing.NO_SUCH_INSTANCE, 12345, Missing.NO_SUCH_INSTANCE]


async def test_silence_is_told_after_the_retries(engine: Engine, agent: Agent) -> None:
    agent.behave = silent
    with pytest.raises(NoAnswerError) as caught:
        await engine.session(agent.target(timeout_s=0.01, retries=2)).get([UPTIME.oid])
    assert len(agent.log) == 3
    assert len({pdu.request_id for pdu in agent.log}) == 1
    assert caught.value.facts == {"address": "127.0.0.1", "port": agent.port}
    assert (engine.counters.retried, engine.counters.timed_out) == (2, 1)


async def test_an_answer_to_the_first_attempt_is_good_after_the_second(engine: Engine, agent: Agent) -> None:
    held: list[bytes] = []

    def answers_the_attempt_before(_: Agent, __: Message, answer: Message) -> list[bytes]:
        held.append(encode_message(answer))
        return held[:-1]

    agent.behave = answers_the_attempt_before
    (found,) = await engine.session(agent.target(timeout_s=0.1)).get([UPTIME.oid])
    assert found == UPTIME


@pytest.mark.parametrize(
    ("behaviour", "counter"), [(wrong_request_id, "unknown"), (truncated, "malformed")], ids=["unknown", "malformed"]
)
async def test_a_wrong_answer_is_counted_and_no_answer(
    engine: Engine, agent: Agent, behaviour: object, counter: str
) -> None:
    agent.behave = behaviour  # type: ignore[assignment]
    with pytest.raises(NoAnswerError):
        await engine.session(agent.target(timeout_s=0.01)).get([UPTIME.oid])
    assert getattr(engine.counters, counter) == 2
    agent.behave = honest
    assert await engine.session(agent.target()).get([UPTIME.oid]) == [UPTIME]


async def test_an_answer_from_another_address_is_not_heard(engine: Engine, agent: Agent) -> None:
    async with Agent([UPTIME], address="127.0.0.2") as impostor:
        destinations: list[tuple[str, int]] = []
        send = agent.send

        def through_the_impostor(datagram: bytes, destination: tuple[str, int]) -> None:
            destinations.append(destination)
            impostor.send(datagram, destination)

        agent.send = through_the_impostor  # type: ignore[method-assign]
        with pytest.raises(NoAnswerError):
            await engine.session(agent.target(timeout_s=0.01)).get([UPTIME.oid])
        assert engine.counters.misdirected == len(destinations) == 2
        agent.send = send  # type: ignore[method-assign]


async def test_an_answer_about_another_variable_is_not_believed(engine: Engine, agent: Agent) -> None:
    agent.behave = lambda _, __, answer: [
        encode_message(Message(answer.version, answer.community, answer.pdu.respond([VarBind((1, 3), Tag.NULL)])))
    ]
    with pytest.raises(NoAnswerError):
        await engine.session(agent.target(timeout_s=0.01)).get([UPTIME.oid])
    assert engine.counters.malformed == 2


async def test_a_late_answer_is_told_from_a_stray_one(engine: Engine, agent: Agent) -> None:
    held: list[bytes] = []
    agent.behave = lambda _, __, answer: held.append(encode_message(answer)) or []  # type: ignore[func-returns-value]
    with pytest.raises(NoAnswerError):
        await engine.session(agent.target(timeout_s=0.01, retries=0)).get([UPTIME.oid])
    agent.behave = lambda _, __, answer: [*held, encode_message(answer)]
    assert await engine.session(agent.target()).get([UPTIME.oid]) == [UPTIME]
    assert (engine.counters.late, engine.counters.unknown) == (1, 0)


@pytest.mark.parametrize("status", [ErrorStatus.GEN_ERR, ErrorStatus.AUTHORIZATION_ERROR, 77])
async def test_every_error_status_is_raised(engine: Engine, agent: Agent, status: int) -> None:
    agent.behave = failing(status, 2)
    session = engine.session(agent.target())
    with pytest.raises(AgentError) as caught:
        await session.get([UPTIME.oid, (*COLUMNS[0], 1)])
    assert (caught.value.status, caught.value.index) == (status, 2)
    with pytest.raises(AgentError):
        await session.get_known(KnownInstances([(*COLUMNS[0], index) for index in range(1, 61)]))
    with pytest.raises(AgentError):
        await walk(session, COLUMNS[0])


async def test_toobig_halves_the_question_for_good(engine: Engine, agent: Agent) -> None:
    agent.behave = too_big_above(13)
    session = engine.session(agent.target())
    known = KnownInstances([(*COLUMNS[0], index) for index in range(1, 61)])
    assert await session.get_known(known) == list(range(1, 61))
    assert session.limits.varbinds == 12
    agent.log.clear()
    assert await session.get_known(known) == list(range(1, 61))
    assert {len(pdu.varbinds) for pdu in agent.log} == {12}


async def test_silence_to_large_questions_halves_them(engine: Engine, agent: Agent) -> None:
    agent.behave = silent_above(20)
    session = engine.session(agent.target(timeout_s=0.1))
    found = await walk_table(session, COLUMNS)
    assert [len(rows) for rows in found.columns.values()] == [60, 60, 7]
    assert session.limits.varbinds <= 20
    assert await session.get_known(KnownInstances([(*COLUMNS[0], index) for index in range(1, 61)]))


async def test_trust_comes_back_after_long_good_behaviour(engine: Engine, agent: Agent) -> None:
    session = engine.session(agent.target())
    session.limits.silent(50)
    for _ in range(256):
        await session.get([UPTIME.oid])
    assert session.limits.varbinds == 50


async def test_an_agent_deaf_to_getbulk_is_walked_by_getnext(engine: Engine, agent: Agent) -> None:
    agent.behave = deaf_to_bulk
    session = engine.session(agent.target(timeout_s=0.1, retries=0))
    assert len(await walk(session, COLUMNS[2])) == 7
    assert not session.limits.bulk


async def test_a_device_that_dies_in_a_walk_is_unreachable(engine: Engine, agent: Agent) -> None:
    agent.behave = lambda agent, request, answer: (
        honest(agent, request, answer) if len(agent.log) < 3 else silent(agent, request, answer)
    )
    with pytest.raises(NoAnswerError):
        await walk_table(engine.session(agent.target(timeout_s=0.1)), COLUMNS)


async def test_a_table_in_a_circle_is_left_with_what_it_gave(engine: Engine, agent: Agent) -> None:
    circle = {(*COLUMNS[0], 60): (*COLUMNS[0], 1)}
    successor = agent.successor
    agent.successor = lambda oid: successor(circle.get(oid, oid))  # type: ignore[method-assign]
    session = engine.session(agent.target())
    found = await walk_table(session, COLUMNS)
    assert [len(rows) for rows in found.columns.values()] == [60, 60, 7]
    assert [type(fault) for fault in found.faults] == [NotIncreasingError]
    with pytest.raises(NotIncreasingError):
        await walk(session, COLUMNS[0])


async def test_an_endless_table_is_cut_off(engine: Engine, agent: Agent) -> None:
    agent.successor = lambda oid: VarBind((*COLUMNS[0], oid[-1] + 1), Tag.INTEGER, 1)  # type: ignore[method-assign]
    session = engine.session(agent.target())
    found = await walk_table(session, COLUMNS[:1], most=500)
    assert len(found.columns[COLUMNS[0]]) == 500
    with pytest.raises(EndlessError):
        await walk(session, COLUMNS[0], most=500)


async def test_one_request_is_in_flight_a_device_and_the_cap_holds_for_all(agent: Agent) -> None:
    waiting: list[int] = []
    most: list[int] = []
    loop = asyncio.get_running_loop()

    def slowly(agent: Agent, request: Message, answer: Message) -> list[bytes]:
        waiting.append(request.pdu.request_id)
        most.append(len(set(waiting)))
        loop.call_later(0.005, lambda: (waiting.pop(0), agent.send(encode_message(answer), peer)))
        return []

    async with Engine(in_flight=3) as engine, asyncio.TaskGroup() as tasks:
        agent.behave = slowly
        socket = engine._transport._socket(agent.target().family)
        peer = ("127.0.0.1", socket.getsockname()[1])
        for _ in range(4):
            tasks.create_task(engine.session(agent.target(timeout_s=2)).get([UPTIME.oid]))
    assert max(most) == 1


async def test_a_quick_question_gets_its_turn_in_the_middle_of_a_long_poll(engine: Engine, agent: Agent) -> None:
    """The questions of a poll follow each other without a pause, unless somebody else waits."""
    agent.set([*agent.mib, *table("1.3.6.1.4.1.99999.5", 200)])
    poll, quick = (engine.session(agent.target()) for _ in range(2))
    poll.limits.varbinds = 20
    asked: list[asyncio.Task[object]] = []

    def meanwhile(_: Agent, __: Message, answer: Message) -> list[bytes]:
        if len(agent.log) == 3:
            asked.append(asyncio.create_task(quick.get([UPTIME.oid])))
        return [encode_message(answer)]

    agent.behave = meanwhile
    values = await poll.get_known(KnownInstances([parse_oid(f"1.3.6.1.4.1.99999.5.{i}") for i in range(1, 201)]))
    assert values == list(range(1, 201))
    await asked[0]
    sizes = [len(pdu.varbinds) for pdu in agent.log]
    assert sorted(sizes) == [1, *[20] * 10]
    assert 3 <= sizes.index(1) < 9


async def test_the_cap_holds_for_all_devices() -> None:
    seen: list[int] = []
    async with Engine(in_flight=2) as engine, AsyncExitStack() as stack:

        def watched(agent: Agent, request: Message, answer: Message) -> list[bytes]:
            seen.append(len(engine._transport._pending))
            return honest(agent, request, answer)

        agents = [await stack.enter_async_context(Agent([UPTIME], behave=watched)) for _ in range(5)]
        await asyncio.gather(*(engine.session(agent.target(timeout_s=2)).get([UPTIME.oid]) for agent in agents))
    assert max(seen) == 2


async def test_many_devices_are_answered_through_one_socket(engine: Engine) -> None:
    async with AsyncExitStack() as stack:
        mibs = ([UPTIME, VarBind((1, 3, number), Tag.INTEGER, number)] for number in range(100))
        agents = [await stack.enter_async_context(Agent(mib)) for mib in mibs]
        found = await asyncio.gather(
            *(engine.session(agent.target(timeout_s=5)).get([(1, 3, number)]) for number, agent in enumerate(agents))
        )
    assert [varbind.value for (varbind,) in found] == list(range(100))
    assert len(engine._transport._sockets) == 1


async def test_version_six_addresses_have_their_own_socket(engine: Engine) -> None:
    async with Agent([UPTIME], address="::1") as agent:
        target = Target("0:0::1", agent.port, timeout_s=1)
        assert await engine.session(target).get([UPTIME.oid]) == [UPTIME]


def test_a_name_is_no_address() -> None:
    with pytest.raises(AddressError):
        _ = Target("switch.example").family


def test_a_community_does_not_show_in_a_targets_text() -> None:
    assert "secret" not in repr(Target("127.0.0.1", community=b"secret"))
