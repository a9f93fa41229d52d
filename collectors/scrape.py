"""The metrics page on its way from the poller, which has it, to the web process, which may show it.

A unix socket in the data folder, because the two share nothing else but the database, and a page of many megabytes has
no place there. HTTP/1.0, so that `curl --unix-socket` serves as a tool; only GET /metrics is answered.
"""

import asyncio
import contextlib
import os
import socket
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from collectors.errors import PollerAwayError, SocketPathError
from collectors.exposition import CONTENT_TYPE
from core.settings import Settings

# The kernel's limit is 107; some of it stays for a data folder that is named a little longer later.
PATH_BYTES: Final = 100
REQUEST_BYTES: Final = 4096
TIMEOUT_S: Final = 10.0


def socket_path(settings: Settings) -> Path:
    """Raises SocketPathError when the operating system could not take it."""
    path = settings.storage.data / "run" / "poller.sock"
    length = len(os.fsencode(path))
    if length > PATH_BYTES:
        raise SocketPathError(path=path, length=length, limit=PATH_BYTES)
    return path


def read_metrics(settings: Settings, *, timeout_s: float = TIMEOUT_S) -> bytes:
    """The whole page. Raises PollerAwayError when there is no poller, or none that answers in time."""
    path = socket_path(settings)
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(timeout_s)
            connection.connect(str(path))
            connection.sendall(b"GET /metrics HTTP/1.0\r\n\r\n")
            answer = b"".join(iter(lambda: connection.recv(1 << 20), b""))
    except OSError as error:
        raise PollerAwayError(path=path, reason=error.strerror or str(error)) from error
    head, found, body = answer.partition(b"\r\n\r\n")
    status = head.split(b"\r\n", 1)[0]
    if not found or status.split(b" ")[1:2] != [b"200"]:
        raise PollerAwayError(path=path, reason=status.decode("latin-1") or "empty answer")
    return body


class MetricsServer:
    """Serves `pages()` to whoever may open the socket: the user that runs the product."""

    def __init__(self, path: Path, pages: Callable[[], Iterable[bytes]]) -> None:
        self.path = path
        self._pages = pages
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Left by a poller that was killed; a second poller is kept out by the supervisor's lock, not by this.
        self.path.unlink(missing_ok=True)
        before = os.umask(0o077)
        try:
            self._server = await asyncio.start_unix_server(self._answer, str(self.path), limit=REQUEST_BYTES)
        finally:
            os.umask(before)

    async def stop(self) -> None:
        if self._server:
            self._server.close()
            await self._server.wait_closed()
        self.path.unlink(missing_ok=True)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, TimeoutError):
            async with asyncio.timeout(TIMEOUT_S):
                try:
                    request = await reader.readuntil(b"\r\n\r\n")
                except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                    request = b""
                await self._respond(request.split(b"\r\n", 1)[0].split(b" "), writer)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    async def _respond(self, request: list[bytes], writer: asyncio.StreamWriter) -> None:
        if request[:2] != [b"GET", b"/metrics"]:
            writer.write(b"HTTP/1.0 404 Not Found\r\nContent-Type: text/plain\r\n\r\nonly GET /metrics\n")
            await writer.drain()
            return
        writer.write(f"HTTP/1.0 200 OK\r\nContent-Type: {CONTENT_TYPE}\r\n\r\n".encode())
        for page in self._pages():
            writer.write(page)
            await writer.drain()
