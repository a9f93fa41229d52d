import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select
from sqlalchemy.orm import Session

from collectors.commands import health
from collectors.errors import AddressUnclearError, MonthError, NobodyThereError, UnknownDeviceError
from collectors.models import (
    DeviceState,
    Evidence,
    LineCondition,
    LineState,
    OutageRecord,
    PollerRun,
    PortState,
    PortStatus,
    Reachability,
    SubjectKind,
)
from collectors.snmp.components import Component, PartKind
from collectors.survey.rows import component_rows
from collectors.survey.store import Findings, record
from core.commandline import Application
from core.database import Database
from core.i18n import translator
from inventory.errors import NotFoundError
from inventory.kinds import Carrier, LineKind
from inventory.models import Device, Line
from tests.collectors.county import NOW, build

Command = Callable[..., Result]


def second_line(session: Session) -> int:
    line = Line(name="民政局专线", carrier=Carrier.MOBILE, kind=LineKind.PON, promised_availability_ppm=999_000)
    session.add(line)
    session.flush()
    return line.id


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

        session.add(PollerRun(began=NOW - timedelta(days=60), seen=NOW - timedelta(hours=1)))
        for number, name in ((county.line, None), (second_line(session), "later")):
            began = NOW - timedelta(days=60 if name is None else 1)
            session.add(
                LineState(line_id=number, state=LineCondition.UP, since=began, watched_since=began, updated=NOW)
            )
        session.add(
            OutageRecord(
                subject_kind=SubjectKind.LINE,
                subject_id=county.line,
                subject_name="政务中心-新华村",
                state=LineCondition.DOWN,
                began=NOW - timedelta(days=2),
                ended=NOW - timedelta(days=2) + timedelta(minutes=90),
                cause="port_down",
                in_maintenance=False,
                path={"hops": [{"address": "10.0.0.1", "refused": False}, {"address": None, "refused": False}]},
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


def test_the_availability_of_a_month_is_exact_and_says_what_is_not_known(command: Command) -> None:
    found = {one["line"]: one for one in json.loads(command("availability", "--json").stdout)}
    line = found["政务中心-新华村"]
    assert line["down_s"] == 90 * 60
    assert line["unknown_s"] == 3600, "the poller has not been seen for an hour"
    known = 21 * 86400 + 20 * 3600 - 3600
    assert line["percent"] == pytest.approx(100 * (1 - 5400 / known))
    assert found["民政局专线"]["up_s"] == 23 * 3600, "watched for a day"
    row = next(text for text in command("availability").stdout.splitlines() if text.startswith("民政局专线"))
    assert row.split() == ["民政局专线", "99.900", "%", "100.000", "%", "100.000", "%", "0:00:00", "1:00:00"]
    assert "0:00:00" in command("availability", "--month", "2026-10").stdout
    assert isinstance(command("availability", "--month", "2026-13").exception, MonthError)


def test_one_line_is_shown_with_its_outages(command: Command) -> None:
    text = command("line", "政务中心-新华村").stdout
    assert "2026-11-20 20:00:00" in text, "in the office's time zone"
    assert "1:30:00" in text
    assert "10.0.0.1 > *" in text
    assert "专线的端口" in text
    facts = json.loads(command("line", "政务中心-新华村", "--json").stdout)
    assert (facts["last_month"]["percent"], facts["outages"][0]["state"]) == (100.0, "down")
    assert isinstance(command("line", "NOBODY").exception, NotFoundError)


@pytest.fixture
def surveyed(command: Command, database: Database) -> Command:
    with database.write() as session:
        device = session.scalars(select(Device.id).where(Device.name == "KJ-ACC-01")).one()
    facts = {"device_id": device, "mac": "00:e0:fc:12:34:56", "port": "GE0/0/24"}
    part = Component(1, 0, PartKind.FAN, "风扇 1", "", "FAN-031A", "F-77", "", "", "", "")
    findings = Findings(
        device,
        [facts | {"vlan": 10, "port_id": None}],
        [facts | {"address": "10.9.0.7"}],
        components=component_rows(device, [part]),
    )
    record(database, findings, NOW)
    return command


@pytest.mark.parametrize("address", ["00e0-fc12-3456", "10.9.0.7"])
def test_a_mac_or_ip_address_is_located(surveyed: Command, address: str) -> None:
    (found,) = json.loads(surveyed("locate", address, "--json").output)
    assert (found["device"], found["port"], found["vlan"], found["mac"]) == (
        "KJ-ACC-01",
        "GE0/0/24",
        10,
        "00:e0:fc:12:34:56",
    )
    assert "GE0/0/24" in surveyed("locate", address).output


def test_nobody_and_nonsense_are_told_apart(surveyed: Command) -> None:
    assert isinstance(surveyed("locate", "10.9.0.8").exception, NobodyThereError)
    assert isinstance(surveyed("locate", "GE0/0/24").exception, AddressUnclearError)


def test_the_parts_of_a_device_are_listed(surveyed: Command) -> None:
    (found,) = json.loads(surveyed("parts", "KJ-ACC-01", "--json").output)
    assert (found["kind"], found["serial"]) == ("fan", "F-77")
    assert "FAN-031A" in surveyed("parts", "KJ-ACC-01").output
    assert isinstance(surveyed("parts", "nowhere").exception, UnknownDeviceError)
