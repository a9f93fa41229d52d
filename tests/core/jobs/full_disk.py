"""The scenario of a full disk, run by test_faults.py in a mount namespace: a real file system of a few megabytes."""

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from core import jobs, schema
from core.database import Database, sqlite_url
from core.jobs import JobId, JobState
from core.jobs.storage import free_bytes
from tests.core.jobs.crew import LOST_EXIT, Crew
from tests.core.jobs.seat import row
from tests.core.jobs.working import until, wait_for

SIZE = "6m"
RESERVE = 200_000
ARGS = {"steps": 12, "pause_s": 0.05, "bytes": 30_000}


class Disk:
    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "none", str(folder)], check=True)
        self.folder = folder
        self._filler = folder / "filler"

    def fill(self) -> None:
        with self._filler.open("ab", buffering=0) as file, suppress(OSError):
            while file.write(b"x" * 4096):
                pass
        assert free_bytes(self.folder) == 0

    def free(self) -> None:
        self._filler.unlink()


def main(folder: Path) -> None:
    disk = Disk(folder / "disk")
    database = Database(sqlite_url(disk.folder / "guanjin.db"))
    schema.upgrade(database)
    with Crew(database.url.render_as_string(), folder / "log", lease_s=2, reserve_bytes=RESERVE) as crew:
        a_short_time_is_waited_out(disk, database, crew)
        nothing_new_is_started(disk, database, crew)
        beyond_the_lease_the_worker_ends_and_its_job_goes_on_later(disk, database, crew)
    database.close()


def a_short_time_is_waited_out(disk: Disk, database: Database, crew: Crew) -> None:
    [job_id] = crew.put(database, 1, **ARGS)
    crew.hire()
    crew.wait_for_more(3)
    disk.fill()
    stuck_for(0.5, crew)
    disk.free()
    job = wait_for(database, job_id, JobState.DONE)
    assert (job.attempt, job.failures) == (1, 0), (job.attempt, job.failures)


def nothing_new_is_started(disk: Disk, database: Database, crew: Crew) -> None:
    disk.fill()
    disk.folder.joinpath("filler").open("r+b").truncate(disk.folder.joinpath("filler").stat().st_size - RESERVE // 2)
    [job_id] = crew.put(database, 1, steps=1)
    until(lambda: alarmed(database))
    assert row(database, job_id).state == JobState.QUEUED
    disk.free()
    wait_for(database, job_id, JobState.DONE)


def beyond_the_lease_the_worker_ends_and_its_job_goes_on_later(disk: Disk, database: Database, crew: Crew) -> None:
    [job_id] = crew.put(database, 1, **ARGS)
    before = len(crew.world.seen())
    crew.wait_for_more(before + 3)
    disk.fill()
    [member] = crew.members
    member.join(20)
    assert member.exitcode == LOST_EXIT, member.exitcode
    disk.free()
    crew.hire()
    job = wait_for(database, job_id, JobState.DONE)
    assert (job.attempt, job.failures) == (2, 0), (job.attempt, job.failures)
    assert_once(database, crew, job_id)


def assert_once(database: Database, crew: Crew, job_id: JobId) -> None:
    effects = [line.what for line in crew.world.seen() if line.job_id == job_id and line.what.startswith("effect")]
    assert len(effects) == len(set(effects)) == ARGS["steps"], effects
    with database.read() as session:
        assert len(jobs.steps(session, job_id)) == 2 * int(ARGS["steps"])


def stuck_for(seconds: float, crew: Crew) -> None:
    """Nothing is done for a while, because nothing can be recorded."""
    count = -1
    while count != len(crew.world.seen()):
        count = len(crew.world.seen())
        crew.members[0].join(seconds)


def alarmed(database: Database) -> bool:
    with database.read() as session:
        return any(event.kind == "disk_low" for event in jobs.alarms(session))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
