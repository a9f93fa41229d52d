"""Client certificates through a real nginx: who shows one that stands for the account needs the password besides."""

import re
import ssl
import urllib.parse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from pathlib import Path
from threading import Event, Thread

import pytest

from core.database import Database
from core.settings import Settings
from security import accounts, passwords, setup
from security.audit import SYSTEM
from security.factors import certificates, setting_up
from security.passwords import Cost
from security.roles import THREE_ADMINISTRATORS
from tests.nginx import HOST, Authority, Pair, nginx
from tests.web.conftest import StillClock
from web import server
from web.app import create_app
from web.client_certificate import CERTIFICATE, VERIFY, from_proxy

pytestmark = pytest.mark.slow

PASSWORD = "marble-otter-lantern"
LOGIN = "audit_admin"


@dataclass
class Client:
    """A browser's manners over one connection after the other: cookies, forms, perhaps a certificate."""

    port: int
    shows: Pair | None = None
    tls: bool = True
    source: str = "127.0.0.1"
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, path: str, form: Mapping[str, str] | None = None) -> tuple[int, str, str]:
        """Status, where it leads, and the page."""
        connection = self._connect()
        headers = {"Host": HOST, **self.headers, "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        body = None
        if form is not None:
            body = urllib.parse.urlencode(form)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request("GET" if form is None else "POST", path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        self._keep(answer)
        connection.close()
        return answer.status, answer.headers.get("Location", ""), text

    def submit(self, path: str, form: Mapping[str, str], on: str = "") -> tuple[int, str, str]:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.ask(on or path)[2])
        assert found
        return self.ask(path, {"csrf_token": found[1], **form})

    def log_in(self) -> str:
        """Where the log-in leads."""
        return self.submit("/login", {"login": LOGIN, "password": PASSWORD})[1]

    def _connect(self) -> HTTPConnection:
        if not self.tls:
            return HTTPConnection("127.0.0.1", self.port, timeout=30, source_address=(self.source, 0))
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        if self.shows:
            context.load_cert_chain(self.shows.certificate, self.shows.key)
        return HTTPSConnection("127.0.0.1", self.port, timeout=30, context=context)

    def _keep(self, answer: HTTPResponse) -> None:
        for header in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = header.partition(";")[0].partition("=")
            self.cookies[name] = value


@dataclass(frozen=True)
class House:
    """nginx at `port`, the console behind it at `console`; `mine` stands for the auditor."""

    port: int
    console: int
    database: Database
    authority: Authority
    mine: Pair
    number: int


@pytest.fixture
def house(tmp_path: Path, settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setattr(passwords, "COST", Cost(memory_kib=64, iterations=1, lanes=1))
    _set_up(database)
    authority = Authority(tmp_path)
    mine = authority.issue("mine", "/O=青岚县/CN=王芳")
    with database.write() as session:
        number = accounts.by_login(session, LOGIN).id
        certificates.enrol(session, number, mine.pem, actor=SYSTEM, clock=StillClock())
    web = {"listen_port": 0, "behind_tls_proxy": True, "public_host": HOST, "client_certificates": True}
    behind = Settings.model_validate({**settings.model_dump(), "web": web})
    with _serving(behind, database) as console, nginx(tmp_path, authority, console) as port:
        yield House(port, console, database, authority, mine, number)


def _set_up(database: Database) -> None:
    policy = passwords.PasswordPolicy(12)
    persons = {
        role: setup.Administrator(role.value, f"name of {role}", policy.accept(PASSWORD, login=role.value), False)
        for role in THREE_ADMINISTRATORS
    }
    with database.write() as session:
        setup.complete_setup(session, setup.issue_token(session), persons)


class _serving:  # noqa: N801  # used as a `with` block and nothing else
    def __init__(self, settings: Settings, database: Database) -> None:
        self._stop, self._ready, self._ports = Event(), Event(), list[int]()
        self._thread = Thread(target=server.run, args=(settings, database, self._stop, self._tell))

    def _tell(self, port: int) -> None:
        self._ports.append(port)
        self._ready.set()

    def __enter__(self) -> int:
        self._thread.start()
        assert self._ready.wait(30)
        return self._ports[0]

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(30)


def test_password_and_certificate_open_the_account_at_once(house: House) -> None:
    client = Client(house.port, shows=house.mine)
    assert client.log_in() == "/"
    assert client.ask("/audit")[0] == 200


def test_the_password_alone_does_not(house: House) -> None:
    client = Client(house.port)
    assert client.log_in().startswith("/second-factor")
    assert client.ask("/audit")[0] == 403
    status, _, text = client.submit("/second-factor/certificate", {}, on="/second-factor")
    assert (status, "factors.certificate_absent" in text) == (403, True)


def test_another_certificate_of_the_same_authority_is_not_this_persons(house: House) -> None:
    client = Client(house.port, shows=house.authority.issue("other", "/O=青岚县/CN=王芳"))
    assert client.log_in().startswith("/second-factor"), "the same name, and yet another certificate"
    assert client.ask("/audit")[0] == 403


def test_a_certificate_of_another_authority_is_stopped_by_the_proxy(house: House, tmp_path: Path) -> None:
    folder = tmp_path / "foreign"
    folder.mkdir()
    stranger = Authority(folder, "stranger").issue("mine", "/O=青岚县/CN=王芳")
    assert Client(house.port, shows=stranger).ask("/login")[0] == 400


def test_the_certificate_can_be_shown_at_the_second_step(house: House) -> None:
    client = Client(house.port)
    client.log_in()
    client.shows = house.mine
    assert client.submit("/second-factor/certificate", {}, on="/second-factor")[0] == 303
    assert client.ask("/audit")[0] == 200


def test_revoking_ends_the_session_and_the_certificate(house: House) -> None:
    client = Client(house.port, shows=house.mine)
    client.log_in()
    with house.database.write() as session:
        setting_up.revoke_certificate(session, house.number, 1, actor=SYSTEM, clock=StillClock())
    assert client.ask("/audit")[1].startswith("/login")
    with house.database.write() as session:
        other = house.authority.issue("next", "/CN=next")
        certificates.enrol(session, house.number, other.pem, actor=SYSTEM, clock=StillClock())
    again = Client(house.port, shows=house.mine)
    assert again.log_in().startswith("/second-factor")


def test_headers_that_a_browser_makes_up_are_overwritten_by_the_proxy(house: House) -> None:
    escaped = urllib.parse.quote(house.mine.pem)
    for verify, certificate in (
        ("X-Client-Verify", "X-Client-Certificate"),
        ("X_Client_Verify", "X_Client_Certificate"),
    ):
        client = Client(house.port, headers={verify: "SUCCESS", certificate: escaped})
        assert client.log_in().startswith("/second-factor"), verify


def test_headers_from_anybody_but_the_proxy_are_ignored(house: House) -> None:
    """127.0.0.2 reaches the console without nginx, as another machine would where it listens on more than loopback."""
    made_up = {"X-Client-Verify": "SUCCESS", "X-Client-Certificate": urllib.parse.quote(house.mine.pem)}
    client = Client(house.console, tls=False, source="127.0.0.2", headers=made_up)
    assert client.log_in().startswith("/second-factor")


def test_the_address_in_the_log_is_the_browsers_and_not_the_proxys(house: House) -> None:
    forwarded = {"X-Forwarded-For": "10.66.66.66"}
    Client(house.console, tls=False, source="127.0.0.2", headers=forwarded).log_in()
    Client(house.console, tls=False, source="127.0.0.1", headers=forwarded).log_in()
    with house.database.read() as session:
        from security.audit import Filter, find

        entries = find(session, Filter(event="security:session:password")).records
    assert [entry.address for entry in entries] == ["10.66.66.66", "127.0.0.2"]


def test_without_the_setting_the_headers_mean_nothing(settings: Settings, database: Database) -> None:
    app = create_app(settings, database)
    with app.test_request_context("/", environ_base={VERIFY: "SUCCESS", CERTIFICATE: "x"}):
        from web.client_certificate import fingerprint

        assert fingerprint() is None


@pytest.mark.parametrize(("proxy", "peer", "kept"), [(None, "127.0.0.1", False), ("127.0.0.1", "127.0.0.1", True)])
def test_the_headers_pass_from_the_proxy_only(*, proxy: str | None, peer: str, kept: bool) -> None:
    seen: list[bool] = []

    def application(environ: dict[str, object], _start: object) -> list[bytes]:
        seen.append(VERIFY in environ)
        return []

    from_proxy(application, proxy)({"REMOTE_ADDR": peer, VERIFY: "SUCCESS", CERTIFICATE: "x"}, lambda *_: None)
    assert seen == [kept]
