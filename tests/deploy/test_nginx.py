"""TLS in front of the console, with the configuration that is shipped, a real nginx and real certificates."""

import html
import json
import re
import socket
import ssl
import subprocess
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.console import set_up
from tests.deploy.nginx import HOST, Nginx, make_certificate
from tests.installation import Installation

pytestmark = pytest.mark.slow
SPOOFED = "203.0.113.9"
OUTSIDE = "127.0.0.9"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Set up before TLS is there: afterwards its cookies are for TLS only."""
    folder = tmp_path_factory.mktemp("site")
    with Installation(folder) as before:
        before.up()
        set_up(before)
    site = Installation(folder, web={"behind_tls_proxy": True, "public_host": HOST})
    site.up()
    yield site
    site.down()


@pytest.fixture(scope="module")
def proxy(site: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    with Nginx(tmp_path_factory.mktemp("nginx"), site.port) as proxy:
        yield proxy


def handshake(proxy: Nginx, *options: str) -> subprocess.CompletedProcess[str]:
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{proxy.secure}", "-servername", HOST, *options]
    return subprocess.run(command, check=False, input="", capture_output=True, text=True, timeout=30)


def forged() -> dict[str, str]:
    return {
        "X_Forwarded_For": SPOOFED,
        "X_Forwarded_Proto": "http",
        "X_Forwarded_Host": "evil.example",
        "X_Real_IP": SPOOFED,
        "Forwarded": f"for={SPOOFED};host=evil.example",
    }


def test_pages_come_by_tls_with_strict_transport_once_and_secure_cookies(proxy: Nginx) -> None:
    status, headers, _ = proxy.ask("GET", "/login")
    assert status == 200
    assert headers.get_all("Strict-Transport-Security") == ["max-age=31536000"]
    cookie = headers["Set-Cookie"]
    assert cookie.startswith("__Host-")
    assert {"Secure", "HttpOnly", "SameSite=Strict"} <= set(cookie.split("; "))
    assert "nginx/" not in str(headers)


def test_what_nginx_itself_answers_is_strict_too(proxy: Nginx) -> None:
    status, headers, _ = proxy.ask("GET", "/metrics")
    assert status == 403
    assert headers["Strict-Transport-Security"]
    status, headers, _ = proxy.ask("POST", "/login", Content_Length="1048577")
    assert status == 413
    assert headers["Strict-Transport-Security"]


def test_old_protocols_and_weak_ciphers_are_refused(proxy: Nginx) -> None:
    for wanted in ("-tls1_2", "-tls1_3"):
        assert "Cipher is (NONE)" not in handshake(proxy, wanted).stdout
    for refused in ("-tls1_1", "-tls1"):
        assert "Cipher is (NONE)" in handshake(proxy, refused, "-cipher", "DEFAULT@SECLEVEL=0").stdout
    for weak in ("AES128-SHA", "AES128-GCM-SHA256", "ECDHE-RSA-AES128-SHA"):
        assert "Cipher is (NONE)" in handshake(proxy, "-tls1_2", "-cipher", weak).stdout


def test_plain_http_leads_to_tls_under_the_right_name(proxy: Nginx) -> None:
    connection = HTTPConnection("127.0.0.1", proxy.plain, timeout=20)
    connection.request("GET", "/devices?q=a", headers={"Host": HOST})
    answer = connection.getresponse()
    connection.close()
    assert answer.status == 308
    assert answer.headers["Location"] == f"https://{HOST}:{proxy.secure}/devices?q=a"


def test_another_name_gets_no_answer(proxy: Nginx) -> None:
    connection = HTTPConnection("127.0.0.1", proxy.plain, timeout=20)
    with pytest.raises(ConnectionResetError):
        connection.request("GET", "/", headers={"Host": "evil.example"})
        connection.getresponse()
    connection.close()
    context = ssl.create_default_context()
    with (
        socket.create_connection(("127.0.0.1", proxy.secure), 20) as bare,
        pytest.raises(ssl.SSLError, match="UNRECOGNIZED_NAME"),
    ):
        context.wrap_socket(bare, server_hostname="evil.example")


def test_the_log_has_the_address_that_came_and_not_the_one_that_was_claimed(proxy: Nginx, site: Installation) -> None:
    status, headers, text = proxy.ask("GET", "/login", source=OUTSIDE)
    token = re.search(r'name="csrf_token" value="([^"]+)"', text)
    assert token
    form = urlencode({"csrf_token": html.unescape(token[1]), "login": "system_admin", "password": "not the password"})
    sent = {
        "Content_Type": "application/x-www-form-urlencoded",
        "Cookie": headers["Set-Cookie"].partition(";")[0],
        "Origin": f"https://{HOST}:{proxy.secure}",
        **forged(),
    }
    status, headers, text = proxy.ask("POST", "/login", form, source=OUTSIDE, **sent)
    assert status == 403
    assert "security.login_failed" in text
    assert "evil.example" not in text
    records = [json.loads(line) for line in site.guanjin("audit", "export").splitlines()]
    refused = [one for one in records if one.get("event") == "security:session:refuse"]
    assert [one["address"] for one in refused] == [OUTSIDE]
    assert SPOOFED not in json.dumps(records)


def test_a_stranger_reaches_neither_the_metrics_nor_a_large_upload(proxy: Nginx) -> None:
    for path in ("/metrics", "/snmp?target=127.0.0.1", "/sd"):
        assert proxy.ask("GET", path, X_Forwarded_For="127.0.0.1")[0] == 403
    context = ssl.create_default_context(cafile=str(proxy.certificate))
    with (
        socket.create_connection(("127.0.0.1", proxy.secure), 20) as bare,
        context.wrap_socket(bare, server_hostname=HOST) as secure,
    ):
        head = f"POST /transfers/new HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 1073741824\r\n\r\n"
        secure.sendall(head.encode() + b"x" * 1000)
        assert secure.recv(100).startswith(b"HTTP/1.1 413 ")


def test_with_the_block_for_client_certificates_a_browser_without_one_stays_outside(
    site: Installation, tmp_path: Path
) -> None:
    theirs = make_certificate(tmp_path, "client", "zhangwei")
    with Nginx(tmp_path, site.port, clients=theirs) as proxy:
        status, _, text = proxy.ask("GET", "/login")
        assert status == 400
        assert "No required SSL certificate was sent" in text
        context = ssl.create_default_context(cafile=str(proxy.certificate))
        context.load_cert_chain(theirs, tmp_path / "client.key")
        with (
            socket.create_connection(("127.0.0.1", proxy.secure), 20) as bare,
            context.wrap_socket(bare, server_hostname=HOST) as secure,
        ):
            secure.sendall(f"GET /health HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode())
            assert secure.recv(100).startswith(b"HTTP/1.1 200 ")
