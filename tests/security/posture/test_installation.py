"""`guanjin check` on a real installation: what was spoilt is found, and what is sound is not."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from core.clock import SystemClock
from core.database import Database, sqlite_url
from core.events import Event
from core.i18n import ROOT
from core.settings import Settings
from security.audit import SYSTEM, record
from security.audit.actor import Actor
from security.posture import Check, Finding, Installation, Outcome, Severity, run
from security.posture.records import RECENT
from security.posture.records import look_at_chain as chain_of
from security.posture.software import digests, written
from security.vault import Keyring, Kind, Realm, Vault
from security.vault.keyfiles import create_keys
from tests.console import PASSWORD, set_up
from tests.installation import Installation as Site
from web.posture import CHECKS

ADMIN = Actor("root", "person")


@pytest.fixture
def site(database: Database, tmp_path: Path) -> Installation:
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    create_keys(data)
    settings = Settings.model_validate({"storage": {"data": data}})
    return Installation(settings, database, SystemClock(), keyring=Keyring.load(data, [Realm.MONITOR]))


def found(site: Installation) -> set[str]:
    return {one.code for one in run(CHECKS, site).findings}


def test_every_check_can_look_at_an_empty_installation(site: Installation) -> None:
    report = run(CHECKS, site)
    assert "check.unable" not in {one.code for one in report.findings}
    assert {one.outcome for one in report.results} == set(Outcome)


def test_names_are_unique_so_that_a_script_can_rely_on_them() -> None:
    assert len({check.name for check in CHECKS}) == len(CHECKS)


def test_a_community_that_is_guessed_first_is_found_and_never_told(site: Installation) -> None:
    vault = Vault(site.keyring)
    with site.database.write() as session:
        for name, community in (("easy", "public"), ("short", "x7Q"), ("sound", "kU7-pfwq-29xX-ns")):
            secret = {"community": community}
            vault.put(session, Realm.MONITOR, name, secret, actor=ADMIN, kind=Kind.SNMP_V2C)
    findings = [one for one in run(CHECKS, site).findings if one.code == "secrets.community"]
    assert {one.subject for one in findings} == {"easy", "short"}
    said = "".join(f"{one.render()}{one.render_hint()}{one.facts}" for one in findings)
    assert "public" not in said
    assert "x7Q" not in said


def test_the_end_of_the_log_is_looked_at_every_time(site: Installation) -> None:
    with site.database.write() as session:
        for number in range(20):
            record(session, Event.OBJECT_CHANGED, SYSTEM, subject=f"device:{number}")
    assert "audit.broken" not in found(site)
    with site.database.write() as session:
        for trigger in _triggers(site.database):
            session.execute(text(trigger))
        session.execute(text("UPDATE audit_record SET subject = 'device:other' WHERE sequence = 12"))
    broken = [one for one in run(CHECKS, site).findings if one.code == "audit.broken"]
    assert [one.subject for one in broken] == ["12"]
    assert run(CHECKS, site).exit_code == 4
    assert RECENT > 20


def _triggers(database: Database) -> list[str]:
    if database.dialect == "postgresql":
        return ["ALTER TABLE audit_record DISABLE TRIGGER ALL"]
    with database.read() as session:
        names = session.execute(
            text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_record'")
        )
        return [f"DROP TRIGGER {name}" for (name,) in names]


def test_a_record_that_was_cut_off_at_the_end_is_missed(site: Installation) -> None:
    with site.database.write() as session:
        for number in range(3):
            record(session, Event.OBJECT_CHANGED, SYSTEM, subject=f"device:{number}")
    with site.database.write() as session:
        for trigger in _triggers(site.database):
            session.execute(text(trigger))
        session.execute(text("DELETE FROM audit_record WHERE sequence = 3"))
    assert chain_of(site).broken == 3


def test_a_clock_set_back_is_found_against_the_log(site: Installation) -> None:
    class Back(SystemClock):
        def now(self) -> datetime:
            return super().now() - timedelta(hours=3)

    with site.database.write() as session:
        record(session, Event.OBJECT_CHANGED, SYSTEM, subject="device:1")
    earlier = Installation(site.settings, site.database, Back())
    assert "machine.clock_back" in found(earlier)
    assert "machine.clock_back" not in found(site)


def test_a_check_that_cannot_look_says_so_and_the_others_go_on(site: Installation) -> None:
    def broken(_site: Installation) -> object:
        raise PermissionError(13, "Permission denied", "/etc/secret")

    def good(_seen: object) -> list[Finding]:
        return [Finding("x.y", Severity.NOTE, "z", "z is so", "leave it")]

    checks = [
        Check("first", "first", broken, lambda _seen: []),
        Check("second", "second", lambda _site: 1, good),
    ]
    report = run(checks, site)
    assert [one.code for one in report.findings] == ["check.unable", "x.y"]
    assert "Permission denied" in report.findings[0].render()
    assert report.exit_code == 1


def test_without_the_right_schema_only_that_is_told(site: Installation, tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path / "empty.db"))
    try:
        report = run(CHECKS, Installation(site.settings, database, site.clock))
    finally:
        database.close()
    assert "storage.schema" in {one.code for one in report.findings}
    assert "check.unable" not in {one.code for one in report.findings}


def test_a_program_file_that_was_changed_is_found(site: Installation, tmp_path: Path) -> None:
    wanted = digests(ROOT)
    path = tmp_path / "MANIFEST.sha256"
    path.write_text(written(wanted), encoding="utf-8")
    listed = Installation(site.settings, site.database, site.clock, manifest=path)
    assert "software.altered" not in found(listed)
    path.write_text(written({**wanted, "web/app.py": "0" * 64}), encoding="utf-8")
    altered = [one for one in run(CHECKS, listed).findings if one.code == "software.altered"]
    assert [one.subject for one in altered] == ["web/app.py"]


@pytest.mark.slow
def test_the_command_reports_in_both_languages_and_with_an_exit_code(tmp_path: Path) -> None:
    with Site(tmp_path) as installed:
        before = installed.guanjin("check", code=4)
        assert "[people.not_set_up]" in before
        installed.up()
        set_up(installed)
        key = installed.data / "keys" / "change.key"
        key.chmod(0o644)
        report = installed.guanjin("check", code=4)
        assert "[files.readable]" in report
        assert "change.key" in report
        key.chmod(0o600)
        found = json.loads(installed.guanjin("check", "--full", "--json", code=1))
        assert {one["severity"] for one in found["findings"]} <= {"warning", "note"}
        assert all(one["hint"] and one["message"] and one["code"] for one in found["findings"])
        assert next(one for one in found["checks"] if one["name"] == "passwords")["outcome"] == "passed"
        assert PASSWORD not in str(found)
