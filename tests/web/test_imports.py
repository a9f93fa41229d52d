"""The ledger in the console: nothing is written before somebody has seen what would change, and then just that."""

import re
from collections.abc import Callable
from io import BytesIO

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from core.database import Database
from inventory.ledger.opening import LedgerFile
from inventory.models import ChangeSet, Device, ImportDraft, Unit
from security.audit import AuditRecord
from security.reach import Reach
from security.roles import Role
from tests.inventory.sheets import COUNTY, workbook
from tests.web.conftest import Browser, StillClock, person

Browse = Callable[..., Browser]
PATH = "/inventory/ledger"


@pytest.fixture
def browser(browse: Browse) -> Browser:
    return browse(person(Role.NETWORK_ADMIN))


def uploaded(browser: Browser, file: LedgerFile, **fields: object) -> TestResponse:
    return browser.post(PATH, {"files": (BytesIO(file.content), file.name), **fields})


def seen(browser: Browser, path: str) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', browser.get(path).text)
    assert found is not None
    return found[1]


def events(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(AuditRecord.event).order_by(AuditRecord.sequence)))


def units(database: Database) -> set[str]:
    with database.read() as session:
        return set(session.scalars(select(Unit.name)))


def test_a_ledger_is_previewed_then_imported_then_undone_each_with_one_record(
    browser: Browser, database: Database
) -> None:
    answer = uploaded(browser, workbook(COUNTY))
    path = answer.headers["Location"]
    page = browser.get(path).text
    assert "单位!2" in page
    assert "电子政务办" in page
    assert units(database) == set()
    answer = browser.post(path, {"seen": seen(browser, path)})
    assert answer.status_code == 303
    result = answer.headers["Location"]
    assert "电子政务办" in browser.get(result).text
    assert units(database) == {"电子政务办", "城关镇人民政府"}
    assert browser.get(path).status_code == 404
    answer = browser.post(f"{result}/undo")
    assert answer.status_code == 303
    assert units(database) == set()
    assert events(database) == ["inventory:ledger:upload", "inventory:ledger:import", "inventory:change-set:undo"]


def test_a_wrong_cell_is_named_with_what_is_expected_and_cannot_be_confirmed(
    browser: Browser, database: Database
) -> None:
    broken = {**COUNTY, "设备": [*COUNTY["设备"], ["SW-03", "接入交换机", "10.0.0.300"]]}
    path = uploaded(browser, workbook(broken)).headers["Location"]
    page = browser.get(path).text
    assert "设备!C4" in page
    assert "10.0.0.300" in page
    assert "10.1.2.3" in page
    assert 'class="btn p"' not in page
    assert browser.post(path, {"seen": seen(browser, path)}).status_code == 409
    assert units(database) == set()


def test_what_was_changed_since_the_preview_has_to_be_seen_first(browser: Browser, database: Database) -> None:
    path = uploaded(browser, workbook(COUNTY)).headers["Location"]
    first = seen(browser, path)
    with database.write() as session:
        session.add(Unit(name="电子政务办", short_name="旧名"))
    answer = browser.post(path, {"seen": first})
    assert answer.status_code == 409
    assert units(database) == {"电子政务办"}
    page = browser.get(f"{path}?group=changed").text
    assert "旧名" in page
    assert "政务办" in page
    assert seen(browser, path) != first
    assert browser.post(path, {"seen": seen(browser, path)}).status_code == 303
    assert "城关镇人民政府" in units(database)


def test_a_forged_confirmation_writes_nothing(browser: Browser, database: Database) -> None:
    path = uploaded(browser, workbook(COUNTY)).headers["Location"]
    assert browser.post(path, {"seen": "0" * 64}).status_code == 409
    assert units(database) == set()


def test_a_draft_is_its_persons_own_and_gone_after_a_day(browse: Browse, browser: Browser, clock: StillClock) -> None:
    path = uploaded(browser, workbook(COUNTY)).headers["Location"]
    other = browse(person(Role.NETWORK_ADMIN, login="lina", account_id=2))
    assert other.get(path).status_code == 404
    assert other.post(path, {"seen": seen(browser, path)}).status_code == 404
    clock.pass_(hours=25)
    assert browser.get(path).status_code == 404


def test_the_next_upload_sweeps_ones_own_draft_and_every_old_one(
    browse: Browse, browser: Browser, database: Database, clock: StillClock
) -> None:
    uploaded(browse(person(Role.NETWORK_ADMIN, login="lina", account_id=2)), workbook(COUNTY))
    clock.pass_(hours=25)
    uploaded(browser, workbook(COUNTY))
    uploaded(browser, workbook(COUNTY))
    with database.read() as session:
        assert [draft.at for draft in session.scalars(select(ImportDraft))] == [clock.now()]


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), ".xlsx"), (b"PK\x03\x04broken", "WPS"), (b"", "--kind")],
)
def test_a_file_that_cannot_be_read_is_refused_with_what_to_do(browser: Browser, content: bytes, told: str) -> None:
    name = "台账.csv" if not content else "台账.xlsx"
    answer = uploaded(browser, LedgerFile(name, content))
    assert answer.status_code == 400
    assert told in answer.text


def test_a_limited_grant_imports_nothing_and_exports_what_it_reaches(browse: Browse, database: Database) -> None:
    whole = browse(person(Role.NETWORK_ADMIN))
    path = uploaded(whole, workbook(COUNTY)).headers["Location"]
    whole.post(path, {"seen": seen(whole, path)})
    with database.read() as session:
        number = session.scalars(select(Unit.id).where(Unit.name == "城关镇人民政府")).one()
    limited = browse(person(Role.NETWORK_ADMIN, limits={Role.NETWORK_ADMIN: Reach.to(units=[number])}))
    assert uploaded(limited, workbook(COUNTY)).status_code in {403, 404}
    text = limited.get(f"{PATH}/export?kind=device&format=csv").data.decode("utf-8-sig")
    assert "SW-02" in text
    assert "CORE-01" not in text
    assert limited.get(f"{PATH}/export?kind=room&format=csv").status_code == 403


def test_an_export_is_a_record_and_imports_as_the_same(browser: Browser, database: Database) -> None:
    path = uploaded(browser, workbook(COUNTY)).headers["Location"]
    browser.post(path, {"seen": seen(browser, path)})
    answer = browser.get(f"{PATH}/export")
    assert events(database)[-1] == "inventory:ledger:export"
    path = uploaded(browser, LedgerFile("again.xlsx", answer.data)).headers["Location"]
    answer = browser.post(path, {"seen": seen(browser, path)})
    assert answer.headers["Location"].endswith(PATH)
    with database.read() as session:
        assert len(session.scalars(select(ChangeSet)).all()) == 1


def test_the_template_has_every_sheet_and_is_no_record(browser: Browser, database: Database) -> None:
    answer = browser.get(f"{PATH}/template")
    assert answer.data.startswith(b"PK")
    assert events(database) == []


def test_long_previews_come_in_pages(browser: Browser) -> None:
    rows = [["名称"], *([f"单位{number:04}"] for number in range(250))]
    path = uploaded(browser, workbook({"单位": rows})).headers["Location"]
    pages = [browser.get(f"{path}?group=new&page={page}").text for page in (1, 2, 3)]
    assert [len(re.findall(r"单位!\d+", page)) for page in pages] == [100, 100, 50]


def test_an_undoing_that_would_lose_a_later_change_is_refused_on_the_page(browser: Browser, database: Database) -> None:
    path = uploaded(browser, workbook(COUNTY)).headers["Location"]
    result = browser.post(path, {"seen": seen(browser, path)}).headers["Location"]
    with database.write() as session:
        session.scalars(select(Device).where(Device.name == "SW-02")).one().model = "S5735"
    answer = browser.post(f"{result}/undo")
    assert answer.status_code == 409
    assert "SW-02" in answer.text
    assert "电子政务办" in units(database)


OWN = workbook({"设备": [["名称", "角色", "网管口"], ["SW-01", "接入交换机", "10.1.0.1"]]})


def select_of(page: str, heading: str) -> str:
    """The name of the select that asks what a heading means."""
    found = re.search(rf'<select name="([^"]+)" aria-label="“{heading}”表示"', page)
    assert found is not None, heading
    return found[1]


def test_what_a_heading_means_is_said_once_with_one_record_and_can_be_forgotten(
    browser: Browser, database: Database
) -> None:
    path = uploaded(browser, OWN).headers["Location"]
    page = browser.get(path).text
    assert "10.1.0.1" not in page
    before = seen(browser, path)
    answer = browser.post(f"{path}/headings", {select_of(page, "网管口"): "address"})
    assert answer.status_code == 303
    page = browser.get(path).text
    assert "10.1.0.1" in page
    assert "以前确认过" in page
    assert browser.post(path, {"seen": before}).status_code == 409
    assert browser.post(path, {"seen": seen(browser, path)}).status_code == 303
    later = workbook({"设备": [["名称", "角色", "网管口"], ["SW-02", "接入交换机", "10.1.0.2"]]})
    assert "10.1.0.2" in browser.get(uploaded(browser, later).headers["Location"]).text
    page = browser.get(PATH).text
    assert "网管口" in page
    action = re.search(rf'action="({PATH}/headings/\d+/forget)"', page)
    assert action is not None
    assert browser.post(action[1]).status_code == 303
    assert browser.post(action[1]).status_code == 404
    assert "网管口" not in browser.get(PATH).text
    wanted = ["upload", "remember", "import", "upload", "forget"]
    assert [event.rpartition(":")[2] for event in events(database)] == wanted


@pytest.mark.parametrize("chosen", ["name", "colour"])
def test_a_meaning_that_cannot_be_is_refused_beside_the_preview(
    browser: Browser, database: Database, chosen: str
) -> None:
    path = uploaded(browser, OWN).headers["Location"]
    name = select_of(browser.get(path).text, "网管口")
    answer = browser.post(f"{path}/headings", {name: chosen})
    assert answer.status_code == 400
    assert "inventory.ledger_heading" in answer.text
    assert (f'<option value="{chosen}" selected>' in answer.text) is (chosen == "name"), (
        "what was chosen is still there"
    )
    assert f'method="post" action="{path}">' in answer.text, "and is confirmed as from the preview"
    assert events(database) == ["inventory:ledger:upload"]


def test_nobody_says_what_headings_of_anothers_draft_mean(browse: Browse, browser: Browser) -> None:
    path = uploaded(browser, OWN).headers["Location"]
    other = browse(person(Role.NETWORK_ADMIN, login="lina", account_id=2))
    assert other.post(f"{path}/headings", {"0-2": "address"}).status_code == 404
