"""What was used up stays so when everything is killed: codes of a second factor, and attempts at a password."""

import re
from datetime import UTC, datetime
from pathlib import Path
from urllib.error import HTTPError

import pytest

from security.factors import totp
from tests.console import PASSWORD, Console, set_up
from tests.installation import Installation

pytestmark = pytest.mark.slow
LOGIN = "audit_admin"


def refused(console: Console, path: str, fields: dict[str, str]) -> str:
    with pytest.raises(HTTPError) as caught:
        console.submit(path, fields)
    return caught.value.read().decode()


def test_a_spent_code_and_a_lock_out_outlive_a_kill(tmp_path: Path) -> None:
    with Installation(tmp_path) as site:
        site.up()
        set_up(site)
        console = Console(site.url)
        console.submit("/login", {"login": LOGIN, "password": PASSWORD})
        page = console.page("/password")
        own = {"current": PASSWORD, "new": f"{PASSWORD}-my-own", "repeat": f"{PASSWORD}-my-own"}
        assert 'name="repeat"' in page
        console.submit("/password", own)
        found = re.search(r'name="key" value="([^"]+)"', console.page("/me/one-time-codes"))
        assert found
        secret = totp.read(found[1])
        assert secret
        code = totp.code_of(secret, totp.step_of(datetime.now(UTC)))
        fields = {"key": found[1], "code": code, "password": own["new"]}
        shown = console.submit("/me/one-time-codes", fields)
        recovery = re.findall(r"<li><code>([A-Z2-9-]{19})</code>", shown)
        assert len(recovery) == 10
        guesser = Console(site.url)
        for _ in range(5):
            refused(guesser, "/login", {"login": "system_admin", "password": "a-wrong-guess"})
        site.kill()
        site.up()
        assert "security.login_locked" in refused(
            Console(site.url), "/login", {"login": "system_admin", "password": PASSWORD}
        )
        again = Console(site.url)
        again.submit("/login", {"login": LOGIN, "password": own["new"]})
        assert "factors.code_wrong" in refused(again, "/second-factor", {"code": code})
        assert 'href="/audit"' in again.submit("/second-factor", {"code": recovery[0]})
