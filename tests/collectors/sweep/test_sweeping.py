"""The poller sweeps a real range: a real agent, real echoes, and the packets counted on the wire."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from collectors.sweep import services
from collectors.sweep.models import Sweep, SweepState
from core.database import Database
from inventory.kinds import DeviceRole, SnmpVersion
from inventory.models import Device
from security.audit import Actor
from security.vault import Kind, Realm, Vault
from tests.collectors.running import CREDENTIAL, Place
from tests.snmpd import Snmpd, snmpd

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
LI = Actor("li", "person")
RANGE = "127.0.0.0/29"
NEIGHBOURHOOD = {f"127.0.0.{n}" for n in range(2, 64)}  # other tests talk to 127.0.0.1, too
ETH_P_IP = 0x0800


@pytest.fixture
def agent() -> Iterator[Snmpd]:
    with snmpd("rocommunity public", "sysName HX-核心", "sysDescr a switch") as agent:
        yield agent


@contextmanager
def listening() -> Iterator[set[str]]:
    """Whom of the neighbourhood anybody on this machine sends anything to while the block lasts."""
    heard: set[str] = set()
    ended = threading.Event()
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_IP))
    wire.bind(("lo", ETH_P_IP))
    wire.settimeout(0.1)

    def listen() -> None:
        while not ended.is_set():
            try:
                packet = wire.recv(65535)
            except TimeoutError:
                continue
            if (to := socket.inet_ntoa(packet[16:20])) in NEIGHBOURHOOD:
                heard.add(to)

    thread = threading.Thread(target=listen)
    thread.start()
    try:
        yield heard
    finally:
        ended.set()
        thread.join()
        wire.close()


def place(database: Database, folder: Path, **polling: object) -> Place:
    made = Place.make(database, folder, **polling)
    with database.write() as session:
        Vault(made.keyring).put(session, Realm.MONITOR, "wrong", {"community": "private"}, actor=LI, kind=Kind.SNMP_V2C)
    return made


def ask(database: Database, port: int, credentials: list[str]) -> int:
    with database.write() as session:
        now = datetime.now(UTC)
        made = services.allow(session, RANGE, credentials, credentials, snmp_port=port, actor=LI, now=now)
        return services.ask(session, made.id, actor=LI, now=now).id


async def ended(made: Place, number: int, *states: SweepState) -> Sweep:
    def look(session: Session) -> Sweep | None:
        found = session.get_one(Sweep, number)
        assert found.finds is not None
        return found if found.state in (states or (SweepState.DONE, SweepState.FAILED, SweepState.STOPPED)) else None

    found = await made.until(look, 60)
    assert found is not None, "the sweep did not end"
    return found


async def test_what_answers_is_found_and_nobody_else_is_asked(database: Database, tmp_path: Path, agent: Snmpd) -> None:
    made = place(database, tmp_path)
    with database.write() as session:
        session.add(Device(name="OLD", role=DeviceRole.ROUTER, address="127.0.0.2"))
    number = ask(database, agent.port, ["wrong", CREDENTIAL])
    with listening() as heard:
        async with made.poller():
            found = await ended(made, number)
    assert (found.state, found.asked, found.addresses) == (SweepState.DONE, 6, 6)
    assert [find.address for find in found.finds] == [f"127.0.0.{n}" for n in range(1, 7)]
    first, *rest = found.finds
    assert (first.credential, first.snmp_version, first.name) == (CREDENTIAL, SnmpVersion.V2C, "HX-核心")
    assert first.rtt_ms is not None
    assert {find.credential for find in rest} == {""}
    assert heard == {f"127.0.0.{n}" for n in range(2, 7)}, "the range, without its ends and its neighbours"


async def test_a_sweep_keeps_its_pace_and_is_stopped(database: Database, tmp_path: Path, agent: Snmpd) -> None:
    made = place(database, tmp_path, sweep_per_s=1, icmp="off")
    number = ask(database, agent.port, ["wrong", CREDENTIAL])
    async with made.poller():
        await ended(made, number, SweepState.RUNNING)
        with database.write() as session:
            services.stop(session, number, actor=LI, now=datetime.now(UTC))
        found = await ended(made, number)
    assert found.state is SweepState.STOPPED


async def test_a_sweep_that_was_interrupted_begins_again(database: Database, tmp_path: Path, agent: Snmpd) -> None:
    made = place(database, tmp_path, sweep_per_s=2)
    number = ask(database, agent.port, ["wrong"])
    async with made.poller():
        await ended(made, number, SweepState.RUNNING)
    faster = made.settings.model_copy(update={"polling": made.settings.polling.model_copy(update={"sweep_per_s": 50})})
    again = replace(made, settings=faster)
    async with again.poller():
        found = await ended(again, number)
    assert (found.state, found.asked, len(found.finds)) == (SweepState.DONE, 6, 6)


async def test_a_credential_that_cannot_be_opened_fails_the_sweep_with_its_name(
    database: Database, tmp_path: Path
) -> None:
    made = place(database, tmp_path)
    number = ask(database, 16161, ["gone"])
    async with made.poller():
        found = await ended(made, number)
    assert (found.state, found.error_code) == (SweepState.FAILED, "vault.secret_not_found")
    assert found.error_facts
    assert found.error_facts["name"] == "gone"
