import io
import json
import os
from pathlib import Path
from typing import Any, Protocol

import click
import pytest
from sqlalchemy import text

from core.clock import SystemClock
from core.commandline import Application, run
from core.database import Database, sqlite_url
from core.events import Event
from security import accounts
from security.audit import Actor, Filter, find, record
from security.audit.actor import SYSTEM
from security.audit.chain import GENESIS, link
from security.audit.labels import event_label
from security.commands import account, audit, credential, emergency
from security.emergency import seal
from security.factors.models import TotpFactor
from security.vault import Keyring, Realm, Vault
from security.vault.keyfiles import create_keys

PASSWORD = "marble-otter-lantern"
PLANTED = "Planted-Secret-7f3a9c"


@pytest.fixture
def empty_database_url(tmp_path: Path) -> str:
    """The services were tested on both databases; what stands above them does not know which it is."""
    return sqlite_url(tmp_path / "guanjin.db")


class Command(Protocol):
    def __call__(self, *arguments: str, stdin: str = "", code: int = 0) -> str: ...


@pytest.fixture
def guanjin(
    installed: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """The commands as the terminal runs them; returns what was printed, errors after results."""
    monkeypatch.setenv("GUANJIN_STORAGE_DATA", str(tmp_path))
    monkeypatch.setenv("GUANJIN_STORAGE_DATABASE_URL", installed.url.render_as_string(hide_password=False))
    monkeypatch.setenv("GUANJIN_LANGUAGE", "en")
    create_keys(tmp_path)
    groups = {"audit": audit, "account": account, "credential": credential, "emergency": emergency}

    def call(*arguments: str, stdin: str = "", code: int = 0) -> str:
        root = click.Group("guanjin", commands=groups, callback=click.pass_context(begin))
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        with pytest.raises(SystemExit) as left:
            run(root, arguments)
        said = capsys.readouterr()
        assert left.value.code == code, said
        return said.out + said.err

    def begin(ctx: click.Context) -> None:
        ctx.obj = Application()
        ctx.call_on_close(ctx.obj.close)

    return call


def newest(database: Database) -> Any:
    with database.read() as session:
        return find(session, Filter()).records[0]


def test_an_account_is_made_and_recorded_under_the_machines_user(guanjin: Command, installed: Database) -> None:
    arguments = ["account", "create", "zhangwei", "--name", "张伟", "--personnel-number", "E-17", "--password-stdin"]
    guanjin(*arguments, stdin=PASSWORD + "\n")
    listed = json.loads(guanjin("account", "list", "--json"))
    (found,) = [one for one in listed if one["login"] == "zhangwei"]
    assert (found["name"], found["roles"], found["must_change_password"]) == ("张伟", {}, True)
    assert found["personnel_number"] == "e-17"
    assert newest(installed).actor_name.startswith("console:")
    assert "zhangwei" in guanjin("account", "list")


def test_the_terminal_gives_nobody_a_role(guanjin: Command, installed: Database) -> None:
    """Whoever is master of the machine proposes, and a security administrator confirms it in the console."""
    arguments = ["account", "create", "zhangwei", "--name", "张伟", "--role", "submitter", "--password-stdin"]
    assert "has to confirm it" in guanjin(*arguments, stdin=PASSWORD + "\n")
    limits = ("--unit", "4", "--units-below", "5", "--site", "6", "--group", "7", "--reason", "轮岗")
    guanjin("account", "grant", "zhangwei", "operator", *limits)
    with installed.read() as session:
        assert accounts.by_login(session, "zhangwei").roles == frozenset()
    submitter, operator = json.loads(guanjin("account", "proposals", "--json"))
    assert (submitter["role"], submitter["where"]) == ("submitter", {"everywhere": True})
    assert operator["where"] == {"units": [4], "units_below": [5], "sites": [6], "groups": [7]}
    assert (operator["login"], operator["reason"]) == ("zhangwei", "轮岗")
    assert "operations staff" in guanjin("account", "proposals")
    assert "already waits" in guanjin("account", "grant", "zhangwei", "operator", code=1)
    assert newest(installed).event == Event.ROLE_PROPOSED


def test_a_bad_password_makes_no_account(guanjin: Command) -> None:
    arguments = ["account", "create", "zhangwei", "--name", "张伟", "--password-stdin"]
    said = guanjin(*arguments, stdin="Admin@123456\n", code=2)
    assert "security.password_common" in said
    assert "hint:" in said
    assert "Admin@123456" not in said
    assert len(json.loads(guanjin("account", "list", "--json"))) == 3


def test_the_terminal_keeps_the_three_administrators_apart(guanjin: Command) -> None:
    assert "separation of duties" in guanjin("account", "grant", "system_admin", "audit_admin", code=3)
    assert "last system administrator" in guanjin("account", "disable", "system_admin", code=3)
    assert "last audit administrator" in guanjin("account", "revoke", "audit_admin", "audit_admin", code=3)
    namesake = ("account", "create", "both", "--name", "name of system_admin", "--role", "audit_admin")
    assert "separation" in guanjin(*namesake, "--password-stdin", stdin=PASSWORD + "\n", code=3)
    assert len(json.loads(guanjin("account", "list", "--json"))) == 3


def test_roles_passwords_and_states_are_changed(guanjin: Command, installed: Database) -> None:
    guanjin("account", "create", "zhangwei", "--name", "张伟", "--password-stdin", stdin=PASSWORD + "\n")
    assert "does not hold" in guanjin("account", "revoke", "zhangwei", "operator", code=1)
    guanjin("account", "disable", "zhangwei")
    guanjin("account", "enable", "zhangwei")
    guanjin("account", "reset-password", "zhangwei", "--password-stdin", stdin="copper-heron-window\n")
    assert newest(installed).event == Event.PASSWORD_CHANGED
    assert "nobody" in guanjin("account", "disable", "nobody", code=2)


def test_addresses_and_lost_factors_are_seen_to_at_the_terminal(guanjin: Command, installed: Database) -> None:
    """The way back for a system administrator who has locked out the last one."""
    assert "security.address_range" in guanjin("account", "allow-addresses", "audit_admin", "10.1.1.9/8", code=2)
    guanjin("account", "allow-addresses", "audit_admin", "10.0.0.0/8", "2001:db8::/32")
    assert "factors.missing" in guanjin("account", "reset-factors", "audit_admin", code=2)
    with installed.write() as session:
        found = accounts.by_login(session, "audit_admin")
        assert found.allowed_addresses == ["10.0.0.0/8", "2001:db8::/32"]
        now = SystemClock().now()
        session.add(TotpFactor(account_id=found.id, created=now, last_used=None, last_step=0))
        keyring = Keyring.load(Path(os.environ["GUANJIN_STORAGE_DATA"]), [Realm.IDENTITY])
        Vault(keyring).put(session, Realm.IDENTITY, f"totp/{found.id}", {"secret": PLANTED}, actor=SYSTEM)
    guanjin("account", "reset-factors", "audit_admin")
    guanjin("account", "allow-addresses", "audit_admin")
    with installed.read() as session:
        assert accounts.by_login(session, "audit_admin").allowed_addresses == []
        assert session.scalar(text("SELECT count(*) FROM vault_secret")) == 0
        newest = find(session, Filter(event="security:"), limit=2).records
    assert [entry.event for entry in newest] == [Event.ADDRESSES_CHANGED, Event.FACTORS_RESET]


def test_a_secret_of_identity_is_no_credential_at_the_terminal(guanjin: Command) -> None:
    assert "identity" in guanjin("credential", "set", "identity", "x", "--kind", "other", "--stdin", stdin="{}", code=2)


def test_no_account_before_the_set_up(guanjin: Command, installed: Database) -> None:
    with installed.write_engine.begin() as connection:
        connection.execute(text("UPDATE setup SET completed = NULL"))
    said = guanjin("account", "create", "x1", "--name", "y", "--password-stdin", stdin=PASSWORD + "\n", code=1)
    assert "guanjin init" in said


def test_emergency_access_is_opened_at_the_machine_by_two_sheets(guanjin: Command, installed: Database) -> None:
    guanjin("account", "create", "duty", "--name", "值班员", "--password-stdin", stdin=PASSWORD + "\n")
    assert "not sealed" in guanjin("emergency", "status")
    halves = []
    for login in ("system_admin", "security_admin"):
        with installed.write() as session:
            actor = Actor(login, "person", accounts.by_login(session, login).id)
            halves.append(seal.seal_half(session, actor=actor))
    arguments = ("emergency", "open", "duty", "--reason", "网管失联", "--stdin")
    assert "emergency.half_wrong" in guanjin(*arguments, stdin=f"{halves[0]}\n{halves[0]}\n", code=3)
    assert newest(installed).event == Event.EMERGENCY_REFUSED
    assert "sealed since" in guanjin("emergency", "status")
    assert "open for duty" in guanjin(*arguments, stdin=f"{halves[1]}\n{halves[0]}\n")
    assert newest(installed).actor_name.startswith("console:")
    status = json.loads(guanjin("emergency", "status", "--json"))
    assert (status["open"]["login"], status["open"]["reason"]) == ("duty", "网管失联")
    guanjin("emergency", "end")
    assert json.loads(guanjin("emergency", "status", "--json"))["halves_due"] == ["security", "system"]


def test_a_credential_is_stored_listed_and_deleted_and_never_shown(
    guanjin: Command, installed: Database, tmp_path: Path
) -> None:
    value = json.dumps({"username": "netops", "password": PLANTED})
    said = guanjin("credential", "set", "change", "hw-ssh", "--kind", "ssh-password", "--stdin", stdin=value)
    said += guanjin("credential", "list") + guanjin("credential", "list", "change", "--json")
    with installed.write() as session:
        opened = Vault(Keyring.load(tmp_path, [Realm.CHANGE])).open(session, Realm.CHANGE, "hw-ssh")
    assert opened == json.loads(value)
    said += guanjin("credential", "delete", "change", "hw-ssh")
    assert json.loads(guanjin("credential", "list", "--json")) == []
    assert PLANTED not in said


@pytest.mark.parametrize("value", ["", "[]", '{"community": 1}', PLANTED, '{"community": "' + PLANTED])
def test_values_that_are_not_understood_are_not_repeated(guanjin: Command, value: str) -> None:
    said = guanjin("credential", "set", "monitor", "ro", "--kind", "snmp-v2c", "--stdin", stdin=value, code=2)
    assert PLANTED not in said


def test_values_are_asked_for(guanjin: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = tmp_path / "id"
    key.write_text(PLANTED, encoding="utf-8")
    answers = iter(["netops", key])
    monkeypatch.setattr(click, "prompt", lambda *_asked, **_how: next(answers))
    guanjin("credential", "set", "change", "hw-key", "--kind", "ssh-key")
    assert "ssh-key" in guanjin("credential", "list")


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (["ops", "none", ""], {"username": "ops"}),
        (
            ["ops", "sha256", "correct-horse", "none", "vrf"],
            {"username": "ops", "authentication": "sha256", "auth_password": "correct-horse", "context": "vrf"},
        ),
    ],
)
def test_of_a_user_of_snmp_v3_only_what_it_needs_is_asked_for(
    guanjin: Command,
    installed: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    typed: list[str],
    stored: dict[str, str],
) -> None:
    answers = iter(typed)
    monkeypatch.setattr(click, "prompt", lambda *_asked, **_how: next(answers))
    guanjin("credential", "set", "monitor", "ops", "--kind", "snmp-v3")
    assert list(answers) == []
    with installed.read() as session:
        assert Vault(Keyring.load(tmp_path, [Realm.MONITOR])).open(session, Realm.MONITOR, "ops") == stored


def test_a_key_that_others_can_read_stops_the_command(guanjin: Command, tmp_path: Path) -> None:
    (tmp_path / "keys" / "monitor.key").chmod(0o644)
    value = '{"community": "x"}'
    said = guanjin("credential", "set", "monitor", "ro", "--kind", "snmp-v2c", "--stdin", stdin=value, code=3)
    assert "chmod 600" in said


def test_the_log_is_listed_in_pages_and_filtered(guanjin: Command) -> None:
    page = json.loads(guanjin("audit", "list", "--json", "--limit", "3"))
    assert page["records"][0]["event"] == Event.SETUP_COMPLETED
    older = json.loads(guanjin("audit", "list", "--json", "--before", str(page["older"])))
    assert older["records"][0]["sequence"] == page["older"] - 1
    assert "role granted" in guanjin("audit", "list", "--event", "security:role:")
    assert "--before" in guanjin("audit", "list", "--limit", "2")


def test_times_are_those_of_the_site(guanjin: Command) -> None:
    assert "2026-11-23 16:00:00" in guanjin("audit", "list", "--limit", "1")
    assert json.loads(guanjin("audit", "list", "--json", "--since", "2026-11-23T16:00"))["records"]
    assert not json.loads(guanjin("audit", "list", "--json", "--since", "2026-11-23T16:01"))["records"]


def test_a_whole_log_is_said_to_be_whole(guanjin: Command) -> None:
    found = json.loads(guanjin("audit", "verify", "--json"))
    assert found["broken"] is None
    assert f"{found['records']} {found['head']}" in guanjin("audit", "verify")


def test_a_broken_log_ends_with_the_code_of_integrity(guanjin: Command, installed: Database) -> None:
    with installed.write_engine.begin() as connection:
        trigger = "forbid ON audit_record" if installed.dialect == "postgresql" else "forbid_update"
        connection.execute(text(f"DROP TRIGGER audit_record_{trigger}"))
        connection.execute(text("UPDATE audit_record SET actor_name = 'other' WHERE sequence = 3"))
    assert "record 3: its content was altered" in guanjin("audit", "verify", code=4)
    assert '"sequence": 3' in guanjin("audit", "verify", "--json", code=4)


def test_an_export_is_checked_with_the_documented_format_alone(
    guanjin: Command, installed: Database, tmp_path: Path
) -> None:
    with installed.write() as session:
        record(session, Event.OBJECT_CHANGED, SYSTEM, subject="设备:\u2028\\", detail={"引号": '"', "n": 1.5})
    target = tmp_path / "export.jsonl"
    guanjin("audit", "export", "--output", str(target))
    previous = GENESIS
    lines = target.read_text(encoding="utf-8").split("\n")
    assert lines.pop() == ""
    assert json.loads(lines.pop(0)) == {"log": "guanjin-audit-v1", "keys": []}
    for line in lines:
        fields = json.loads(line)
        assert fields.pop("previous") == previous
        previous = fields.pop("hash")
        assert link("0" * 64 if fields["sequence"] == 1 else json.loads(line)["previous"], fields) == previous
    assert json.loads(guanjin("audit", "verify", "--json"))["head"] == previous


def test_every_event_is_named() -> None:
    nameless = [event for event in Event if event_label(event) == event]
    assert not nameless, "give each a name in security/audit/labels.py and security/translations/zh.po"
