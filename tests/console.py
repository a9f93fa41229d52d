"""The console as a person without JavaScript uses it: pages, links, forms with their tokens, one cookie jar."""

import html
import http.cookiejar
import re
import urllib.error
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

    def cookie_header(self) -> str:
        """For a client that is no browser."""
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.cookies)

    def page(self, path: str) -> str:
        with self._opener.open(f"{self.url}{path}", timeout=20) as answer:
            body: bytes = answer.read()
            return body.decode()

    def submit(self, path: str, fields: Mapping[str, str], *, at: str = "") -> str:
        """Fill in the form of a page (`at`, unless it has the form's own address); the page that comes after it."""
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.page(at or path))
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
    """Proposed at the terminal, confirmed in the console by the security administrator."""
    granted = [part for role in roles for part in ("--role", role)]
    arguments = ("--name", f"Person {login}", *granted, "--keep-password", "--password-stdin")
    site.guanjin("account", "create", login, *arguments, stdin=f"{PASSWORD}\n")
    if roles:
        confirm_grants(site)


def confirm_grants(site: Installation) -> None:
    console, own = Console(site.url), PASSWORD[::-1]
    try:
        console.log_in("security_admin", own)
    except urllib.error.HTTPError:  # the first time: the password is still the one of the set-up
        console.log_in("security_admin")
        console.submit("/password", {"current": PASSWORD, "new": own, "repeat": own})
    for number in re.findall(r'action="/grants/(\d+)/confirm"', console.page("/grants")):
        assert f'action="/grants/{number}/confirm"' not in console.submit(f"/grants/{number}/confirm", {}, at="/grants")
