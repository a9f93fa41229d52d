"""Files as an attacker submits them: the name, the form around it and its length are all his to choose."""

import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.database import Database, sqlite_url
from core.settings import Settings
from security.ferry import approver_key
from security.ferry.approver_key import LockedKey
from security.ferry.levels import Zone
from security.ferry.models import FerryTransfer
from security.roles import Role
from tests.security.ferry import world as ferry_world
from tests.security.ferry.world import PIN, Site
from tests.web.conftest import SESSION, Browser, person
from tests.web.hostile.surface import Door
from tests.web.hostile.test_injection import MARK, judge
from web.app import create_app

pytestmark = pytest.mark.slow
NAMES = (
    "../../../../etc/cron.d/x",
    "..\\..\\windows\\system32\\x.dll",
    "/etc/passwd",
    "C:\\x.txt",
    "\u202egnp.exe",
    "a\u200b\u2066b.txt",
    "x" * 5000 + ".txt",
    "字" * 400 + ".txt",
    ".",
    "..",
    "con.txt",
    "a\r\nX-Evil: 1.txt",
    'a"; filename="b.txt',
    f"<script>{MARK}</script>.txt",
    f'"><img src=x onerror={MARK}>.txt',
    "{{1337*1337}}.txt",
    "'; DROP TABLE ferry_file; --.txt",
    "%2e%2e%2fx",
    "a\x1b[2J.txt",
    "~root/.ssh/authorized_keys",
    "-rf",
    "$(touch x).txt",
    "`id`.txt",
    "|id",
)


@pytest.fixture(scope="module")
def people() -> dict[str, LockedKey]:
    return {name: approver_key.create(name, PIN) for name in ferry_world.APPROVERS}


@pytest.fixture
def near(database: Database, template_database: Path, people: dict[str, LockedKey], tmp_path: Path) -> Iterator[Site]:
    (tmp_path / "far.db").write_bytes(template_database.read_bytes())
    far_database = Database(sqlite_url(tmp_path / "far.db"))
    medium = tmp_path / "disc"
    medium.mkdir()
    near = ferry_world.make_site("外网中心", Zone.UNCLASSIFIED, tmp_path / "near", database, medium)
    far = ferry_world.make_site("内网中心", Zone.CLASSIFIED, tmp_path / "far", far_database, medium)
    ferry_world.add_people(near, people)
    ferry_world.introduce(near, far)
    yield near
    far_database.close()


@pytest.fixture
def submitter(near: Site, tmp_path: Path) -> Browser:
    who = person(Role.SUBMITTER, login="li")
    settings = Settings.model_validate({"storage": {"data": tmp_path / "near"}, "ferry": {"media": near.ferry.medium}})
    app = create_app(
        settings,
        near.database,
        clock=near.clock,
        identify=lambda token, _active: who if token == SESSION else None,
        is_set_up=lambda: True,
    )
    return Browser(app, who)


FORM = {"purpose": "季度台账报送", "link": "外网到内网", "recipients": "zhang", "level": "internal"}


def everything_under(folder: Path) -> set[str]:
    return {os.path.relpath(Path(root) / name, folder) for root, _, names in os.walk(folder) for name in names}


def test_no_name_of_a_file_leads_out_of_the_store_or_onto_a_page(
    near: Site, submitter: Browser, tmp_path: Path
) -> None:
    before = everything_under(tmp_path)
    for name in NAMES:
        answer = submitter.post("/transfers/new", {**FORM, "files": (io.BytesIO(b"words\n"), name)})
        door = Door("transfers.submit", "POST", name)
        judge(answer, door)
        assert answer.status_code in {303, 400}, name
        if answer.status_code == 303:
            judge(submitter.get(answer.headers["Location"]), door)
    new = {path for path in everything_under(tmp_path) - before if "guanjin.db" not in path}
    assert all(path.startswith("near/ferry/objects/") for path in new), new
    assert all(set(Path(path).name) <= set("0123456789abcdef") for path in new), "names on disk are digests"


def test_a_name_with_an_end_of_text_is_refused_whole(near: Site, submitter: Browser) -> None:
    answer = submitter.post("/transfers/new", {**FORM, "files": (io.BytesIO(b"words\n"), "a.exe\x00.txt")})
    with near.database.read() as session:
        names = [file.name for row in session.query(FerryTransfer) for file in row.files]
    assert answer.status_code == 400 or names == ["a.exe.txt"]


BOUNDARY = "guanjin"


def multipart(*parts: str, end: str = f"--{BOUNDARY}--\r\n") -> bytes:
    return ("".join(f"--{BOUNDARY}\r\n{part}\r\n" for part in parts) + end).encode()


FIELD = 'Content-Disposition: form-data; name="{}"\r\n\r\n{}'
FILE = 'Content-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\nwords'
MALFORMED: dict[str, Callable[[], bytes]] = {
    "no end": lambda: multipart(FILE, end=""),
    "no boundary inside": lambda: b"words",
    "nothing": lambda: b"",
    "five thousand parts": lambda: multipart(*[FIELD.format("x", "y")] * 5000),
    "a field of two megabytes": lambda: multipart(FIELD.format("purpose", "x" * 2_000_000)),
    "headers without an end": lambda: multipart("X: " + "a" * 100_000),
    "a name without quotes": lambda: multipart('Content-Disposition: form-data; name=files; filename="\r\n\r\nx'),
    "two names": lambda: multipart('Content-Disposition: form-data; name="files"; name="purpose"\r\n\r\nx'),
    "a part within a part": lambda: multipart(
        f'Content-Disposition: form-data; name="files"\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n{FILE}'
    ),
    "half a character": lambda: (
        b'--guanjin\r\nContent-Disposition: form-data; name="\xff\xfe"\r\n\r\nx\r\n--guanjin--\r\n'
    ),
}


# Werkzeug leaves the file of a part without an end to the collector, which closes it at once.
@pytest.mark.filterwarnings("ignore:Unclosed file:ResourceWarning")
@pytest.mark.parametrize("case", list(MALFORMED))
def test_a_malformed_form_submits_nothing(near: Site, submitter: Browser, case: str) -> None:
    content_type = f"multipart/form-data; boundary={BOUNDARY}"
    answer = submitter.client.post("/transfers/new", data=MALFORMED[case](), content_type=content_type)
    assert 400 <= answer.status_code < 500
    with near.database.read() as session:
        assert session.query(FerryTransfer).count() == 0
