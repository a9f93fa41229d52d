"""The map of the topology in a real browser: drawn, dragged, saved, and where it was after a reload."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser
from sqlalchemy import delete, update

from collectors.models import DeviceState, Reachability
from inventory.models import MapPlace
from tests.browser.conftest import County
from tests.browser.walker import Walker

pytestmark = pytest.mark.slow
OPENED = "/topology/map?at=site-1"
CORE = "device-1"


@pytest.fixture
def walker(browser: Browser, sample: County) -> Iterator[Walker]:
    """Of somebody who may arrange the map; whatever was arranged is forgotten afterwards."""
    found = sample.walker(browser, "network")
    yield found
    found.close()
    with sample.database.write() as session:
        session.execute(delete(MapPlace))


def drawn(walker: Walker, path: str = OPENED) -> None:
    walker.go(path)
    walker.page.wait_for_selector("#map[data-drawn]")


def ask(walker: Walker, of_node: str, node: str = CORE) -> Any:
    return walker.page.evaluate(f"document.getElementById('map').map.getElementById('{node}').{of_node}")


def standing(walker: Walker, node: str = CORE) -> tuple[int, int]:
    at = ask(walker, "position()", node)
    return round(at["x"]), round(at["y"])


def drag(walker: Walker, right: int, down: int) -> None:
    """With the mouse, as a person does."""
    box = walker.page.locator("#map").bounding_box()
    assert box
    at = ask(walker, "renderedPosition()")
    x, y = box["x"] + at["x"], box["y"] + at["y"]
    walker.page.mouse.move(x, y)
    walker.page.mouse.down()
    walker.page.mouse.move(x + right / 2, y + down / 2)
    walker.page.mouse.move(x + right, y + down)
    walker.page.mouse.up()


def test_a_node_that_is_dragged_and_saved_is_there_after_a_reload(walker: Walker) -> None:
    drawn(walker)
    before, other = standing(walker), standing(walker, "device-2")
    assert not walker.page.locator("#arrangement").is_visible()
    drag(walker, 120, 40)
    moved = standing(walker)
    assert moved[0] > before[0] + 50
    walker.press("#arrangement button")
    walker.page.wait_for_selector("#map[data-drawn]")
    assert "已按当前布局保存" in walker.text()
    drawn(walker)
    assert (standing(walker), standing(walker, "device-2")) == (moved, other)
    assert walker.axe() == []
    walker.require_clean()


def test_a_node_is_moved_by_the_keyboard_and_saved(walker: Walker) -> None:
    drawn(walker)
    before = standing(walker)
    walker.page.locator(f"tr[data-node='{CORE}'] a").first.focus()
    for key in ("Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowUp", "ArrowDown"):
        walker.page.keyboard.press(key)
    assert standing(walker) == (before[0] + 24, before[1] - 12)
    walker.press("#arrangement button")
    drawn(walker)
    assert standing(walker) == (before[0] + 24, before[1] - 12)
    walker.require_clean()


def test_who_may_not_arrange_it_moves_nothing(browser: Browser, sample: County) -> None:
    officer = sample.walker(browser, "officer")
    drawn(officer)
    before = standing(officer)
    drag(officer, 120, 40)
    officer.page.locator(f"tr[data-node='{CORE}'] a").first.focus()
    officer.page.keyboard.press("Shift+ArrowRight")
    assert standing(officer) == before
    assert officer.page.locator("#arrangement").count() == 0
    officer.require_clean()
    officer.close()


def test_a_state_that_changes_shows_and_nothing_moves(walker: Walker, sample: County) -> None:
    walker.page.clock.install()
    drawn(walker)
    drag(walker, 90, 30)
    before, zoom = standing(walker), walker.page.evaluate("document.getElementById('map').map.zoom()")
    with sample.database.write() as session:
        known = session.get_one(DeviceState, 1).reachability
        session.execute(update(DeviceState).where(DeviceState.device_id == 1).values(reachability=Reachability.DOWN))
    try:
        with walker.page.expect_response("**/topology/map/scene*"):
            walker.page.clock.run_for(31_000)
        walker.page.wait_for_selector(f"tr[data-node='{CORE}'] .tag.crit")
        assert ask(walker, "hasClass('crit')")
        assert "不可达" in ask(walker, "data('label')")
        assert (standing(walker), walker.page.evaluate("document.getElementById('map').map.zoom()")) == (before, zoom)
    finally:
        with sample.database.write() as session:
            session.execute(update(DeviceState).where(DeviceState.device_id == 1).values(reachability=known))
    walker.require_clean()


def test_the_list_beside_the_map_is_reached_by_the_keyboard_and_points_at_its_node(walker: Walker) -> None:
    drawn(walker)
    walker.page.keyboard.press("j")
    row = walker.page.locator("tr[data-node].at").first
    assert ask(walker, "selected()", row.get_attribute("data-node") or "")
    with walker.page.expect_navigation():
        walker.page.keyboard.press("Enter")
    assert walker.path.startswith("/devices/") or walker.path == "/topology/map"


def test_without_javascript_the_lists_stand_in_for_it(browser: Browser, sample: County) -> None:
    walker = sample.walker(browser, "network", script=False)
    walker.go(OPENED)
    assert "拓扑图需要 JavaScript" in walker.text()
    assert walker.page.locator("tr[data-node]").count() > 10
    assert walker.page.locator("tr[data-edge]").count() > 10
    walker.close()
