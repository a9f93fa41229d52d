"""Recognisable secrets are put into a running installation by every door; then they are searched for everywhere."""

import html
import re
import secrets
import sqlite3
import urllib.error
import urllib.parse
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path

import pytest

from core.clock import SystemClock
from demo.devices.fleet import Fleet
from demo.devices.model import Device as Emulated
from inventory.kinds import DeviceRole, SnmpVersion
from inventory.models import Device
from security.factors import totp
from tests.console import PASSWORD, Console, set_up
from tests.demo.running import running
from tests.durability.furnishing import emulated
from tests.installation import until
from tests.security.vault.places import PASSPHRASE
from tests.security.vault.sealed_site import SealedSite, first_log_in
from tests.security.vault.shapes import found_in, shapes

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


def planted(name: str) -> str:
    """With what gets escaped in one way or another."""
    return f"pl@nt/ed+{name}密-{secrets.token_hex(8)}"


SECRETS = {
    name: planted(name)
    for name in (
        "community",
        "auth",
        "privacy",
        "ssh",
        "totp",
        "typo",
        "misfit",
        "wrong",
        "form",
        "header",
        "password",
        "deposit",
    )
}
PIN = "73" + "".join(secrets.choice("0123456789") for _ in range(14))


class Search:
    """Everything that the secrets must not be in, and what it was found in."""

    def __init__(self, wanted: dict[str, str]) -> None:
        self._wanted = wanted
        self.found: list[str] = []
        self.bytes = 0

    def through(self, place: str, content: bytes) -> None:
        self.bytes += len(content)
        self.found += [f"{name} in {place}" for name, secret in self._wanted.items() if found_in(secret, content)]

    def files(self, folder: Path) -> None:
        for path in folder.rglob("*"):
            if path.is_file() and not path.is_symlink():
                self.through(str(path.relative_to(folder)), path.read_bytes())


class Answers:
    """All that the console answers, kept."""

    def __init__(self) -> None:
        self.body = b""

    def keep(self, console: Console, path: str, fields: dict[str, str] | None = None) -> None:
        try:
            text = console.page(path) if fields is None else console.submit(path, fields)
        except urllib.error.HTTPError as error:
            text = f"{error.headers}{error.read().decode()}"
        self.body += text.encode()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SealedSite]:
    with SealedSite(tmp_path / "site", vault={"source": "passphrase"}, polling={"interval_s": 5}) as site:
        yield site


def test_the_search_finds_every_shape() -> None:
    """A search that finds nothing is worth nothing unless it would have found something."""
    for shape in shapes(SECRETS["ssh"]):
        assert found_in(SECRETS["ssh"], b"before" + shape + b"after")
    assert not found_in(SECRETS["ssh"], "".join(SECRETS.values()).replace(SECRETS["ssh"], "").encode())


def test_no_planted_secret_lies_anywhere(site: SealedSite, tmp_path: Path) -> None:
    clock, answers = SystemClock(), Answers()
    devices = emulated("huawei_vrp", "h3c_comware")
    with running(devices, clock) as fleet:
        store(site)
        site.up_and_working()
        key = use_the_console(site, answers)
        work_and_fail(site, fleet, devices)
        recovery = back_up(site, tmp_path)
        everything = SECRETS | {
            "passphrase": PASSPHRASE,
            "pin": PIN,
            "first password": PASSWORD,
            "key of one-time codes": key,
            "set-up token": site.token,
            "session token": session_token(site, answers),
            "recovery key": recovery,
        }
        search = Search(everything)
        look_at_processes(site, search)
        search.through("answers of the console", answers.body)
        search.through("output of the commands", site.said.replace(recovery.encode(), b""))
        search.files(site.folder)
        site.down()
    search.files(site.folder)
    search.through("backup", (tmp_path / "a.backup").read_bytes())
    assert search.found == []
    assert search.bytes > 1_000_000
    assert "closed the connection" not in site.words()


def store(site: SealedSite) -> None:
    """By the commands; and what they refuse must not be repeated in the refusal."""
    import json

    def put(realm: str, name: str, kind: str, values: dict[str, str], code: int = 0) -> None:
        site.guanjin("credential", "set", realm, name, "--kind", kind, "--stdin", stdin=json.dumps(values), code=code)

    put("monitor", "ro", "snmp-v2c", {"community": SECRETS["community"]})
    put(
        "monitor",
        "v3",
        "snmp-v3",
        {
            "username": "ops",
            "authentication": "sha256",
            "auth_password": SECRETS["auth"],
            "privacy": "aes128",
            "privacy_password": SECRETS["privacy"],
        },
    )
    put("change", "ssh", "ssh-password", {"username": "netops", "password": SECRETS["ssh"]})
    put("change", "totp", "other", {"seed": SECRETS["totp"]})
    put("change", "bad", "ssh-password", {"passwrod": SECRETS["misfit"]}, code=2)
    site.guanjin("credential", "set", "change", "bad", "--kind", "other", "--stdin", stdin=SECRETS["typo"], code=2)
    site.guanjin("ferry", "init", "外网")
    site.guanjin("ferry", "key", "approver", "wang", "--role", "security_officer", "--pin-stdin", stdin=f"{PIN}\n")
    site.passphrase = SECRETS["wrong"]
    site.guanjin("credential", "list")
    site.guanjin("credential", "set", "change", "x", "--kind", "other", "--stdin", stdin='{"a": "b"}', code=3)
    site.passphrase = PASSPHRASE


def use_the_console(site: SealedSite, answers: Answers) -> str:
    """Set up, log in rightly and wrongly, send forms without a token, type a credential; returns the key of one-time
    codes that it has set up, which the console shows just then.
    """
    answers.keep(Console(site.url), "/setup", {"token": SECRETS["form"]})
    set_up(site)
    answers.keep(Console(site.url), "/login", {"login": "system_admin", "password": SECRETS["wrong"]})
    with suppress(urllib.error.HTTPError):
        urllib.request.urlopen(
            f"{site.url}/login", f"password={urllib.parse.quote(SECRETS['form'])}".encode(), timeout=9
        )
    request = urllib.request.Request(f"{site.url}/devices", headers={"Cookie": f"x={SECRETS['header'].encode().hex()}"})
    with suppress(urllib.error.HTTPError):
        urllib.request.urlopen(request, timeout=9)
    for login, pages in {
        "system_admin": ("/credentials", "/credentials/new", "/accounts", "/devices", "/jobs", "/about"),
        "audit_admin": ("/audit",),
    }.items():
        console = first_log_in(site, login, SECRETS["password"])
        for page in pages:
            answers.keep(console, page)
        if login == "system_admin":
            form = {"name": "typed", "username": "ops", "password": SECRETS["deposit"]}
            answers.keep(console, "/credentials/new?kind=ssh-password", form)
            refused = {"name": " ", "community": SECRETS["deposit"]}
            answers.keep(console, "/credentials/new?kind=snmp-v2c", refused)
            key = set_up_codes(console)
            answers.keep(console, "/me")
    for page in ("/metrics", "/healthz", "/none"):
        answers.keep(Console(site.url), page)
    return key


def set_up_codes(console: Console) -> str:
    found = re.search(r'name="key" value="([^"]+)"', console.page("/me/one-time-codes"))
    assert found
    key = html.unescape(found[1])
    secret = totp.read(key)
    assert secret
    fields = {"code": totp.code_of(secret, totp.step_of(SystemClock().now())), "password": SECRETS["password"]}
    console.submit("/me/one-time-codes", {"key": key, **fields})
    return key


def session_token(site: SealedSite, answers: Answers) -> str:
    console = Console(site.url)
    console.log_in("audit_admin", SECRETS["password"])
    answers.keep(console, "/audit")
    (token,) = [cookie.value for cookie in console.cookies if cookie.name.endswith(str(site.port))]
    assert token
    return token


def work_and_fail(site: SealedSite, fleet: Fleet, devices: Sequence[Emulated]) -> None:
    """Devices that know none of the credentials: polling is not answered, the SSH log-in is refused."""
    database = site.open()
    with database.write() as session:
        for device, credential in zip(devices, ("ro", "v3"), strict=True):
            at = fleet.endpoint(device.name)
            session.add(
                Device(
                    name=device.name,
                    role=DeviceRole.ACCESS_SWITCH,
                    platform=device.platform,
                    address=at.address,
                    snmp_port=at.snmp_port,
                    snmp_version=SnmpVersion.V3 if credential == "v3" else SnmpVersion.V2C,
                    snmp_credential=credential,
                    ssh_port=at.ssh_port,
                    ssh_credential="ssh",
                )
            )
    database.close()
    site.guanjin("config", "backup", devices[0].name)
    until(lambda: "automation.login_refused" in site.guanjin("job", "list", "--json"), "the log-in was refused", 60)
    until(lambda: devices[1].name in site.guanjin("health", "list", "--json"), "the poller has seen the device", 60)
    site.guanjin("vault", "rotate")
    site.guanjin("vault", "rotate", "--master")
    site.guanjin("credential", "delete", "change", "totp")
    site.guanjin("vault", "status")
    site.guanjin("audit", "list")


def back_up(site: SealedSite, folder: Path) -> str:
    recovery = site.guanjin("backup", "key").strip()
    site.guanjin("backup", "create", str(folder / "a.backup"))
    site.guanjin("backup", "verify", str(folder / "a.backup"), "--key", "-", stdin=recovery)
    site.guanjin("backup", "verify", str(folder / "a.backup"), "--key", "-", stdin=recovery[:-1], code=2)
    return recovery


def look_at_processes(site: SealedSite, search: Search) -> None:
    """Environment, arguments and limits; none of them may leave a core."""
    processes = site.processes()
    assert len(processes) >= 4
    for pid in processes:
        proc = Path(f"/proc/{pid}")
        search.through(f"environment of {pid}", (proc / "environ").read_bytes())
        search.through(f"arguments of {pid}", (proc / "cmdline").read_bytes())
        limits = (proc / "limits").read_text()
        (core,) = [line for line in limits.splitlines() if line.startswith("Max core file size")]
        assert core.split()[-3:-1] == ["0", "0"], core


def test_the_bytes_of_a_deleted_secret_are_gone(site: SealedSite) -> None:
    """SQLite's secure_delete, and the WAL once it was checkpointed."""
    site.guanjin("credential", "set", "change", "hw", "--kind", "other", "--stdin", stdin='{"password": "x"}')
    path = site.data / "guanjin.db"
    with closing(sqlite3.connect(path)) as connection:
        (ciphertext,) = connection.execute("SELECT ciphertext FROM vault_secret WHERE name = 'hw'").fetchone()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert ciphertext in path.read_bytes()
    site.guanjin("credential", "delete", "change", "hw")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for file in site.data.glob("guanjin.db*"):
        assert ciphertext not in file.read_bytes(), file
