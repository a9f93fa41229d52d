"""The console as a person without JavaScript uses it: pages, links, forms with their tokens, one cookie jar."""

import html
import http.cookiejar
import re
import urllib.parse
import urllib.request
from collections.abc import Mapping

from tests.installation import Installation

PASSWORD = "a-long-passphrase-of-the-tests"
THREE = ("system_admin", "security_admin", "audit_admin")


class Console:
    def __init__(self, url: str) -> None:
        self.url = url
        self.cookies = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def page(self, path: str) -> str:
        with self._opener.open(f"{self.url}{path}", timeout=20) as answer:
            body: bytes = answer.read()
            return body.decode()

    def submit(self, path: str, fields: Mapping[str, str]) -> str:
        """Fill in the form of a page; the page that comes after it."""
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.page(path))
        assert found, f"{path} has no form"
        body = urllib.parse.urlencode({"csrf_token": html.unescape(found[1]), **fields}).encode()
        request = urllib.request.Request(f"{self.url}{path}", body)
        with self._opener.open(request, timeout=30) as answer:
            after: bytes = answer.read()
            return after.decode()

    def log_in(self, login: str, password: str = PASSWORD) -> None:
        assert 'name="password"' not in self.submit("/login", {"login": login, "password": password})


def set_up(site: Installation) -> None:
    """The three administrators, through the set-up page with its one-time token."""
    fields = {"token": site.token}
    for role in THREE:
        fields |= {
            f"{role}_login": role,
            f"{role}_name": f"Person {role}",
            f"{role}_password": PASSWORD,
            f"{role}_repeat": PASSWORD,
        }
    assert 'name="password"' in Console(site.url).submit("/setup", fields)


def add_account(site: Installation, login: str, *roles: str) -> None:
    granted = [part for role in roles for part in ("--role", role)]
    arguments = ("--name", f"Person {login}", *granted, "--keep-password", "--password-stdin")
    site.guanjin("account", "create", login, *arguments, stdin=f"{PASSWORD}\n")
