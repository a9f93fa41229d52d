"""`guanjin snmp probe`, as a person and as a program call it."""

import asyncio
import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from collectors.snmp.commands import resolve, snmp
from collectors.snmp.errors import HostError
from collectors.snmp.page import bits, octets
from collectors.snmp.wire import Tag, VarBind, parse_oid
from core.commandline import run
from tests.collectors.snmp.agent import Agent
from tests.collectors.snmp.test_discovery import device, port


@pytest.fixture
def agent() -> Iterator[Agent]:
    """In a thread of its own, for the command runs its own event loop."""
    agent = Agent(
        device(port(1, "GE0/0/1"), port(2, "GE0/0/2"), descr="H3C Comware", object_id="1.3.6.1.4.1.25506.1.1")
    )
    started, stop, loop = threading.Event(), asyncio.Event(), asyncio.new_event_loop()

    async def serve() -> None:
        async with agent:
            started.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    started.wait(5)
    yield agent
    loop.call_soon_threadsafe(stop.set)
    thread.join(5)
    loop.close()


def probe(*arguments: str) -> int:
    with pytest.raises(SystemExit) as left:
        run(snmp, ["probe", *arguments])
    return int(left.value.code or 0)


def test_json_has_the_keys_that_programs_read(agent: Agent, capsys: pytest.CaptureFixture[str]) -> None:
    assert probe(f"127.0.0.1:{agent.port}", "--community", "public", "--json") == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert found["sysName"] == "关津"
    assert found["platform"] == "h3c_comware"
    assert found["ports"][0] | {"ifPhysAddress": ""} == {
        "ifIndex": 1,
        "ifName": "GE0/0/1",
        "ifDescr": "GE0/0/1",
        "ifAlias": "到县政府",
        "ifType": 6,
        "ifPhysAddress": "",
        "ifSpeed_bps": 1_000_000_000,
        "ifAdminStatus": "up",
        "ifOperStatus": "up",
    }
    assert {
        "processors",
        "mempools",
        "sensors",
        "storage",
        "neighbours",
        "hardware",
        "version",
        "serial",
    } <= found.keys()


@pytest.mark.parametrize(("language", "heading"), [("zh", "端口 (2)"), ("en", "Ports (2)")])
def test_a_person_reads_a_table_in_the_terminals_language(
    agent: Agent,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    heading: str,
) -> None:
    monkeypatch.setenv("GUANJIN_LANGUAGE", language)
    assert probe(f"127.0.0.1:{agent.port}", "--community", "public") == 0
    shown = capsys.readouterr().out
    assert heading in shown
    assert "1 Gbit/s" in shown


def test_each_value_says_which_profile_entry_gave_it(agent: Agent, capsys: pytest.CaptureFixture[str]) -> None:
    agent.change(
        VarBind(parse_oid("1.3.6.1.4.1.25506.2.6.1.1.1.1.12.42"), Tag.INTEGER, 34),
        VarBind(parse_oid("1.3.6.1.2.1.47.1.1.1.1.11.1"), Tag.OCTET_STRING, b"210235A1BC"),
    )
    target = (f"127.0.0.1:{agent.port}", "--community", "public")
    assert probe(*target) == 0
    assert "h3c_comware: sensors" not in capsys.readouterr().out
    assert probe(*target, "--why") == 0
    shown = capsys.readouterr().out
    assert re.search(r"34 celsius +h3c_comware: sensors\[\d+\]", shown)
    assert re.search(r"210235A1BC +\[entity_mib: identity.serial\[\d\]\]", shown)
    assert probe(*target, "--json") == 0
    (sensor,) = json.loads(capsys.readouterr().out)["sensors"]
    assert sensor["rule"].startswith("h3c_comware: sensors[")


OWN = """
name = "county_box"
vendor = "County"
uncertain = "guessed"
[[match]]
object_id = "1.3.6.1.4.1.25506.1.1"
[[sensors]]
kind = "temperature"
name = "Cabinet"
value = "1.3.6.1.4.1.99999.1.0"
"""


def test_a_profile_of_ones_own_is_tried_and_its_doubts_are_told(
    agent: Agent, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GUANJIN_LANGUAGE", "en")
    (tmp_path / "county_box.toml").write_text(OWN)
    agent.change(VarBind(parse_oid("1.3.6.1.4.1.99999.1.0"), Tag.INTEGER, 31))
    target = (f"127.0.0.1:{agent.port}", "--community", "public", "--profiles", str(tmp_path))
    assert probe(*target) == 0
    shown = capsys.readouterr().out
    assert "profile: county_box" in shown
    assert "doubtful: guessed" in shown
    assert "31 celsius" in shown
    (tmp_path / "county_box.toml").write_text(OWN.replace("temperature", "warmth"))
    assert probe(*target) == 2
    told = capsys.readouterr().err
    assert "county_box.toml" in told
    assert "sensors[1].kind" in told


@pytest.mark.parametrize(("language", "hint"), [("zh", "提示："), ("en", "hint: ")])
def test_silence_leaves_with_code_five_and_a_hint(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, language: str, hint: str
) -> None:
    monkeypatch.setenv("GUANJIN_LANGUAGE", language)
    assert probe("127.0.0.1:1", "--community", "x", "--timeout", "0.01", "--retries", "0") == 5
    told = capsys.readouterr()
    assert not told.out
    assert "snmp.no_answer" in told.err
    assert "127.0.0.1" in told.err
    assert any(line.startswith((hint, "hint:")) for line in told.err.splitlines())


def test_a_community_is_demanded(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GUANJIN_SNMP_COMMUNITY", raising=False)
    assert probe("127.0.0.1") == 2
    assert "--community" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", ("127.0.0.1", 161)),
        ("127.0.0.1:1161", ("127.0.0.1", 1161)),
        ("::1", ("::1", 161)),
        ("[::1]:1161", ("::1", 1161)),
    ],
)
def test_hosts_and_ports(host: str, expected: tuple[str, int]) -> None:
    assert resolve(host) == expected


@pytest.mark.parametrize("host", ["", "no such host", "127.0.0.1:99999999999999999999", "a..b"])
def test_a_host_without_an_address_is_unreachable(host: str) -> None:
    with pytest.raises(HostError):
        resolve(host)


def test_sizes_are_written_for_people() -> None:
    assert bits(2_048_000) == "2.048 Mbit/s"
    assert bits(None) == ""
    assert octets(1598029824) == "1.488 GiB"
    assert octets(512) == "512 B"
