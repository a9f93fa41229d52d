"""From another system in a real browser: its files chosen together, one word explained, imported, and undone."""

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import County
from tests.browser.walker import Language
from tests.inventory.foreign.bringing import SAMPLES

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

CONFIG = (SAMPLES / "oxidized" / "config").read_bytes()
LINES = b"KJ-SW-81;10.31.0.81;h3c;access;backup;cell-s3cret;;\nKJ-FW-81;10.31.0.82;huawei;;;;;\n"
FILES = [
    {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    for name, content in (("config", CONFIG), ("router.db", LINES))
]
# As the two languages call what is asked of devices whose system knows no role, and what is left out.
WORDS: dict[Language, tuple[str, str]] = {
    "zh": ("“对方未填写的设备”的含义", "2 个凭据未导入"),
    "en": ("devices that have none there means", "2 credentials were left out"),
}


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_files_of_oxidized_are_explained_imported_and_undone(
    browser: Browser, sample: County, language: Language, *, script: bool
) -> None:
    walker = sample.walker(browser, "network", language=language, script=script)
    walker.go("/inventory/ledger")
    walker.page.set_input_files("input[name=files]", FILES)  # type: ignore[arg-type]  # FilePayloads
    walker.press("form.form .btn.p")
    asked, left_out = WORDS[language]
    assert walker.page.locator("form.acts .btn.p").count() == 0, "not before the role is said"
    walker.page.get_by_label(asked).select_option("access_switch")
    walker.press("details.card .btn")
    walker.page.locator("details.card summary").last.click()
    assert left_out in walker.page.inner_text("main")
    if script:  # axe is a script
        assert walker.axe() == []
    assert walker.overflows() == 0
    walker.press("form.acts .btn.p")
    assert "KJ-FW-81" in walker.page.inner_text("main")
    walker.press(".head form .btn.d")
    assert walker.faults == []
    walker.close()
