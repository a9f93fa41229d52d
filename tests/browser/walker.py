"""Somebody at a real browser: signs in, walks, and notices everything that no page may do.

A `Walker` needs an address and nothing else, so that it serves a console in this process and whole instances alike:

    with chromium() as browser:
        officer = Walker(browser, "http://127.0.0.1:8081")
        officer.sign_in("officer", password)
        officer.go("/approvals")
        officer.require_clean()
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SIZE = (1366, 768)
AXE = Path(__file__).parent / "vendor" / "axe-core-4.14.1" / "axe.min.js"
GRAVE = frozenset({"serious", "critical"})

Theme = Literal["light", "dark"]
Language = Literal["zh", "en"]


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


class Walker:
    """One person at one instance. `faults` collects foreign requests, refused content and errors of scripts."""

    def __init__(
        self, browser: Browser, address: str, *, language: Language = "zh", theme: Theme = "light", script: bool = True
    ) -> None:
        self.address = address.rstrip("/")
        self.faults: list[str] = []
        width, height = SIZE
        self.context: BrowserContext = browser.new_context(
            viewport={"width": width, "height": height}, java_script_enabled=script
        )
        self.prefer(language=language, theme=theme)
        self.page: Page = self.context.new_page()
        self.page.on("request", self._seen)
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        self.page.on("console", lambda message: self._heard(message.type, message.text))

    def prefer(self, *, language: Language | None = None, theme: Theme | None = None) -> None:
        for name, value in (("guanjin_language", language), ("guanjin_theme", theme)):
            if value:
                self.context.add_cookies([{"name": name, "value": value, "url": self.address}])

    def sign_in(self, login: str, password: str) -> None:
        self.go("/login")
        self.page.fill("input[name=login]", login)
        self.page.fill("input[name=password]", password)
        self.press("form.form button[type=submit]")

    def sign_out(self) -> None:
        self.page.locator("details.person > summary").click()
        self.press("details.person button[type=submit]")

    def go(self, path: str) -> Page:
        self.page.goto(self.address + path)
        return self.page

    def press(self, button: str) -> Page:
        """Click what sends a form or follows a link, and wait for the page that comes."""
        with self.page.expect_navigation():
            self.page.click(button)
        return self.page

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    def text(self) -> str:
        return self.page.inner_text("body")

    def axe(self) -> list[str]:
        """What axe calls serious or critical on the page as it is now; it runs beside the page's own policy."""
        self.page.evaluate(AXE.read_text(encoding="utf-8") + "; 0")
        found: dict[str, Any] = self.page.evaluate(
            "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'best-practice']})"
        )
        return [
            f"{one['id']}: {node['html'][:160]} ({node['failureSummary'][:160]})"
            for one in found["violations"]
            if one["impact"] in GRAVE
            for node in one["nodes"]
        ]

    def overflows(self) -> int:
        """Pixels by which the page is wider than the window; 0 where nothing has to be scrolled sideways."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))

    def picture(self, path: Path, *, whole: bool = False) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=str(path), full_page=whole)
        return path

    def require_clean(self) -> None:
        assert self.faults == []

    def close(self) -> None:
        self.context.close()

    def _seen(self, request: Request) -> None:
        if not request.url.startswith((self.address + "/", "blob:")):
            self.faults.append(f"request to {request.url}")

    def _heard(self, kind: str, text: str) -> None:
        if kind == "error" or "Content Security Policy" in text:
            self.faults.append(f"console: {text}")
