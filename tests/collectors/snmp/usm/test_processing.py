"""A station against an agent that breaks RFC 3414, or that had a reason to."""

from collections.abc import AsyncIterator, Callable

import pytest

from collectors.snmp import Engine, Session
from collectors.snmp.errors import (
    InsecureAnswerError,
    NoAnswerError,
    RefusedError,
    ReportedError,
    UnknownReportError,
    UnknownUserError,
    UnsupportedLevelError,
    WrongDigestError,
    WrongEngineError,
    WrongPasswordError,
)
from collectors.snmp.usm import reports
from collectors.snmp.usm.protocols import Authentication, Privacy
from collectors.snmp.usm.user import User
from collectors.snmp.wire import (
    Flags,
    Message,
    Oid,
    PduType,
    SecurityParameters,
    Tag,
    VarBind,
    Version,
    encode_message,
    encode_pdu,
    encode_secure,
    scoped_pdu,
)
from tests.collectors.snmp.usm.agent import SYS_UP_TIME, Forgery, Question, SecureAgent

USER = User("ops", Authentication.SHA256, "correct-horse", Privacy.AES128, "battery-staple")
PROVEN = User("ops", Authentication.SHA256, "correct-horse")
PLAIN = User("ops")


@pytest.fixture
async def engine() -> AsyncIterator[Engine]:
    async with Engine() as engine:
        yield engine


async def uptime(session: Session) -> object:
    return (await session.get([SYS_UP_TIME]))[0].value


@pytest.mark.parametrize("user", [USER, PROVEN, PLAIN], ids=lambda user: user.level)
async def test_the_engine_is_discovered_once(engine: Engine, user: User) -> None:
    async with SecureAgent([user]) as agent:
        session = engine.session(agent.target(user))
        assert [await uptime(session) for _ in range(3)] == [42, 42, 42]
    assert engine.counters.sent == 4


async def test_sessions_with_one_agent_share_what_is_known_of_it(engine: Engine) -> None:
    async with SecureAgent([USER]) as agent:
        first, second = engine.session(agent.target(USER)), engine.session(agent.target(USER))
        await uptime(first)
        await uptime(second)
    assert engine.counters.sent == 3


@pytest.mark.parametrize(("boots", "time"), [(8, 1), (8, 1000), (7, 90000), (6, 5), (1, 0)])
async def test_a_clock_that_changed_is_learnt_and_the_question_asked_again(
    engine: Engine, boots: int, time: int
) -> None:
    """A restart, a clock that ran on, and an agent that lost its count of starts."""
    async with SecureAgent([USER]) as agent:
        session = engine.session(agent.target(USER))
        await uptime(session)
        agent.boots, agent.time = boots, time
        assert await uptime(session) == 42


async def test_another_engine_at_the_address_is_discovered_anew(engine: Engine) -> None:
    async with SecureAgent([USER]) as agent:
        session = engine.session(agent.target(USER))
        await uptime(session)
        agent.engine_id, agent.boots, agent.time = b"\x80\0\0\0\1replaced", 1, 3
        assert await uptime(session) == 42


# ---- answers that must not be believed


def _plain(agent: SecureAgent, question: Question) -> list[bytes]:
    parameters = SecurityParameters(agent.engine_id, agent.boots, agent.time, b"ops")
    scoped = scoped_pdu(agent.engine_id, b"", encode_pdu(agent.response(question, 666)))
    return [encode_secure(question.head.number, Flags.NONE, parameters, scoped)[0]]


def _proven_but_in_the_clear(agent: SecureAgent, question: Question) -> list[bytes]:
    return [agent.sealed(question, agent.response(question, 666), PROVEN)]


def _by_community(agent: SecureAgent, question: Question) -> list[bytes]:
    response = agent.response(question, 666)
    return [encode_message(Message(Version.V2C, b"public", response))]


def _wrong_digest(agent: SecureAgent, question: Question) -> list[bytes]:
    other = User("ops", USER.authentication, "another-password", USER.privacy, USER.privacy_password)
    return [agent.sealed(question, agent.response(question, 666), other)]


def _no_digest(agent: SecureAgent, question: Question) -> list[bytes]:
    parameters = SecurityParameters(agent.engine_id, agent.boots, agent.time, b"ops")
    scoped = scoped_pdu(agent.engine_id, b"", encode_pdu(agent.response(question, 666)))
    level = Flags.AUTHENTICATED
    return [encode_secure(question.head.number, level, parameters, scoped)[0]]


def _other_engine(agent: SecureAgent, question: Question) -> list[bytes]:
    other = SecureAgent([USER], engine_id=b"\x80\0\0\0\1stranger")
    return [other.sealed(question, agent.response(question, 666))]


def _other_user(agent: SecureAgent, question: Question) -> list[bytes]:
    other = User("eve", USER.authentication, USER.auth_password, USER.privacy, USER.privacy_password)
    return [agent.sealed(question, agent.response(question, 666), other)]


def _garbled(agent: SecureAgent, question: Question) -> list[bytes]:
    other = User("ops", USER.authentication, USER.auth_password, USER.privacy, "another-password")
    return [agent.sealed(question, agent.response(question, 666), other)]


def _other_request(agent: SecureAgent, question: Question) -> list[bytes]:
    response = agent.response(question, 666)
    pdu = type(response)(PduType.RESPONSE, response.request_id ^ 1, response.varbinds)
    return [agent.sealed(question, pdu)]


def _not_a_response(agent: SecureAgent, question: Question) -> list[bytes]:
    return [agent.sealed(question, question.pdu)]


FORGERIES: list[tuple[Forgery, str]] = [
    (_plain, "insecure"),
    (_proven_but_in_the_clear, "insecure"),
    (_by_community, "insecure"),
    (_wrong_digest, "wrong_digest"),
    (_no_digest, "wrong_digest"),
    (_other_engine, "wrong_engine"),
    (_other_user, "wrong_engine"),
    (_garbled, "undecryptable"),
    (_other_request, "malformed"),
    (_not_a_response, "malformed"),
]


def _name(value: object) -> str | None:
    return getattr(value, "__name__", None)


@pytest.mark.parametrize(("forge", "counter"), FORGERIES, ids=_name)
async def test_a_forged_answer_is_refused_counted_and_waited_on(engine: Engine, forge: Forgery, counter: str) -> None:
    async with SecureAgent([USER]) as agent:
        agent.forge = lambda agent, question: [*forge(agent, question), agent.answer(question)]
        assert await uptime(engine.session(agent.target(USER))) == 42
    assert getattr(engine.counters, counter) == 1


@pytest.mark.parametrize(("forge", "counter"), FORGERIES, ids=_name)
async def test_nothing_but_forged_answers_is_an_error(engine: Engine, forge: Forgery, counter: str) -> None:
    async with SecureAgent([USER]) as agent:
        agent.forge = forge
        with pytest.raises((RefusedError, NoAnswerError)) as caught:
            await uptime(engine.session(agent.target(USER)))
    assert getattr(caught.value, "counter", "malformed") == counter
    assert getattr(engine.counters, counter) == 2


async def test_an_old_answer_is_refused(engine: Engine) -> None:
    def old(agent: SecureAgent, question: Question) -> list[bytes]:
        past = SecureAgent(agent.users, boots=agent.boots - 1, time=agent.time)
        return [past.sealed(question, agent.response(question, 666))]

    async with SecureAgent([USER]) as agent:
        session = engine.session(agent.target(USER))
        await uptime(session)
        agent.forge = lambda agent, question: [*old(agent, question), agent.answer(question)]
        assert await uptime(session) == 42
    assert engine.counters.not_in_time == 1


async def test_a_lower_level_is_believed_from_nobody(engine: Engine) -> None:
    """The user proves itself but does not encrypt; so does whoever answers in the clear, without a proof."""
    async with SecureAgent([PROVEN]) as agent:
        agent.forge = _plain
        with pytest.raises(InsecureAnswerError):
            await uptime(engine.session(agent.target(PROVEN)))


# ---- what agents report


@pytest.mark.parametrize(
    ("user", "error"),
    [
        (User("nobody"), UnknownUserError),
        (User("ops"), UnsupportedLevelError),
        (
            User("ops", Authentication.SHA256, "another-password", Privacy.AES128, "battery-staple"),
            WrongPasswordError,
        ),
    ],
)
async def test_the_reason_of_a_refusal_is_told(engine: Engine, user: User, error: type[ReportedError]) -> None:
    async with SecureAgent([USER]) as agent:
        with pytest.raises(error):
            await uptime(engine.session(agent.target(user)))
    assert engine.counters.reports == 1
    assert engine.counters.retried == 0


def _reporting(oid: Oid) -> Callable[[SecureAgent, Question], list[bytes]]:
    return lambda agent, question: [agent.report(question, oid), agent.answer(question)]


@pytest.mark.parametrize(
    "oid", [reports.UNKNOWN_USERS, reports.WRONG_DIGESTS, reports.NOT_IN_TIME, reports.DECRYPTION_ERRORS, (1, 3, 6)]
)
async def test_a_report_that_proves_nothing_does_not_hide_the_answer(engine: Engine, oid: Oid) -> None:
    async with SecureAgent([USER]) as agent:
        agent.forge = _reporting(oid)
        assert await uptime(engine.session(agent.target(USER))) == 42


async def test_a_clock_that_nobody_proves_is_not_learnt(engine: Engine) -> None:
    async with SecureAgent([USER]) as agent:
        session = engine.session(agent.target(USER))
        await uptime(session)

        def lying(agent: SecureAgent, question: Question) -> list[bytes]:
            liar = SecureAgent(agent.users, boots=99, time=5)
            return [liar.report(question, reports.NOT_IN_TIME), agent.answer(question)]

        agent.forge = lying
        await uptime(session)
        await uptime(session)
    assert agent.asked[-1].head.security.boots == 7


async def test_an_agent_that_always_wants_to_be_discovered_is_given_up(engine: Engine) -> None:
    async with SecureAgent([USER]) as agent:
        agent.forge = lambda agent, question: [agent.report(question, reports.UNKNOWN_ENGINES)]
        with pytest.raises(WrongEngineError):
            await uptime(engine.session(agent.target(USER)))


async def test_an_unheard_of_report_is_named(engine: Engine) -> None:
    async with SecureAgent([USER]) as agent:
        agent.forge = lambda agent, question: [agent.report(question, (1, 3, 6, 1, 9))]
        with pytest.raises(UnknownReportError, match=r"1\.3\.6\.1\.9"):
            await uptime(engine.session(agent.target(USER)))


async def test_silence_stays_silence(engine: Engine) -> None:
    async with SecureAgent([USER]) as agent:
        agent.forge = lambda _, __: []
        with pytest.raises(NoAnswerError):
            await uptime(engine.session(agent.target(USER)))


async def test_a_wrong_digest_is_the_reason_when_nothing_better_came(engine: Engine) -> None:
    async with SecureAgent([USER]) as agent:
        agent.forge = _wrong_digest
        with pytest.raises(WrongDigestError):
            await uptime(engine.session(agent.target(USER)))


async def test_a_context_is_asked_for_and_has_to_come_back(engine: Engine) -> None:
    inside = User("ops", Authentication.SHA256, "correct-horse", context="vrf-video")
    async with SecureAgent([inside]) as agent:
        assert await uptime(engine.session(agent.target(inside))) == 42
        other = User("ops", Authentication.SHA256, "correct-horse", context="vrf-office")
        agent.forge = lambda agent, question: [agent.sealed(question, agent.response(question), other)]
        with pytest.raises(WrongEngineError):
            await uptime(engine.session(agent.target(inside)))


async def test_a_large_poll_works_as_with_communities(engine: Engine) -> None:
    oids = [(1, 3, 6, 1, 2, 1, 2, 2, 1, 10, index) for index in range(1, 201)]
    async with SecureAgent([USER]) as agent:
        found = await engine.session(agent.target(USER)).get(oids)
    assert found == [VarBind(oid, Tag.TIME_TICKS, 42) for oid in oids]
