"""What Prometheus wants, on its way from the poller, which has it, to the web process, which may show it.

    Prometheus --HTTP--> web process --unix socket--> poller: /metrics, everything; /snmp, one device asked on demand

A unix socket in the data folder, because the two share nothing else but the database, and a page of many megabytes has
no place there. HTTP/1.0, so that `curl --unix-socket` serves as a tool. The length goes ahead: a page that was cut off
must not be taken for a whole one. An error travels as its code and its facts.
"""

import asyncio
import contextlib
import json
import os
import socket
import urllib.parse
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from collectors.errors import PollerAwayError, SocketPathError
from collectors.metrics.exposition import CONTENT_TYPE
from core.errors import GuanjinError, remembered
from core.settings import Settings

# The kernel's limit is 107; some of it stays for a data folder that is named a little longer later.
PATH_BYTES: Final = 100
REQUEST_BYTES: Final = 4096
HEAD_BYTES: Final = 4096
TIMEOUT_S: Final = 10.0
WRITE_S: Final = 60.0
# Pieces for one write: some hundred kilobytes, as much as the kernel takes at once.
TOGETHER: Final = 64
SEND_BUFFER: Final = 1 << 20
RECEIVE_BYTES: Final = 1 << 20

Query = Mapping[str, str]
Handler = Callable[[Query], Awaitable[Sequence[bytes]]]


def socket_path(settings: Settings) -> Path:
    """Raises SocketPathError when the operating system could not take it."""
    path = settings.storage.data / "run" / "poller.sock"
    length = len(os.fsencode(path))
    if length > PATH_BYTES:
        raise SocketPathError(path=path, length=length, limit=PATH_BYTES)
    return path


@dataclass(frozen=True)
class Page:
    """`pieces` raises PollerAwayError when the poller goes away before `length` bytes came."""

    length: int
    pieces: Iterator[bytes]
    close: Callable[[], None]


def read_metrics(settings: Settings, *, timeout_s: float = TIMEOUT_S) -> bytes:
    """The whole page. Raises PollerAwayError when there is no poller, or none that answers in time."""
    return b"".join(open_page(settings, "/metrics", timeout_s=timeout_s).pieces)


def open_page(settings: Settings, path: str, query: Query | None = None, *, timeout_s: float = TIMEOUT_S) -> Page:
    """Raises PollerAwayError, and whatever error the poller found."""
    place = socket_path(settings)
    request = f"GET {path}?{urllib.parse.urlencode(query or {})} HTTP/1.0\r\n\r\n"
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(timeout_s)
        connection.connect(str(place))
        connection.sendall(request.encode())
        status, length, rest = _head(connection, place)
    except OSError as error:
        connection.close()
        raise PollerAwayError(path=place, reason=error.strerror or str(error)) from error
    except PollerAwayError:
        connection.close()
        raise
    pieces = _pieces(connection, place, length, rest)
    if status != "200":
        raise _told(b"".join(pieces), place, status)
    return Page(length, pieces, connection.close)


def _head(connection: socket.socket, place: Path) -> tuple[str, int, bytes]:
    """Status, length, and what already came of the body."""
    received = b""
    while b"\r\n\r\n" not in received and len(received) < HEAD_BYTES:
        more = connection.recv(HEAD_BYTES)
        if not more:
            break
        received += more
    head, found, rest = received.partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    fields = dict(line.split(": ", 1) for line in lines if ": " in line)
    if not found or not fields.get("Content-Length", "").isdigit():
        raise PollerAwayError(path=place, reason=status or "empty answer")
    return status.split(" ")[1], int(fields["Content-Length"]), rest


def _pieces(connection: socket.socket, place: Path, length: int, rest: bytes) -> Iterator[bytes]:
    with connection:
        missing = length
        while True:
            missing -= len(rest)
            yield rest
            if missing <= 0:
                return
            try:
                rest = connection.recv(RECEIVE_BYTES)
            except OSError as error:
                raise PollerAwayError(path=place, reason=error.strerror or str(error)) from error
            if not rest:
                raise PollerAwayError(path=place, reason="the answer was cut off")


def _told(body: bytes, place: Path, status: str) -> GuanjinError:
    """The error that the poller met."""
    try:
        told = json.loads(body)
        error = remembered(told["code"], told["facts"])
    except (ValueError, KeyError, TypeError):
        error = None
    return error or PollerAwayError(path=place, reason=f"status {status}")


class ScrapeServer:
    """Serves each path's handler to whoever may open the socket: the user that runs the product."""

    def __init__(self, path: Path, handlers: Mapping[str, Handler]) -> None:
        self.path = path
        self._handlers = handlers
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Left by a poller that was killed; a second poller is kept out by the supervisor's lock, not by this.
        self.path.unlink(missing_ok=True)
        before = os.umask(0o077)
        try:
            self._server = await asyncio.start_unix_server(self._serve, str(self.path), limit=REQUEST_BYTES)
        finally:
            os.umask(before)

    async def stop(self) -> None:
        if self._server:
            self._server.close()
            await self._server.wait_closed()
        self.path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, TimeoutError):
            status, kind, pieces = await self._answer(await _request(reader))
            length = sum(map(len, pieces))
            head = f"HTTP/1.0 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n"
            async with asyncio.timeout(WRITE_S):
                await _send(writer, [head.encode(), *pieces])
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    async def _answer(self, request: tuple[str, Query] | None) -> tuple[str, str, Sequence[bytes]]:
        path, query = request or ("", {})
        handler = self._handlers.get(path)
        if handler is None:
            known = f"only GET {' or '.join(self._handlers)}\n"
            return "404 Not Found", "text/plain", [known.encode()]
        try:
            return "200 OK", CONTENT_TYPE, await handler(query)
        except GuanjinError as error:
            facts = {name: _plain(fact) for name, fact in error.facts.items()}
            body = json.dumps({"code": error.code, "facts": facts})
            return f"{error.category.http_status} Error", "application/json", [body.encode()]


async def _send(writer: asyncio.StreamWriter, pieces: Sequence[bytes]) -> None:
    """Past the stream, which would copy everything twice; the kernel takes the pieces from where they are."""
    loop = asyncio.get_running_loop()
    with socket.fromfd(writer.get_extra_info("socket").fileno(), socket.AF_UNIX, socket.SOCK_STREAM) as own:
        own.settimeout(0)
        own.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        place, sent = 0, 0  # the first piece that is not sent in full, and what was sent of it
        while place < len(pieces):
            some: list[memoryview | bytes] = [memoryview(pieces[place])[sent:], *pieces[place + 1 : place + TOGETHER]]
            try:
                sent += own.sendmsg(some)
            except BlockingIOError:
                await _writable(loop, own)
                continue
            while place < len(pieces) and sent >= len(pieces[place]):
                sent -= len(pieces[place])
                place += 1


async def _writable(loop: asyncio.AbstractEventLoop, own: socket.socket) -> None:
    ready = asyncio.Event()
    loop.add_writer(own, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_writer(own)


async def _request(reader: asyncio.StreamReader) -> tuple[str, Query] | None:
    """The path and the query; of a field given twice, the first."""
    try:
        async with asyncio.timeout(TIMEOUT_S):
            received = await reader.readuntil(b"\r\n\r\n")
        method, target, _ = received.split(b"\r\n", 1)[0].decode("ascii").split(" ")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
        return None
    path, _, query = target.partition("?")
    fields = urllib.parse.parse_qs(query)
    return (path, {name: values[0] for name, values in fields.items()}) if method == "GET" else None


def _plain(fact: object) -> object:
    return fact if isinstance(fact, str | int | float) else str(fact)
