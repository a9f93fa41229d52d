"""An office's own file in a real browser: explained once, imported, the next one understood by itself, and undone."""

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import County
from tests.browser.walker import Language, Walker
from tests.inventory.sheets import workbook

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

# As the two languages call what is pressed.
WORDS: dict[Language, dict[str, str]] = {
    "zh": {"means": "“网管口”表示", "forget": "忘记“网管口”"},
    "en": {"means": "网管口 means", "forget": "Forget 网管口"},
}
CONFIRM = "form.acts .btn.p"


def office_file(name: str, address: str) -> dict[str, object]:
    rows = [["青岚县设备台账"], ["名称", "角色", "网管口", "责任心"], [name, "接入交换机", address, "强"]]
    content = workbook({"Sheet1": rows}).content
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return {"name": "2026设备.xlsx", "mimeType": kind, "buffer": content}


def upload(walker: Walker, file: dict[str, object]) -> None:
    walker.go("/inventory/ledger")
    walker.page.set_input_files("input[name=files]", file)  # type: ignore[arg-type]  # a FilePayload
    walker.press("form.form .btn.p")


def cells(walker: Walker) -> str:
    return walker.page.inner_text("main")


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_own_heading_is_explained_once_and_the_next_file_is_understood(
    browser: Browser, sample: County, language: Language, *, script: bool
) -> None:
    walker = sample.walker(browser, "network", language=language, script=script)
    upload(walker, office_file("KJ-SW-91", "10.31.0.91"))
    assert "10.31.0.91" not in cells(walker)
    walker.page.get_by_label(WORDS[language]["means"]).select_option("address")
    walker.press("details.card .btn")
    assert "10.31.0.91" in cells(walker)
    if script:  # axe is a script
        assert walker.axe() == []
    assert walker.overflows() == 0
    walker.press(CONFIRM)
    first = walker.path
    upload(walker, office_file("KJ-SW-92", "10.31.0.92"))
    assert "10.31.0.92" in cells(walker)
    walker.press(CONFIRM)
    for change_set in (walker.path, first):
        walker.go(change_set)
        walker.press(".head form .btn.d")
    walker.go("/inventory/ledger")
    walker.page.get_by_label(WORDS[language]["forget"]).click()
    upload(walker, office_file("KJ-SW-91", "10.31.0.91"))
    assert "10.31.0.91" not in cells(walker)
    assert walker.faults == []
    walker.close()
