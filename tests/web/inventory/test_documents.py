"""Documents of an object: kept as they are, handed out as files to keep, and only within the reach."""

from collections.abc import Callable
from io import BytesIO

import pytest
from werkzeug.test import TestResponse

from core.database import Database
from inventory import documents
from inventory.documents import MOST_BYTES, TYPES
from inventory.kinds import ObjectKind
from security.reach import Reach
from security.roles import Role
from tests.web.conftest import Browser, person
from tests.web.inventory.conftest import main_of, number_of
from web.uploads import ENVELOPE_BYTES, FORM_BYTES, admission

PDF = b"%PDF-1.7 \xe5\x90\x88\xe5\x90\x8c"


def attach(browser: Browser, name: str, content: bytes = PDF, number: int = 1) -> TestResponse:
    sent = {"kind": "lines", "number": number, "document": (BytesIO(content), name)}
    return browser.post("/inventory/documents", sent)


def test_what_was_attached_is_handed_out_again(admin: Browser) -> None:
    assert attach(admin, "2026 年专线合同.pdf").status_code == 303
    page = main_of(admin.get("/inventory/lines/1"))
    assert "2026 年专线合同.pdf" in page
    assert "wang" in page
    answer = admin.get("/inventory/documents/1")
    assert answer.data == PDF
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert admin.post("/inventory/documents/1/remove").status_code == 303
    assert admin.get("/inventory/documents/1").status_code == 404


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("page.html", b"<script>", "inventory.document_type"),
        ("page.svg", b"<svg>", "inventory.document_type"),
        ("contract.pdf", b"MZ\x90\x00", "inventory.document_type"),
        ("empty.pdf", b"", "inventory.document_type"),
        ("pdf", PDF, "inventory.document_type"),
        (".pdf", PDF, "inventory.document_name"),
        (f"{'长' * 130}.pdf", PDF, "inventory.document_name"),
    ],
)
def test_what_is_no_document_is_refused(admin: Browser, name: str, content: bytes, code: str) -> None:
    refused = attach(admin, name, content)
    assert refused.status_code == 400
    assert code in refused.text


def test_a_name_is_shown_and_never_a_path_or_markup(admin: Browser) -> None:
    attach(admin, "..\\..\\etc/合同<b>.pdf")
    page = admin.get("/inventory/lines/1").text
    assert "合同&lt;b&gt;.pdf" in page
    assert "etc/" not in main_of(admin.get("/inventory/lines/1"))
    assert "etc" not in admin.get("/inventory/documents/1").headers["Content-Disposition"]


def test_a_document_that_is_too_large_is_refused(admin: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MOST_BYTES", 1000)
    refused = attach(admin, "扫描件.pdf", PDF + bytes(1000))
    assert refused.status_code == 400
    assert "inventory.document_size" in refused.text
    assert attach(admin, "扫描件.pdf", PDF + bytes(900)).status_code == 303


def test_nothing_that_a_browser_would_run_is_taken() -> None:
    assert not {ending for ending in TYPES if ending in {".html", ".htm", ".svg", ".xml", ".js", ".exe", ".hta"}}


def test_a_document_is_there_for_whoever_reaches_its_object(
    admin: Browser, county: Database, browse: Callable[..., Browser]
) -> None:
    attach(admin, "合同.pdf")
    near, far = (number_of(county, ObjectKind.UNIT, name) for name in ("城关镇人民政府", "电子政务办"))
    assert browse(person(Role.UNIT_ADMIN, unit_id=near)).get("/inventory/documents/1").status_code == 200
    assert browse(person(Role.UNIT_ADMIN, unit_id=far)).get("/inventory/documents/1").status_code == 404
    for unit, status in ((far, 404), (near, 303)):
        limits = {Role.NETWORK_ADMIN: Reach.to(units=[unit])}
        browser = browse(person(Role.NETWORK_ADMIN, limits=limits))
        assert attach(browser, "附件.pdf").status_code == status
        assert browser.post("/inventory/documents/1/remove").status_code == status


def test_the_documents_of_what_is_deleted_go_with_it(admin: Browser, county: Database) -> None:
    number = number_of(county, ObjectKind.SYSTEM, "行政审批")
    sent = {"kind": "systems", "number": number, "document": (BytesIO(PDF), "定级报告.pdf")}
    assert admin.post("/inventory/documents", sent).status_code == 303
    assert "附件将一并删除" in admin.get(f"/inventory/systems/{number}/delete").text
    assert admin.post(f"/inventory/systems/{number}/delete").status_code == 303
    assert admin.get("/inventory/documents/1").status_code == 404


def test_the_server_takes_a_large_body_only_from_who_may_attach(browse: Callable[..., Browser]) -> None:
    """Asked before any of it is taken."""
    for role, size in ((Role.NETWORK_ADMIN, MOST_BYTES + ENVELOPE_BYTES), (Role.OPERATOR, FORM_BYTES)):
        browser = browse(person(role))
        largest = admission(browser.client.application)
        assert largest("/inventory/documents", f"{browser.cookie}={browser.session}") == size
        assert largest("/inventory/devices/new", f"{browser.cookie}={browser.session}") == FORM_BYTES
