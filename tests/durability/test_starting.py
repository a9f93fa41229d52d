"""Starting and stopping: what cannot start says why, once; what is asked to stop stops."""

import os
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.durability.site import Site
from tests.installation import until

pytestmark = pytest.mark.slow

NOBODY = 65534
# A second on an idle machine; more than the supervisor's patience would mean that a process had to be killed.
STOPPED_S = 15


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Initialising takes longer than most of these tests."""
    with Site(tmp_path_factory.mktemp("template")) as site:
        return site.data


@pytest.fixture
def site(template: Path, tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path)
    shutil.copytree(template, site.data)
    yield site
    site.down()


def refused(site: Site, code: int, name: str) -> str:
    """What `up` says, having ended by itself with `code`, the error's name and a hint, and without a traceback."""
    found, said = site.refusal()
    assert found == code, said
    # Two processes that start at the same time may have the same reason; neither says it twice.
    assert 1 <= said.count(f"[{name}]") == said.count("hint: ") <= 2, said
    assert "Traceback" not in said, said
    assert "starting it again" not in said, said
    return said


def test_a_port_in_use_is_named(site: Site) -> None:
    with socket.create_server(("127.0.0.1", site.port)):
        said = refused(site, 1, "web.listen_failed")
    assert f"port {site.port}: Address already in use" in said


def test_a_second_start_on_the_same_folder_is_refused_and_the_first_goes_on(site: Site) -> None:
    site.up()
    until(lambda: len(site.pids()) == 3, "three processes")
    before = site.pids()
    assert str(site.data) in refused(site, 1, "core.already_running")
    assert site.pids() == before
    assert site.answers()


@pytest.mark.parametrize("realm", ["monitor", "change"])
def test_a_missing_key_file_stops_the_start(site: Site, realm: str) -> None:
    (site.data / "keys" / f"{realm}.key").unlink()
    assert f"{realm}.key" in refused(site, 4, "vault.key_missing")


def test_a_key_that_others_may_read_stops_the_start(site: Site) -> None:
    (site.data / "keys" / "change.key").chmod(0o644)
    refused(site, 3, "vault.key_readable")


@pytest.mark.parametrize(
    ("settings", "code", "name"),
    [
        ({"web": {"listen_port": "many"}}, 2, "core.setting"),
        ({"web": {"listen_prot": 8080}}, 2, "core.setting"),
        ({"web": {"listen_host": "0.0.0.0"}}, 2, "web.listen"),  # noqa: S104  # that is the point
        ({"worker": {"backup_cron": "now and then"}}, 2, "jobs.cron"),
        ({"site": {"timezone": "Asia/Guanjin"}}, 2, "core.setting"),
        ({"ferry": {"policy": "/nonexistent"}}, 2, "ferry.policy_unreadable"),
        ({"polling": {"profiles": "/nonexistent"}}, 2, "core.setting"),
        ({"storage": {"database_url": "mysql://there"}}, 1, "core.database_url"),
        ({"storage": {"database_url": "postgresql://127.0.0.1:1/none"}}, 5, "core.database_unreachable"),
    ],
)
def test_a_wrong_setting_stops_the_start(
    site: Site, settings: dict[str, dict[str, object]], code: int, name: str
) -> None:
    refused(Site(site.folder, **settings), code, name)


def test_a_missing_database_is_not_made_anew(site: Site) -> None:
    (site.data / "guanjin.db").unlink()
    refused(site, 4, "core.schema_missing")
    assert not (site.data / "guanjin.db").exists()


def test_a_damaged_database_is_left_alone(site: Site) -> None:
    (site.data / "guanjin.db").write_bytes(b"no database at all " * 1000)
    refused(site, 4, "core.database_damaged")
    assert (site.data / "guanjin.db").read_bytes().startswith(b"no database")


@pytest.mark.parametrize("name", ["history", "ferry", "run"])
def test_a_folder_that_cannot_be_made_is_named(site: Site, name: str) -> None:
    """As after somebody has once run the program as another user."""
    (site.data / name).touch()
    assert str(site.data / name) in refused(site, 1, "core.folder_unusable")


@pytest.fixture
def locked(template: Path) -> Iterator[Site]:
    """A data folder that the user who starts may not read; root, who may read all, starts as somebody else."""
    folder = Path(tempfile.mkdtemp(prefix="gjlocked", dir="/tmp"))  # pytest's own folders are closed to others
    folder.chmod(0o755)
    site = Site(folder)
    if os.geteuid() == 0:
        shutil.copytree(template, site.data)
        site.run_as = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
    else:
        site.data.mkdir(mode=0)
    yield site
    site.data.chmod(0o700)
    shutil.rmtree(folder)


def test_a_folder_where_nothing_may_be_made_is_named(locked: Site) -> None:
    site = Site(locked.folder, storage={"data": "/proc/guanjin"})
    site.run_as = locked.run_as
    code, said = site.refusal("init")
    assert (code, said.count("[core.folder_unusable]")) == (1, 1), said


def test_an_unreadable_data_folder_is_named(locked: Site) -> None:
    assert "Permission denied" in refused(locked, 5, "core.database_unreachable")


def test_a_database_that_disappears_under_way_stops_everything(site: Site) -> None:
    """Otherwise the console would go on acknowledging what it writes into a file that no longer exists."""
    site.up_and_working()
    (site.data / "guanjin.db").unlink()
    assert site.ended() == 4
    said = site.words()
    assert "[jobs.database_replaced]" in said
    assert not (site.data / "guanjin.db").exists()
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("number", "whole_group"), [(signal.SIGINT, True), (signal.SIGTERM, False), (signal.SIGHUP, True)]
)
def test_a_signal_ends_all_soon_and_well(site: Site, number: signal.Signals, *, whole_group: bool) -> None:
    """Ctrl-C in a terminal goes to the whole process group; a service manager's signal to the supervisor."""
    site.up_and_working()
    started = time.monotonic()
    site.signal(number, whole_group=whole_group)
    assert site.ended() == 0
    assert time.monotonic() - started < STOPPED_S
    assert site.processes() == []
    assert "Traceback" not in site.words()
    events = [one["event"] for one in site.json("audit", "list")["records"]]
    assert events[0] == "system:process:stop"
    assert events.count("system:process:start") == 1


@pytest.mark.parametrize("delay_s", [0.0, 0.7, 1.5])
def test_a_signal_while_it_starts_ends_it_as_well(site: Site, delay_s: float) -> None:
    site.start()
    until(lambda: "stop with Ctrl-C" in site.words(), "the supervisor runs")
    time.sleep(delay_s)  # a moment of the start, not a wait for something
    site.signal(signal.SIGINT, whole_group=True)
    assert site.ended() == 0
    assert site.processes() == []
    assert "Traceback" not in site.words()


def test_a_killed_supervisor_is_followed_by_a_new_one_at_once(site: Site) -> None:
    site.up()
    site.kill()
    site.up_and_working()
    said = site.words()
    assert "Traceback" not in said
    assert "refused" not in said
