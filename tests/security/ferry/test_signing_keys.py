"""Signing keys over the years: made, given another PIN, revoked, succeeded; and what they signed, still verified."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import column, insert, select, table, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core import schema
from core.database import Database, Json, UtcDateTime
from security import accounts, grants
from security.accounts import NewAccount
from security.audit import Actor
from security.ferry import approver_key, services, signatures, signing_keys
from security.ferry.errors import (
    ApproverRoleForbiddenError,
    ApproverRoleNotHeldError,
    BadApprovalError,
    NoSigningKeyError,
    NotFoundError,
    PinLockedError,
    PinWrongError,
    RevocationReasonError,
    SigningKeyExistsError,
    SigningKeyRevokedError,
)
from security.ferry.models import FerryApproval, FerrySigningKey
from security.ferry.signatures import Verdict
from security.ferry.states import Incoming, Outgoing
from security.passwords import HashedPassword
from security.roles import Role
from tests.security.ferry import world
from tests.security.ferry.conftest import World
from tests.security.ferry.world import PIN, Site

FILES = {"说明.txt": "专线台账说明\n".encode()}
NEW = "807142"
SECURITY = Actor("qian", "person")


def number_of(site: Site, person: str) -> int:
    with site.database.read() as session:
        found = signing_keys.in_use(session, person)
        assert found
        return found.id


def revoke(site: Site, person: str, *, reason: str = "PIN 码泄露", actor: Actor = SECURITY) -> None:
    number = number_of(site, person)
    with site.database.write() as session:
        signing_keys.revoke(session, site.ferry, number, reason=reason, actor=actor)


def verdicts(site: Site, uid: str) -> dict[str, Verdict]:
    with site.database.read() as session:
        return {one.row.person: one.verdict for one in signatures.check(services.get_transfer(session, uid))}


def in_review(site: Site) -> str:
    uid = site.submit(FILES)
    site.work()
    return uid


def test_what_was_decided_before_the_revocation_counts_and_crosses(both: World) -> None:
    """The far side has not pinned a new card yet, so it takes the approval as well."""
    near, far = both.near, both.far
    uid = in_review(near)
    near.approve(uid, "zhang")
    near.clock.forward(minutes=1)
    revoke(near, "zhang")
    assert near.approve(uid, "wang") == Outgoing.APPROVED
    near.work()
    assert near.state(uid) == Outgoing.HANDED_OFF
    assert verdicts(near, uid) == {"zhang": Verdict.HOLDS, "wang": Verdict.HOLDS}
    services.look_at_medium(far.database, far.ferry, actor=world.ADMIN)
    far.work()
    assert far.incoming()[0].state == Incoming.RELEASABLE


def test_a_revoked_key_signs_nothing_more_and_leaves_the_card(both: World) -> None:
    near = both.near
    before = world.exported(near)
    uid = in_review(near)
    revoke(near, "zhang")
    with pytest.raises(NoSigningKeyError):
        near.approve(uid, "zhang")
    after = world.exported(near)
    assert {one.person for one in before.approvers} - {one.person for one in after.approvers} == {"zhang"}
    assert before.fingerprint != after.fingerprint, "the other side has to compare anew"


def test_a_signature_made_before_the_revocation_and_brought_after_it_is_refused(both: World) -> None:
    """Between stretching the PIN and the second transaction somebody else revoked the key."""
    near = both.near
    uid = in_review(near)
    actor = Actor("zhang", "person")
    with near.database.read() as session:
        drafted = services.draft(session, near.ferry, uid, roles=["department_approver"], actor=actor)
    signed = approver_key.sign(drafted.key, PIN, drafted.statement)
    revoke(near, "zhang")
    with pytest.raises(NoSigningKeyError), near.database.write() as session:
        services.approve(session, near.ferry, signed, actor=actor)
    with near.database.write() as session:
        key = approver_key.create("zhang", PIN)
        services.add_approver_key(session, near.ferry, key, ["department_approver"], actor=world.ADMIN)
    with pytest.raises(BadApprovalError), near.database.write() as session:
        services.approve(session, near.ferry, signed, actor=actor)


def test_an_approval_that_is_put_after_the_revocation_is_not_sealed(both: World) -> None:
    """The time of the decision is the registry's; moved behind the revocation, it counts no longer."""
    near = both.near
    uid = in_review(near)
    near.approve(uid, "zhang")
    revoke(near, "zhang")
    near.clock.forward(minutes=1)
    with near.database.write() as session:
        session.execute(update(FerryApproval).where(FerryApproval.person == "zhang").values(at=near.clock.now()))
    near.approve(uid, "wang")
    near.work()
    assert near.state(uid) == Outgoing.QUARANTINED
    assert verdicts(near, uid) == {"zhang": Verdict.BROKEN, "wang": Verdict.HOLDS}


def test_old_approvals_verify_after_a_new_pin_and_after_a_successor(both: World) -> None:
    near = both.near
    uid = in_review(near)
    near.approve(uid, "zhang")
    actor = Actor("zhang", "person")
    signing_keys.change_pin(near.database, near.ferry, "zhang", pin=PIN, new=NEW, actor=actor)
    assert verdicts(near, uid) == {"zhang": Verdict.HOLDS}
    second = in_review(near)
    with pytest.raises(PinWrongError):
        near.approve(second, "zhang")
    near.approve(second, "zhang", pin=NEW)
    with near.database.write() as session:
        key = approver_key.create("zhang", PIN)
        services.add_approver_key(session, near.ferry, key, ["department_approver"], actor=actor)
    for one in (uid, second):
        assert verdicts(near, one) == {"zhang": Verdict.HOLDS}
    with near.database.read() as session:
        new, old = signing_keys.of_person(session, "zhang")
    assert (new.revoked_at, old.reason, old.revoked_by) == (None, signing_keys.REPLACED, "zhang")


@pytest.mark.parametrize("column", ["statement", "signature", "role"])
def test_a_tampered_approval_does_not_verify(sites: World, column: str) -> None:
    near = sites.near
    uid = in_review(near)
    near.approve(uid, "zhang")
    with near.database.write() as session:
        row = services.get_transfer(session, uid).approvals[0]
        changed = {"statement": row.statement.replace("zhang", "zhao"), "signature": bytes(64), "role": "unit_admin"}
        setattr(row, column, changed[column])
    assert verdicts(near, uid) == {"zhang": Verdict.BROKEN}


def test_wrong_pins_lock_changing_and_approving_alike(both: World) -> None:
    near = both.near
    uid = in_review(near)
    actor = Actor("zhang", "person")

    def change(pin: str) -> None:
        signing_keys.change_pin(near.database, near.ferry, "zhang", pin=pin, new=NEW, actor=actor)

    for _ in range(3):
        with pytest.raises(PinWrongError):
            change("000001")
    for _ in range(2):
        with pytest.raises(PinWrongError):
            near.approve(uid, "zhang", pin="000001")
    with pytest.raises(PinLockedError):
        change(PIN)
    with pytest.raises(PinLockedError):
        near.approve(uid, "zhang")
    near.clock.forward(minutes=16)
    change(PIN)
    near.approve(uid, "zhang", pin=NEW)
    records = near.audit("ferry:key:change-pin")
    assert [one.result for one in records] == ["refused"] * 4 + ["ok"]
    assert all(PIN not in str(one.detail) and NEW not in str(one.detail) for one in records)


def test_a_revocation_says_who_and_why_once(both: World) -> None:
    near = both.near
    number = number_of(near, "zhang")
    with pytest.raises(RevocationReasonError):
        revoke(near, "zhang", reason="")
    with pytest.raises(NotFoundError), near.database.write() as session:
        signing_keys.revoke(session, near.ferry, number, reason="x", actor=SECURITY, person="wang")
    revoke(near, "zhang")
    with pytest.raises(SigningKeyRevokedError), near.database.write() as session:
        signing_keys.revoke(session, near.ferry, number, reason="x", actor=SECURITY)
    (entry,) = near.audit("ferry:key:revoke")
    assert (entry.actor_name, entry.subject, entry.detail["reason"]) == ("qian", "approver:zhang", "PIN 码泄露")
    with near.database.read() as session:
        assert session.get_one(FerrySigningKey, number).revoked_at == entry.at


def test_nobody_has_two_keys_in_use(both: World) -> None:
    near = both.near
    key = both.near.keys["zhang"]
    with pytest.raises(SigningKeyExistsError), near.database.write() as session:
        services.add_approver_key(session, near.ferry, key, ["department_approver"], actor=world.ADMIN, replaces=False)
    with pytest.raises(IntegrityError), near.database.write() as session:
        twin = FerrySigningKey(person="zhang", roles=[], public=key.public, locked=key.locked, failures=0, reason="")
        twin.created_at, twin.created_by = near.clock.now(), "x"
        session.add(twin)


def test_a_key_takes_only_roles_that_two_persons_granted_to_its_owner(both: World) -> None:
    near = both.near
    with near.database.write() as session:
        account = accounts.create(session, NewAccount("Sun", "孙"), HashedPassword("$x"), actor=world.ADMIN)
        grants.grant(session, account.id, Role.SECURITY_OFFICER, actor=world.ADMIN)
    key = approver_key.create("sun", PIN)
    for roles, error in (
        (["security_officer", "department_approver"], ApproverRoleNotHeldError),
        (["submitter"], ApproverRoleForbiddenError),
        ([], ApproverRoleForbiddenError),
    ):
        with pytest.raises(error), near.database.write() as session:
            services.add_approver_key(session, near.ferry, key, roles, actor=world.ADMIN)
    with near.database.write() as session:
        services.add_approver_key(session, near.ferry, key, ["security_officer"], actor=world.ADMIN)


def test_keys_and_approvals_from_before_are_taken_over(database: Database) -> None:
    """An approval is laid to the key that its person had; one whose key is gone keeps its words and names none."""
    schema.downgrade(database, "0020_ledger")
    old_key = {"roles": [], "public": b"p", "locked": b"l", "created_at": world.START, "failures": 0}
    with database.write() as session:
        _insert(session, "ferry_approver_key", person="zhang", **old_key)
        later = world.START + timedelta(days=1)
        _insert(session, "ferry_approver_key", person="wang", **{**old_key, "created_at": later})
        _insert(session, "ferry_peer", id=1, name="x", zone="classified", sender="x", ed25519=b"", mldsa65=b"",
                x25519=b"", mlkem768=b"", fingerprint="x", pinned_at=world.START, pinned_by="x")  # fmt: skip
        _insert(session, "ferry_link", id=1, uid="x", name="x", outgoing=True, peer_id=1, carrier="medium",
                ceiling="public", sequence=0, header="x", created_at=world.START)  # fmt: skip
        _insert(session, "ferry_transfer", id=1, uid="x", link_id=1, state="review", level="public", purpose="x",
                recipients=[], submitter="li", created_at=world.START, expires_at=world.START,
                changed_at=world.START, reason="")  # fmt: skip
        for number, name in enumerate(("zhang", "gone", "wang")):
            _insert(session, "ferry_approval", transfer_id=1, submitter="li", person=name, role=name,
                    statement="s", signature=b"s", nonce=str(number), at=world.START)  # fmt: skip
    schema.upgrade(database)
    with database.read() as session:
        given = {row.person: row for row in session.scalars(select(FerryApproval))}
        key = given["zhang"].key
        assert key
        assert (key.person, key.public, key.locked, key.revoked_at, key.created_by) == ("zhang", b"p", b"l", None, "")
        assert given["wang"].key is None, "it was made after the approval"
        assert (given["gone"].key, given["gone"].statement) == (None, "s")


def _insert(session: Session, into: str, /, **values: object) -> None:
    kinds = {datetime: UtcDateTime(), list: Json}
    columns = [column(name, kinds.get(type(value))) for name, value in values.items()]
    session.execute(insert(table(into, *columns)).values(values))
