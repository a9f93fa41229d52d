"""Jobs: what runs, what waits, what failed and why; and whether the worker that does them is there."""

from datetime import timedelta

from flask import Blueprint, render_template, request, url_for
from sqlalchemy import ColumnElement
from werkzeug.wrappers import Response

from automation import deciding
from automation.jobs import about_devices
from collectors.errors import explain
from core import jobs
from core.jobs import JobId, JobState, Resolution
from core.jobs.models import Job
from core.jobs.values import FINISHED
from inventory.scope import Scope
from security.roles import Permission
from web import forms, numbers, states
from web.access import requires
from web.i18n import gettext
from web.notices import redirect_with
from web.scope import scope_of
from web.state import actor, console

blueprint = Blueprint("jobs", __name__)
GONE_AFTER = timedelta(seconds=30)
PAGE = 50


@blueprint.get("/jobs")
@requires(Permission.VIEW_JOBS)
def index() -> str:
    state = request.args.get("state", "")
    known = JobState(state) if state in set(JobState) else None
    with console().database.read() as session:
        found = jobs.find(session, _seen(), state=known, before=_before(), limit=PAGE)
        now = console().clock.now()
        return render_template(
            "jobs.html",
            found=found,
            older=url_for("jobs.index", state=state or None, before=found[-1].id) if len(found) == PAGE else None,
            state=state,
            counts_by_state=jobs.counts(session, _seen()),
            workers=[one for one in jobs.workers(session) if one.stopped_at is None and now - one.seen_at < GONE_AFTER],
            schedules=jobs.list_schedules(session) if scope_of(Permission.VIEW_JOBS).whole else [],
            states=states.JOB,
        )


def _before() -> JobId | None:
    number = numbers.asked("before")
    return None if number is None else JobId(number)


def _seen() -> ColumnElement[bool]:
    return about_devices(scope_of(Permission.VIEW_JOBS))


def _managed() -> Scope:
    return scope_of(Permission.MANAGE_JOBS)


@blueprint.get("/jobs/<int:number>")
@requires(Permission.VIEW_JOBS)
def show(number: int) -> str:
    with console().database.read() as session:
        job = jobs.get(session, JobId(number), _seen())
        error = job.error or {}
        return render_template(
            "job.html",
            job=job,
            shown=states.JOB[job.state],
            history=[(event, jobs.render(event, gettext)) for event in jobs.events(session, JobId(number))],
            steps=jobs.steps(session, JobId(number)),
            trouble=explain(error["code"], error.get("facts"), gettext) if error.get("code") else None,
            finished=job.state in FINISHED,
            resolutions=list(Resolution),
            may_manage=bool(jobs.find(session, about_devices(_managed()), Job.id == number, limit=1)),
        )


@blueprint.post("/jobs/<int:number>/cancel")
@requires(Permission.MANAGE_JOBS)
def cancel(number: int) -> Response:
    with console().database.write() as session:
        deciding.cancel(session, JobId(number), _managed(), actor=actor(), clock=console().clock)
    return redirect_with("job_cancelled", url_for("jobs.show", number=number), number=number)


@blueprint.post("/jobs/<int:number>/retry")
@requires(Permission.MANAGE_JOBS)
def retry(number: int) -> Response:
    with console().database.write() as session:
        deciding.retry(session, JobId(number), _managed(), actor=actor(), clock=console().clock)
    return redirect_with("job_retried", url_for("jobs.show", number=number), number=number)


@blueprint.post("/jobs/<int:number>/resolve")
@requires(Permission.MANAGE_JOBS)
def resolve(number: int) -> Response:
    resolution = Resolution(forms.choice("resolution", list(Resolution)))
    with console().database.write() as session:
        deciding.resolve(session, JobId(number), _managed(), resolution, actor=actor(), clock=console().clock)
    return redirect_with("job_resolved", url_for("jobs.show", number=number), number=number)
