"""A real OpenLDAP server says whether a password is somebody's; whatever is not a clear yes is no, or an error."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from security.directory import messages
from security.directory.errors import DirectoryAnswerError, DirectoryAwayError, DirectoryTlsError
from security.directory.ldap import LONGEST_MESSAGE, LdapDirectory, Server
from tests.installation import free_port
from tests.nginx import Authority, Pair
from tests.slapd import ASKER, ASKER_PASSWORD, BASE, Slapd, slapd

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="module")
def pair(authority: Authority) -> Pair:
    return authority.issue("ldap", "/CN=ldap", names="DNS:localhost")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, pair: Pair) -> Iterator[Slapd]:
    with slapd(tmp_path_factory.mktemp("slapd"), pair) as server:
        yield server


@pytest.fixture
def directory(server: Slapd, authority: Authority) -> LdapDirectory:
    return LdapDirectory(
        (Server.of(server.tls),), BASE, "uid", ASKER, authority.root.certificate, 3.0, lambda: ASKER_PASSWORD
    )


def by(directory: LdapDirectory, *urls: str) -> LdapDirectory:
    return replace(directory, servers=tuple(Server.of(url) for url in urls))


def test_the_right_password_and_no_other(directory: LdapDirectory) -> None:
    assert directory.holds("zhangwei", "竹篮打水")
    assert directory.holds("ZhangWei", "竹篮打水"), "uid ignores case in every directory"
    for name, password in (("zhangwei", "竹篮"), ("nobody", "竹篮打水"), ("", "x"), ("zhangwei", "")):
        assert not directory.holds(name, password)


@pytest.mark.parametrize("name", ["*", "zhang*", "zhangwei)(uid=*", "*)(|(uid=*", "li*(\\00", "zhangwei\x00"])
def test_a_name_finds_itself_only(directory: LdapDirectory, name: str) -> None:
    assert not directory.holds(name, "竹篮打水")


def test_a_name_of_signs_is_a_name(directory: LdapDirectory) -> None:
    assert directory.holds("li*(", "星号")


def test_two_people_of_one_name_are_nobody(directory: LdapDirectory) -> None:
    assert not directory.holds("twin", "same")


def test_starttls_comes_before_anything_else(directory: LdapDirectory, server: Slapd) -> None:
    assert by(directory, server.plain).holds("zhangwei", "竹篮打水")


def test_another_authority_is_not_believed(directory: LdapDirectory, server: Slapd, tmp_path: Path) -> None:
    other = replace(directory, authority=Authority(tmp_path, "other").root.certificate)
    for url in (server.tls, server.plain):
        with pytest.raises(DirectoryTlsError):
            by(other, url).holds("zhangwei", "竹篮打水")


def test_a_certificate_of_another_name_is_not_believed(directory: LdapDirectory, server: Slapd) -> None:
    with pytest.raises(DirectoryTlsError):
        by(directory, server.tls.replace("localhost", "127.0.0.1")).holds("zhangwei", "竹篮打水")


def test_the_next_server_is_asked_when_one_is_away(directory: LdapDirectory, server: Slapd) -> None:
    away = f"ldaps://localhost:{free_port()}"
    assert by(directory, away, server.tls).holds("zhangwei", "竹篮打水")
    with pytest.raises(DirectoryAwayError):
        by(directory, away, away).holds("zhangwei", "竹篮打水")


def test_who_asks_has_to_be_known(directory: LdapDirectory) -> None:
    with pytest.raises(DirectoryAnswerError):
        replace(directory, secret=lambda: "wrong").holds("zhangwei", "竹篮打水")
    with pytest.raises(DirectoryAnswerError):
        replace(directory, base="dc=elsewhere").holds("zhangwei", "竹篮打水")
    with pytest.raises(DirectoryAnswerError):  # strangers may search nothing here
        replace(directory, bind_dn="").holds("zhangwei", "竹篮打水")


Act = Callable[[socket.socket], None]


@contextmanager
def nasty(act: Act) -> Iterator[str]:
    """A server of our own that answers as no server should."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(10)

    def serve() -> None:
        try:
            opened, _ = listener.accept()
            with opened:
                opened.settimeout(10)
                act(opened)
        except OSError:
            return

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"ldap://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        thread.join()
        listener.close()


def refuses_tls(opened: socket.socket) -> None:
    """As somebody in the middle who strips StartTLS, and hopes for the password in the clear."""
    opened.recv(4096)
    opened.sendall(bytes.fromhex("300c02010178070a010204000400"))
    assert opened.recv(4096) == b"", "after that nothing more is said"


def speaks_no_ldap(opened: socket.socket) -> None:
    opened.recv(4096)
    opened.sendall(b"HTTP/1.1 200 OK\r\n\r\n")


def endless(opened: socket.socket) -> None:
    opened.recv(4096)
    opened.sendall(b"\x30\x84" + (LONGEST_MESSAGE + 1).to_bytes(4) + b"\x00" * 64)


def closes(opened: socket.socket) -> None:
    opened.recv(4096)


def says_nothing(opened: socket.socket) -> None:
    while opened.recv(4096):
        pass


@pytest.mark.parametrize(
    ("act", "refusal"),
    [
        (refuses_tls, DirectoryTlsError),
        (speaks_no_ldap, DirectoryAnswerError),
        (endless, DirectoryAnswerError),
        (closes, DirectoryAwayError),
        (says_nothing, DirectoryAwayError),
    ],
)
def test_a_nasty_server_gets_no_password_and_no_thread(
    directory: LdapDirectory, act: Act, refusal: type[Exception]
) -> None:
    with nasty(act) as url, pytest.raises(refusal):
        replace(by(directory, url), timeout_s=0.5).holds("zhangwei", "竹篮打水")


def test_an_answer_to_another_question_is_none(directory: LdapDirectory) -> None:
    def confuses(opened: socket.socket) -> None:
        opened.recv(4096)
        opened.sendall(bytes.fromhex("300c02010961070a010004000400"))

    with nasty(confuses) as url, pytest.raises(DirectoryAnswerError):
        replace(by(directory, url), authority=None).holds("zhangwei", "竹篮打水")


BUSY = "300c02010161070a013304000400"
GOODBYE = "300c02010078070a013404000400"
ENTRY_FIRST = "300b020101640604026f783000" + "300c02010161070a010004000400"


@pytest.mark.parametrize(
    ("said", "refusal"),
    [(BUSY, DirectoryAwayError), (GOODBYE, DirectoryAwayError), (ENTRY_FIRST, DirectoryAnswerError)],
)
def test_a_server_that_has_no_time_is_away_and_one_that_babbles_is_wrong(
    directory: LdapDirectory, said: str, refusal: type[Exception]
) -> None:
    def says(opened: socket.socket) -> None:
        opened.recv(4096)
        opened.sendall(bytes.fromhex(said))

    with nasty(says) as url, pytest.raises(refusal):
        replace(by(directory, url), authority=None).holds("zhangwei", "竹篮打水")


def test_an_empty_secret_of_ours_asks_nobody(directory: LdapDirectory) -> None:
    with pytest.raises(DirectoryAnswerError, match="empty"):
        replace(directory, secret=str).holds("zhangwei", "竹篮打水")


def test_the_context_demands_certificates_and_names(directory: LdapDirectory) -> None:
    context = directory._context()
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert messages.START_TLS == b"1.3.6.1.4.1.1466.20037"
