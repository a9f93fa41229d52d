"""From the cut cable to the screen: a line that is looked at every second shows in a real browser within three."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright

from collectors.models import LineCondition, LineState, PortState
from core.database import Database
from security.roles import Role
from tests.browser.conftest import serving
from tests.browser.walker import CHROMIUM, FLAGS
from tests.collectors.lines.test_cut_link import enter
from tests.collectors.running import Place
from tests.lab.frr import FrrLab
from tests.web.conftest import person
from web.app import create_app

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]
PROMISED_MS = 3000
MENDED_MS = 30_000
DOWN, UP = "#live .tag.crit", "#live .tag.ok"


@pytest.fixture(scope="module")
def lab() -> Iterator[FrrLab]:
    with FrrLab(2) as running:
        yield running


@pytest.fixture
def place(database: Database, tmp_path: Path) -> Place:
    """With the settings that an installation has by default."""
    return Place.make(
        database, tmp_path, interval_s=60, icmp_interval_s=5, line_interval_s=10, timeout_s=2.0, retries=2
    )


@pytest.fixture
async def screen(place: Place) -> AsyncIterator[Page]:
    """Somebody looks at the console."""
    app = create_app(
        place.settings, place.database, identify=lambda *_: person(Role.NETWORK_ADMIN), is_set_up=lambda: True
    )
    cookie = app.extensions["guanjin"].session_cookie
    with serving(app) as address:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
            context = await browser.new_context(base_url=address)
            await context.add_cookies([{"name": cookie, "value": "network", "url": address}])
            yield await context.new_page()
            await browser.close()


@pytest.mark.parametrize("cable", ["mgmt", "north"], ids=["all that leads to end B", "a port at both ends"])
@pytest.mark.parametrize("path", ["/lines", "/lines/{line}"])
async def test_a_cut_line_is_on_screen_within_three_seconds(
    place: Place, lab: FrrLab, screen: Page, path: str, cable: str
) -> None:
    line, far = enter(place, lab, probe_interval_s=1), lab.routers[1]
    async with place.poller():
        assert await place.until(
            lambda session: (
                (state := session.get(LineState, line))
                and state.state is LineCondition.UP
                and len(session.query(PortState).filter(PortState.name.in_(["north", "south"])).all()) == 2
            )
        )
        await screen.goto(path.format(line=line))
        await screen.wait_for_selector(UP)
        lab.cut(far, cable)
        try:
            await screen.wait_for_selector(DOWN, timeout=PROMISED_MS)
        finally:
            lab.mend(far, cable)
        await screen.wait_for_selector(UP, timeout=MENDED_MS)
