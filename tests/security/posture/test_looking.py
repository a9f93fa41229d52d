"""What the checks of people, keys, witness and backups see in a database, each in its bad and in its good state."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core.database import Database
from core.events import Event
from core.settings import Settings
from security import accounts, grants
from security.accounts import NewAccount
from security.audit import SYSTEM, Actor, AuditRecord, record
from security.audit.models import AuditKey, AuditSegment, AuditWitness
from security.audit.signing import sign_new
from security.factors.models import TotpFactor
from security.ferry.levels import Level, Zone
from security.ferry.links import CarrierKind
from security.ferry.models import FerryLink, FerryPeer, FerrySigningKey, FerrySite
from security.passwords import PasswordPolicy
from security.posture import Check, Installation, run
from security.posture.approvers import OLD
from security.posture.checks import CHECKS
from security.roles import Role
from security.tokens.models import ApiToken
from security.vault import Keyring, Kind, Realm, Vault, escrow
from security.vault.keyfiles import FileKeys, create_keys, path_of
from security.vault.models import VaultRealm
from security.vault.recipient import RecipientPrivate
from tests.security.audit.logs import KEY
from tests.security.conftest import PASSWORD, HeldClock

SYSTEM_ADMIN = Actor("system_admin", "person", 1)
SECURITY_ADMIN = Actor("security_admin", "person", 2)

BY_NAME: dict[str, Check] = {check.name: check for check in CHECKS}


@pytest.fixture
def site(installed: Database, clock: HeldClock, tmp_path: Path) -> Installation:
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    create_keys(data)
    return Installation(Settings.model_validate({"storage": {"data": data}}), installed, clock)


def found(site: Installation, name: str) -> list[tuple[str, str]]:
    return [(one.code, one.subject) for one in run([BY_NAME[name]], site).findings]


def with_settings(site: Installation, changes: dict[str, dict[str, object]]) -> Settings:
    return Settings.model_validate({"storage": {"data": site.settings.storage.data}, **changes})


def add_account(session: Session, login: str, role: Role, clock: HeldClock) -> int:
    hashed = PasswordPolicy(12).accept(PASSWORD, login=login)
    account = accounts.create(session, NewAccount(login, login), hashed, actor=SYSTEM_ADMIN, clock=clock)
    grants.grant(session, account.id, role, actor=SECURITY_ADMIN, clock=clock)
    return account.id


def add_outgoing_link(session: Session, now: datetime) -> None:
    """From the extranet to the intranet, which asks for a department approver and a security officer."""
    keys = {"ed25519": bytes(32), "mldsa65": bytes(8), "x25519": bytes(32), "mlkem768": bytes(8)}
    session.add(FerrySite(id=1, name="county", zone=Zone.UNCLASSIFIED, created_at=now, **keys))
    peer = FerryPeer(
        name="inner",
        zone=Zone.CLASSIFIED,
        sender="0" * 32,
        fingerprint="0" * 64,
        pinned_at=now,
        pinned_by="root",
        **keys,
    )
    session.add(
        FerryLink(
            uid="1" * 32,
            name="in",
            outgoing=True,
            peer=peer,
            carrier=CarrierKind.MEDIUM,
            ceiling=Level.INTERNAL.code,
            sequence=0,
            header="0" * 64,
            created_at=now,
        )
    )


def key_of(person: str, role: str, now: datetime) -> FerrySigningKey:
    made = {"created_at": now, "created_by": person, "reason": "", "failures": 0}
    return FerrySigningKey(person=person, roles=[role], public=bytes(32), locked=b"locked", **made)


def zhangs_key(session: Session) -> FerrySigningKey:
    return session.scalars(select(FerrySigningKey).where(FerrySigningKey.person == "Zhang")).one()


def segment(last: int, now: datetime) -> AuditSegment:
    return AuditSegment(
        first=1, last=last, head="0" * 64, note="", file="1.gz", sha256="0" * 64, size=1, latest=now, stored=now
    )


def token_of(account_id: int, created: datetime, *, days: int) -> ApiToken:
    return ApiToken(
        account_id=account_id,
        name="report",
        hint="gj_abcd",
        token_hash="0" * 64,
        permissions=[],
        networks=[],
        created=created,
        expires=created + timedelta(days=days),
    )


def test_a_privileged_account_counts_until_it_has_a_factor_or_is_disabled(site: Installation) -> None:
    assert found(site, "second-factors") == [
        ("people.no_second_factor", role) for role in ("audit_admin", "security_admin", "system_admin")
    ]
    now = site.clock.now()
    with site.database.write() as session:
        session.add(TotpFactor(account_id=accounts.by_login(session, "audit_admin").id, created=now, last_step=0))
        accounts.by_login(session, "security_admin").disabled = True
    assert found(site, "second-factors") == [("people.no_second_factor", "system_admin")]


def test_a_submitter_needs_no_second_factor(site: Installation, clock: HeldClock) -> None:
    with site.database.write() as session:
        add_account(session, "li", Role.SUBMITTER, clock)
    assert "li" not in {subject for _, subject in found(site, "second-factors")}


def test_approvers_are_asked_for_keys_once_a_link_leaves_the_site(site: Installation, clock: HeldClock) -> None:
    with site.database.write() as session:
        add_account(session, "zhang", Role.DEPARTMENT_APPROVER, clock)
    assert found(site, "approvers") == []
    with site.database.write() as session:
        add_outgoing_link(session, site.clock.now())
    assert found(site, "approvers") == [("ferry.no_approver_key", "zhang")]
    with site.database.write() as session:
        session.add(key_of("Zhang", "security_officer", site.clock.now()))
    assert found(site, "approvers") == [("ferry.no_approver_key", "zhang")]
    with site.database.write() as session:
        zhangs_key(session).roles = ["department_approver"]
    assert found(site, "approvers") == []
    with site.database.write() as session:
        zhangs_key(session).created_at -= OLD + timedelta(days=1)
    assert found(site, "approvers") == [("ferry.old_approver_key", "zhang")]


def test_an_unsigned_log_is_found_until_the_keeper_has_signed_it(site: Installation, clock: HeldClock) -> None:
    assert found(site, "checkpoints") == []
    clock.forward(minutes=16)
    assert found(site, "checkpoints") == [("audit.unsigned", "audit-log")]
    with site.database.write() as session:
        session.add(AuditKey(verifier=str(KEY.verifier), created=clock.now()))
    sign_new(site.database, KEY, clock)
    assert found(site, "checkpoints") == []


def test_a_log_server_is_behind_until_it_has_what_is_old(site: Installation, clock: HeldClock) -> None:
    assert found(site, "witness") == [("audit.no_witness", "audit.syslog_host")]
    sending = replace(site, settings=with_settings(site, {"audit": {"syslog_host": "log.example"}}))
    assert found(sending, "witness") == []
    clock.forward(hours=2)
    assert found(sending, "witness") == [("audit.witness_behind", "log.example")]
    with site.database.write() as session:
        head = session.scalar(select(func.max(AuditRecord.sequence))) or 0
        session.add(AuditWitness(name="syslog", sequence=head, checkpoint=0, error=""))
    assert found(sending, "witness") == []


def test_the_archive_is_overdue_some_days_after_the_policy(site: Installation, clock: HeldClock) -> None:
    clock.forward(days=403)
    assert found(site, "archive") == []
    clock.forward(days=2)
    assert found(site, "archive") == [("audit.archive_overdue", "audit-log")]
    with site.database.write() as session:
        last = session.scalar(select(func.max(AuditRecord.sequence))) or 0
        session.add(segment(last, clock.now()))
    assert found(site, "archive") == []


def test_the_source_of_the_keys_is_seen_without_opening_it(site: Installation) -> None:
    assert found(site, "master-keys") == [("vault.key_file", "file")]
    other = replace(site, settings=with_settings(site, {"vault": {"source": "pkcs11"}}))
    assert found(other, "master-keys") == [("vault.source_differs", "file"), ("vault.key_file", "file")]
    for realm in Realm:
        path_of(site.settings.storage.data, realm).unlink()
    assert found(other, "master-keys") == []


def test_a_master_key_counts_as_deposited_only_while_it_is_the_present_one(site: Installation) -> None:
    assert found(site, "recovery-key") == [("vault.no_recovery_key", "vault")]
    keys = FileKeys(site.settings.storage.data)
    vault = Vault(Keyring.load(site.settings.storage.data, [Realm.MONITOR]), site.clock)
    with site.database.write() as session:
        vault.put(session, Realm.MONITOR, "ro", {"community": "kU7-pfwq-29xX-ns"}, actor=SYSTEM, kind=Kind.SNMP_V2C)
        masters = {realm: keys.load(realm) for realm in Realm}
        escrow.set_recovery(session, RecipientPrivate(bytes(32)).public, masters, site.clock)
    assert found(site, "recovery-key") == []
    with site.database.write() as session:
        session.get_one(VaultRealm, Realm.MONITOR.value).master_id = "f" * 16
    assert found(site, "recovery-key") == [("vault.not_deposited", "monitor")]


def test_tokens_are_looked_at_while_they_are_in_force(site: Installation, clock: HeldClock) -> None:
    assert found(site, "api-tokens") == []
    with site.database.write() as session:
        owner = add_account(session, "li", Role.OPERATOR, clock)
        session.add(token_of(owner, clock.now(), days=3650))
    assert found(site, "api-tokens") == [("tokens.over_long", "li/report")]
    clock.forward(days=91)
    with site.database.write() as session:
        accounts.by_login(session, "li").disabled = True
    assert [code for code, _ in found(site, "api-tokens")] == [
        "tokens.account_disabled",
        "tokens.over_long",
        "tokens.unused",
    ]
    with site.database.write() as session:
        session.execute(update(ApiToken).values(revoked=clock.now(), revoked_by="li"))
    assert found(site, "api-tokens") == []


def test_the_age_of_the_last_backup_comes_from_the_log(site: Installation, clock: HeldClock) -> None:
    assert found(site, "system-backups") == [("backup.never", "backup")]
    with site.database.write() as session:
        record(session, Event.SYSTEM_BACKED_UP, SYSTEM, subject="backup:1", result="failed", clock=clock)
    assert found(site, "system-backups") == [("backup.never", "backup")]
    with site.database.write() as session:
        record(session, Event.SYSTEM_BACKED_UP, SYSTEM, subject="backup:1", clock=clock)
    assert found(site, "system-backups") == []
    clock.forward(days=9)
    assert found(site, "system-backups") == [("backup.old", "backup")]
