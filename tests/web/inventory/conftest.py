"""A county in small that touches every kind, behind the console."""

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

import pytest
from werkzeug.test import TestResponse

from core.database import Database
from inventory.changes.importing import import_ledger
from inventory.kinds import ObjectKind
from inventory.ledger.state import MODELS
from security.audit import Actor
from security.roles import Role
from tests.inventory.sheets import COUNTY, workbook
from tests.web.conftest import Browser, StillClock, person

IMPORTER = Actor("importer", "person")


@pytest.fixture
def county(database: Database, clock: StillClock) -> Database:
    with database.write() as session:
        import_ledger(session, workbook(COUNTY), IMPORTER, now=clock.now())
    return database


@pytest.fixture
def admin(county: Database, browse: Callable[..., Browser]) -> Browser:
    return browse(person(Role.NETWORK_ADMIN, login="wang"))


@pytest.fixture
def other(county: Database, browse: Callable[..., Browser]) -> Browser:
    return browse(person(Role.NETWORK_ADMIN, login="li"))


def number_of(database: Database, kind: ObjectKind, name: str) -> int:
    with database.read() as session:
        model = MODELS[kind]
        found: int = session.query(model.id).filter(model.name == name).order_by(model.id).first()[0]
        return found


@dataclass
class Form(HTMLParser):
    """The fields of an object's form as a browser would send them back."""

    fields: dict[str, str] = field(default_factory=dict)
    _inside: bool = False
    _select: str = ""
    _area: str = ""

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self._inside = "object" in (given.get("class") or "").split()
        if not self._inside:
            return
        name = given.get("name") or ""
        if tag == "input" and given.get("type") not in {"radio", "checkbox"}:
            self.fields[name] = given.get("value") or ""
        elif tag == "select":
            self._select = name
        elif tag == "textarea":
            self._area = name
            self.fields[name] = ""
        elif tag == "option" and self._select and ("selected" in given or self._select not in self.fields):
            self.fields[self._select] = given.get("value") or ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.fields[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""
        elif tag == "form":
            self._inside = False


def form_of(answer: TestResponse) -> dict[str, object]:
    """Without its token, which the browser of the tests adds."""
    form = Form()
    form.feed(answer.text)
    return {name: text for name, text in form.fields.items() if name != "csrf_token"}


def main_of(answer: TestResponse) -> str:
    """The page without its frame, entities read."""
    return html.unescape(answer.text.partition("<main")[2].partition("</main>")[0])


def links_in(answer: TestResponse) -> Iterator[str]:
    yield from re.findall(r'href="(/[^"]*)"', main_of(answer))
