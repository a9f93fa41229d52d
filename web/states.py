"""The states that pages show: each has a shape, a word and a colour (see `macros.html`), and a rank by urgency."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Flask

from automation.standing import BackupStanding
from collectors import standing
from collectors.detail import PortHealth
from collectors.freshness import PollerHealth
from collectors.health import DeviceHealth, LineHealth
from collectors.labels import LABELS as COLLECTOR_LABELS
from collectors.models import PortStatus
from collectors.overview import Severity
from collectors.sweep.models import SweepState
from core.i18n import N_
from core.jobs import STATE_LABELS, JobState
from inventory.kinds import Effect, LinkEvidence, LinkState
from inventory.labels import LABELS
from inventory.models import Link
from security.ferry.inspection.findings import Outcome
from security.ferry.labels import STATES
from security.ferry.signatures import Verdict
from security.ferry.states import Incoming, Outgoing
from security.posture import Outcome as CheckOutcome
from security.posture import Severity as PostureSeverity
from security.posture.finding import SEVERITY_LABELS
from security.proposals import State
from security.tokens import TokenState
from web.i18n import gettext


@dataclass(frozen=True)
class Shown:
    """`kind` is shape and colour: crit, warn, info, ok, idle or mark. `word` is a msgid."""

    name: str
    kind: str
    word: str
    rank: int


def _table(*rows: tuple[str, str, str]) -> Mapping[str, Shown]:
    return {name: Shown(name, kind, word, rank) for rank, (name, kind, word) in enumerate(rows)}


# The order is that of urgency.
DEVICE = _table(
    ("down", "crit", N_("unreachable")),
    ("silent", "warn", N_("SNMP silent")),
    ("stale", "idle", N_("out of date")),
    ("unknown", "idle", N_("unknown")),
    ("maintenance", "mark", N_("in maintenance")),
    ("up", "ok", N_("normal")),
    ("unwatched", "idle", N_("not watched")),
)
LINE = _table(
    ("down", "crit", N_("interrupted")),
    ("degraded", "warn", N_("degraded")),
    ("stale", "idle", N_("out of date")),
    ("unknown", "idle", N_("unknown")),
    ("maintenance", "mark", N_("in maintenance")),
    ("up", "ok", N_("normal")),
)
LINK = _table(
    (LinkState.MOVED, "warn", LABELS[LinkState.MOVED]),
    (LinkState.GONE, "idle", LABELS[LinkState.GONE]),
    (LinkState.PRESENT, "ok", LABELS[LinkState.PRESENT]),
)
STATED = Shown("stated", "idle", LABELS[LinkEvidence.STATED], len(LINK))
EFFECT = _table(
    (Effect.CUT_OFF, "crit", LABELS[Effect.CUT_OFF]),
    (Effect.PARTLY_CUT_OFF, "crit", LABELS[Effect.PARTLY_CUT_OFF]),
    (Effect.LESS_REDUNDANT, "warn", LABELS[Effect.LESS_REDUNDANT]),
    (Effect.UNKNOWN, "idle", LABELS[Effect.UNKNOWN]),
)
PORT = _table(
    ("lost", "crit", N_("line lost")),
    ("up", "ok", N_("connected")),
    ("idle", "idle", N_("not connected")),
    ("off", "idle", N_("switched off")),
    ("unknown", "idle", N_("unknown")),
)
POSTURE = _table(
    (PostureSeverity.CRITICAL, "crit", SEVERITY_LABELS[PostureSeverity.CRITICAL]),
    (PostureSeverity.WARNING, "warn", SEVERITY_LABELS[PostureSeverity.WARNING]),
    (PostureSeverity.NOTE, "info", SEVERITY_LABELS[PostureSeverity.NOTE]),
)
OUTCOME_OF_CHECK = _table(
    (CheckOutcome.FOUND, "warn", N_("something found")),
    (CheckOutcome.PASSED, "ok", N_("nothing found")),
    (CheckOutcome.SKIPPED, "idle", N_("not looked at here")),
)
SEVERITY = _table(
    (Severity.CRITICAL, "crit", N_("critical")),
    (Severity.MAJOR, "warn", N_("major")),
    (Severity.MINOR, "info", N_("minor")),
)
SENSOR = _table(
    ("critical", "crit", N_("critical")),
    ("warning", "warn", N_("warning")),
    ("ok", "ok", N_("normal")),
)
SWEEP_LABELS = COLLECTOR_LABELS[SweepState]
SWEEP = _table(
    (SweepState.FAILED, "crit", SWEEP_LABELS[SweepState.FAILED]),
    (SweepState.ASKED, "idle", SWEEP_LABELS[SweepState.ASKED]),
    (SweepState.RUNNING, "info", SWEEP_LABELS[SweepState.RUNNING]),
    (SweepState.STOPPING, "info", SWEEP_LABELS[SweepState.STOPPING]),
    (SweepState.STOPPED, "idle", SWEEP_LABELS[SweepState.STOPPED]),
    (SweepState.DONE, "ok", SWEEP_LABELS[SweepState.DONE]),
)
JOB = _table(
    (JobState.UNCERTAIN, "warn", STATE_LABELS[JobState.UNCERTAIN]),
    (JobState.FAILED, "crit", STATE_LABELS[JobState.FAILED]),
    (JobState.RUNNING, "info", STATE_LABELS[JobState.RUNNING]),
    (JobState.QUEUED, "idle", STATE_LABELS[JobState.QUEUED]),
    (JobState.CANCELLED, "idle", STATE_LABELS[JobState.CANCELLED]),
    (JobState.DONE, "ok", STATE_LABELS[JobState.DONE]),
)
TRANSFER: Mapping[str, Shown] = {
    name: Shown(name, kind, STATES[name], rank)
    for rank, (name, kind) in enumerate(
        (
            (Outgoing.SUBMITTED, "idle"),
            (Outgoing.INSPECTING, "info"),
            (Outgoing.BLOCKED, "crit"),
            (Outgoing.REVIEW, "warn"),
            (Outgoing.REJECTED, "crit"),
            (Outgoing.EXPIRED, "idle"),
            (Outgoing.WITHDRAWN, "idle"),
            (Outgoing.APPROVED, "info"),
            (Outgoing.SEALING, "info"),
            (Outgoing.QUARANTINED, "crit"),
            (Outgoing.SEALED, "info"),
            (Outgoing.HANDED_OFF, "info"),
            (Outgoing.UNCONFIRMED, "warn"),
            (Outgoing.RECEIPTED, "ok"),
            (Outgoing.CLOSED, "ok"),
            (Incoming.SEEN, "idle"),
            (Incoming.ASSEMBLING, "info"),
            (Incoming.VERIFIED, "info"),
            (Incoming.OPENED, "info"),
            (Incoming.REINSPECTING, "info"),
            (Incoming.HELD, "crit"),
            (Incoming.RELEASABLE, "warn"),
            (Incoming.RELEASED, "ok"),
            (Incoming.COLLECTED, "ok"),
            (Incoming.REFUSED, "crit"),
        )
    )
}
OUTCOME = _table(
    (Outcome.BLOCK, "crit", N_("blocked")),
    (Outcome.NOT_RUN, "crit", N_("not inspected")),
    (Outcome.LOOK, "warn", N_("a person must look")),
    (Outcome.PASS, "ok", N_("passed")),
)
BACKUP = _table(
    (BackupStanding.FAILED, "crit", N_("backup failed")),
    (BackupStanding.NEVER, "warn", N_("no backup yet")),
    (BackupStanding.OK, "ok", N_("backed up")),
    (BackupStanding.UNSUPPORTED, "idle", N_("no driver")),
)
PROPOSAL = _table(
    (State.OPEN, "warn", N_("waits to be confirmed")),
    (State.CONFIRMED, "ok", N_("confirmed")),
    (State.REFUSED, "crit", N_("refused")),
    (State.WITHDRAWN, "idle", N_("withdrawn")),
    (State.EXPIRED, "idle", N_("expired")),
)
TOKEN = _table(
    (TokenState.LIVE, "ok", N_("in force")),
    (TokenState.EXPIRED, "idle", N_("expired")),
    (TokenState.REVOKED, "idle", N_("revoked")),
)
SIGNING_KEY = _table(
    ("locked", "crit", N_("locked after wrong PINs")),
    ("in_use", "ok", N_("in use")),
    ("revoked", "idle", N_("revoked")),
)
SIGNATURE = _table(
    (Verdict.BROKEN, "crit", N_("signature does not hold")),
    (Verdict.UNKNOWN_KEY, "idle", N_("key no longer known")),
    (Verdict.HOLDS, "ok", N_("signature holds")),
)
RESULT = _table(
    ("failed", "crit", N_("failed")),
    ("refused", "warn", N_("refused")),
    ("ok", "ok", N_("done")),
)


def of_device(found: DeviceHealth) -> Shown:
    return DEVICE[standing.of_device(found)]


def of_line(found: LineHealth, poller: PollerHealth) -> Shown:
    return LINE[standing.of_line(found, poller)]


def of_link(link: Link) -> Shown:
    return STATED if link.only_stated else LINK[link.state]


def of_port(found: PortHealth, *, carries_line: bool) -> Shown:
    """A port that nothing is plugged into is no alarm; one that a line ends at is."""
    if found.state is None:
        return PORT["unknown"]
    if found.state.admin is PortStatus.DOWN:
        return PORT["off"]
    if found.state.oper is PortStatus.UP:
        return PORT["up"]
    return PORT["lost" if carries_line else "idle"]


def options(table: Mapping[str, Shown]) -> list[tuple[str, str]]:
    """For a drop-down that filters by state."""
    return [(shown.name, gettext(shown.word)) for shown in table.values()]


def install(app: Flask) -> None:
    app.jinja_env.globals.update(states_of=options, device_states=DEVICE, line_states=LINE, effects=EFFECT)
