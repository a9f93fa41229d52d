"""Stopping in the middle of work, and working through the failure of others."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from core import jobs
from core.clock import SystemClock
from core.jobs import JobState
from demo.devices.fleet import Fleet
from tests.demo.running import running
from tests.durability.furnishing import add_devices, emulated
from tests.durability.site import Site
from tests.installation import until
from tests.postgresql import Cluster

pytestmark = pytest.mark.slow

QUICK = {"worker": {"lease_s": 5, "poll_s": 0.5}, "polling": {"interval_s": 5, "icmp": "off"}}
# The worker gives its jobs ten seconds to come to a good place; the supervisor gives its processes fifteen.
STOPPED_S = 14


def backups(site: Site) -> list[jobs.Job]:
    database = site.open()
    try:
        with database.read() as session:
            return list(session.scalars(select(jobs.Job).where(jobs.Job.kind == "config.backup")))
    finally:
        database.close()


def states(site: Site) -> set[JobState]:
    return {JobState(job.state) for job in backups(site)}


@pytest.fixture
def fleet() -> Iterator[Fleet]:
    with running(emulated("huawei_vrp"), SystemClock()) as fleet:
        yield fleet


@pytest.fixture
def site(fleet: Fleet, tmp_path: Path) -> Iterator[Site]:
    with Site(tmp_path, **QUICK) as site:
        add_devices(site, fleet, emulated("huawei_vrp"))
        yield site


def test_a_backup_under_way_is_put_back_and_done_after_the_next_start(site: Site, fleet: Fleet) -> None:
    machine = fleet["QL-HUAWEI-VRP-1"]
    machine.faults.delay = 5.0
    site.up_and_working()
    site.guanjin("config", "backup")
    until(lambda: states(site) == {JobState.RUNNING}, "the backup is under way")
    started = time.monotonic()
    site.signal(signal.SIGINT, whole_group=True)
    assert site.ended() == 0
    assert time.monotonic() - started < STOPPED_S
    assert "Traceback" not in site.words()
    assert "is killed" not in site.words()
    machine.faults.delay = 0.0
    site.up()
    until(lambda: states(site) == {JobState.DONE}, "the backup is done")
    [job] = backups(site)
    assert job.failures == 0


@pytest.mark.postgresql
def test_the_database_server_restarts_and_everything_goes_on(fleet: Fleet, tmp_path: Path) -> None:
    with (
        Cluster() as cluster,
        cluster.database() as url,
        Site(tmp_path, **QUICK, storage={"database_url": url}) as site,
    ):
        add_devices(site, fleet, emulated("huawei_vrp"))
        site.up_and_working()
        before = site.pids()
        cluster.stop()
        until(lambda: not site.answers() or site.status("/login") >= 500, "the console has noticed")
        cluster.start()
        until(lambda: site.status("/login") < 500, "the console serves")
        site.guanjin("config", "backup")
        until(lambda: states(site) == {JobState.DONE}, "the worker works")
        assert site.pids() == before
        site.signal(signal.SIGINT, whole_group=True)
        assert site.ended() == 0
