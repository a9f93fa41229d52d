"""A device that speaks SNMPv3 only, from the vault to the database, and by `guanjin snmp probe`."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from collectors.metrics.scrape import open_page
from collectors.models import DeviceState, PortState, Reachability
from core.database import Database
from core.i18n import ROOT
from inventory.kinds import SnmpVersion
from inventory.models import Device
from security.audit import SYSTEM
from security.vault import Kind, Realm, Vault
from tests.collectors.county import build
from tests.collectors.running import Place
from tests.snmpd import Snmpd, snmpd

pytestmark = pytest.mark.slow
USER = {
    "username": "ops",
    "authentication": "sha256",
    "auth_password": "correct-horse",
    "privacy": "aes128",
    "privacy_password": "battery-staple",
}


@pytest.fixture
def agent() -> Iterator[Snmpd]:
    user = "createUser ops SHA-256 correct-horse AES battery-staple"
    with snmpd("rocommunity public", user, "rouser ops priv", "sysName 三级专网") as agent:
        yield agent


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_device_is_polled_in_the_name_of_its_user(database: Database, tmp_path: Path, agent: Snmpd) -> None:
    place = Place.make(database, tmp_path)
    with database.write() as session:
        county = build(session, ports=(agent.port, 9))
        Vault(place.keyring).put(session, Realm.MONITOR, "ops", USER, actor=SYSTEM, kind=Kind.SNMP_V3)
        core = session.get_one(Device, county.core)
        core.snmp_credential, core.snmp_version = "ops", SnmpVersion.V3

    def polled(session: Session) -> DeviceState | None:
        state = session.get(DeviceState, county.core)
        return state if state is not None and state.last_answer is not None else None

    def ports(session: Session) -> list[str]:
        return list(session.scalars(select(PortState.name).where(PortState.device_id == county.core)))

    async with place.poller():
        state = await place.until(polled)
        assert state is not None
        assert (state.reachability, state.sys_name, state.error_code) == (Reachability.UP, "三级专网", None)
        assert "lo" in await place.until(ports)
        asked = await asyncio.to_thread(open_page, place.settings, "/snmp", {"target": "HX-CORE-01"})
        assert b'ifName="lo"' in b"".join(asked.pieces)


@pytest.mark.parametrize(("password", "code"), [("battery-staple", 0), ("", 1)])
def test_a_probe_asks_in_the_name_of_a_user(agent: Snmpd, password: str, code: int) -> None:
    command = [sys.executable, "guanjin.py", "snmp", "probe", f"127.0.0.1:{agent.port}", "--user", "ops", "--json"]
    command += ["--auth", "sha256", "--timeout", "1", "--retries", "0"]
    secrets = {"GUANJIN_SNMP_AUTH_PASSWORD": "correct-horse"}
    if password:
        secrets["GUANJIN_SNMP_PRIV_PASSWORD"] = password
    ended = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, env={**os.environ, **secrets}
    )
    assert ended.returncode == code, ended.stderr
    if code:
        assert "snmp.not_authorized" in ended.stderr
    else:
        assert json.loads(ended.stdout)["sysName"] == "三级专网"


@pytest.mark.parametrize(
    "arguments", [(), ("--user", "ops", "--snmp-version", "2c"), ("--community", "x", "--snmp-version", "3")]
)
def test_a_probe_needs_a_community_or_a_user(arguments: tuple[str, ...]) -> None:
    command = [sys.executable, "guanjin.py", "snmp", "probe", "127.0.0.1", *arguments]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "snmp.access_missing" in ended.stderr
