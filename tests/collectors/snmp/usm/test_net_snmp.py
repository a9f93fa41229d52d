"""Version 3 against a real agent, for every algorithm, with net-snmp's own tools and pysnmp as the oracles."""

import asyncio
import subprocess
from collections.abc import Iterator
from typing import Final

import pytest
from pysnmp.entity import config
from pysnmp.hlapi.v3arch.asyncio import (
    ContextData,
    ObjectIdentity,
    ObjectType,
    SnmpEngine,
    UdpTransportTarget,
    UsmUserData,
    get_cmd,
)

from collectors.snmp import Engine, PollPlan, Target, Version, discover, read, walk
from collectors.snmp.errors import (
    NoAnswerError,
    NotAuthorizedError,
    SnmpError,
    UnknownUserError,
    UnsupportedLevelError,
    WrongPasswordError,
)
from collectors.snmp.usm.protocols import Authentication, Privacy
from collectors.snmp.usm.user import User
from collectors.snmp.wire import Tag, VarBind, dotted, parse_oid
from tests.snmpd import QUIET, Snmpd, snmpd

pytestmark = pytest.mark.slow

AUTH, PRIV = "correct-horse", "battery-staple"
SYSTEM: Final = parse_oid("1.3.6.1.2.1.1")
AUTHENTICATIONS: Final = {
    Authentication.MD5: ("MD5", config.USM_AUTH_HMAC96_MD5),
    Authentication.SHA1: ("SHA", config.USM_AUTH_HMAC96_SHA),
    Authentication.SHA224: ("SHA-224", config.USM_AUTH_HMAC128_SHA224),
    Authentication.SHA256: ("SHA-256", config.USM_AUTH_HMAC192_SHA256),
    Authentication.SHA384: ("SHA-384", config.USM_AUTH_HMAC256_SHA384),
    Authentication.SHA512: ("SHA-512", config.USM_AUTH_HMAC384_SHA512),
}
PRIVACIES: Final = {
    Privacy.DES: ("DES", config.USM_PRIV_CBC56_DES),
    Privacy.AES128: ("AES", config.USM_PRIV_CFB128_AES),
    Privacy.AES192: ("AES-192", config.USM_PRIV_CFB192_AES_BLUMENTHAL),
    Privacy.AES256: ("AES-256", config.USM_PRIV_CFB256_AES_BLUMENTHAL),
    Privacy.AES192_REEDER: ("AES-192-C", config.USM_PRIV_CFB192_AES),
    Privacy.AES256_REEDER: ("AES-256-C", config.USM_PRIV_CFB256_AES),
}
USERS: Final = [
    User("nobody"),
    *(User(f"proven-{each}", each, AUTH) for each in AUTHENTICATIONS),
    *(User(f"{one}-{other}", one, AUTH, other, PRIV) for one in AUTHENTICATIONS for other in PRIVACIES),
]
HIDDEN: Final = User("sha256-aes128", Authentication.SHA256, AUTH, Privacy.AES128, PRIV)
LEVELS: Final = {"noAuthNoPriv": "noauth", "authNoPriv": "auth", "authPriv": "priv"}


def _configuration() -> Iterator[str]:
    yield "rocommunity public"
    yield "sysLocation 县政府机房"
    yield "rwuser writer priv"
    yield f"createUser writer SHA {AUTH} AES {PRIV}"
    for user in USERS:
        words = ["createUser", user.name]
        if user.authentication is not Authentication.NONE:
            words += [AUTHENTICATIONS[user.authentication][0], AUTH]
        if user.privacy is not Privacy.NONE:
            words += [PRIVACIES[user.privacy][0], PRIV]
        yield " ".join(words)
        yield f"rouser {user.name} {LEVELS[user.level]}"


@pytest.fixture(scope="module")
def agent() -> Iterator[Snmpd]:
    with snmpd(*_configuration()) as agent:
        yield agent


def target(agent: Snmpd, user: User, timeout_s: float = 3.0) -> Target:
    return Target(agent.address, agent.port, Version.V3, timeout_s=timeout_s, retries=0, user=user)


def _steady(varbinds: list[VarBind]) -> list[VarBind]:
    return [varbind for varbind in varbinds if varbind.tag != Tag.TIME_TICKS]


@pytest.mark.parametrize("user", USERS, ids=lambda user: user.name)
async def test_every_algorithm_reads_what_a_community_reads(agent: Snmpd, user: User) -> None:
    async with Engine() as engine:
        expected = await walk(engine.session(Target(agent.address, agent.port)), SYSTEM)
        found = await walk(engine.session(target(agent, user)), SYSTEM)
    assert _steady(found) == _steady(expected)
    assert len(found) == len(expected)


@pytest.mark.parametrize("user", USERS[::7], ids=lambda user: user.name)
async def test_pysnmp_reads_the_same(agent: Snmpd, user: User) -> None:
    async with Engine() as engine:
        (ours,) = await engine.session(target(agent, user)).get([(*SYSTEM, 6, 0)])
    data = UsmUserData(
        user.name,
        authKey=user.auth_password or None,
        privKey=user.privacy_password or None,
        authProtocol=AUTHENTICATIONS[user.authentication][1] if user.auth_password else None,
        privProtocol=PRIVACIES[user.privacy][1] if user.privacy_password else None,
    )
    theirs = SnmpEngine()
    transport = await UdpTransportTarget.create((agent.address, agent.port), timeout=5)
    name = ObjectType(ObjectIdentity(dotted(ours.oid)))
    error, _, _, answers = await get_cmd(theirs, data, transport, ContextData(), name, lookupMib=False)
    theirs.close_dispatcher()
    await asyncio.sleep(0)
    assert error is None
    assert bytes(answers[0][1]) == ours.value == "县政府机房".encode()


async def test_net_snmps_own_tool_reads_the_same(agent: Snmpd) -> None:
    level = ["-l", "authPriv", "-a", "SHA-256", "-A", AUTH, "-x", "AES", "-X", PRIV]
    place = [f"{agent.address}:{agent.port}", ".1.3.6.1.2.1.1.6.0"]
    command = ["snmpget", "-v3", "-u", HIDDEN.name, *level, "-Ox", "-Oqv", *place]
    tool = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE, env=QUIET)
    told, _ = await tool.communicate()
    async with Engine() as engine:
        (ours,) = await engine.session(target(agent, HIDDEN)).get([(*SYSTEM, 6, 0)])
    assert bytes.fromhex(told.decode().strip().strip('"')) == ours.value


async def test_discovery_and_polling_work_as_with_communities(agent: Snmpd) -> None:
    async with Engine() as engine:
        session = engine.session(target(agent, HIDDEN))
        found = await discover(session)
        poll = await read(session, PollPlan(found))
    assert found.system.location == "县政府机房"
    assert "lo" in [port.name for port in poll.ports]
    assert engine.counters.refused == 0


@pytest.mark.parametrize(
    ("user", "error"),
    [
        (User("stranger"), UnknownUserError),
        (User(HIDDEN.name, Authentication.SHA256, "another-horse"), WrongPasswordError),
        (User(HIDDEN.name, Authentication.SHA512, AUTH), WrongPasswordError),
        (User("proven-md5", Authentication.MD5, AUTH, Privacy.DES, PRIV), UnsupportedLevelError),
        (User(HIDDEN.name, Authentication.SHA256, AUTH), NotAuthorizedError),
        (User(HIDDEN.name, Authentication.SHA256, AUTH, Privacy.AES128, "another-staple"), NoAnswerError),
    ],
)
async def test_each_mistake_is_told_by_its_name(agent: Snmpd, user: User, error: type[SnmpError]) -> None:
    async with Engine() as engine:
        with pytest.raises(error):
            await engine.session(target(agent, user, timeout_s=0.5)).get([(*SYSTEM, 1, 0)])


async def test_a_restarted_agent_is_followed_without_a_lost_question() -> None:
    with snmpd(*_configuration()) as agent:
        async with Engine() as engine:
            session = engine.session(target(agent, HIDDEN))
            await session.get([(*SYSTEM, 3, 0)])
            agent.restart()
            (after,) = await session.get([(*SYSTEM, 3, 0)])
    assert isinstance(after.value, int)


async def test_a_value_is_set_and_a_forbidden_one_is_not(agent: Snmpd) -> None:
    writer = User("writer", Authentication.SHA1, AUTH, Privacy.AES128, PRIV)
    contact = (*SYSTEM, 4, 0)
    async with Engine() as engine:
        session = engine.session(target(agent, writer))
        await session.set([VarBind(contact, Tag.OCTET_STRING, "网络科 张工".encode())])
        (now,) = await session.get([contact])
        with pytest.raises(SnmpError, match="17"):  # notWritable
            await session.set([VarBind((*SYSTEM, 6, 0), Tag.OCTET_STRING, b"elsewhere")])
        with pytest.raises(SnmpError):
            await engine.session(target(agent, HIDDEN)).set([VarBind(contact, Tag.OCTET_STRING, b"x")])
    assert now.value == "网络科 张工".encode()
