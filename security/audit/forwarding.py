"""Sending the log to a log server over TLS (RFC 5425) as it grows: a witness that the machine's owner cannot rewrite.

The log itself is the spool. What is sent comes from the table, and how far it has come stands in `audit_witness`; so
nothing is lost however long the server is away, and the order is that of the log. Syslog knows no receipts: a record
counts as delivered once the server's system has acknowledged its bytes, and because a server that breaks down may lose
what it had not read yet, every connection begins with the last `OVERLAP` records again. Their numbers tell.
"""

import array
import fcntl
import logging
import select as readiness
import socket
import ssl
import termios
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from core.clock import Clock
from core.database import Database
from core.settings import AuditSettings
from security.audit import rows, syslog
from security.audit.errors import WitnessUnreachableError
from security.audit.models import AuditCheckpoint, AuditWitness
from security.audit.rows import SEQUENCE

NAME = "syslog"
OVERLAP = 200
BATCH = 500
LOOK_S = 1.0
TIMEOUT_S = 20.0
LONGEST_PAUSE_S = 60.0
ERROR_LENGTH = 300

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Server:
    """`name` stands in its certificate, which `authority` (the system's authorities where it is None) has signed."""

    host: str
    port: int
    name: str
    authority: Path | None = None
    certificate: Path | None = None
    key: Path | None = None

    @contextmanager
    def connected(self) -> Iterator[ssl.SSLSocket]:
        """Raises WitnessUnreachableError: it does not answer, or is not who it should be."""
        try:
            context = ssl.create_default_context(cafile=self.authority)
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            if self.certificate:
                context.load_cert_chain(self.certificate, self.key)
            with (
                socket.create_connection((self.host, self.port), TIMEOUT_S) as plain,
                context.wrap_socket(plain, server_hostname=self.name) as secured,
            ):
                yield secured
        except (OSError, ValueError) as error:
            raise WitnessUnreachableError(host=self.host, port=self.port, reason=_reason(error)) from error


def server_of(settings: AuditSettings) -> Server | None:
    """None where none is configured."""
    if not settings.syslog_host:
        return None
    return Server(
        settings.syslog_host,
        settings.syslog_port,
        settings.syslog_name or settings.syslog_host,
        settings.syslog_authority,
        settings.syslog_certificate,
        settings.syslog_key,
    )


class Forwarder:
    """A thread of the worker. `host` is the name under which this machine's messages come."""

    def __init__(self, database: Database, server: Server, clock: Clock, host: str) -> None:
        self._database = database
        self._server = server
        self._clock = clock
        self._host = host

    def run(self, stop: threading.Event) -> None:
        """Until `stop`; where the server is away, looks for it again after a pause that grows to a minute."""
        pause = LOOK_S
        while not stop.is_set():
            try:
                with self._server.connected() as connection:
                    pause = LOOK_S
                    self._stream(connection, stop)
            except (WitnessUnreachableError, SQLAlchemyError) as error:
                _log.warning("audit log: %s", error)
                self._note(error)
            stop.wait(pause)
            pause = min(2 * pause, LONGEST_PAUSE_S)

    def _stream(self, connection: ssl.SSLSocket, stop: threading.Event) -> None:
        with self._database.read() as session:
            done = session.get(AuditWitness, NAME)
            record = max(0, done.sequence - OVERLAP) if done else 0
            signed = done.checkpoint if done else 0
        while not stop.is_set():
            with self._database.read() as session:
                page = next(rows.pages(session, record, size=BATCH), [])
                record = page[-1][SEQUENCE] if page else record
                found = _checkpoint(session, record, signed)
            messages = [syslog.of_record(rows.fields_of(raw), self._host) for raw in page]
            if found:
                messages.append(syslog.of_checkpoint(found.note, found.signed, self._host))
                signed = found.size
            if messages:
                connection.sendall(b"".join(map(syslog.framed, messages)))
                _until_acknowledged(connection, stop)
                self._advance(record, signed)
            if len(page) < BATCH:
                _until_more(connection, stop)

    def _advance(self, record: int, signed: int) -> None:
        with self._database.write() as session:
            row = session.get(AuditWitness, NAME) or AuditWitness(name=NAME, sequence=0, checkpoint=0)
            row.sequence, row.checkpoint = max(row.sequence, record), max(row.checkpoint, signed)
            row.delivered, row.error = self._clock.now(), ""
            session.add(row)

    def _note(self, error: Exception) -> None:
        """For the page that shows how the witnesses do; the log goes on without."""
        try:
            with self._database.write() as session:
                row = session.get(AuditWitness, NAME) or AuditWitness(name=NAME, sequence=0, checkpoint=0)
                row.error = str(error)[:ERROR_LENGTH]
                session.add(row)
        except SQLAlchemyError:
            _log.exception("audit log: the state of the log server could not be noted")


def _checkpoint(session: Session, record: int, signed: int) -> AuditCheckpoint | None:
    """The newest one that covers nothing unsent and was not sent yet."""
    statement = select(AuditCheckpoint).where(AuditCheckpoint.size <= record, AuditCheckpoint.size > signed)
    return session.scalars(statement.order_by(AuditCheckpoint.size.desc()).limit(1)).one_or_none()


def _until_acknowledged(connection: ssl.SSLSocket, stop: threading.Event) -> None:
    """Until the other side's system has everything: SIOCOUTQ (tcp(7)) counts what it has not acknowledged."""
    left = array.array("i", [0])
    for _ in range(int(TIMEOUT_S / 0.02)):
        fcntl.ioctl(connection, termios.TIOCOUTQ, left)
        if not left[0]:
            return
        stop.wait(0.02)
    raise TimeoutError("the log server takes nothing in")


def _until_more(connection: ssl.SSLSocket, stop: threading.Event) -> None:
    """A moment for new records, and a look whether the server is still there: it has nothing to say but good-bye."""
    readable, _, _ = readiness.select([connection], [], [], 0)
    if readable and not connection.recv(1024):
        raise ConnectionResetError("the log server closed the connection")
    stop.wait(LOOK_S)


def _reason(error: OSError | ValueError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    return getattr(error, "strerror", None) or str(error)
