"""The fault suite: what must hold when processes, machines, disks and clocks fail, with real ones that really do."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from core import jobs, schema
from core.database import Database
from core.jobs import JobId, JobState
from tests.core.jobs.bending import DatabaseClock
from tests.core.jobs.crew import LOST_EXIT, Crew
from tests.core.jobs.working import told, until, wait_for
from tests.postgresql import Cluster

pytestmark = pytest.mark.slow

KILLS = 30
ENOUGH_S = 60.0


def all_done(database: Database, ids: list[JobId]) -> bool:
    with database.read() as session:
        return jobs.counts(session).get(JobState.DONE, 0) == len(ids)


def check_journal(database: Database, crew: Crew, ids: list[JobId], steps: int) -> None:
    """No step is missing, none was run after it was journalled, and every effect took place exactly once."""
    done = crew.world.seen()
    assert Counter((line.job_id, line.what) for line in done if line.what.startswith("effect")) == Counter(
        (job_id, f"effect-{number}") for job_id in ids for number in range(steps)
    )
    with database.read() as session:
        for job_id in ids:
            recorded = {step.name: step.attempt for step in jobs.steps(session, job_id)}
            assert len(recorded) == 2 * steps
            late = [line for line in done if line.job_id == job_id and line.attempt > recorded[line.what]]
            assert late == []


def test_thirty_kills_lose_no_step_and_repeat_none_that_was_journalled(database: Database, tmp_path: Path) -> None:
    steps = 5
    with Crew(database.url.render_as_string(hide_password=False), tmp_path / "log", lease_s=0.5) as crew:
        ids = crew.put(database, 24, steps=steps)
        members = [crew.hire(), crew.hire()]
        chance = random.Random(20261123)  # noqa: S311  # a repeatable fault
        for _ in range(KILLS):
            if all_done(database, ids):
                ids += crew.put(database, 10, steps=steps)
            before = len(crew.world.seen())
            # A fast crew may have finished everything meanwhile; then there is nothing to wait for.
            until(lambda: len(crew.world.seen()) > before or all_done(database, ids))  # noqa: B023  # used at once
            time.sleep(chance.uniform(0, 0.2))  # the moment of a crash is anybody's
            victim = chance.randrange(2)
            members[victim].kill()
            members[victim].join(10)
            members[victim] = crew.hire()
        until(lambda: all_done(database, ids), ENOUGH_S)
    check_journal(database, crew, ids, steps)


def test_a_stopped_and_continued_worker_notices_that_its_lease_is_lost(database: Database, tmp_path: Path) -> None:
    end = tmp_path / "end"
    with Crew(database.url.render_as_string(hide_password=False), tmp_path / "log") as crew:
        [job_id] = crew.put(database, 1, "watchful", until=str(end))
        zombie = crew.hire()
        crew.wait_for_more(0)
        heir = crew.hire()
        os.kill(_pid(zombie), signal.SIGSTOP)
        # Where it was stopped inside a transaction, the server first has to end that one.
        until(lambda: any(line.pid == heir.pid for line in crew.world.seen()), ENOUGH_S)
        of_zombie = len(_lines(crew, zombie))
        os.kill(_pid(zombie), signal.SIGCONT)
        until(lambda: any(line.what == "lost" for line in _lines(crew, zombie)))
        # At most the one I/O that was under way when it was stopped.
        assert len([line for line in _lines(crew, zombie)[of_zombie:] if line.what == "io"]) <= 1
        end.touch()
        assert wait_for(database, job_id, JobState.DONE).attempt == 2
    assert "taken_over" in told(database, job_id)


def _pid(member: BaseProcess) -> int:
    assert member.pid is not None
    return member.pid


def _lines(crew: Crew, member: BaseProcess) -> list[object]:
    return [line for line in crew.world.seen() if line.pid == member.pid]


@pytest.mark.postgresql
def test_a_restart_of_the_database_is_waited_out_within_the_lease_and_survived_beyond_it(tmp_path: Path) -> None:
    steps = 20
    with Cluster() as cluster, cluster.database() as url:
        database = Database(url)
        schema.upgrade(database)
        with Crew(url, tmp_path / "log", lease_s=15) as crew:
            ids = crew.put(database, 4, steps=steps, pause_s=0.03)
            crew.hire()
            crew.wait_for_more(10)
            cluster.stop("fast")
            cluster.start()
            database.close()
            crew.wait_for_more(len(crew.world.seen()) + 5)
            with database.read() as session:
                assert {jobs.get(session, job_id).attempt for job_id in ids} == {1}
            crew.lease_s = 1
            heir = crew.hire()  # its lease is over before the database is back
            until(lambda: _workers(database) == 2)
            cluster.stop()
            until(lambda: heir.exitcode == LOST_EXIT)
            cluster.start()
            database.close()
            crew.hire()
            until(lambda: all_done(database, ids), ENOUGH_S)
        check_journal(database, crew, ids, steps)
        database.close()


def test_a_clock_a_week_forth_and_back_takes_no_job_from_a_living_worker(database: Database, tmp_path: Path) -> None:
    end, clock = tmp_path / "end", DatabaseClock(database)
    with Crew(database.url.render_as_string(hide_password=False), tmp_path / "log") as crew:
        [job_id] = crew.put(database, 1, "watchful", until=str(end))
        crew.hire()
        crew.wait_for_more(0)
        crew.hire()
        until(lambda: _workers(database) == 2)
        for days in (7, -7):
            clock.jump(timedelta(days=days))
            crew.wait_for_more(len(crew.world.seen()) + 40)
        end.touch()
        assert wait_for(database, job_id, JobState.DONE).attempt == 1


def _workers(database: Database) -> int:
    with database.read() as session:
        return len(jobs.workers(session))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_deleted_database_file_ends_the_worker_and_is_not_made_anew(database: Database, tmp_path: Path) -> None:
    assert database.path is not None
    with Crew(database.url.render_as_string(), tmp_path / "log") as crew:
        crew.put(database, 2, "watchful", until=str(tmp_path / "end"))
        member = crew.hire()
        crew.wait_for_more(0)
        for path in tmp_path.glob("guanjin.db*"):
            path.unlink()
        member.join(10)
        assert member.exitcode == LOST_EXIT
        heir = crew.hire()
        heir.join(10)
        assert heir.exitcode == LOST_EXIT
    assert not database.path.exists()


def test_a_full_disk_fails_no_job(tmp_path: Path) -> None:
    """In a mount namespace of its own, so that the small file system goes with the process, however that ends."""
    namespace = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-Urm"]
    done = subprocess.run(
        [*namespace, sys.executable, "-m", "tests.core.jobs.full_disk", str(tmp_path)],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_idle_worker_uses_less_than_a_hundredth_of_a_core(database: Database, tmp_path: Path) -> None:
    with Crew(database.url.render_as_string(hide_password=False), tmp_path / "log", lease_s=30, poll_s=2) as crew:
        member = crew.hire()
        until(lambda: _workers(database) == 1)
        before, begun = _cpu_s(member), time.monotonic()
        member.join(5)  # measured, not awaited: nothing is to happen
        used, passed = _cpu_s(member) - before, time.monotonic() - begun
    assert used / passed < 0.01


def _cpu_s(member: BaseProcess) -> float:
    fields = Path(f"/proc/{member.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
