"""`make screenshots`: the pictures of both READMEs, taken from the real pages of the running demonstration.

Starts the sample county in a folder of its own, waits until it has something to show, sends one transfer on its way,
and takes every picture in both languages. Needs about six minutes, because a configuration has to change by itself.
"""

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser

from core.i18n import ROOT
from tests.browser.walker import Language, Walker, chromium
from tests.installation import free_port, until

FOLDER = ROOT / "docs" / "screenshots"
EDITED = "QL-FG-SW01"
NOTICE = "关于调整办公时间的通知\n各乡镇、各部门：自下月起执行。\n".encode()
PATIENCE_S = 600


@dataclass(frozen=True)
class Demo:
    extranet: str
    password: str
    pin: str


@contextmanager
def demonstration(folder: Path) -> Iterator[Demo]:
    ports = (free_port(), free_port())
    log = folder / "demo.log"
    command = [sys.executable, "-m", "demo", "--folder", str(folder / "demo"), "--network", "127.77", "--ports"]
    with log.open("wb") as out:
        process = subprocess.Popen([*command, *map(str, ports)], cwd=ROOT, stdout=out, stderr=out)
    try:
        text = until(lambda: _announced(log.read_text(encoding="utf-8")), "the demonstration runs", 120)
        yield Demo(f"http://127.0.0.1:{ports[0]}", *text)
    finally:
        process.terminate()
        process.wait(30)


def _announced(text: str) -> tuple[str, str] | None:
    found = re.search(r"every account: (\S+)\s+PIN of every approver: (\d+)", text)
    return (found[1], found[2]) if found else None


def person(browser: Browser, demo: Demo, login: str, language: Language) -> Walker:
    walker = Walker(browser, demo.extranet, language=language)
    walker.sign_in(login, demo.password)
    return walker


def submit(browser: Browser, demo: Demo) -> str:
    """A transfer that one approver has approved, so that the picture shows it on its way."""
    walker = person(browser, demo, "submitter", "zh")
    page = walker.go("/transfers/new")
    page.set_input_files(
        "input[name=files]", [{"name": "办公时间通知.txt", "mimeType": "text/plain", "buffer": NOTICE}]
    )
    page.fill("textarea[name=purpose]", "在内网发布办公时间调整通知")
    page.fill("input[name=recipients]", "receiver")
    page.check("input[name=level] >> nth=0")
    walker.press("main button[type=submit]")
    path = walker.path
    walker.close()
    approver = person(browser, demo, "approver", "zh")
    until(lambda: approver.go(path).locator("input[name=pin]").count(), "the transfer waits for approval")
    approver.page.fill("input[name=pin]", demo.pin)
    approver.press('form[action$="/approve"] button')
    approver.close()
    return path


def edited_config(browser: Browser, demo: Demo) -> str:
    """The page of a configuration with two versions at least."""
    walker = person(browser, demo, "netadmin", "zh")
    walker.go("/configs")
    path = walker.page.locator(f"main a:has-text('{EDITED}')").first.get_attribute("href") or ""
    path = re.sub(r"^/devices/", "/configs/", path)
    until(lambda: walker.go(path).locator("main table.diff .r").count(), f"{EDITED} has changed", PATIENCE_S)
    walker.close()
    return path


def _has_trouble(walker: Walker) -> bool:
    """The title counts what is critical."""
    return "(" in walker.go("/overview").title()


def main() -> None:
    with tempfile.TemporaryDirectory() as name, demonstration(Path(name)) as demo, chromium() as browser:
        transfer = submit(browser, demo)
        config = edited_config(browser, demo)
        pictures = {
            "overview": ("netadmin", "/overview"),
            "device": ("netadmin", "/devices/1"),
            "map": ("netadmin", "/topology/map"),
            "config": ("netadmin", config),
            "transfer": ("officer", transfer),
            "audit": ("auditor", "/audit"),
        }
        languages: tuple[Language, ...] = ("zh", "en")
        for language in languages:
            for picture, (login, path) in pictures.items():
                walker = person(browser, demo, login, language)
                if picture == "overview":
                    until(lambda walker=walker: _has_trouble(walker), "something is wrong in the county", PATIENCE_S)  # type: ignore[misc]
                walker.go(path).wait_for_load_state("networkidle")
                walker.require_clean()
                walker.picture(FOLDER / f"{picture}-{language}.png")
                walker.close()


if __name__ == "__main__":
    main()
