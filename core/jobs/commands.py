"""`guanjin job`: what the worker does, did and could not do, and the decisions that it needs from a person."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import click
from sqlalchemy.orm import Session

from core import jobs
from core.commandline import Application, json_option, pass_application, print_json, print_table
from core.events import Event
from core.i18n import N_
from core.jobs import STATE_LABELS, JobEvent, JobId, JobState, JobStep, Resolution
from core.jobs.models import Job

FIELDS = (
    "id",
    "kind",
    "version",
    "state",
    "queue",
    "subject",
    "actor",
    "lane",
    "attempt",
    "failures",
    "priority",
    "progress_done",
    "progress_total",
    "progress_note",
    "not_before",
    "created_at",
    "started_at",
    "finished_at",
    "args",
    "result",
    "error",
)


@click.group(help=N_("Durable jobs: what the worker does, did and could not do."))
def job() -> None:
    pass


@job.command("list", help=N_("List jobs, newest first."))
@click.option("--state", type=click.Choice([state.value for state in JobState]), help=N_("only this state"))
@click.option("--kind", help=N_("only this kind, such as automation.backup"))
@click.option("--queue", help=N_("only this queue"))
@click.option("--subject", help=N_("only what is about this, such as device:HW-CORE-01"))
@click.option("--before", type=int, help=N_("older than this job, for the next page"))
@click.option("--limit", default=50, type=click.IntRange(1, 1000), help=N_("most jobs to show"))
@json_option
@pass_application
def list_(application: Application, /, *, as_json: bool, state: str | None, **wanted: Any) -> None:
    with application.database.read() as session:
        found = jobs.find(session, state=JobState(state) if state else None, **wanted)
    if as_json:
        print_json([_facts(one) for one in found])
        return
    headings = [N_("number"), N_("kind"), N_("state"), N_("subject"), N_("by"), N_("created"), N_("error")]
    rows = [
        (
            one.id,
            one.kind,
            _label(application, one),
            one.subject,
            one.actor,
            _local(application, one.created_at),
            _error(application, one),
        )
        for one in found
    ]
    print_table([application.translate(heading) for heading in headings], rows)


@job.command(help=N_("Show a job with its journal and what happened to it."))
@click.argument("number", type=int)
@json_option
@pass_application
def show(application: Application, number: int, *, as_json: bool) -> None:
    with application.database.read() as session:
        found = jobs.get(session, JobId(number))
        steps, events = jobs.steps(session, found.id), jobs.events(session, found.id)
    if as_json:
        journal = [{"name": step.name, "state": step.state, "result": step.result} for step in steps]
        told = [{"at": event.at, "kind": event.kind, "facts": event.facts} for event in events]
        print_json({**_facts(found), "steps": journal, "events": told})
        return
    _show(application, found, [*steps], [*events])


def _show(application: Application, found: Job, steps: list[JobStep], events: list[JobEvent]) -> None:
    translate = application.translate
    click.echo(f"{found.id}  {found.kind}  {_label(application, found)}  {found.subject or ''}".rstrip())
    if found.error:
        click.echo(_error(application, found))
    in_doubt = [step.name for step in steps if step.state != "done"]
    for event in events:
        click.echo(f"{_local(application, event.at)}  {jobs.render(event, translate)}")
    if found.state == JobState.UNCERTAIN and in_doubt:
        application.hint(
            N_("find out whether %(name)s took effect, then `guanjin job resolve %(number)s done` or `not_done`"),
            name=in_doubt[0],
            number=found.id,
        )


@job.command(help=N_("Cancel a job: at once while it waits, at its next check while it runs."))
@click.argument("number", type=int)
@pass_application
def cancel(application: Application, number: int) -> None:
    def act(session: Session, actor: str) -> None:
        jobs.cancel(session, JobId(number), actor=actor, clock=application.clock)

    _decide(application, number, Event.JOB_CANCELLED, act)


@job.command(help=N_("Let a failed or cancelled job go on where its journal ends."))
@click.argument("number", type=int)
@pass_application
def retry(application: Application, number: int) -> None:
    def act(session: Session, actor: str) -> None:
        jobs.retry(session, JobId(number), actor=actor, clock=application.clock)

    _decide(application, number, Event.JOB_RETRIED, act)


@job.command(help=N_("Decide about an uncertain job: its effect is done, is not done, or the job is given up."))
@click.argument("number", type=int)
@click.argument("resolution", type=click.Choice([resolution.value for resolution in Resolution]))
@pass_application
def resolve(application: Application, number: int, resolution: str) -> None:
    def act(session: Session, actor: str) -> None:
        chosen = Resolution(resolution)
        jobs.resolve(session, JobId(number), actor=actor, resolution=chosen, clock=application.clock)

    _decide(application, number, Event.JOB_RESOLVED, act)


def _decide(application: Application, number: int, event: Event, act: Callable[[Session, str], None]) -> None:
    with application.database.write() as session:
        act(session, application.record(session, event, f"job:{number}"))
        state = jobs.get(session, JobId(number)).job_state
    application.say(N_("job %(number)s: %(state)s"), number=number, state=application.translate(STATE_LABELS[state]))


def _facts(found: Job) -> dict[str, Any]:
    return {name: getattr(found, name) for name in FIELDS}


def _label(application: Application, found: Job) -> str:
    return application.translate(STATE_LABELS[found.job_state])


def _error(application: Application, found: Job) -> str:
    if not found.error:
        return ""
    return f"{application.translate(found.error['message']) % found.error['facts']} [{found.error['code']}]"


def _local(application: Application, moment: datetime) -> str:
    zone = ZoneInfo(application.settings.site.timezone)
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
