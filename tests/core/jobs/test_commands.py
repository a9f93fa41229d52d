import json
from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from core.commandline import Application, run
from core.database import Database
from core.events import Event
from core.jobs import JobId, JobState, Registry, Retry, journal, outcome
from core.jobs.commands import job
from core.jobs.lease import fence
from tests.core.jobs.clocks import StillClock
from tests.core.jobs.seat import Seat, put, state

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def recorded() -> list[tuple[Event, str]]:
    return []


@pytest.fixture
def guanjin(
    database: Database,
    recorded: list[tuple[Event, str]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Run one command; gives exit code, stdout and stderr."""
    assert database.path is not None
    monkeypatch.chdir(database.path.parent)
    monkeypatch.setenv("GUANJIN_LANGUAGE", "en")
    monkeypatch.setenv("GUANJIN_STORAGE_DATA", str(database.path.parent))

    def recorder(_session: Session, event: Event, subject: str, _before: object, _after: object) -> str:
        recorded.append((event, subject))
        return "console:li"

    def typed(*arguments: str) -> tuple[int, str, str]:
        application = Application(recorder=recorder)
        monkeypatch.setitem(job.context_settings, "obj", application)
        with pytest.raises(SystemExit) as left:
            run(job, arguments)
        application.close()
        shown = capsys.readouterr()
        assert isinstance(left.value.code, int)
        return left.value.code, shown.out, shown.err

    return typed


@pytest.fixture
def seat(database: Database, kinds: Registry, clock: StillClock) -> Seat:
    return Seat(database, kinds, clock)


def fail(seat: Seat, *, intent: bool) -> JobId:
    job_id = put(seat.database, seat.registry, subject="device:HW-1")
    [claimed] = seat.poll()
    with seat.database.write() as session:
        fence(session, claimed.lease)
        if intent:
            journal.intend(session, claimed.lease, "save", seat.clock.now())
        error = outcome.as_error(ValueError("no answer"))
        outcome.failed(session, claimed.lease, error, seat.clock.now(), retry=Retry(attempts=1), failures=1)
    return job_id


def test_jobs_are_listed_and_chosen_by_state(database: Database, kinds: Registry, seat: Seat, guanjin: Run) -> None:
    failed, waiting = fail(seat, intent=False), put(database, kinds)
    code, out, _ = guanjin("list")
    assert code == 0
    assert "ValueError: no answer [jobs.handler]" in out
    assert [found["id"] for found in json.loads(guanjin("list", "--json")[1])] == [waiting, failed]
    assert [found["id"] for found in json.loads(guanjin("list", "--state", "failed", "--json")[1])] == [failed]
    assert json.loads(guanjin("list", "--subject", "device:HW-2", "--json")[1]) == []


def test_a_job_is_shown_with_its_journal_and_history(seat: Seat, guanjin: Run) -> None:
    job_id = fail(seat, intent=True)
    shown = json.loads(guanjin("show", str(job_id), "--json")[1])
    assert shown["steps"] == [{"name": "save", "state": "intent", "result": None}]
    assert [event["kind"] for event in shown["events"]] == ["enqueued", "started", "uncertain"]
    _, out, err = guanjin("show", str(job_id))
    assert "queued by zhang" in out
    assert f"`guanjin job resolve {job_id} done`" in err


def test_what_a_person_does_is_recorded_under_his_name(
    database: Database, kinds: Registry, seat: Seat, guanjin: Run, recorded: list[tuple[Event, str]]
) -> None:
    waiting = put(database, kinds)
    assert guanjin("cancel", str(waiting)) == (0, "", f"job {waiting}: cancelled\n")
    assert guanjin("retry", str(waiting)) == (0, "", f"job {waiting}: queued\n")
    assert seat.taken() == [waiting]
    doubtful = fail(seat, intent=True)
    assert guanjin("resolve", str(doubtful), "done")[0] == 0
    assert state(database, doubtful) is JobState.QUEUED
    assert recorded == [
        (Event.JOB_CANCELLED, f"job:{waiting}"),
        (Event.JOB_RETRIED, f"job:{waiting}"),
        (Event.JOB_RESOLVED, f"job:{doubtful}"),
    ]
    assert "console:li asked for the job to be cancelled" in guanjin("show", str(waiting))[1]


@pytest.mark.parametrize(("command", "code"), [(("show", "99"), 2), (("cancel", "99"), 2), (("retry", "1"), 1)])
def test_what_cannot_be_done_says_why(
    database: Database, kinds: Registry, guanjin: Run, command: tuple[str, ...], code: int
) -> None:
    put(database, kinds)
    left, out, err = guanjin(*command)
    assert (left, out) == (code, "")
    assert "[jobs." in err


def test_nothing_is_done_that_cannot_be_recorded(database: Database) -> None:
    application = Application()
    with pytest.raises(LookupError), database.write() as session:
        application.record(session, Event.JOB_CANCELLED, "job:1")
