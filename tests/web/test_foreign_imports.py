"""What other systems know, brought in through the console: recognised, asked about, seen first, and free of secrets."""

import html
import json
import re
import shutil
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from core.database import Base, Database
from core.events import Event
from inventory.changes.words import remembered
from inventory.kinds import DeviceRole, ForeignSystem
from inventory.models import Device
from security.audit import Filter, find
from security.roles import Role
from tests.inventory.foreign.bringing import SAMPLES
from tests.web.conftest import Browser, StillClock, person
from tests.web.test_imports import PATH, events, seen
from web import uploads

Browse = Callable[..., Browser]
Files = dict[str, bytes]
LEAVES: Files = {
    "devices.json": json.dumps(
        [
            {
                "url": f"https://netbox.example/api/dcim/devices/{number}/",
                "id": number,
                "name": f"SW-0{number}",
                "role": {"slug": "leaf"},
            }
            for number in (1, 2)
        ]
    ).encode()
}


@pytest.fixture
def browser(browse: Browse) -> Browser:
    return browse(person(Role.NETWORK_ADMIN))


def files_of(name: str) -> Files:
    path = SAMPLES / name
    paths = sorted(path.iterdir()) if path.is_dir() else [path]
    return {one.name: one.read_bytes() for one in paths}


def uploaded(browser: Browser, files: Files, **fields: object) -> TestResponse:
    return browser.post(PATH, {"files": [(BytesIO(content), name) for name, content in files.items()], **fields})


def draft_of(browser: Browser, files: Files, **fields: object) -> str:
    answer = uploaded(browser, files, **fields)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def devices(database: Database) -> dict[str, DeviceRole]:
    with database.read() as session:
        return {device.name: device.role for device in session.scalars(select(Device))}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("netbox4", {}),
        ("netbox3", {}),
        ("librenms/devices.json", {"role:network": "access_switch"}),
        ("oxidized", {"role:*": "access_switch"}),
        ("nornir", {}),
    ],
)
def test_a_system_is_recognised_its_words_are_explained_and_the_whole_is_imported(
    browser: Browser, database: Database, name: str, words: dict[str, str]
) -> None:
    path = draft_of(browser, files_of(name))
    for word in words:
        assert f'<select name="{word}"' in browser.get(path).text
    if words:
        assert browser.post(f"{path}/words", words).status_code == 303
    assert 'class="btn p"' in browser.get(path).text
    answer = browser.post(path, {"seen": seen(browser, path)})
    assert answer.status_code == 303, answer.text
    assert devices(database)
    assert events(database) == ["inventory:ledger:upload", "inventory:ledger:import"]
    with database.read() as session:
        (record,) = find(session, Filter(event=Event.INVENTORY_IMPORTED)).records
    assert record.detail["words"] == [f"{word}={meaning}" for word, meaning in words.items()]
    assert record.subject.startswith(f"{name[:6]}")
    again = draft_of(browser, files_of(name))
    for word, meaning in words.items():
        if word == "role:*":
            continue  # of all other words: said for one import
        chosen = browser.get(again).text.partition(f'<select name="{word}"')[2].partition("</select>")[0]
        assert f'<option value="{meaning}" selected>' in chosen, "it was said with the last import"
    assert browser.post(again, {"seen": seen(browser, again)}).headers["Location"].endswith(PATH), "nothing to change"


def test_a_word_is_asked_for_can_be_said_otherwise_and_is_remembered_until_the_import(
    browser: Browser, database: Database
) -> None:
    path = draft_of(browser, LEAVES)
    page = browser.get(path).text
    assert 'aria-label="“leaf”的含义"' in page
    assert 'class="btn p"' not in page, "nothing is imported before it is said"
    browser.post(f"{path}/words", {"role:leaf": "router"})
    assert "路由器" in browser.get(f"{path}?group=new").text
    browser.post(f"{path}/words", {"role:leaf": ""})
    assert 'class="btn p"' not in browser.get(path).text, "and can be taken back"
    browser.post(f"{path}/words", {"role:leaf": "access_switch"})
    path = draft_of(browser, LEAVES)
    assert '<option value="access_switch" selected>' in browser.get(path).text, "the same files, corrected, ask no more"
    browser.post(path, {"seen": seen(browser, path)})
    assert devices(database) == {"SW-01": DeviceRole.ACCESS_SWITCH, "SW-02": DeviceRole.ACCESS_SWITCH}


def test_what_an_import_was_told_is_taken_back_with_a_later_one(browser: Browser, database: Database) -> None:
    path = draft_of(browser, LEAVES)
    browser.post(f"{path}/words", {"role:leaf": "access_switch"})
    browser.post(path, {"seen": seen(browser, path)})
    path = draft_of(browser, {"devices.json": LEAVES["devices.json"].replace(b"leaf", b"firewall")})
    browser.post(f"{path}/words", {"role:leaf": ""})
    with database.read() as session:
        assert remembered(session, ForeignSystem.NETBOX) == ("role:leaf=access_switch",), "until it is confirmed"
    browser.post(path, {"seen": seen(browser, path)})
    assert set(devices(database).values()) == {DeviceRole.FIREWALL}
    with database.read() as session:
        assert remembered(session, ForeignSystem.NETBOX) == ()


def test_a_confirmation_from_before_a_word_was_said_otherwise_writes_nothing(
    browser: Browser, database: Database
) -> None:
    path = draft_of(browser, LEAVES)
    browser.post(f"{path}/words", {"role:leaf": "router"})
    first = seen(browser, path)
    browser.post(f"{path}/words", {"role:leaf": "firewall"})
    assert browser.post(path, {"seen": first}).status_code == 409
    assert devices(database) == {}


@pytest.mark.parametrize("meaning", ["colour", "router=x", "路由器" * 100])
def test_a_meaning_that_is_none_is_refused(browser: Browser, meaning: str) -> None:
    path = draft_of(browser, LEAVES)
    answer = browser.post(f"{path}/words", {"role:leaf": meaning})
    assert answer.status_code == 400
    assert "inventory.foreign_word" in answer.text


def test_a_word_that_nobody_asked_for_is_passed_over(browser: Browser) -> None:
    path = draft_of(browser, LEAVES)
    assert browser.post(f"{path}/words", {"role:spine": "router"}).status_code == 303
    assert "spine" not in browser.get(path).text


def test_another_persons_words_are_not_ones_own(browse: Browse, browser: Browser) -> None:
    path = draft_of(browser, LEAVES)
    browser.post(f"{path}/words", {"role:leaf": "router"})
    other = browse(person(Role.NETWORK_ADMIN, login="lina", account_id=2))
    assert other.post(f"{path}/words", {"role:leaf": "router"}).status_code == 404
    assert 'class="btn p"' not in other.get(draft_of(other, LEAVES)).text


def test_a_word_is_shown_as_text_whatever_it_is(browser: Browser) -> None:
    word = '"><script>alert(1)</script>=='
    rows = json.loads(LEAVES["devices.json"])
    path = draft_of(browser, {"devices.json": json.dumps([{**row, "role": {"slug": word}} for row in rows]).encode()})
    page = browser.get(path).text
    assert "<script>alert" not in page
    names = [html.unescape(name) for name in re.findall(r'<select name="([^"]*)"', page)]
    assert browser.post(f"{path}/words", dict.fromkeys(names, "router")).status_code == 303
    assert 'class="btn p"' in browser.get(path).text


@pytest.mark.parametrize("name", ["oxidized", "nornir", "netbox4", "librenms/devices.json"])
def test_no_secret_of_the_files_reaches_the_database_or_the_page(
    browser: Browser, database: Database, name: str
) -> None:
    files = files_of(name)
    assert any(b"s3cret" in content for content in files.values())
    path = draft_of(browser, files)
    assert "s3cret" not in browser.get(path).text
    with database.read() as session:
        tables = [session.execute(select(table)).all() for table in Base.metadata.sorted_tables]
    assert "s3cret" not in str(tables)


def test_what_is_left_out_is_told_in_the_preview(browser: Browser) -> None:
    page = browser.get(draft_of(browser, files_of("oxidized"))).text
    assert "router.db：7 个凭据未导入" in page
    assert "config：4 个凭据未导入" in page


def test_a_zip_is_what_is_in_it(browser: Browser, tmp_path: Path) -> None:

    packed = Path(shutil.make_archive(str(tmp_path / "export"), "zip", SAMPLES / "netbox4"))
    assert "NetBox" in browser.get(draft_of(browser, {"export.zip": packed.read_bytes()})).text


def test_a_kind_takes_only_that(browser: Browser, database: Database) -> None:
    path = draft_of(browser, files_of("netbox4"), kind="region")
    browser.post(path, {"seen": seen(browser, path)})
    assert devices(database) == {}
    assert events(database)[-1] == "inventory:ledger:import"


@pytest.mark.parametrize(
    ("files", "fields", "told"),
    [
        ({"router.db": b"sw-1:vrp\n"}, {}, "inventory.foreign_unclear"),
        ({"a.xlsx": b"PK", "b.xlsx": b"PK"}, {}, "inventory.ledger_several"),
        ({"devices.json": b"[]"}, {"system": "netbox"}, "inventory.foreign_empty"),
        ({"devices.json": b"{"}, {"system": "netbox"}, "inventory.foreign_damaged"),
        ({"devices.json": b"[]"}, {"system": "zabbix"}, "zabbix"),
        ({"export.zip": b"PK\x03\x04broken"}, {}, "inventory.foreign_damaged"),
    ],
)
def test_files_that_cannot_be_read_are_refused_with_what_to_do(
    browser: Browser, files: Files, fields: dict[str, str], told: str
) -> None:
    answer = uploaded(browser, files, **fields)
    assert answer.status_code == 400
    assert told in answer.text


def test_no_more_is_taken_than_may_be_read(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MOST_BYTES", {"imports.upload": 1000})
    assert uploaded(browser, LEAVES).status_code == 303
    assert uploaded(browser, {"devices.json": b" " * 100_000}).status_code == 413


def test_a_system_that_is_said_is_believed(browser: Browser, database: Database) -> None:
    path = draft_of(browser, {"router.db": b"10.9.0.1;cisco;up\n"}, system="rancid")
    browser.post(f"{path}/words", {"role:*": "router"})
    browser.post(path, {"seen": seen(browser, path)})
    assert devices(database) == {"10.9.0.1": DeviceRole.ROUTER}


def test_a_foreign_draft_is_gone_after_a_day(browser: Browser, clock: StillClock) -> None:
    path = draft_of(browser, LEAVES)
    clock.pass_(hours=25)
    assert browser.get(path).status_code == 404
    assert browser.post(f"{path}/words", {"role:leaf": "router"}).status_code == 404


def test_an_english_reader_reads_old_and_new_words_in_english(browse: Browse, database: Database) -> None:
    with database.write() as session:
        session.add(Device(name="SW-01", role=DeviceRole.ROUTER))
    browser = browse(person(Role.NETWORK_ADMIN))
    browser.client.set_cookie("guanjin_language", "en")
    path = draft_of(browser, LEAVES)
    browser.post(f"{path}/words", {"role:leaf": "access_switch"})
    page = browser.get(f"{path}?group=changed").text
    assert "<del>router</del>" in page
    assert ">access switch</td>" in page
