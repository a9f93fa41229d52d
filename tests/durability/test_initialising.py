"""`guanjin init`: interrupted anywhere, it can be begun again; a token that was lost can be had anew."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from core.database import Database
from core.errors import GuanjinError
from core.i18n import ROOT
from security import setup
from security.passwords import PasswordPolicy
from security.roles import THREE_ADMINISTRATORS
from security.setup import Administrator
from tests.console import PASSWORD
from tests.durability.site import Site
from tests.installation import until

pytestmark = pytest.mark.slow


def keys(site: Site) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (site.data / "keys").iterdir()}


def set_up(database: Database, token: str) -> None:
    hashed = PasswordPolicy(12).accept(PASSWORD, login="nobody")
    people = {role: Administrator(role.value, f"Person {role}", hashed) for role in THREE_ADMINISTRATORS}
    with database.write() as session:
        setup.complete_setup(session, token, people)


def test_until_the_set_up_is_done_another_token_can_be_had(tmp_path: Path) -> None:
    with Site(tmp_path) as site:
        first, before = site.token, keys(site)
        second = site.guanjin("init").strip()
        assert second != first
        assert keys(site) == before
        database = site.open()
        with pytest.raises(GuanjinError, match="set-up token"):
            set_up(database, first)
        set_up(database, second)
        database.close()
        site.guanjin("init", code=1)
        assert keys(site) == before
        events = [one["event"] for one in site.json("audit", "list")["records"]]
        assert events.count("system:installation:initialise") == 1


def _has_a_key(data: Path) -> bool:
    return any((data / "keys").glob("*.key"))


def _has_a_database(data: Path) -> bool:
    return (data / "guanjin.db").exists()


def _writes_the_schema(data: Path) -> bool:
    return any(path.stat().st_size > 100_000 for path in data.glob("guanjin.db*"))


@pytest.mark.parametrize("moment", [Path.exists, _has_a_key, _has_a_database, _writes_the_schema])
def test_killed_at_any_stage_it_is_done_by_doing_it_again(tmp_path: Path, moment: Callable[[Path], bool]) -> None:
    site = Site(tmp_path)
    with subprocess.Popen(site.command("init"), cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        until(lambda: process.poll() is not None or moment(site.data), "the moment comes")
        process.kill()
    assert len(site.guanjin("init").strip()) > 20
    status = site.json("database", "status")
    assert status["schema"] == status["needed"]
    assert sorted(keys(site)) == ["audit.key", "change.key", "ferry.key", "identity.key", "monitor.key"]
    events = [one["event"] for one in site.json("audit", "list")["records"]]
    assert events.count("system:installation:initialise") == 1
    site.guanjin("audit", "verify")
