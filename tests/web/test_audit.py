"""The auditor's pages: the log, proofs to take away, checkpoints and who keeps them."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from core import jobs
from core.clock import SystemClock
from core.database import Database
from core.events import Event
from core.settings import Settings
from security.audit import SYSTEM, archive, checkpoint, search, tree
from security.audit.forwarding import NAME
from security.audit.models import AuditKey, AuditWitness
from security.audit.recording import Happening, record_all
from security.audit.signing import sign_new
from security.roles import Role
from tests.security.audit.logs import KEY
from tests.web.conftest import Browser, StillClock, person

Browse = Callable[..., Browser]


@pytest.fixture
def auditor(browse: Browse, database: Database, clock: StillClock) -> Browser:
    """60 records under a checkpoint, and one more."""
    with database.write() as session:
        session.add(AuditKey(verifier=str(KEY.verifier), created=datetime.now(UTC)))
        record_all(session, [Happening(Event.OBJECT_CHANGED, SYSTEM, f"device:{n}") for n in range(60)], clock=clock)
    sign_new(database, KEY, SystemClock())
    with database.write() as session:
        record_all(session, [Happening(Event.OBJECT_CREATED, SYSTEM)], clock=clock)
    return browse(person(Role.AUDIT_ADMIN))


def test_a_record_is_taken_away_with_its_proof(auditor: Browser) -> None:
    assert "/audit/60/proof" in auditor.get("/audit").text
    assert "/audit/61/proof" not in auditor.get("/audit").text
    found = json.loads(auditor.get("/audit/7/proof").data)
    signed = checkpoint.accept(found["checkpoint"], [KEY.verifier])
    assert signed is not None
    leaf = tree.leaf_hash(bytes.fromhex(found["record"]["hash"]))
    hashes = [base64.b64decode(one) for one in found["hashes"]]
    assert tree.includes(leaf, found["index"], signed.size, hashes, signed.root)
    text = auditor.get("/audit/7/proof?form=text")
    assert text.text.startswith("c2sp.org/tlog-proof@v1\nindex 6\n")
    assert "attachment" in text.headers["Content-Disposition"]
    assert auditor.get("/audit/61/proof").status_code == 404
    assert auditor.get("/audit/99/proof").status_code == 404


def test_the_newest_checkpoint_is_shown_and_taken_away(auditor: Browser) -> None:
    page = auditor.get("/audit/witnesses").text
    taken = checkpoint.accept(auditor.get("/audit/checkpoint").text, [KEY.verifier])
    assert taken is not None
    assert taken.short in page
    assert str(KEY.verifier).replace("+", "&#43;") in page or str(KEY.verifier) in page
    assert "<svg" in page
    assert "未配置" in page


def test_a_log_that_nobody_signs_is_red(auditor: Browser, clock: StillClock) -> None:
    assert "检查点逾期" not in auditor.get("/audit").text
    clock.pass_(minutes=3)
    assert "检查点逾期" in auditor.get("/audit").text
    assert "1 条记录在等待检查点" in auditor.get("/audit/witnesses").text


def test_before_the_first_checkpoint_the_pages_say_so(browse: Browse) -> None:
    browser = browse(person(Role.AUDIT_ADMIN))
    assert "尚未签发检查点" in browser.get("/audit/witnesses").text
    assert browser.get("/audit/checkpoint").status_code == 404


@pytest.mark.parametrize(("error", "word"), [("", "已同步"), ("x is away", "无法连接")])
def test_how_far_the_log_server_has_come_is_shown(
    auditor: Browser, browse: Browse, database: Database, clock: StillClock, error: str, word: str
) -> None:
    with database.write() as session:
        row = AuditWitness(name=NAME, sequence=61, checkpoint=60, error=error, delivered=clock.now())
        session.add(row)
    settings = auditor.client.application.extensions["guanjin"].settings.audit
    browser = browse(person(Role.AUDIT_ADMIN), audit=settings.model_copy(update={"syslog_host": "log.example"}))
    page = browser.get("/audit/witnesses").text
    assert word in page
    assert "log.example:6514" in page


def test_a_search_that_goes_far_back_says_where_it_is(auditor: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "SCAN", 1)
    monkeypatch.setattr(search, "WINDOW", 10)
    page = auditor.get("/audit?subject=device&actor=sy").text
    assert "查找更早的记录" in page or "已查到第" in page


def test_a_log_too_long_to_verify_on_a_page_is_left_to_the_command(
    auditor: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "已由签名检查点覆盖" in auditor.get("/audit?verify=1").text
    monkeypatch.setattr("web.pages.audit.VERIFIED_HERE", 60)
    assert "guanjin audit verify" in auditor.get("/audit?verify=1").text


def test_a_printed_ledger_carries_the_checkpoint(auditor: Browser, browse: Browse) -> None:
    taken = checkpoint.read(auditor.get("/audit/checkpoint").text)
    assert taken is not None
    assert taken.short in browse(person(Role.SECURITY_OFFICER)).get("/ledger").text


def test_the_rows_of_a_segment_go_when_two_persons_say_so(
    auditor: Browser, browse: Browse, settings: Settings, database: Database, clock: StillClock
) -> None:
    clock.pass_(days=401)
    place = archive.of(settings, clock)
    with database.read() as session:
        segment = archive.write(session, place, 60)
    with database.write() as session:
        archive.add(session, segment, place, actor=SYSTEM)
    security = browse(person(Role.SECURITY_ADMIN, login="yi"))
    auditor = browse(person(Role.AUDIT_ADMIN, login="bing"))
    assert auditor.get("/audit/archive/60/file").data == (place.folder / segment.file).read_bytes()
    assert auditor.get("/audit/archive/61/file").status_code == 404
    assert "请求移除" in security.get("/audit/archive").text
    assert auditor.post("/audit/archive/60/confirm").status_code == 409
    assert security.post("/audit/archive/60/ask").status_code == 303
    assert security.post("/audit/archive/60/confirm").status_code == 403
    assert "确认移除" in auditor.get("/audit/archive").text
    assert auditor.post("/audit/archive/60/confirm").status_code == 303
    assert "由 yi 提出、bing 确认" in auditor.get("/audit/archive").text
    with database.read() as session:
        assert [job.kind for job in jobs.find(session)] == ["audit.remove"]


def test_an_empty_archive_says_when_it_fills(browse: Browse) -> None:
    assert "尚无归档" in browse(person(Role.AUDIT_ADMIN)).get("/audit/archive").text
