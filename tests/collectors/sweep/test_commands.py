"""`guanjin sweep`: the same as the console's page, at a terminal."""

import json
from ipaddress import ip_address
from pathlib import Path

import pytest
from sqlalchemy import select

from collectors.sweep.models import Sweep, SweepFind, SweepRange, SweepState
from core import schema
from core.clock import SystemClock
from core.commandline import run
from core.database import Database, sqlite_url
from guanjin import cli
from inventory.addresses import sort_key
from inventory.kinds import DeviceRole
from inventory.models import Device, Unit
from security.audit import SYSTEM
from security.vault import Keyring, Kind, Realm, Vault

RANGE = "10.1.8.0/28"


class Terminal:
    """`guanjin` in an installation of its own."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.database = Database(sqlite_url(folder / "guanjin.db"))
        self._capsys = capsys

    def says(self, *words: str, code: int = 0) -> str:
        with pytest.raises(SystemExit) as left:
            run(cli, ["sweep", *words])
        said = self._capsys.readouterr()
        assert left.value.code == code, said.err
        return said.out + said.err

    def facts(self, *words: str) -> dict[str, object]:
        found: dict[str, object] = json.loads(self.says(*words, "--json"))
        return found


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    monkeypatch.setenv("GUANJIN_STORAGE_DATA", str(tmp_path))
    monkeypatch.setenv("GUANJIN_LANGUAGE", "en")
    monkeypatch.chdir(tmp_path)
    made = Terminal(tmp_path, capsys)
    schema.upgrade(made.database)
    with made.database.write() as session:
        vault = Vault(Keyring({Realm.MONITOR: (bytes(32),)}))
        vault.put(session, Realm.MONITOR, "ro", {"community": "x"}, kind=Kind.SNMP_V2C, actor=SYSTEM)
        session.add_all([Unit(name="县财政局"), Device(name="OLD", role=DeviceRole.ROUTER, address="10.1.8.9")])
    return made


@pytest.fixture
def swept(terminal: Terminal) -> Terminal:
    terminal.says("allow", RANGE, "--credential", "ro")
    now = SystemClock().now()
    with terminal.database.write() as session:
        allowed = session.scalars(select(SweepRange)).one()
        done = Sweep(range=allowed, state=SweepState.DONE, asked_by="li", asked_at=now, addresses=14, asked=14)
        answered = (
            ("10.1.8.9", "OLD", ""),
            ("10.1.8.10", "SW-10", "ro"),
            ("10.1.8.11", "", ""),
            ("10.1.8.12", "FW", "ro"),
        )
        done.finds = [
            SweepFind(address=address, place=sort_key(ip_address(address)), name=name, credential=credential)
            for address, name, credential in answered
        ]
        session.add(done)
    return terminal


def test_a_range_is_allowed_swept_stopped_and_withdrawn(terminal: Terminal) -> None:
    assert "10.1.8.0/28 may be swept" in terminal.says("allow", RANGE, "--credential", "ro", "--note", "新楼")
    assert "新楼" in terminal.says("ranges")
    assert "14 addresses" in terminal.says("start", RANGE)
    assert "collectors.sweep_under_way" in terminal.says("start", RANGE, code=1)
    assert "waiting for the poller; 0 of 14 addresses asked" in terminal.says("show", RANGE)
    assert "is stopped" in terminal.says("stop", RANGE)
    assert "not be swept any more" in terminal.says("withdraw", RANGE)
    assert json.loads(terminal.says("ranges", "--json")) == []


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("allow", "10.1.0.0/16"), "collectors.sweep_range_size"),
        (("allow", RANGE, "--credential", "rw"), "collectors.sweep_credentials"),
        (("start", RANGE), "collectors.sweep_range_missing"),
        (("show", "县政府"), "collectors.sweep_range"),
    ],
)
def test_what_is_not_allowed_says_why(terminal: Terminal, words: tuple[str, ...], complaint: str) -> None:
    assert f"[{complaint}]" in terminal.says(*words, code=2)


def test_a_range_that_was_never_swept_has_nothing_to_show(terminal: Terminal) -> None:
    terminal.says("allow", RANGE)
    assert "[collectors.sweep_never]" in terminal.says("show", RANGE, code=2)


def test_what_answered_is_shown_with_what_is_known_of_it(swept: Terminal) -> None:
    finds = swept.facts("show", RANGE)["finds"]
    assert isinstance(finds, list)
    assert [(one["address"], one["device"], one["credential"]) for one in finds] == [
        ("10.1.8.9", "OLD", ""), ("10.1.8.10", None, "ro"), ("10.1.8.11", None, ""), ("10.1.8.12", None, "ro"),
    ]  # fmt: skip


def test_without_addresses_everything_new_that_answers_snmp_is_taken(swept: Terminal) -> None:
    assert "2 devices are in the ledger now" in swept.says("accept", RANGE, "--unit", "县财政局")
    with swept.database.read() as session:
        taken = session.scalars(select(Device).where(Device.name != "OLD").order_by(Device.name)).all()
        assert [(one.name, one.role, one.unit and one.unit.name) for one in taken] == [
            ("FW", DeviceRole.ACCESS_SWITCH, "县财政局"),
            ("SW-10", DeviceRole.ACCESS_SWITCH, "县财政局"),
        ]


def test_one_address_is_taken_under_the_name_and_role_that_are_said(swept: Terminal) -> None:
    said = ("--name", "10.1.8.11=打印机", "--role", "10.1.8.11=server")
    assert "1 devices" in swept.says("accept", RANGE, "10.1.8.11", *said)
    with swept.database.read() as session:
        taken = session.scalars(select(Device).where(Device.address == "10.1.8.11")).one()
        assert (taken.name, taken.role, taken.snmp_credential) == ("打印机", DeviceRole.SERVER, "")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("10.1.8.13",), "collectors.sweep_find_missing"),
        (("10.1.8.9",), "collectors.sweep_nothing"),
        (("10.1.8.10", "--name", "10.1.8.10=OLD"), "collectors.sweep_take_over"),
        (("10.1.8.10", "--role", "10.1.8.10=toaster"), "collectors.sweep_find_unclear"),
        (("10.1.8.10", "--name", "SW-1"), "collectors.sweep_find_unclear"),
    ],
)
def test_what_cannot_be_taken_leaves_the_ledger_as_it_is(
    swept: Terminal, words: tuple[str, ...], complaint: str
) -> None:
    with pytest.raises(SystemExit):
        run(cli, ["sweep", "accept", RANGE, *words])
    with swept.database.read() as session:
        assert len(session.scalars(select(Device)).all()) == 1
