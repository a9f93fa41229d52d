"""Jobs: what runs, waits and failed; cancelling and retrying."""

from datetime import datetime
from typing import Final

from pydantic import Field

from automation import deciding
from automation.jobs import about_devices
from core import jobs
from core.i18n import N_
from core.jobs import JobId, JobState
from security.roles import Permission
from web.api.holder import actor, scope
from web.api.operations import NUMBER, operation
from web.api.paging import Place, encode, number_after
from web.api.parameters import Line, Paged
from web.api.resources.shapes import Answer, Trouble, trouble
from web.i18n import gettext
from web.state import console

TAG: Final = "jobs"
ORDER: Final = "-id"
THE_JOB: Final = {"number": N_("number of the job")}


class JobQuery(Paged):
    state: JobState | None = None
    kind: Line | None = Field(None, description=N_("such as config.backup"))
    subject: Line | None = Field(None, description=N_("what it is about, such as device:HW-CORE-01"))


class Job(Answer):
    id: int
    kind: str
    queue: str
    state: JobState
    subject: str | None
    requested_by: str
    attempt: int
    progress_done: int
    progress_total: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    trouble: Trouble | None = Field(description=N_("why it failed; null when it did not"))


class Jobs(Answer):
    items: list[Job]
    next: str | None = Field(description=N_("cursor of the next page; null on the last"))


class Happening(Answer):
    at: datetime
    kind: str
    text: str = Field(description=N_("a sentence in the language of the answer"))


class FullJob(Job):
    events: list[Happening]


@operation(
    "GET",
    "/jobs",
    tag=TAG,
    summary=N_("List jobs"),
    description=N_("The newest first."),
    permissions=(Permission.VIEW_JOBS,),
    query=JobQuery,
    answer=Jobs,
)
def list_jobs(query: JobQuery) -> Jobs:
    before = number_after(query.cursor, ORDER)
    with console().database.read() as session:
        found = jobs.find(
            session,
            about_devices(scope()),
            state=query.state,
            kind=query.kind,
            subject=query.subject,
            before=None if before is None else JobId(before),
            limit=query.limit + 1,
        )
        rows = found[: query.limit]
        following = encode(Place(ORDER, None, rows[-1].id)) if len(found) > query.limit else None
        return Jobs(items=[Job.model_validate(_facts(one)) for one in rows], next=following)


@operation(
    "GET",
    f"/jobs/{NUMBER}",
    tag=TAG,
    summary=N_("One job with its history"),
    permissions=(Permission.VIEW_JOBS,),
    answer=FullJob,
    parts=THE_JOB,
)
def show_job(number: int) -> FullJob:
    with console().database.read() as session:
        found = jobs.get(session, JobId(number), about_devices(scope()))
        happened = [
            Happening(at=event.at, kind=event.kind, text=jobs.render(event, gettext))
            for event in jobs.events(session, JobId(number))
        ]
        return FullJob.model_validate(_facts(found) | {"events": happened})


@operation(
    "POST",
    f"/jobs/{NUMBER}/cancel",
    tag=TAG,
    summary=N_("Cancel a job"),
    description=N_("A waiting job ends at once, a running one at its next safe place."),
    permissions=(Permission.MANAGE_JOBS,),
    answer=Job,
    conflicts=True,
    parts=THE_JOB,
)
def cancel_job(number: int) -> Job:
    with console().database.write() as session:
        deciding.cancel(session, JobId(number), scope(), actor=actor(), clock=console().clock)
        return Job.model_validate(_facts(jobs.get(session, JobId(number))))


@operation(
    "POST",
    f"/jobs/{NUMBER}/retry",
    tag=TAG,
    summary=N_("Retry a job that failed or was cancelled"),
    description=N_("It goes on where its journal ends."),
    permissions=(Permission.MANAGE_JOBS,),
    answer=Job,
    conflicts=True,
    parts=THE_JOB,
)
def retry_job(number: int) -> Job:
    with console().database.write() as session:
        deciding.retry(session, JobId(number), scope(), actor=actor(), clock=console().clock)
        return Job.model_validate(_facts(jobs.get(session, JobId(number))))


def _facts(found: jobs.Job) -> dict[str, object]:
    error = found.error or {}
    return {
        "id": found.id,
        "kind": found.kind,
        "queue": found.queue,
        "state": found.job_state,
        "subject": found.subject,
        "requested_by": found.actor,
        "attempt": found.attempt,
        "progress_done": found.progress_done,
        "progress_total": found.progress_total,
        "created_at": found.created_at,
        "started_at": found.started_at,
        "finished_at": found.finished_at,
        "trouble": trouble(error.get("code"), error.get("facts")),
    }
