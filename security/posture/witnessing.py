"""What makes the audit log hold against its own machine: fresh checkpoints, a witness elsewhere, the archive."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Select, select

from core.i18n import N_
from security.audit import AuditRecord, archive, stored_tree
from security.audit.archive import Archive
from security.audit.forwarding import NAME
from security.audit.models import AuditWitness
from security.posture.check import Check, Installation
from security.posture.finding import Finding, Severity

# The keeper signs within ten seconds; this is long past every restart.
UNSIGNED: Final = timedelta(minutes=15)
# The forwarder tries at least once a minute; a log server may be down for a short repair.
UNSENT: Final = timedelta(hours=1)
# The archive is written every night; a weekend with the machine switched off is no failure yet.
OVERDUE: Final = timedelta(days=4)


@dataclass(frozen=True)
class Signed:
    """`unsigned` is the time of the oldest record that no checkpoint covers, None where all are covered."""

    now: datetime
    unsigned: datetime | None


def look_at_checkpoints(site: Installation) -> Signed:
    with site.database.read() as session:
        state = stored_tree.state(session)
        oldest = _first_after(0 if state is None else state.size)
        return Signed(site.clock.now(), session.scalar(oldest))


def judge_checkpoints(signed: Signed) -> Iterator[Finding]:
    if signed.unsigned is not None and signed.now - signed.unsigned > UNSIGNED:
        yield Finding(
            "audit.unsigned",
            Severity.WARNING,
            "audit-log",
            N_("audit records have waited %(minutes)s minutes for a signed checkpoint"),
            N_("look in the log of the worker for why it does not sign, and run `guanjin audit verify`"),
            {"minutes": int((signed.now - signed.unsigned).total_seconds() // 60)},
        )


@dataclass(frozen=True)
class Witness:
    """`host` is empty where no log server is configured; `unsent` is the time of the oldest record it does not have."""

    now: datetime
    host: str
    unsent: datetime | None = None
    error: str = ""
    mlps3: bool = False


def look_at_witness(site: Installation) -> Witness:
    host, mlps3 = site.settings.audit.syslog_host, site.settings.security.profile == "mlps3"
    with site.database.read() as session:
        row = session.get(AuditWitness, NAME)
        unsent = session.scalar(_first_after(0 if row is None else row.sequence))
        return Witness(site.clock.now(), host, unsent, "" if row is None else row.error, mlps3)


def judge_witness(witness: Witness) -> Iterator[Finding]:
    if not witness.host:
        yield Finding(
            "audit.no_witness",
            Severity.WARNING if witness.mlps3 else Severity.NOTE,
            "audit.syslog_host",
            N_("no log server gets the audit log: whoever owns this machine could write another one"),
            N_(
                "set audit.syslog_host, or carry what `guanjin audit checkpoint` prints away from this machine"
                " from time to time"
            ),
        )
    elif witness.unsent is not None and witness.now - witness.unsent > UNSENT:
        yield Finding(
            "audit.witness_behind",
            Severity.WARNING,
            witness.host,
            N_("the log server %(subject)s lacks audit records of the last %(minutes)s minutes: %(reason)s"),
            N_("look whether it answers and takes this machine's records in; what it lacks is sent as soon as it does"),
            {"minutes": int((witness.now - witness.unsent).total_seconds() // 60), "reason": witness.error or "-"},
        )


@dataclass(frozen=True)
class Archived:
    """`oldest` is the time of the oldest record in no segment, `kept_from` how old it may be by the policy."""

    kept_from: datetime
    oldest: datetime | None


def look_at_archive(site: Installation) -> Archived:
    place: Archive = archive.of(site.settings, site.clock)
    with site.database.read() as session:
        last = archive.last_segment(session)
        oldest = session.scalar(_first_after(0 if last is None else last.last))
        return Archived(place.kept_from, oldest)


def judge_archive(found: Archived) -> Iterator[Finding]:
    if found.oldest is not None and found.kept_from - found.oldest > OVERDUE:
        yield Finding(
            "audit.archive_overdue",
            Severity.WARNING,
            "audit-log",
            N_("audit records should have gone into the archive %(days)s days ago"),
            N_("look at the page of jobs for why `audit.archive` fails; records are not lost, the database grows"),
            {"days": (found.kept_from - found.oldest).days},
        )


def _first_after(sequence: int) -> Select[datetime]:
    return select(AuditRecord.at).where(AuditRecord.sequence > sequence).order_by(AuditRecord.sequence).limit(1)


CHECKS: Final = (
    Check("checkpoints", N_("checkpoints of the audit log"), look_at_checkpoints, judge_checkpoints),
    Check("witness", N_("witness of the audit log"), look_at_witness, judge_witness),
    Check("archive", N_("archive of the audit log"), look_at_archive, judge_archive),
)
