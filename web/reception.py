"""What the server takes from the network before it knows whom it serves: whole requests, in time, and not too much.

Waitress waits for slow clients without spending a thread, but for as long as they like, lets a hundred of them keep
everybody else out, and stores a body of any allowed size before the application is asked who sends it. Here a request
has a time to arrive, the half-finished ones make room when it gets crowded, and a large body is taken only from
somebody who may submit files.

Where RFC 9112 leaves a choice between mending an ambiguous request and refusing it, it is refused: two programs that
mend differently (a proxy and this one) are what request smuggling lives on.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.utilities import RequestEntityTooLarge

Admit = Callable[[str, str], int]
"""The largest body for this path and Cookie header, in bytes."""

HEADER_BYTES: Final = 32_768
HEADER_S: Final = 15.0
# A body may take its time as long as it flows.
BODY_GRACE_S: Final = 30.0
BODY_BYTES_PER_S: Final = 1024
IDLE_S: Final = 60.0


@dataclass(frozen=True)
class Arrival:
    """A connection as the housekeeping sees it. `began` is when its present request started to arrive, None between
    two requests; `served` says that an answer is being worked out or sent.
    """

    began: float | None
    headers_done: bool
    body_bytes: int
    last_activity: float
    served: bool

    def overdue(self, now: float) -> bool:
        """Pure, so that every clock can be tried on it."""
        if self.served:
            return False
        if self.began is None:
            return now - self.last_activity > IDLE_S
        if not self.headers_done:
            return now - self.began > HEADER_S
        return self.body_bytes < (now - self.began - BODY_GRACE_S) * BODY_BYTES_PER_S


class Parser(HTTPRequestParser):  # type: ignore[misc]  # waitress has no types
    """Refuses what two programs could read in two ways, and bodies that nobody asked for."""

    error: Any

    def __init__(self, adj: Any, admit: Admit) -> None:
        super().__init__(adj)
        self._admit = admit
        self._largest = 0

    def parse_header(self, header_plus: bytes) -> None:
        if b"\r\n " in header_plus or b"\r\n\t" in header_plus:
            raise ParsingError("a folded header line (RFC 9112, section 5.2)")
        super().parse_header(header_plus)
        encoded = self.chunked or "TRANSFER_ENCODING" in self.headers
        if encoded and (self.version != "1.1" or "CONTENT_LENGTH" in self.headers):
            raise ParsingError("Transfer-Encoding beside another length (RFC 9112, section 6.1)")
        if self.version not in {"1.0", "1.1"}:
            raise ParsingError("this version of HTTP is not spoken")
        host = self.headers.get("HOST", "")
        if "," in host or (self.version == "1.1" and not host):
            raise ParsingError("not one Host (RFC 9112, section 3.2)")
        self._largest = self._admit(self.path, self.headers.get("COOKIE", "")) if self.body_rcv is not None else 0

    def received(self, data: bytes) -> int:
        taken: int = super().received(data)
        if (
            self.body_rcv is not None
            and not self.error
            and max(self.content_length, self.body_bytes_received) > self._largest
        ):
            self.error = RequestEntityTooLarge(f"more than {self._largest} bytes")
            self.completed = True
        return taken


class Channel(HTTPChannel):  # type: ignore[misc]  # waitress has no types
    """A connection that remembers since when its present request has been arriving."""

    admit: Admit
    began: float | None = None

    def parser_class(self, adj: Any) -> Parser:
        return Parser(adj, self.admit)

    def received(self, data: bytes) -> bool:
        if self.began is None:
            self.began = time.time()
        taken: bool = super().received(data)
        if self.request is None:
            self.began = None
        return taken

    def arrival(self) -> Arrival:
        request = self.request
        return Arrival(
            self.began if request is not None else None,
            request is not None and request.headers_finished,
            request.body_bytes_received if request is not None else 0,
            self.last_activity,
            bool(self.requests),
        )

    def stuck(self, now: float) -> bool:
        """Its answer waits for a reader that does not read; the thread that writes it is waiting, too."""
        return bool(self.total_outbufs_len) and now - self.last_activity > IDLE_S


def tidy(channels: Iterable[Channel], now: float, room: int) -> int:
    """Close what is overdue, and the oldest unfinished requests where more than `room` connections are open.

    Returns how many were closed. Called by the server's own loop, which is the only one that closes sockets.
    """
    open_ = list(channels)
    ended = [one for one in open_ if one.arrival().overdue(now) or one.stuck(now)]
    crowd = len(open_) - len(ended) - room
    if crowd > 0:
        unfinished = [one for one in open_ if one not in ended and not one.requests and not one.total_outbufs_len]
        unfinished.sort(key=lambda one: one.began or one.last_activity)
        ended += unfinished[:crowd]
    for one in ended:
        one.handle_close()
    return len(ended)
