"""The log at a real log server over TLS: complete, in order, with checkpoints, however often the server is away."""

import json
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core import schema
from core.clock import SystemClock
from core.database import Database, sqlite_url
from core.events import Event
from security.audit import SYSTEM, Actor, record, syslog, verify, witness
from security.audit.forwarding import NAME, OVERLAP, Forwarder, Server
from security.audit.models import AuditKey, AuditWitness
from security.audit.recording import Happening, record_all
from security.audit.signing import sign_new
from tests.installation import free_port, until
from tests.security.audit.logs import KEY

CONFIG = """
global(workDirectory="{folder}" maxMessageSize="64k"
    defaultNetstreamDriverCAFile="{folder}/ca.pem"
    defaultNetstreamDriverCertFile="{folder}/server.pem"
    defaultNetstreamDriverKeyFile="{folder}/server.key")
module(load="imtcp" streamDriver.name="gtls" streamDriver.mode="1" streamDriver.authMode="{authentication}")
input(type="imtcp" port="{port}" address="127.0.0.1")
template(name="raw" type="string" string="%timestamp:::date-rfc3339% %app-name% %msgid% %msg%\\n")
action(type="omfile" file="{folder}/audit.log" template="raw" flushOnTXEnd="on" asyncWriting="off")
"""


def openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


def certificates(folder: Path) -> None:
    """An authority, the log server's certificate by it, and one for this machine."""
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")
    openssl(folder, "req", "-x509", *key, "-subj", "/CN=authority", "-keyout", "ca.key", "-out", "ca.pem")
    for name in ("server", "client"):
        request = ("-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}.example")
        signer = ("-CA", "ca.pem", "-CAkey", "ca.key")
        openssl(folder, "req", "-x509", *key, *signer, *request, "-keyout", f"{name}.key", "-out", f"{name}.pem")


@dataclass
class LogServer:
    """Debian's rsyslog, started and stopped as often as a test likes."""

    folder: Path
    port: int
    authentication: str = "anon"

    @property
    def log(self) -> Path:
        return self.folder / "audit.log"

    def lines(self) -> list[str]:
        return self.log.read_text(encoding="utf-8").splitlines() if self.log.exists() else []

    def numbers(self) -> list[int]:
        found = [json.loads(line[line.index("{") :]) for line in self.lines() if " record " in line]
        return [one["sequence"] for one in found]

    @contextmanager
    def running(self) -> Iterator[None]:
        config = self.folder / "rsyslog.conf"
        config.write_text(
            CONFIG.format(folder=self.folder, port=self.port, authentication=self.authentication), encoding="utf-8"
        )
        command = ["rsyslogd", "-n", "-f", str(config), "-i", str(self.folder / "pid")]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            until(self._answers, "the log server answers", 20)
            yield
        finally:
            process.terminate()
            process.wait(20)

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def as_seen(self) -> Server:
        return Server("127.0.0.1", self.port, "server.example", self.folder / "ca.pem")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("authority")
    certificates(folder)
    return folder


@pytest.fixture
def log_server(authority: Path, tmp_path: Path) -> LogServer:
    folder = tmp_path / "rsyslog"
    shutil.copytree(authority, folder)
    return LogServer(folder, free_port())


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Database]:
    database = Database(sqlite_url(tmp_path / "guanjin.db"))
    schema.upgrade(database)
    with database.write() as session:
        session.add(AuditKey(verifier=str(KEY.verifier), created=datetime.now(UTC)))
    yield database
    database.close()


def add(database: Database, count: int) -> None:
    with database.write() as session:
        record_all(session, [Happening(Event.OBJECT_CHANGED, SYSTEM, f"设备:{n}") for n in range(count)])
    sign_new(database, KEY, SystemClock())


@contextmanager
def forwarding(database: Database, server: Server) -> Iterator[None]:
    stop = threading.Event()
    forwarder = Forwarder(database, server, SystemClock(), "county.example")
    thread = threading.Thread(target=forwarder.run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(30)
    assert not thread.is_alive()


def state(database: Database) -> AuditWitness | None:
    with database.read() as session:
        return session.get(AuditWitness, NAME)


def reached(database: Database) -> tuple[int, int, str]:
    """The last record and the last checkpoint that the server has, and what is wrong with it."""
    found = state(database)
    return (found.sequence, found.checkpoint, found.error) if found else (0, 0, "")


def trouble(database: Database) -> str:
    return reached(database)[2]


@pytest.mark.slow
def test_the_log_arrives_whole_and_in_order_however_often_the_server_is_away(
    log: Database, log_server: LogServer
) -> None:
    add(log, 700)
    with forwarding(log, log_server.as_seen()):
        until(lambda: trouble(log), "the server is missed")
        with log_server.running():
            until(lambda: len(set(log_server.numbers())) == 700, "what was waiting is sent")
            add(log, 20)
            until(lambda: 720 in log_server.numbers(), "what comes is sent")
        add(log, 900)
        until(lambda: trouble(log), "the server is missed again")
        with log_server.running():
            until(lambda: 1620 in log_server.numbers(), "what came meanwhile is sent")
            until(lambda: reached(log) == (1620, 1620, ""), "its checkpoint too, and all of it counts as delivered")
        until(lambda: reached(log)[2], "and the server is missed a third time")
    numbers = log_server.numbers()
    assert sorted(set(numbers)) == list(range(1, 1621))
    first_seen = list(dict.fromkeys(numbers))
    assert first_seen == sorted(first_seen)
    assert len(numbers) - 1620 <= 2 * OVERLAP
    assert reached(log)[:2] == (1620, 1620)


@pytest.mark.slow
def test_what_the_server_keeps_holds_the_log_to_it(log: Database, log_server: LogServer) -> None:
    add(log, 30)
    with log_server.running(), forwarding(log, log_server.as_seen()):
        until(lambda: any("checkpoint" in line for line in log_server.lines()), "the checkpoint arrives")
    kept = witness.checkpoints(log_server.lines(), [KEY.verifier])
    assert [claim.size for claim in kept] == [30]
    with log.read() as session:
        assert verify(session, witnesses=kept).broken is None
        assert verify(session, witnesses=[replace(kept[0], size=31)]).broken is not None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "authority_file", "reason"),
    [("other.example", "ca.pem", "Hostname mismatch"), ("server.example", "client.pem", "unable to get")],
)
def test_a_server_that_is_not_who_it_should_be_gets_nothing(
    log: Database, log_server: LogServer, name: str, authority_file: str, reason: str
) -> None:
    add(log, 3)
    impostor = replace(log_server.as_seen(), name=name, authority=log_server.folder / authority_file)
    with log_server.running(), forwarding(log, impostor):
        until(lambda: trouble(log), "the certificate is refused")
    assert reason in trouble(log)
    assert log_server.lines() == []


@pytest.mark.slow
def test_a_server_that_asks_for_a_certificate_gets_one(log: Database, log_server: LogServer) -> None:
    log_server.authentication = "x509/certvalid"
    folder = log_server.folder
    known = replace(log_server.as_seen(), certificate=folder / "client.pem", key=folder / "client.key")
    add(log, 3)
    with log_server.running(), forwarding(log, known):
        until(lambda: 3 in log_server.numbers(), "the records arrive")


def test_a_message_has_the_form_of_rfc_5424() -> None:
    fields = {"sequence": 7, "at": "2026-11-23T08:00:00.000123Z", "result": "refused", "subject": "设备"}
    message = syslog.of_record(fields, "county 政务")
    head, text = message.decode().split(" \ufeff")
    assert head == '<108>1 2026-11-23T08:00:00.000123Z county guanjin - record [meta sequenceId="7"]'
    assert json.loads(text) == fields
    assert syslog.framed(b"abc") == b"3 abc"
    assert b" - record - " in syslog.of_record({**fields, "sequence": 2**31}, "x")


def test_the_record_of_a_hostile_name_stays_one_message(log: Database) -> None:
    with log.write() as session:
        record(session, Event.LOGIN_FAILED, Actor("a\n<13>1 - forged", "person"), detail={"x": "\r\n\0"})
    message = syslog.of_record({"sequence": 1, "at": "x", "result": "ok", "detail": "\r\n\0"}, "h\n<13>")
    assert b"\n" not in message
    assert b"\0" not in message
