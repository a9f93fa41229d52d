"""The real server, spoken to byte by byte: what is slow, endless, ambiguous or not for us."""

import gzip
import resource
import select
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.console import PASSWORD, Console, add_account, set_up
from tests.installation import Installation, until
from web.reception import HEADER_BYTES
from web.uploads import FORM_BYTES

pytestmark = pytest.mark.slow
SLOW = 1000
UPLOAD = 8_000_000


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with Installation(tmp_path_factory.mktemp("hostile"), web={"upload_bytes": UPLOAD}) as site:
        site.up()
        set_up(site)
        add_account(site, "submitter", "submitter")
        yield site


def connect(site: Installation) -> socket.socket:
    return socket.create_connection(("127.0.0.1", site.port), timeout=30)


def ask(site: Installation, *pieces: bytes) -> bytes:
    """Everything that comes back until the server closes; what it no longer wants to read is not forced on it."""
    with connect(site) as connection:
        try:
            for piece in pieces:
                connection.sendall(piece)
        except (BrokenPipeError, ConnectionResetError):
            pass
        return drain(connection)


def drain(connection: socket.socket) -> bytes:
    found = b""
    try:
        while piece := connection.recv(65536):
            found += piece
    except ConnectionResetError:
        pass
    return found


def request(head: str, body: bytes = b"", *, host: str = "localhost") -> bytes:
    return f"{head}\r\nHost: {host}\r\nConnection: close\r\n".encode() + b"\r\n" + body


def spool(site: Installation) -> int:
    """Bytes that the web process holds in nameless files of the spool, which no listing shows."""
    total = 0
    for link in Path(f"/proc/{site.pids()['web']}/fd").iterdir():
        try:
            if "/spool/" in str(link.readlink()):
                total += link.stat().st_size
        except OSError:
            continue
    return total


def healthy(site: Installation) -> bool:
    return ask(site, request("GET /health HTTP/1.1")).startswith(b"HTTP/1.1 200 ")


SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"
POST = b"POST /login HTTP/1.1\r\nHost: localhost\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
END = b"0\r\n\r\n"
AMBIGUOUS = {
    "a length and chunks": POST + b"Content-Length: 4\r\n" + CHUNKED + b"\r\n" + END,
    "chunks and a length": POST + CHUNKED + b"Content-Length: 4\r\n\r\n" + END,
    "two lengths": POST + b"Content-Length: 0\r\nContent-Length: 44\r\n\r\n",
    "a list of lengths": POST + b"Content-Length: 44, 44\r\n\r\n",
    "a signed length": POST + b"Content-Length: +0\r\n\r\n",
    "a negative length": POST + b"Content-Length: -1\r\n\r\n",
    "chunks in HTTP/1.0": b"POST /login HTTP/1.0\r\nConnection: keep-alive\r\n" + CHUNKED + b"\r\n" + END,
    "an unknown encoding": POST + b"Transfer-Encoding: xchunked\r\n\r\n" + END,
    "an encoding behind a vertical tab": POST + b"Transfer-Encoding:\x0bchunked\r\n\r\n" + END,
    "a space before the colon": POST + b"Content-Length : 44\r\n\r\n",
    "a folded line": POST + b"X: a\r\n Content-Length: 44\r\n\r\n",
    "a folded name": b"GET /login HTTP/1.1\r\n Host: localhost\r\n\r\n",
    "a bare line feed": b"GET /login HTTP/1.1\nHost: localhost\n\n",
    "a bare carriage return": b"GET /login HTTP/1.1\r\nHost: localhost\rX: y\r\n\r\n",
    "NUL in a name": b"GET /login HTTP/1.1\r\nHost: localhost\r\nX\x00: y\r\n\r\n",
    "two hosts": b"GET /login HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
    "no host": b"GET /login HTTP/1.1\r\n\r\n",
    "another version": b"GET /login HTTP/3.7\r\nHost: localhost\r\n\r\n",
    "no version": b"GET /login\r\nHost: localhost\r\n\r\n",
    "a chunk size that is none": POST + CHUNKED + b"\r\n0x0\r\n\r\n",
    "a chunk longer than it says": POST + CHUNKED + b"\r\n1\r\nab\r\n" + END,
}


@pytest.mark.parametrize("shape", list(AMBIGUOUS))
def test_an_ambiguous_request_is_refused_and_nothing_behind_it_is_read(site: Installation, shape: str) -> None:
    answer = ask(site, AMBIGUOUS[shape] + SMUGGLED)
    assert answer.count(b"HTTP/1.") == 1, answer[:300]
    assert answer.split(b" ", 2)[1] in {b"400", b"501"}
    assert b"/smuggled" not in answer


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "localhost@evil.example", "127.0.0.1.nip.io"]
)
def test_another_name_is_refused_before_any_page(site: Installation, host: str) -> None:
    answer = ask(site, request("GET /login HTTP/1.1", host=host))
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"<form" not in answer


def test_an_address_with_a_host_of_its_own_does_not_change_whom_we_speak_for(site: Installation) -> None:
    answer = ask(site, request("GET http://evil.example/about HTTP/1.1"))
    assert answer.startswith(b"HTTP/1.1 303 ")
    assert b"evil.example" not in answer
    assert b"\r\nLocation:" not in ask(site, request("GET //evil.example/about HTTP/1.1"))


def test_what_a_stranger_says_about_forwarding_is_not_believed(site: Installation) -> None:
    forged = (
        "POST /login HTTP/1.1\r\nX-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https"
        "\r\nX-Forwarded-Host: evil.example\r\nForwarded: for=203.0.113.9;host=evil.example\r\nX-Real-IP: 203.0.113.9"
    )
    answer = ask(site, request(forged + "\r\nContent-Length: 0"))
    assert b"evil.example" not in answer
    assert b"Strict-Transport" not in answer
    refused = ask(site, request("GET /metrics HTTP/1.1\r\nX-Forwarded-For: 203.0.113.9"))
    assert b"web.scrape" not in refused, "an address that nobody trusted decided something"


def test_headers_of_ten_megabytes_are_refused_at_the_limit(site: Installation) -> None:
    answer = ask(site, b"GET / HTTP/1.1\r\nHost: localhost\r\n", *([b"X: " + b"a" * 65536 + b"\r\n"] * 160))
    assert answer.startswith(b"HTTP/1.0 431 ") or answer == b""
    one = ask(site, request("GET /" + "a" * HEADER_BYTES + " HTTP/1.1"))
    assert one.startswith(b"HTTP/1.0 431 ")
    many = ask(site, b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"a:b\r\n" * 20_000 + b"\r\n")
    assert many.startswith(b"HTTP/1.0 431 ") or many == b""
    assert healthy(site)


def test_a_large_body_is_refused_by_its_length_before_it_is_sent(site: Installation) -> None:
    for path in ("/login", "/health", "/no/such/page", "/transfers/new"):
        head = f"POST {path} HTTP/1.1\r\nContent-Length: {UPLOAD - 1}"
        assert ask(site, request(head)).split(b" ", 2)[1] == b"413", path


def test_an_endless_body_in_chunks_is_cut_off(site: Installation) -> None:
    chunk = b"10000\r\n" + b"a" * 65536 + b"\r\n"
    head = b"POST /transfers/new HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    answer = ask(site, head, *([chunk] * 4 * (FORM_BYTES // 65536)))
    assert b" 413 " in answer[:20] or answer == b""
    assert until(lambda: spool(site) == 0, "the spool is empty again")


def test_a_chunk_line_without_an_end_is_cut_off(site: Installation) -> None:
    head = b"POST /login HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1;"
    answer = ask(site, head, *([b"a" * 65536] * 32))
    assert b" 413 " in answer[:20] or answer == b""


def test_who_may_submit_files_may_send_what_the_setting_allows(site: Installation) -> None:
    submitter = Console(site.url)
    submitter.log_in("submitter", PASSWORD)
    cookie = submitter.cookie_header()
    body = b"x" * (2 * FORM_BYTES)
    head = f"POST /transfers/new HTTP/1.1\r\nCookie: {cookie}\r\nContent-Length: {len(body)}"
    # Read to its end and then refused for want of a token: not refused by its length.
    assert ask(site, request(head, body)).split(b" ", 2)[1] == b"403"
    assert ask(site, request(head.replace("/transfers/new", "/login"), body)).split(b" ", 2)[1] == b"413"
    beyond = f"POST /transfers/new HTTP/1.1\r\nCookie: {cookie}\r\nContent-Length: {UPLOAD + 1}"
    assert ask(site, request(beyond)).split(b" ", 2)[1] == b"413"


def test_a_compressed_body_is_not_unpacked(site: Installation) -> None:
    """Nothing here decompresses what comes in, so no bomb of that kind can go off."""
    bomb = gzip.compress(b"login=" + b"a" * 50_000_000)
    head = (
        "POST /login HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Encoding: gzip\r\n"
        f"Content-Length: {len(bomb)}"
    )
    assert ask(site, request(head, bomb)).split(b" ", 2)[1] == b"403"


def test_a_thousand_slow_clients_keep_nobody_out(site: Installation) -> None:
    """Each sends a header line now and then and never ends its request; they are let go, and others are served."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 3 * SLOW)), hard))
    with ExitStack() as stack:
        slow = [stack.enter_context(connect(site)) for _ in range(SLOW)]
        for number, connection in enumerate(slow):
            connection.sendall(b"GET / HTTP/1.1\r\n" if number % 2 else b"POST /login HTTP/1.1\r\nHost: localhost\r\n")
        alive = dict(enumerate(slow))
        deadline = time.monotonic() + 60
        answered = 0
        while alive and time.monotonic() < deadline:
            assert healthy(site)
            answered += 1
            for number, connection in list(alive.items()):
                try:
                    connection.sendall(b"X: y\r\n")
                except OSError:
                    del alive[number]
            select.select([], [], [], 0.5)
        assert not alive, f"{len(alive)} of {SLOW} slow clients are still held after a minute"
        assert answered > 5
    assert healthy(site)


def test_less_than_was_announced_is_no_request(site: Installation) -> None:
    with connect(site) as connection:
        connection.sendall(b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nlogin=x")
        connection.shutdown(socket.SHUT_WR)
        assert drain(connection) == b""
    assert healthy(site)


def test_more_than_was_announced_is_another_request_and_no_part_of_this_one(site: Installation) -> None:
    answer = ask(site, request("POST /login HTTP/1.1\r\nContent-Length: 7", b"login=xgarbage garbage\r\n\r\n"))
    assert answer.count(b"HTTP/1.") == 1
    assert answer.split(b" ", 2)[1] == b"403"
