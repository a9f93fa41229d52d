"""From one network to the other and the receipt back, with two databases and two data folders."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from core import jobs
from core.jobs import JobState, enqueue
from security import accounts
from security.accounts import NewAccount
from security.audit import Actor, Breach, verify, witness
from security.audit.models import AuditKey
from security.audit.signing import sign_new
from security.ferry import services
from security.ferry.approving import SEAL
from security.ferry.errors import (
    ApproverTwiceError,
    BadApprovalError,
    FerryError,
    NotPermittedError,
    NotReleasedError,
    PinLockedError,
    PinWrongError,
    ReceiptWrongError,
    SelfApprovalError,
    TransitionRefusedError,
    restore,
)
from security.ferry.jobs import POLL, TIDY
from security.ferry.keys import WrappingPrivate
from security.ferry.levels import Level
from security.ferry.models import FerryApproval, FerryPeerApprover, FerrySite, FerryTransfer
from security.ferry.states import Incoming, Outgoing
from security.ferry.witness import kept_lines
from security.passwords import HashedPassword
from tests.security.audit.logs import KEY
from tests.security.ferry import world
from tests.security.ferry.conftest import World
from tests.security.ferry.inspection import samples
from tests.security.ferry.world import Site, bundles, offer_again

pytestmark = pytest.mark.slow

FILES = {"说明.txt": "专线台账说明\n".encode()}
THREE = {"季度 台账.docx": samples.docx(), "说明.txt": "专线台账说明\n".encode(), "图\u202e片.png": samples.png()}


def sealed(near: Site, files: dict[str, bytes] | None = None) -> str:
    """A transfer that was inspected, approved twice, sealed and handed off."""
    uid = near.submit(files or FILES)
    near.work()
    assert near.state(uid) == Outgoing.REVIEW
    assert near.approve(uid, "zhang") == Outgoing.REVIEW
    assert near.approve(uid, "wang") == Outgoing.APPROVED
    near.work()
    assert near.state(uid) == Outgoing.HANDED_OFF
    return uid


def received(far: Site) -> list[str]:
    """States of what the destination has, oldest first, after it looked at the medium."""
    far.run(POLL)
    return [row.state for row in reversed(far.incoming())]


def refusal(far: Site) -> FerryError:
    newest = far.incoming()[0]
    assert newest.state == Incoming.REFUSED
    assert newest.refusal
    return restore(newest.refusal)


def test_a_transfer_crosses_is_released_collected_and_receipted(both: World) -> None:
    uid = sealed(both.near, THREE)
    assert received(both.far) == [Incoming.RELEASABLE]
    row = both.far.incoming()[0]
    assert (row.submitter, row.purpose, row.level) == ("li", "季度台账报送", "internal")
    assert [approval.person for approval in row.approvals] == ["zhang", "wang"]
    assert [file.name for file in row.files] == ["季度 台账.docx", "说明.txt", "图片.png"]
    with pytest.raises(NotReleasedError):
        services.receipt_code(row)
    both.far.release(row.id)
    with both.far.database.write() as session:
        for position, content in enumerate(THREE.values()):
            given = services.collect(session, both.far.ferry, row.id, position, actor=Actor("qian", "person"))
            with given.file:
                assert given.file.read() == content
    code = services.receipt_code(both.far.incoming()[0])
    operator = Actor("zhou", "person")
    with pytest.raises(ReceiptWrongError):
        services.confirm_receipt(both.near.database, both.near.ferry, uid, "0000-0000-0000", actor=operator)
    closed = services.confirm_receipt(
        both.near.database, both.near.ferry, uid, code.lower().replace("-", ""), actor=operator
    )
    assert closed == Outgoing.CLOSED
    states = [one.after["state"] for one in both.near.audit("ferry:transfer") if one.result == "ok" and one.after]
    assert states == [
        "submitted", "inspecting", "review", "review", "approved", "sealing", "sealed", "handed_off", "receipted",
        "closed",
    ]  # fmt: skip
    there = [one.after["state"] for one in both.far.audit("ferry:bundle") if one.after]
    assert there == [
        "assembling", "verified", "opened", "reinspecting", "releasable", "released", "collected", "collected",
        "collected",
    ]  # fmt: skip


def test_a_bundle_carries_a_checkpoint_that_holds_its_source_to_its_log(sites: World) -> None:
    near, far = sites.near, sites.far
    with near.database.write() as session:
        session.add(AuditKey(verifier=str(KEY.verifier), created=near.clock.now()))
    sealed(near)
    signed = sign_new(near.database, KEY, near.clock)
    sealed(near)
    far.run(POLL)
    with far.database.read() as session:
        lines = list(kept_lines(session))
    assert [json.loads(line)["sequence"] for line in lines] == [2], "there was none to carry before"
    kept = witness.checkpoints(lines, [KEY.verifier])
    assert kept == [signed]
    with near.database.write() as session:
        assert verify(session, witnesses=kept).broken is None
        for action in ("update", "delete"):
            session.execute(text(f"DROP TRIGGER audit_record_forbid_{action}"))
        for table in ("audit_checkpoint", "audit_tile", "audit_key"):
            session.execute(text(f"DELETE FROM {table}"))  # noqa: S608  # our names
        session.execute(text("UPDATE audit_tree SET size = 0"))
        session.execute(text("DELETE FROM audit_record WHERE sequence > 5"))
        session.execute(
            text("UPDATE audit_head SET (sequence, hash) = (SELECT 5, hash FROM audit_record WHERE sequence = 5)")
        )
    with near.database.read() as session:
        assert verify(session).broken is None, "nothing here tells of what was cut off"
        broken = verify(session, witnesses=kept).broken
        assert broken is not None
        assert broken.breach is Breach.CUT


def test_two_accounts_of_one_person_are_one_pair_of_eyes(sites: World) -> None:
    """By the personnel number, where the log-in names say nothing."""
    near = sites.near
    with near.database.write() as session:
        for login, name, number in (("li", "李", "7"), ("zhang", "章", "7"), ("wang", "王", "8")):
            new = NewAccount(login, name, personnel_number=number)
            accounts.create(session, new, HashedPassword("$x"), actor=world.ADMIN)
    uid = near.submit(FILES)
    near.work()
    with pytest.raises(SelfApprovalError):
        near.approve(uid, "zhang")
    assert near.approve(uid, "wang") == Outgoing.REVIEW
    with near.database.write() as session:
        accounts.by_login(session, "li").person = "number:9"
        accounts.by_login(session, "wang").person = "number:7"
    with pytest.raises(ApproverTwiceError):
        near.approve(uid, "zhang")
    assert near.state(uid) == Outgoing.REVIEW


def test_looking_at_the_same_disc_again_changes_nothing(sites: World) -> None:
    sealed(sites.near)
    assert received(sites.far) == [Incoming.RELEASABLE]
    assert received(sites.far) == [Incoming.RELEASABLE]


def test_a_replayed_bundle_is_refused(both: World) -> None:
    sealed(both.near)
    received(both.far)
    offer_again(bundles(both.medium)[0], "again")
    assert received(both.far) == [Incoming.RELEASABLE, Incoming.REFUSED]
    assert refusal(both.far).code == "ferry.replayed"
    assert both.far.audit("ferry:bundle:refuse")[0].result == "refused"


@pytest.mark.parametrize(
    ("place", "code"), [(0, "ferry.malformed"), (200, None), (9000, None), (-1, "ferry.bad_signature")]
)
def test_an_altered_byte_is_refused_and_leaves_no_file(sites: World, place: int, code: str | None) -> None:
    sealed(sites.near)
    [bundle] = bundles(sites.medium)

    def flip(data: bytearray) -> None:
        data[place] ^= 1

    offer_again(bundle, "altered", flip)
    bundle.unlink()
    received(sites.far)
    assert refusal(sites.far).code == (code or refusal(sites.far).code)
    objects = sites.far.ferry.store._root
    assert not [path for path in objects.rglob("*") if path.is_file()]


def test_a_truncated_copy_is_not_taken_for_a_bundle(sites: World) -> None:
    sealed(sites.near)
    [bundle] = bundles(sites.medium)
    bundle.write_bytes(bundle.read_bytes()[:-1])
    assert received(sites.far) == []


def test_an_expired_bundle_is_refused(sites: World) -> None:
    sealed(sites.near)
    sites.far.clock.forward(hours=73)
    received(sites.far)
    assert refusal(sites.far).code == "ferry.bundle_expired"


def test_a_bundle_from_the_future_is_refused(sites: World) -> None:
    sites.near.clock.forward(hours=2)
    sealed(sites.near)
    received(sites.far)
    assert refusal(sites.far).code == "ferry.bundle_from_future"


def test_a_bundle_for_another_site_is_refused(sites: World, tmp_path: Path) -> None:
    """The destination's key changed, and the source has pinned the old one."""
    sealed(sites.near)

    with sites.far.database.write() as session:
        session.get_one(FerrySite, 1).x25519 = WrappingPrivate.generate().public.x25519
    received(sites.far)
    assert refusal(sites.far).code == "ferry.wrong_recipient"


def test_a_missing_approval_is_refused_at_every_stage(sites: World) -> None:
    """Someone writes `approved` into the database: the sealer counts signatures, not states."""
    uid = sites.near.submit(FILES)
    sites.near.work()
    sites.near.approve(uid, "zhang")

    with sites.near.database.write() as session:
        session.query(FerryTransfer).update({"state": Outgoing.APPROVED.value})
        enqueue(session, SEAL, {"transfer": uid}, actor="intruder")
    sites.near.work()
    row = sites.near.transfer(uid)
    assert row.state == Outgoing.QUARANTINED
    assert row.refusal
    assert row.refusal["code"] == "ferry.quorum_missing"
    assert bundles(sites.medium) == []


def test_an_approver_whom_the_destination_has_not_pinned_counts_for_nothing(sites: World) -> None:

    sealed(sites.near)
    with sites.far.database.write() as session:
        session.query(FerryPeerApprover).filter_by(person="wang").delete()
    received(sites.far)
    error = refusal(sites.far)
    assert error.code == "ferry.bad_approval"
    assert "wang" in error.render()


def test_an_approver_revoked_before_release_stops_the_release(sites: World) -> None:

    sealed(sites.near)
    received(sites.far)
    with sites.far.database.write() as session:
        session.query(FerryPeerApprover).filter_by(person="wang").delete()
    with pytest.raises(BadApprovalError):
        sites.far.release(sites.far.incoming()[0].id)
    assert sites.far.incoming()[0].state == Incoming.RELEASABLE


def test_nobody_approves_their_own_or_twice_or_with_a_wrong_pin(both: World) -> None:
    uid = both.near.submit(FILES)
    both.near.work()
    with both.near.database.write() as session:
        key = both.near.keys["zhang"]

        services.add_approver_key(
            session, both.near.ferry, replace(key, person="li"), ["department_approver"], actor=world.ADMIN
        )
    with pytest.raises(SelfApprovalError):
        both.near.approve(uid, "li", role="department_approver")
    both.near.approve(uid, "zhang")
    with pytest.raises(ApproverTwiceError):
        both.near.approve(uid, "zhang")
    with pytest.raises(NotPermittedError):
        both.near.approve(uid, "zhao")
    for _ in range(5):
        with pytest.raises(PinWrongError):
            both.near.approve(uid, "wang", pin="000000")
    with pytest.raises(PinLockedError):
        both.near.approve(uid, "wang")
    both.near.clock.forward(minutes=16)
    assert both.near.approve(uid, "wang") == Outgoing.APPROVED
    refused = [one.detail["code"] for one in both.near.audit("ferry:transfer:approve") if one.result == "refused"]
    assert refused == [
        "ferry.self_approval", "ferry.approver_twice", "ferry.not_permitted", *["ferry.pin_wrong"] * 5,
        "ferry.pin_locked",
    ]  # fmt: skip


def test_the_database_itself_refuses_self_approval_and_a_second_one(both: World) -> None:

    uid = both.near.submit(FILES)
    number = both.near.transfer(uid).id

    def approval(person: str, submitter: str = "li", nonce: str = "00") -> FerryApproval:
        return FerryApproval(
            transfer_id=number,
            submitter=submitter,
            person=person,
            role=f"role {nonce}",
            statement="",
            signature=b"",
            nonce=nonce,
            at=datetime(2026, 1, 1, tzinfo=UTC),
        )

    for rows in (
        [approval("li")],
        [approval("LI")],
        [approval("li", submitter="somebody")],
        [approval("zhang"), approval("zhang", nonce="01")],
        [approval("zhang"), approval("wang")],
    ):
        with pytest.raises(IntegrityError), both.near.database.write() as session:
            session.add_all(rows)


def test_a_file_altered_in_the_store_after_approval_is_quarantined(both: World) -> None:
    uid = both.near.submit({"a.txt": b"approved"})
    both.near.work()
    both.near.approve(uid, "zhang")
    sha256 = both.near.transfer(uid).files[0].sha256
    both.near.ferry.store._path(sha256).write_bytes(b"APPROVED")
    both.near.approve(uid, "wang")
    both.near.work()
    row = both.near.transfer(uid)
    assert row.state == Outgoing.QUARANTINED
    assert row.refusal
    assert row.refusal["code"] == "ferry.hash_mismatch"
    assert bundles(both.medium) == []
    sealed(both.near)
    assert received(both.far) == [Incoming.RELEASABLE]
    assert both.far.incoming()[0].sequence == 2
    with both.far.database.read() as session:
        assert services.open_gaps(session) == []


def test_a_lost_bundle_raises_an_alarm_that_its_late_arrival_closes(both: World) -> None:
    sealed(both.near)
    [first] = bundles(both.medium)
    aside = first.rename(first.with_suffix(".aside"))
    sealed(both.near, {"b.txt": b"second"})
    assert received(both.far) == [Incoming.RELEASABLE]
    with both.far.database.read() as session:
        assert [gap.sequence for gap in services.open_gaps(session)] == [1]
    assert [one.detail["missing"] for one in both.far.audit("ferry:bundle:gap")] == [[1]]
    aside.rename(first)
    assert received(both.far) == [Incoming.RELEASABLE, Incoming.RELEASABLE]
    with both.far.database.read() as session:
        assert services.open_gaps(session) == []


def test_a_blocked_file_never_reaches_an_approver(sites: World) -> None:
    uid = sites.near.submit({"a.txt": "机密★10年".encode()})
    sites.near.work()
    row = sites.near.transfer(uid)
    assert row.state == Outgoing.BLOCKED
    report = services.report_of(row)
    assert report is not None
    assert [one.code for one in report.files[0].findings] == ["marks.classified"]
    with pytest.raises(TransitionRefusedError):
        sites.near.approve(uid, "zhang")


def test_time_alone_only_ever_expires(both: World) -> None:
    uid = both.near.submit(FILES)
    both.near.work()
    both.near.approve(uid, "zhang")
    both.near.clock.forward(hours=73)
    both.near.run(TIDY)
    assert both.near.state(uid) == Outgoing.EXPIRED
    handed_off = sealed(both.near, {"b.txt": b"b"})
    both.near.clock.forward(hours=73)
    both.near.run(TIDY)
    assert both.near.state(handed_off) == Outgoing.UNCONFIRMED


def test_a_changed_policy_sends_back_to_inspection_and_drops_approvals(both: World) -> None:

    uid = both.near.submit(FILES)
    both.near.work()
    both.near.approve(uid, "zhang")
    stricter = replace(both.near.ferry.policy.archive, members=5)
    both.near.ferry = replace(both.near.ferry, policy=replace(both.near.ferry.policy, archive=stricter))
    with pytest.raises(FerryError, match="policy_changed"):
        both.near.approve(uid, "wang")
    both.near.run(TIDY)
    row = both.near.transfer(uid)
    assert row.state == Outgoing.REVIEW
    assert row.approvals == []


def test_a_transfer_waits_while_no_disc_is_in_the_drive(sites: World) -> None:
    uid = sites.near.submit(FILES)
    sites.near.work()
    sites.near.approve(uid, "zhang")
    sites.near.approve(uid, "wang")
    with world.without(sites.medium):
        sites.near.work()
        assert sites.near.state(uid) == Outgoing.SEALED
    with sites.near.database.write() as session:
        [waiting] = session.query(jobs.Job).filter_by(kind="ferry.carry").all()
        assert waiting.state == JobState.QUEUED
        waiting.not_before = None
        waiting.failures = 0
    sites.near.work()
    assert sites.near.state(uid) == Outgoing.HANDED_OFF


def test_withdrawn_and_rejected_are_ends(sites: World) -> None:
    first, second = sites.near.submit(FILES), sites.near.submit(FILES)
    sites.near.work()
    with sites.near.database.write() as session:
        with pytest.raises(NotPermittedError):
            services.withdraw(session, sites.near.ferry, first, actor=Actor("zhang", "person"))
        services.withdraw(session, sites.near.ferry, first, actor=Actor("li", "person"))
        services.reject(
            session,
            sites.near.ferry,
            second,
            reason="用途不明",
            roles=["security_officer"],
            actor=Actor("wang", "person"),
        )
    assert sites.near.state(first) == Outgoing.WITHDRAWN
    assert sites.near.state(second) == Outgoing.REJECTED
    with pytest.raises(TransitionRefusedError):
        sites.near.approve(second, "zhang")


def test_a_level_that_may_not_cross_cannot_be_submitted(sites: World) -> None:
    for level in (Level.CONFIDENTIAL, Level.SECRET, Level.TOP_SECRET):
        with pytest.raises(FerryError):
            sites.near.submit(FILES, level=level)
