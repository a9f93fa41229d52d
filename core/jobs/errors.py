"""What can go wrong with a job, and the interrupts that end a handler without being an error of its own."""

from core.errors import Category, GuanjinError
from core.i18n import N_


class JobsError(GuanjinError):
    """Base of every error of core.jobs."""

    code = "jobs.error"


class JobNotFoundError(JobsError):
    code = "jobs.not_found"
    category = Category.NOT_FOUND
    message = N_("there is no job %(id)s")
    hint = N_("`guanjin job list` shows the jobs; finished ones are removed after their retention time")


class JobStateError(JobsError):
    code = "jobs.state"
    category = Category.CONFLICT
    message = N_("job %(id)s is %(state)s, which does not allow: %(action)s")


class JobDuplicateError(JobsError):
    code = "jobs.duplicate"
    category = Category.CONFLICT
    message = N_("job %(id)s cannot return to the queue, because another job does the same (%(dedupe)s)")
    hint = N_("wait for the other job, or cancel it")


class UnknownKindError(JobsError):
    code = "jobs.unknown_kind"
    category = Category.USAGE
    message = N_("there is no job kind %(kind)s")


class PayloadError(JobsError):
    code = "jobs.payload"
    category = Category.USAGE
    message = N_("%(what)s cannot be stored with a job: %(reason)s")
    hint = N_("pass identifiers and digests; keep contents in their own tables or files")


class StepRepeatedError(JobsError):
    code = "jobs.step_repeated"
    category = Category.INTEGRITY
    message = N_("step %(name)s is used twice in job %(id)s")
    hint = N_("give every step of a job its own name, for instance with the name of the device in it")


class JobTimeoutError(JobsError):
    code = "jobs.timeout"
    category = Category.UNREACHABLE
    message = N_("the job took longer than %(timeout_s)s seconds")


class HandlerError(JobsError):
    """Stands in for any foreign exception out of a handler."""

    code = "jobs.handler"
    message = N_("%(kind)s: %(text)s")


class CrashedError(JobsError):
    code = "jobs.crashed"
    message = N_("the worker ended or lost its lease %(failures)s times at the same point of the job")
    hint = N_("see the worker's log; the job is not tried again by itself")


class CronError(JobsError):
    code = "jobs.cron"
    category = Category.USAGE
    message = N_("%(text)s is not a schedule: %(reason)s")
    hint = N_("five fields: minute hour day month weekday, for instance 15 2 * * *")


class DatabaseReplacedError(JobsError):
    code = "jobs.database_replaced"
    category = Category.INTEGRITY
    message = N_("the database file %(path)s was removed or replaced while the worker was running")
    hint = N_("restore the file from a backup, then start again; nothing more is written to the lost file")


class WorkerLostError(JobsError):
    code = "jobs.worker_lost"
    category = Category.UNREACHABLE
    message = N_("the worker could not renew its leases for %(lease_s)s seconds and ends: %(reason)s")
    hint = N_("the supervisor starts a new one; its jobs are taken over where their journal ends")


class JobInterrupt(BaseException):
    """Ends a handler at once. Not an Exception, so that a handler's own `except Exception` cannot swallow it."""


class LeaseLost(JobInterrupt):
    """Another worker may run this job now; nothing more may be done for it here."""


class Cancelled(JobInterrupt):
    """A person asked for the job to end."""


class Stopping(JobInterrupt):
    """The worker is being stopped; the job goes on in the next one, from its journal."""


class Uncertain(JobInterrupt):
    """A probe could not tell whether the effect took place."""

    def __init__(self, step: str) -> None:
        super().__init__(step)
        self.step = step
