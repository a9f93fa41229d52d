"""A transfer from page to page: submitted, read, approved, carried, received, released, collected, receipted."""

import io
import re
from collections.abc import Callable

import pytest

from inventory.models import Unit
from security import accounts
from security.accounts import NewAccount
from security.audit import AuditRecord
from security.ferry.states import Incoming, Outgoing
from security.passwords import HashedPassword
from security.reach import Reach
from security.roles import Role
from security.sessions import SignedIn
from tests.security.ferry.world import ADMIN, PIN, Site
from tests.web.conftest import Browser, person
from tests.web.sites import WORDS, World, at, people, submit, world

pytestmark = pytest.mark.slow
__all__ = ["at", "people", "world"]  # fixtures


def test_from_one_console_to_the_other_and_the_receipt_back(
    world: World, at: Callable[[Site, SignedIn], Browser]
) -> None:
    near, far = world.near, world.far
    submitter = at(near, person(Role.SUBMITTER, login="li"))
    where = submit(submitter)
    assert "等待审批" not in submitter.get(where).text
    near.work()
    page = submitter.get(where).text
    assert "季度 台账.docx" in page
    assert "5 项检查通过" in page
    assert "PIN 码" not in page, "nobody decides about their own transfer"
    approver = at(near, person(Role.DEPARTMENT_APPROVER, login="zhang"))
    assert "季度台账报送" in approver.get("/approvals").text
    assert approver.get(f"{where}/files/1").data == WORDS
    wrong = approver.post(f"{where}/approve", {"pin": "000000"})
    assert wrong.status_code == 403
    assert "ferry.pin_wrong" in wrong.text
    assert approver.post(f"{where}/approve", {"pin": PIN}).status_code == 303
    assert "没有待您审批的申请" in approver.get("/approvals").text
    assert (
        at(near, person(Role.SECURITY_OFFICER, login="wang")).post(f"{where}/approve", {"pin": PIN}).status_code == 303
    )
    near.work()
    assert near.state(where.rpartition("/")[2]) == Outgoing.HANDED_OFF
    media = at(near, person(Role.MEDIA_OPERATOR, login="chen"))
    assert "已导出，待签收" in media.get("/media").text

    far_media = at(far, person(Role.MEDIA_OPERATOR, login="bai"))
    far_media.post("/media/look")
    assert "新发现摆渡包 1 个" in far_media.get("/media").text
    far.work()
    officer = at(far, person(Role.SECURITY_OFFICER, login="yu"))
    assert "季度台账报送" in officer.get("/approvals").text
    receiver = at(far, person(Role.RECEIVER, login="zhang"))
    assert receiver.get("/incoming/1").status_code == 404, "not before it was released"
    assert officer.post("/incoming/1/release").status_code == 303
    code = re.search(r'class="code">([\w-]+)<', officer.get("/incoming/1").text)
    assert code
    assert "季度台账报送" in receiver.get("/transfers").text
    assert code[1] not in receiver.get("/incoming/1").text
    assert receiver.post("/incoming/1/files/1").data == WORDS
    stranger = at(far, person(Role.RECEIVER, login="stranger"))
    assert stranger.get("/incoming/1").status_code == 404
    assert stranger.post("/incoming/1/files/1").status_code == 404
    assert far.incoming()[0].state == Incoming.COLLECTED

    uid = where.rpartition("/")[2]
    assert "ferry.receipt_wrong" in media.post(f"/media/{uid}/receipt", {"code": "0000-0000-0000"}).text
    assert media.post(f"/media/{uid}/receipt", {"code": code[1].lower()}).status_code == 303
    assert near.state(uid) == Outgoing.CLOSED
    assert "季度台账报送" in media.get("/ledger").text
    assert [record.actor_name for record in near.audit("ferry:transfer:read")] == ["zhang"]
    for site in (near, far):
        assert all(isinstance(record, AuditRecord) for record in site.audit())


def test_a_rejection_needs_a_reason_and_shows_it(world: World, at: Callable[[Site, SignedIn], Browser]) -> None:
    near = world.near
    submitter = at(near, person(Role.SUBMITTER, login="li"))
    where = submit(submitter)
    near.work()
    officer = at(near, person(Role.SECURITY_OFFICER, login="wang"))
    assert officer.post(f"{where}/reject", {"reason": " "}).status_code == 400
    assert officer.post(f"{where}/reject", {"reason": "附件含个人信息"}).status_code == 303
    assert "附件含个人信息" in submitter.get(where).text
    assert officer.post(f"{where}/approve", {"pin": PIN}).status_code == 409


def test_what_is_refused_is_explained_and_the_form_keeps_its_words(
    world: World, at: Callable[[Site, SignedIn], Browser]
) -> None:
    browser = at(world.near, person(Role.SUBMITTER, login="li"))
    form = {"purpose": "季度台账报送", "link": "外网到内网", "recipients": "x", "level": "top_secret"}
    answer = browser.post("/transfers/new", {**form, "files": (io.BytesIO(WORDS), "a.txt")})
    assert answer.status_code == 403
    assert "ferry.top_secret" in answer.text
    assert "季度台账报送" in answer.text
    assert browser.post("/transfers/new", {**form, "level": "internal"}).status_code == 400


def test_a_limited_department_approver_decides_about_the_own_departments_transfers(
    world: World, at: Callable[[Site, SignedIn], Browser]
) -> None:
    with world.near.database.write() as session:
        own, other = Unit(name="财政局"), Unit(name="民政局")
        session.add_all([own, other])
        session.flush()
        for login, unit in (("li", own.id), ("qian", other.id), ("nobody", None)):
            new = NewAccount(login, login, unit)
            accounts.create(session, new, HashedPassword("$x"), actor=ADMIN)
    mine, foreign, nobodys = (
        submit(at(world.near, person(Role.SUBMITTER, login=login)), purpose=f"{login}的台账")
        for login in ("li", "qian", "nobody")
    )
    world.near.work()
    limits = {Role.DEPARTMENT_APPROVER: Reach.to(units=[own.id])}
    approver = at(world.near, person(Role.DEPARTMENT_APPROVER, login="zhang", limits=limits))
    listed = approver.get("/approvals").text
    assert "li的台账" in listed
    assert "qian" not in listed
    assert "(1)" in listed.partition("</title>")[0]
    for where in (foreign, nobodys):
        for path in (where, f"{where}/files/0"):
            assert approver.get(path).status_code == 404
        assert approver.post(f"{where}/approve", {"pin": PIN}).status_code == 404
        assert approver.post(f"{where}/reject", {"reason": "x"}).status_code == 404
    assert approver.get(f"{mine}/files/1").data == WORDS
    assert approver.post(f"{mine}/approve", {"pin": PIN}).status_code == 303
    third = at(world.near, person(Role.DEPARTMENT_APPROVER, Role.UNIT_ADMIN, login="zhang", limits=limits))
    assert third.get(foreign).status_code == 200, "as the third approver"
    assert third.post(f"{foreign}/approve", {"pin": PIN}).status_code == 403, "but not for a department out of reach"


def test_somebody_elses_transfer_is_not_there(world: World, at: Callable[[Site, SignedIn], Browser]) -> None:
    where = submit(at(world.near, person(Role.SUBMITTER, login="li")))
    other = at(world.near, person(Role.SUBMITTER, login="other"))
    for path in (where, f"{where}/files/0"):
        assert other.get(path).status_code == 404
    assert other.post(f"{where}/withdraw").status_code == 404
    world.near.work()
    assert at(world.near, person(Role.SUBMITTER, login="li")).post(f"{where}/withdraw").status_code == 303
