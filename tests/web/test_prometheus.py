"""The doors for Prometheus: who may, and what is said when something is wrong."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, text, update

from collectors.errors import TargetUnknownError
from collectors.metrics.scrape import Handler, Query, ScrapeServer, socket_path
from core.database import Database
from core.settings import Settings, WebSettings
from inventory.models import Device
from tests.collectors.county import build
from tests.web.conftest import Browser
from web.pages.metrics import TIMEOUT_HEADER

Browse = Callable[..., Browser]
PAGE = b"ifIndex 1\n"


class Poller:
    """The poller's side of the socket, in a thread of its own."""

    def __init__(self, path: Path) -> None:
        self.asked: list[Query] = []
        self.go_on = threading.Event()
        self.go_on.set()
        self._loop = asyncio.new_event_loop()
        handlers: dict[str, Handler] = {"/metrics": self._all, "/snmp": self._one}
        self._server = ScrapeServer(path, handlers)
        self._thread = threading.Thread(target=self._loop.run_forever)

    def start(self) -> None:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._server.start(), self._loop).result(10)

    def stop(self) -> None:
        self.go_on.set()
        asyncio.run_coroutine_threadsafe(self._server.stop(), self._loop).result(10)
        asyncio.run_coroutine_threadsafe(self._last(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _last(self) -> None:
        """Let the connections close."""
        others = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*others)

    async def _all(self, _: Query) -> list[bytes]:
        return [PAGE] * 3

    async def _one(self, query: Query) -> list[bytes]:
        self.asked.append(query)
        await asyncio.to_thread(self.go_on.wait)
        if query.get("target") != "10.0.0.1":
            raise TargetUnknownError(target=query.get("target"))
        return [PAGE]


@pytest.fixture
def poller(settings: Settings) -> Iterator[Poller]:
    found = Poller(socket_path(settings))
    found.start()
    yield found
    found.stop()


@pytest.mark.parametrize("path", ["/metrics", "/snmp?target=10.0.0.1", "/sd"])
def test_metrics_are_for_this_machine_only(browse: Browse, poller: Poller, path: str) -> None:
    browser = browse()
    refused = browser.get(path, environ_base={"REMOTE_ADDR": "192.0.2.7"})
    assert (refused.status_code, refused.content_type) == (403, "text/plain; charset=utf-8")
    assert "web.scrape" in refused.text
    assert browser.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/metrics", "/snmp?target=10.0.0.1"])
def test_without_a_poller_the_reason_is_told(browse: Browse, path: str) -> None:
    answer = browse().get(path)
    assert answer.status_code == 502
    assert "collectors.poller_away" in answer.text


def test_the_whole_page_is_passed_on_with_its_length(browse: Browse, poller: Poller) -> None:
    answer = browse().get("/metrics")
    assert answer.data == PAGE * 3
    assert answer.headers["Content-Length"] == str(len(PAGE) * 3)
    assert browse().client.head("/metrics", buffered=True).status_code == 200


@pytest.mark.parametrize(
    ("header", "seconds"), [("10", 9.5), ("0.4", 0.2), ("", 9.5), ("soon", 9.5), ("nan", 9.5), ("-3", 9.5)]
)
def test_the_scrapers_patience_is_passed_on_less_what_the_answer_needs(
    browse: Browse, poller: Poller, header: str, seconds: float
) -> None:
    headers = {TIMEOUT_HEADER: header} if header else {}
    answer = browse().get("/snmp?target=10.0.0.1&module=health&community=secret", headers=headers)
    assert answer.data == PAGE
    assert poller.asked == [{"target": "10.0.0.1", "module": "health", "timeout": str(seconds)}]


def test_a_target_outside_the_inventory_is_not_found(browse: Browse, poller: Poller) -> None:
    answer = browse().get("/snmp?target=169.254.169.254")
    assert answer.status_code == 404
    assert "169.254.169.254" in answer.text
    assert "collectors.target_unknown" in answer.text


def test_slow_devices_leave_half_of_the_threads_to_people(browse: Browse, poller: Poller) -> None:
    browser = browse(web=WebSettings(threads=2))
    poller.go_on.clear()
    first: list[int] = []
    waiting = threading.Thread(target=lambda: first.append(browser.get("/snmp?target=10.0.0.1").status_code))
    waiting.start()
    while not poller.asked:
        waiting.join(0.01)
    second = browser.client.application.test_client().get("/snmp?target=10.0.0.1")
    assert second.status_code == 503
    assert "web.scrapes_busy" in second.text
    poller.go_on.set()
    waiting.join()
    assert first == [200]
    assert browser.get("/snmp?target=10.0.0.1").status_code == 200


def test_the_devices_that_speak_snmp_are_told_with_what_the_ledger_says(browse: Browse, database: Database) -> None:
    with database.write() as session:
        county = build(session, address="10.0.0.1", ports=(161, 1161))
        session.execute(update(Device).values(snmp_credential="site"))
        session.get_one(Device, county.access).snmp_credential = ""
    answer = browse().get("/sd")
    assert answer.content_type == "application/json"
    assert answer.json == [
        {
            "targets": ["10.0.0.1"],
            "labels": {
                "__meta_guanjin_device": "HX-CORE-01",
                "__meta_guanjin_role": "core_switch",
                "__meta_guanjin_unit": "政务中心",
                "__meta_guanjin_region": "昌宁县",
            },
        }
    ]
    with database.write() as session:
        session.execute(update(Device).values(snmp_credential="site"))
        session.get_one(Device, county.core).address = "core.example"
        session.get_one(Device, county.access).address = "2001:db8::1"
    assert [group["targets"] for group in browse().get("/sd").json] == [["[2001:db8::1]:1161"]]


def test_an_empty_inventory_is_an_empty_list_and_a_broken_one_is_not(browse: Browse, database: Database) -> None:
    with database.write() as session:
        session.execute(delete(Device))
    assert browse().get("/sd").json == []
    with database.write() as session:
        session.execute(text("ALTER TABLE inventory_device RENAME TO elsewhere"))
    broken = browse().get("/sd")
    assert broken.status_code == 503
    assert "web.discovery" in broken.text


def test_before_the_set_up_there_is_no_list(browse: Browse) -> None:
    browser = browse()
    application = browser.client.application
    console = application.extensions["guanjin"]
    application.extensions["guanjin"] = type(console)(**vars(console) | {"is_set_up": lambda: False})
    assert browser.get("/sd").status_code == 503
