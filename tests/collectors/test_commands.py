import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from collectors.commands import health
from collectors.errors import UnknownDeviceError
from collectors.models import DeviceState, Evidence, PortState, PortStatus, Reachability
from core.commandline import Application
from core.database import Database
from core.i18n import translator
from tests.collectors.county import NOW, build

Command = Callable[..., Result]


class Noon:
    def now(self) -> object:
        return NOW

    def monotonic(self) -> float:
        return 0.0


@pytest.fixture
def command(database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setenv("GUANJIN_STORAGE_DATABASE_URL", database_url)
    with database.write() as session:
        county = build(session)
        session.add(
            DeviceState(
                device_id=county.core,
                reachability=Reachability.SILENT,
                since=NOW - timedelta(hours=1),
                judged_by=Evidence.ICMP,
                last_answer=NOW - timedelta(minutes=10),
                cpu_percent=41.2,
                error_code="snmp.no_answer",
                error_facts={"address": "192.0.2.1", "port": 161},
                updated=NOW,
            )
        )
        session.add(
            PortState(
                port_id=county.core_port,
                device_id=county.core,
                name="GE1/0/1",
                ifindex=1,
                admin=PortStatus.UP,
                oper=PortStatus.UP,
                speed_bps=10**10,
                in_bps=1_500_000,
                updated=NOW,
            )
        )

    def run(*arguments: str, language: str = "zh") -> Result:
        application = Application(clock=Noon())  # type: ignore[arg-type]
        application.translate = translator(language)
        try:
            return CliRunner().invoke(health, arguments, obj=application)
        finally:
            application.close()

    return run


def test_the_list_names_state_age_and_fault_in_chinese(command: Command) -> None:
    found = command("list")
    row = next(line for line in found.stdout.splitlines() if line.startswith("HX-CORE-01"))
    assert "SNMP 无应答" in row
    assert "600 s !" in row
    assert "192.0.2.1" in row
    assert "采集进程没有运行" in found.stderr
    assert "未监控" in found.stdout


def test_the_list_is_json_for_programs(command: Command) -> None:
    (core,) = (found for found in json.loads(command("list", "--json").stdout) if found["name"] == "HX-CORE-01")
    assert (core["reachability"], core["stale"], core["error"]) == ("silent", True, "snmp.no_answer")


def test_one_device_is_shown_with_its_ports(command: Command) -> None:
    found = command("show", "HX-CORE-01", language="en")
    assert "10 Gbit/s" in found.stdout
    assert "1.5 Mbit/s" in found.stdout
    facts = json.loads(command("show", "HX-CORE-01", "--json").stdout)
    assert facts["ports"][0]["oper"] == "up"


def test_an_unknown_device_is_an_error_of_its_own(command: Command) -> None:
    assert isinstance(command("show", "NOBODY").exception, UnknownDeviceError)


def test_the_overview_names_what_needs_attention(command: Command) -> None:
    (item,) = json.loads(command("overview", "--json").stdout)["attention"]
    assert (item["name"], item["severity"]) == ("HX-CORE-01", "minor")
