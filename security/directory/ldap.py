"""Asking LDAP servers whether a password is somebody's: find the one entry of the name, then bind as it.

Encrypted or not at all, but on this very machine: ldaps://, or StartTLS before anything else is said. Referrals are
not followed, a second entry of the name is no answer, and a server that is away is followed by the next one.
"""

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from security.directory import messages
from security.directory.errors import DirectoryAnswerError, DirectoryAwayError, DirectoryTlsError
from security.directory.messages import Answer
from security.turnstile import Turnstile

PORTS: Final = {"ldap": 389, "ldaps": 636}
SEQUENCE: Final = 0x30
LONGEST_MESSAGE: Final = 65_536
MOST_ANSWERS: Final = 16
# A directory that hangs must not take the threads of everybody else.
_turnstile = Turnstile(at_once=2, waiting=4, patience_s=5.0)


@dataclass(frozen=True)
class Server:
    host: str
    port: int
    implicit_tls: bool

    @classmethod
    def of(cls, url: str) -> "Server":
        parts = urlsplit(url)
        return cls(parts.hostname or "", parts.port or PORTS[parts.scheme], parts.scheme == "ldaps")

    @property
    def here(self) -> bool:
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False


@dataclass(frozen=True)
class LdapDirectory:
    """`authority` None: the authorities of this machine's own list. `secret` gives the password of `bind_dn`."""

    servers: tuple[Server, ...]
    base: str
    attribute: str
    bind_dn: str
    authority: Path | None
    timeout_s: float
    secret: Callable[[], str] = field(repr=False, default=str)

    def holds(self, name: str, password: str) -> bool:
        """Whether the directory has exactly one such person, and this is the password.

        Raises DirectoryAwayError when no server answers, DirectoryTlsError, DirectoryAnswerError, PasswordsBusyError.
        """
        if not name or not password or "\x00" in password:
            return False
        with _turnstile:
            return self._first_that_answers(name, password)

    def _first_that_answers(self, name: str, password: str) -> bool:
        away: DirectoryAwayError | None = None
        for server in self.servers:
            try:
                return self._ask(server, name, password)
            except DirectoryAwayError as error:
                away = error
        raise away or DirectoryAwayError(reason="no server is set")

    def _ask(self, server: Server, name: str, password: str) -> bool:
        secret = self.secret() if self.bind_dn else ""
        if self.bind_dn and not secret:
            raise DirectoryAnswerError(reason="the password of this installation is empty")
        with self._connected(server) as line:
            if not line.bind(self.bind_dn, secret):
                raise DirectoryAnswerError(reason="the bind of this installation is refused")
            entries = line.find(self.base, self.attribute, name, max(1, int(self.timeout_s)))
        if len(entries) != 1 or not entries[0]:
            return False
        # On a line of its own: what was found out as one person is not asked on as another.
        with self._connected(server) as line:
            return line.bind(entries[0], password)

    @contextmanager
    def _connected(self, server: Server) -> Iterator["_Line"]:
        plain = server.here and not server.implicit_tls and self.authority is None
        try:
            with socket.create_connection((server.host, server.port), self.timeout_s) as opened:
                opened.settimeout(self.timeout_s)
                if plain:
                    yield _Line(opened)
                    return
                if not server.implicit_tls:
                    _Line(opened).start_tls()
                with self._context().wrap_socket(opened, server_hostname=server.host) as secured:
                    yield _Line(secured)
        except ssl.SSLError as error:
            raise DirectoryTlsError(reason=error.reason or type(error).__name__) from error
        except OSError as error:
            raise DirectoryAwayError(reason=error.strerror or type(error).__name__) from error

    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(self.authority) if self.authority else None)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context


class _Line:
    """One conversation; every question is answered before the next one is asked."""

    def __init__(self, opened: socket.socket) -> None:
        self._socket = opened
        self._number = 0

    def bind(self, name: str, password: str) -> bool:
        """Anonymously where there is no name."""
        (answer,) = self._ask(messages.bind(self._next(), name, password), "bindResponse")
        if answer.code not in {messages.SUCCESS, *messages.NOT_BY_THIS_PASSWORD}:
            raise DirectoryAnswerError(reason=f"bind: result {answer.code}")
        return answer.code == messages.SUCCESS

    def find(self, base: str, attribute: str, value: str, seconds: int) -> list[str]:
        """Names of the entries. Referrals to other servers are left alone."""
        question = messages.search(self._next(), base, attribute, value, seconds)
        answers = self._ask(question, "searchResDone", before=frozenset({"searchResEntry", "searchResRef"}))
        found = [answer.name for answer in answers if answer.kind == "searchResEntry"]
        # 4 is sizeLimitExceeded: more than two. 32 is noSuchObject: the base itself is wrong, which is our mistake.
        if answers[-1].code not in {messages.SUCCESS, 4}:
            raise DirectoryAnswerError(reason=f"search: result {answers[-1].code}")
        return found

    def start_tls(self) -> None:
        (answer,) = self._ask(messages.start_tls(self._next()), "extendedResp")
        if answer.code != messages.SUCCESS:
            raise DirectoryTlsError(reason=f"StartTLS: result {answer.code}")

    def _next(self) -> int:
        self._number += 1
        return self._number

    def _ask(self, question: bytes, last: str, before: frozenset[str] = frozenset()) -> list[Answer]:
        """Everything that is answered, until the kind of message that ends it. A server that is about to stop, or has
        no time, counts as one that is away, so that the next one is asked.
        """
        self._socket.sendall(question)
        answers: list[Answer] = []
        while len(answers) < MOST_ANSWERS:
            answer = messages.read(self._receive())
            if answer.number == messages.UNASKED or answer.code in messages.NOT_NOW:
                raise DirectoryAwayError(reason=f"{answer.kind}: result {answer.code}")
            if answer.number != self._number or answer.kind not in {last, *before}:
                raise DirectoryAnswerError(reason=f"{answer.kind} for {last}")
            answers.append(answer)
            if answer.kind == last:
                return answers
        raise DirectoryAnswerError(reason="too many answers")

    def _receive(self) -> bytes:
        """One message: a tag, its length (X.690, 8.1.3), and so many octets."""
        head = self._exactly(2)
        if head[0] != SEQUENCE:
            raise DirectoryAnswerError(reason="this is no LDAP")
        length, size = head[1], b""
        if length & 0x80:
            size = self._exactly(length & 0x7F)
            length = int.from_bytes(size)
        if len(size) > 4 or length > LONGEST_MESSAGE:  # noqa: PLR2004  # octets of a length that could be one
            raise DirectoryAnswerError(reason="the message is too long")
        return head + size + self._exactly(length)

    def _exactly(self, octets: int) -> bytes:
        found = bytearray()
        while len(found) < octets:
            some = self._socket.recv(octets - len(found))
            if not some:
                raise DirectoryAwayError(reason="the connection was closed")
            found += some
        return bytes(found)
