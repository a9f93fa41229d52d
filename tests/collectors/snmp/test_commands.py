"""`guanjin snmp probe`, as a person and as a program call it."""

import asyncio
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from collectors.snmp.commands import resolve, snmp
from collectors.snmp.errors import HostError
from collectors.snmp.page import bits, octets
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
