"""Durable jobs: rows in the same database as what they change, claimed by lease, with a fenced journal of steps.

    @job("automation.backup")
    def backup(ctx, args):
        text = ctx.step("read", lambda: ...)        # journalled: not read again after a crash
        return ctx.transact("store", lambda session: ...)

    with database.write() as session:
        enqueue(session, "automation.backup", {"device": 7}, actor="zhang", lane="device:7")

Rules for handlers. The journal proves the record, not the effect: whatever changes a device or a file outside is an
`effect` (intent, do, probe). `check()` comes before each device I/O, whose time-out is at most `io_timeout_s`. Nobody
waits for a person inside a job: end it, and enqueue the next one when the person has decided. Steps are named, never
numbered; when they change in a way that a job under way could not follow, raise `version` and keep the old handler.
Arguments and results are identifiers and digests, never secrets or contents.
"""

from core.jobs.context import JobContext
from core.jobs.control import cancel, pause, resolve, resume, retry, set_limit
from core.jobs.errors import Cancelled, JobInterrupt, JobsError, LeaseLost, Stopping, Uncertain
from core.jobs.history import EventKind, render
from core.jobs.lookup import alarms, counts, events, find, get, list_schedules, steps, workers
from core.jobs.models import Job, JobEvent, JobSchedule, JobStep, JobWorker
from core.jobs.queue import enqueue
from core.jobs.registry import REGISTRY, Definition, Registry, job
from core.jobs.retention import purge
from core.jobs.schedules import schedule, unschedule
from core.jobs.values import STATE_LABELS, JobFacts, JobId, JobState, Misfire, Probe, Resolution, Retry
from core.jobs.worker import Worker

__all__ = [
    "REGISTRY",
    "STATE_LABELS",
    "Cancelled",
    "Definition",
    "EventKind",
    "Job",
    "JobContext",
    "JobEvent",
    "JobFacts",
    "JobId",
    "JobInterrupt",
    "JobSchedule",
    "JobState",
    "JobStep",
    "JobWorker",
    "JobsError",
    "LeaseLost",
    "Misfire",
    "Probe",
    "Registry",
    "Resolution",
    "Retry",
    "Stopping",
    "Uncertain",
    "Worker",
    "alarms",
    "cancel",
    "counts",
    "enqueue",
    "events",
    "find",
    "get",
    "job",
    "list_schedules",
    "pause",
    "purge",
    "render",
    "resolve",
    "resume",
    "retry",
    "schedule",
    "set_limit",
    "steps",
    "unschedule",
    "workers",
]
