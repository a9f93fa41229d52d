"""What is a finding, as tables: values in, codes out; nothing is asked of a machine."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from automation.posture import Backups
from automation.posture import judge as judge_backups
from automation.standings import Standing
from core.settings import DirectorySettings, SecuritySettings, WebSettings
from inventory.kinds import SnmpVersion
from inventory.posture import judge as judge_snmp
from security.posture import Finding, Severity
from security.posture.activity import Work
from security.posture.activity import judge as judge_activity
from security.posture.api_tokens import InForce, Token
from security.posture.api_tokens import judge as judge_tokens
from security.posture.approvers import Approver, Approvers
from security.posture.approvers import judge as judge_approvers
from security.posture.backups import Backups as SystemBackups
from security.posture.backups import judge as judge_system_backups
from security.posture.crossing import Crossing
from security.posture.crossing import judge as judge_crossing
from security.posture.directory import judge as judge_directory
from security.posture.machine import Entry, Space, Times, judge_clock, judge_disk, judge_files, judge_user
from security.posture.master_keys import Deposit, Kept, judge_deposit, judge_source
from security.posture.people import People, Person, judge_accounts, judge_administrators, judge_rules
from security.posture.second_factors import Alone
from security.posture.second_factors import judge as judge_factors
from security.posture.secrets import Ages, judge_ages
from security.posture.software import Difference, Files, difference, parse, written
from security.posture.software import judge_files as judge_program
from security.posture.storage import Schema, Server, judge_schema, judge_server
from security.posture.transport import judge as judge_transport
from security.posture.witnessing import (
    Archived,
    Signed,
    Witness,
    judge_archive,
    judge_checkpoints,
    judge_witness,
)
from security.roles import THREE_ADMINISTRATORS, Role
from security.vault import Kind, Realm
from security.vault.sources import Source
from security.vault.store import SecretEntry

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
CRITICAL, WARNING, NOTE = Severity.CRITICAL, Severity.WARNING, Severity.NOTE


def codes(findings: Iterable[Finding]) -> list[tuple[str, Severity]]:
    """And every finding can be said, in words that name its facts."""
    found = list(findings)
    assert all(one.render() and one.render_hint() for one in found)
    return [(one.code, one.severity) for one in found]


def person(login: str, *roles: Role, **changes: Any) -> Person:
    given: dict[str, Any] = {
        "display_name": login,
        "disabled": False,
        "must_change": False,
        "created": NOW - timedelta(days=200),
        "last_login": NOW - timedelta(days=1),
        "password_changed": NOW - timedelta(days=100),
    }
    return Person(login, roles=frozenset(roles), **{**given, **changes})


THREE = tuple(person(role.value, role) for role in THREE_ADMINISTRATORS)


@pytest.mark.parametrize(
    ("entry", "found"),
    [
        (Entry("var", "data", 0o700, 7), []),
        (Entry("var", "data", 0o750, 7), [("files.readable", WARNING)]),
        (Entry("var", "data", 0o755, 7), [("files.readable", CRITICAL)]),
        (Entry("var/keys/change.key", "key", 0o600, 7), []),
        (Entry("var/keys/change.key", "key", 0o640, 7), [("files.readable", CRITICAL)]),
        (Entry("var/keys/change.key", "key", 0o600, 8), [("files.owner", WARNING)]),
        (Entry("guanjin.toml", "settings", 0o644, 0), []),
        (Entry("guanjin.toml", "settings", 0o664, 0), [("files.settings", CRITICAL)]),
        (Entry("guanjin.toml", "settings", 0o644, 0, secret=True), [("files.settings", WARNING)]),
        (Entry("guanjin.toml", "settings", 0o600, 0, secret=True), []),
    ],
)
def test_files_that_others_may_reach_are_found(entry: Entry, found: list[object]) -> None:
    owner = Entry("var", "data", 0o700, 7)
    assert codes(judge_files((owner, entry))) == found


@pytest.mark.parametrize(
    ("times", "found"),
    [
        (Times(NOW, NOW, synchronised=True), []),
        (Times(NOW, None, synchronised=None), []),
        (Times(NOW, NOW + timedelta(minutes=4), synchronised=True), []),
        (Times(NOW, NOW + timedelta(minutes=6), synchronised=True), [("machine.clock_back", CRITICAL)]),
        (Times(NOW, NOW, synchronised=False), [("machine.clock_free", WARNING)]),
    ],
)
def test_a_clock_that_was_set_back_or_runs_free_is_found(times: Times, found: list[object]) -> None:
    assert codes(judge_clock(times)) == found


def test_a_full_disk_and_root_are_found() -> None:
    assert codes(judge_disk(Space("/var", 1_000_000_000, 64_000_000))) == []
    assert codes(judge_disk(Space("/var", 200_000_000, 64_000_000))) == [("machine.disk", WARNING)]
    assert codes(judge_disk(Space("/var", 60_000_000, 64_000_000))) == [("machine.disk", CRITICAL)]
    assert codes(judge_user(0)) == [("machine.root", WARNING)]
    assert codes(judge_user(998)) == []


@pytest.mark.parametrize(
    ("persons", "found"),
    [
        (THREE, []),
        (THREE[1:], [("people.administrator_missing", CRITICAL)]),
        (
            (*THREE[1:], person("old", THREE_ADMINISTRATORS[0], disabled=True)),
            [("people.administrator_missing", CRITICAL)],
        ),
        ((*THREE, person("li", Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN)), [("people.conflict", CRITICAL)]),
        ((*THREE, person("li2", Role.OPERATOR, display_name="security_admin")), [("people.conflict", CRITICAL)]),
        ((*THREE, person("li", Role.OPERATOR, Role.SUBMITTER)), []),
    ],
)
def test_three_administrators_are_three_persons(persons: tuple[Person, ...], found: list[object]) -> None:
    assert codes(judge_administrators(People(NOW, set_up=True, persons=persons))) == found


def test_before_the_set_up_that_is_all_there_is_to_say() -> None:
    assert codes(judge_administrators(People(NOW, set_up=False, persons=()))) == [("people.not_set_up", CRITICAL)]


@pytest.mark.parametrize(
    ("who", "found"),
    [
        (person("li"), []),
        (person("li", last_login=NOW - timedelta(days=91)), [("people.idle", WARNING)]),
        (person("li", last_login=NOW - timedelta(days=91), disabled=True), []),
        (person("li", last_login=None), [("people.never_used", WARNING)]),
        (person("li", last_login=None, created=NOW - timedelta(days=3)), []),
        (person("li", must_change=True), [("people.first_password", WARNING)]),
        (person("li", must_change=True, password_changed=NOW - timedelta(days=1)), []),
    ],
)
def test_accounts_that_nobody_uses_are_found(who: Person, found: list[object]) -> None:
    assert codes(judge_accounts(People(NOW, set_up=True, persons=(who,)))) == found


def test_rules_that_were_loosened_are_found_by_the_name_of_the_setting() -> None:
    assert codes(judge_rules(SecuritySettings())) == []
    loose = SecuritySettings(idle_minutes=120, lockout_failures=10, lockout_minutes=1)
    assert [one.subject for one in judge_rules(loose)] == [
        "security.idle_minutes",
        "security.lockout_failures",
        "security.lockout_minutes",
    ]


@pytest.mark.parametrize(
    ("web", "found"),
    [
        (WebSettings(), [("transport.local", NOTE)]),
        (WebSettings(listen_host="10.0.0.1"), [("transport.clear", CRITICAL)]),
        (WebSettings(behind_tls_proxy=True, public_host="guanjin.example"), []),
        (WebSettings(behind_tls_proxy=True, public_host="10.0.0.1"), [("transport.no_name", NOTE)]),
        (
            WebSettings(behind_tls_proxy=True, public_host="a.example", listen_host="10.0.0.1"),
            [("transport.around", WARNING)],
        ),
    ],
)
def test_ways_around_tls_are_found(web: WebSettings, found: list[object]) -> None:
    assert codes(judge_transport(web)) == found


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (DirectorySettings(ldap_urls="ldaps://dc1.example"), ["directory.any_authority"]),
        (DirectorySettings(ldap_urls="ldap://127.0.0.1 ldap://dc1.example"), ["directory.any_authority"]),
        (DirectorySettings(ldap_urls="ldap://127.0.0.1"), []),
        (DirectorySettings(ldap_urls="ldaps://dc1.example", ldap_authority=Path("/ca.pem")), []),
        (DirectorySettings(oidc_issuer="https://id.example"), ["directory.any_authority"]),
        (DirectorySettings(oidc_issuer="https://id.example", oidc_authority=Path("/ca.pem")), []),
    ],
)
def test_a_directory_that_anybody_may_vouch_for_is_found(wanted: DirectorySettings, found: list[str]) -> None:
    assert [code for code, _ in codes(judge_directory(wanted))] == found


SOUND = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}


@pytest.mark.parametrize(
    ("server", "found"),
    [
        (Server("", encrypted=False, superuser=False, settings=SOUND), []),
        (Server("127.0.0.1", encrypted=False, superuser=False, settings=SOUND), []),
        (Server("10.0.0.5", encrypted=True, superuser=False, settings=SOUND), []),
        (Server("10.0.0.5", encrypted=False, superuser=False, settings=SOUND), [("storage.clear", CRITICAL)]),
        (Server("", encrypted=False, superuser=True, settings=SOUND), [("storage.superuser", WARNING)]),
        (
            Server("", encrypted=False, superuser=False, settings={**SOUND, "fsync": "off"}),
            [("storage.durability", CRITICAL)],
        ),
    ],
)
def test_a_database_server_is_judged(server: Server, found: list[object]) -> None:
    assert codes(judge_server(server)) == found


def test_a_schema_that_does_not_fit_is_found() -> None:
    assert codes(judge_schema(Schema("0008", "0008"))) == []
    assert codes(judge_schema(Schema("0007", "0008"))) == [("storage.schema", CRITICAL)]
    assert codes(judge_schema(Schema(None, "0008"))) == [("storage.schema", CRITICAL)]


@pytest.mark.parametrize(
    ("work", "found"),
    [
        (Work(NOW, NOW, (("nightly", NOW + timedelta(hours=1)),)), []),
        (Work(NOW, NOW, (("nightly", NOW - timedelta(hours=1)),)), [("activity.schedule", WARNING)]),
        (Work(NOW, None, (("nightly", NOW - timedelta(hours=1)),)), [("activity.worker", WARNING)]),
        (Work(NOW, NOW - timedelta(minutes=10), ()), [("activity.worker", WARNING)]),
    ],
)
def test_a_worker_that_is_gone_and_schedules_that_are_late_are_found(work: Work, found: list[object]) -> None:
    assert codes(judge_activity(work)) == found


@pytest.mark.parametrize(
    ("crossing", "found"),
    [
        (Crossing(0, "", "rlimit", bubblewrap=True), []),
        (Crossing(1, "", "bubblewrap", bubblewrap=True), []),
        (Crossing(1, "", "rlimit", bubblewrap=True), [("ferry.sandbox", WARNING)]),
        (Crossing(1, "", "rlimit", bubblewrap=False), [("ferry.sandbox", NOTE)]),
        (Crossing(0, "policy.toml", "bubblewrap", bubblewrap=True), [("ferry.policy", CRITICAL)]),
    ],
)
def test_the_ferry_is_judged(crossing: Crossing, found: list[object]) -> None:
    assert codes(judge_crossing(crossing)) == found


def test_an_old_credential_is_named_by_realm() -> None:
    def entry(days: int) -> SecretEntry:
        return SecretEntry(Realm.MONITOR, "county-ro", Kind.SNMP_V2C, NOW, NOW - timedelta(days=days))

    assert codes(judge_ages(Ages(NOW, (entry(10),)))) == []
    assert [one.subject for one in judge_ages(Ages(NOW, (entry(400),)))] == ["monitor/county-ro"]


def test_devices_asked_in_the_clear_are_counted() -> None:
    found = list(judge_snmp({SnmpVersion.V3: 5, SnmpVersion.V2C: 7}))
    assert codes(found) == [("inventory.snmp_clear", NOTE)]
    assert found[0].facts["number"] == 7


def test_devices_without_a_fresh_backup_are_counted() -> None:
    def standing(name: str, platform: str, days: int | None) -> Standing:
        at = None if days is None else NOW - timedelta(days=days)
        return Standing(1, name, platform, 1, at, at, at, "", {})

    fresh, old = standing("a", "huawei_vrp", 1), standing("b", "huawei_vrp", 8)
    never, never_could = standing("c", "huawei_vrp", None), standing("d", "no driver", None)
    assert codes(judge_backups(Backups(NOW, [fresh, never_could]))) == []
    found = list(judge_backups(Backups(NOW, [fresh, old, never, never_could])))
    assert codes(found) == [("automation.backup_old", WARNING)]
    assert (found[0].facts["number"], found[0].facts["total"]) == (2, 3)


def test_a_manifest_tells_what_is_missing_altered_and_strange() -> None:
    shipped = {"a.py": "1" * 64, "b.py": "2" * 64}
    assert parse(written(shipped)) == shipped
    assert difference(shipped, shipped, unknown=True) == Difference()
    found = difference(shipped, {"b.py": "3" * 64, "c.py": "4" * 64}, unknown=True)
    assert found == Difference(("a.py",), ("b.py",), ("c.py",))
    assert [one.subject for one in judge_program(Files("m", found))] == ["a.py", "b.py", "c.py"]


def test_a_privileged_account_without_a_second_factor_is_told_by_name_and_by_what_is_asked() -> None:
    assert codes(judge_factors(Alone((), asked=True))) == []
    (asked,) = judge_factors(Alone(("li",), asked=True))
    (free,) = judge_factors(Alone(("li",), asked=False))
    assert codes((asked, free)) == [("people.no_second_factor", WARNING)] * 2
    assert asked.subject == free.subject == "li"
    assert asked.hint != free.hint


@pytest.mark.parametrize(
    ("made", "found"),
    [
        (NOW - timedelta(days=700), []),
        (NOW - timedelta(days=731), [("ferry.old_approver_key", WARNING)]),
        (None, [("ferry.no_approver_key", WARNING)]),
    ],
)
def test_an_approver_without_a_key_or_with_an_old_one_is_found(made: datetime | None, found: list[object]) -> None:
    assert codes(judge_approvers(Approvers(NOW, (Approver("li", made),)))) == found


@pytest.mark.parametrize(
    ("unsigned", "found"),
    [
        (None, []),
        (NOW - timedelta(minutes=14), []),
        (NOW - timedelta(minutes=16), [("audit.unsigned", WARNING)]),
    ],
)
def test_records_that_wait_long_for_a_checkpoint_are_found(unsigned: datetime | None, found: list[object]) -> None:
    assert codes(judge_checkpoints(Signed(NOW, unsigned))) == found


@pytest.mark.parametrize(
    ("witness", "found"),
    [
        (Witness(NOW, ""), [("audit.no_witness", NOTE)]),
        (Witness(NOW, "", mlps3=True), [("audit.no_witness", WARNING)]),
        (Witness(NOW, "log.example", None), []),
        (Witness(NOW, "log.example", NOW - timedelta(minutes=50), "refused"), []),
        (Witness(NOW, "log.example", NOW - timedelta(hours=2), "refused"), [("audit.witness_behind", WARNING)]),
        (Witness(NOW, "log.example", NOW - timedelta(hours=2)), [("audit.witness_behind", WARNING)]),
    ],
)
def test_a_witness_that_is_missing_or_not_reached_is_found(witness: Witness, found: list[object]) -> None:
    assert codes(judge_witness(witness)) == found


@pytest.mark.parametrize(
    ("oldest", "found"),
    [
        (None, []),
        (NOW, []),
        (NOW - timedelta(days=403), []),
        (NOW - timedelta(days=405), [("audit.archive_overdue", WARNING)]),
    ],
)
def test_an_archive_that_falls_behind_its_policy_is_found(oldest: datetime | None, found: list[object]) -> None:
    assert codes(judge_archive(Archived(NOW - timedelta(days=400), oldest))) == found


@pytest.mark.parametrize(
    ("there", "mlps3", "found"),
    [
        (Source.FILE, False, [("vault.key_file", NOTE)]),
        (Source.FILE, True, [("vault.key_file", WARNING)]),
        (Source.PASSPHRASE, False, []),
        (Source.CREDENTIAL, False, []),
        (Source.PASSPHRASE, True, [("vault.no_token", NOTE)]),
        (Source.CREDENTIAL, True, [("vault.no_token", NOTE)]),
        (Source.PKCS11, True, []),
    ],
)
def test_the_source_of_the_master_keys_is_judged_by_the_profile(
    there: Source, *, mlps3: bool, found: list[object]
) -> None:
    assert codes(judge_source(Kept(there, there, mlps3))) == found


def test_keys_that_lie_elsewhere_than_the_settings_say_are_found() -> None:
    assert codes(judge_source(Kept(Source.PKCS11, Source.FILE, mlps3=False))) == [("vault.source_differs", WARNING)]


def test_what_the_recovery_key_would_not_bring_back_is_found() -> None:
    assert codes(judge_deposit(Deposit(recovery=True, lacking=()))) == []
    assert codes(judge_deposit(Deposit(recovery=False, lacking=(Realm.AUDIT,)))) == [("vault.no_recovery_key", WARNING)]
    assert codes(judge_deposit(Deposit(recovery=True, lacking=(Realm.AUDIT,)))) == [("vault.not_deposited", WARNING)]


def token(*, days: int = 90, age: int = 10, used: int | None = 1, disabled: bool = False) -> Token:
    created = NOW - timedelta(days=age)
    last = None if used is None else NOW - timedelta(days=used)
    return Token("li/report", created, created + timedelta(days=days), last, disabled)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (token(), []),
        (token(days=365), []),
        (token(days=366), [("tokens.over_long", WARNING)]),
        (token(days=36500), [("tokens.over_long", WARNING)]),
        (token(days=365, age=91, used=90), []),
        (token(days=365, age=120, used=91), [("tokens.unused", WARNING)]),
        (token(days=365, age=91, used=None), [("tokens.unused", WARNING)]),
        (token(used=None), []),
        (token(disabled=True), [("tokens.account_disabled", WARNING)]),
    ],
)
def test_tokens_that_nobody_would_miss_are_found(given: Token, found: list[object]) -> None:
    assert codes(judge_tokens(InForce(NOW, (given,)))) == found


@pytest.mark.parametrize(
    ("backups", "found"),
    [
        (SystemBackups(NOW, NOW - timedelta(days=7), 7), []),
        (SystemBackups(NOW, NOW - timedelta(days=7), None), []),
        (SystemBackups(NOW, NOW - timedelta(days=9), 7), [("backup.old", WARNING)]),
        (SystemBackups(NOW, None, None), [("backup.never", WARNING)]),
        (SystemBackups(NOW, NOW, 1), [("backup.few", WARNING)]),
    ],
)
def test_the_age_and_number_of_system_backups_is_judged(backups: SystemBackups, found: list[object]) -> None:
    assert codes(judge_system_backups(backups)) == found
