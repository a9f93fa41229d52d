"""Backups by themselves: made by the worker, the oldest go, failures are on record."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core import jobs
from core.jobs import REGISTRY, JobState
from core.jobs.models import JobSchedule
from core.settings import BackupSettings
from security.audit import AuditRecord, Filter, find
from security.backup import restoring, schedule
from security.backup.framing import MAGIC
from security.backup.place import Place
from security.vault import Vault
from tests.core.jobs.working import wait_for, working
from tests.security.backup.conftest import Original


@dataclass(frozen=True)
class Services:
    place: Place
    vault: Vault


def services(original: Original, folder: Path | None, **options: Any) -> Services:
    old = original.place
    settings = old.settings.model_copy(update={"backup": BackupSettings(folder=folder, **options)})
    return Services(Place(settings, old.database, old.clock, "0.1.0"), original.vault)


def run(original: Original, given: Services, wanted: JobState) -> jobs.Job:
    database = original.place.database
    with database.write() as session:
        job_id = jobs.enqueue(session, schedule.KIND, {}, actor="system")
    with working(database, REGISTRY, services=given):
        return wait_for(database, job_id, wanted)


def records(original: Original) -> Sequence[AuditRecord]:
    with original.place.database.read() as session:
        return [entry for entry in find(session, Filter()).records if entry.event == "system:backup:create"]


def test_the_worker_makes_one_that_can_be_restored(plain: Original, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    done = run(plain, services(plain, folder), JobState.DONE)
    (path,) = folder.iterdir()
    assert done.result is not None
    assert done.result["file"] == path.name == "guanjin-20261123T080000Z.backup"
    assert restoring.verify(path, plain.key).rows == done.result["rows"]
    assert [entry.result for entry in records(plain)] == ["ok"]


def test_a_folder_inside_the_data_folder_is_not_backed_up_itself(plain: Original) -> None:
    folder = plain.place.data / "backups"
    folder.mkdir()
    (folder / "guanjin-20250101T000000Z.backup").write_bytes(MAGIC + bytes(99))
    run(plain, services(plain, folder), JobState.DONE)
    newest = max(folder.iterdir())
    assert restoring.verify(newest, plain.key).files == 2


def test_the_oldest_go_and_what_is_no_backup_stays(tmp_path: Path) -> None:
    for day in range(1, 6):
        (tmp_path / f"guanjin-2026110{day}T000000Z.backup").write_bytes(MAGIC)
    (tmp_path / "guanjin-20200101T000000Z.backup").write_text("a note of somebody's")
    (tmp_path / "guanjin-20190101T000000Z.backup").symlink_to(tmp_path / "guanjin-20261105T000000Z.backup")
    (tmp_path / "report.docx").touch()
    assert schedule.remove_oldest(tmp_path, 2) == 3
    assert sorted(path.name[8:16] for path in tmp_path.glob("guanjin-*")) == [
        "20190101",
        "20200101",
        "20261104",
        "20261105",
    ]
    assert schedule.remove_oldest(tmp_path, 2) == 0


def test_a_failure_is_on_record_and_takes_no_older_one_away(plain: Original, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    given = services(plain, folder, keep=1)
    database = plain.place.database
    with database.write() as session:
        job_id = jobs.enqueue(session, schedule.KIND, {}, actor="system")
    with working(database, REGISTRY, services=given):
        wait_for_failure(plain)
    assert [(entry.result, entry.detail["code"]) for entry in records(plain)] == [("failed", "backup.folder")]
    with database.read() as session:
        assert "backup.folder" in str(jobs.get(session, job_id).error)


def wait_for_failure(original: Original) -> None:
    from tests.core.jobs.working import until

    until(lambda: records(original), 30)


def test_the_schedule_follows_the_settings(plain: Original, tmp_path: Path) -> None:
    database = plain.place.database
    with database.write() as session:
        schedule.install_schedules(session, services(plain, tmp_path, cron="0 4 * * *").place.settings)
        row = session.get_one(JobSchedule, schedule.KIND)
        assert (row.cron, row.timezone) == ("0 4 * * *", "Asia/Shanghai")
        schedule.install_schedules(session, services(plain, None).place.settings)
        assert session.get(JobSchedule, schedule.KIND) is None
