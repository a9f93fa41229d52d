"""Two consoles and the disc between them: the extranet's and the intranet's, each with its people."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.database import Database, sqlite_url
from core.settings import Settings
from security.ferry import approver_key
from security.ferry.approver_key import LockedKey
from security.ferry.levels import Zone
from security.sessions import SignedIn
from tests.security.ferry import world as ferry_world
from tests.security.ferry.inspection import samples
from tests.security.ferry.world import PIN, Site
from tests.web.conftest import SESSION, Browser
from web.app import create_app

WORDS = "专线台账说明\n".encode()
At = Callable[[Site, SignedIn], Browser]


@dataclass(frozen=True)
class World:
    """The extranet, the intranet, and the disc between them."""

    near: Site
    far: Site


@pytest.fixture(scope="module")
def people() -> dict[str, LockedKey]:
    return {name: approver_key.create(name, PIN) for name in ferry_world.APPROVERS}


@pytest.fixture
def world(database: Database, template_database: Path, people: dict[str, LockedKey], tmp_path: Path) -> Iterator[World]:
    (tmp_path / "far.db").write_bytes(template_database.read_bytes())
    far_database = Database(sqlite_url(tmp_path / "far.db"))
    medium = tmp_path / "disc"
    medium.mkdir()
    near = ferry_world.make_site("外网中心", Zone.UNCLASSIFIED, tmp_path / "near", database, medium)
    far = ferry_world.make_site("内网中心", Zone.CLASSIFIED, tmp_path / "far", far_database, medium)
    ferry_world.add_people(near, people)
    ferry_world.introduce(near, far)
    yield World(near, far)
    far_database.close()


@pytest.fixture
def at(world: World, tmp_path: Path) -> Callable[[Site, SignedIn], Browser]:
    """A browser of a person at a site."""

    def open_browser(site: Site, who: SignedIn) -> Browser:
        zone = "extranet" if site is world.near else "intranet"
        settings = Settings.model_validate(
            {
                "site": {"zone": zone, "name": site.name},
                "storage": {"data": tmp_path / ("near" if site is world.near else "far")},
                "ferry": {"media": site.ferry.medium},
            }
        )
        app = create_app(
            settings,
            site.database,
            clock=site.clock,
            identify=lambda token, _active: who if token == SESSION else None,
            is_set_up=lambda: True,
        )
        return Browser(app, who)

    return open_browser


def submit(browser: Browser, **changes: object) -> str:
    form: dict[str, object] = {
        "files": [(io.BytesIO(samples.docx()), "季度 台账.docx"), (io.BytesIO(WORDS), "说明.txt")],
        "purpose": "季度台账报送",
        "link": "外网到内网",
        "recipients": "谢知秋，zhang",
        "level": "internal",
        **changes,
    }
    answer = browser.post("/transfers/new", form)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]
