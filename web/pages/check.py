"""System check (系统体检): what `guanjin check` says, without what takes long or needs a key.

Looked at when somebody asks, at most once a minute, and by one request at a time.
"""

from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Final, cast

from flask import Blueprint, current_app, render_template
from flask.blueprints import BlueprintSetupState

from security.posture import Installation, Report, Severity, run
from security.roles import Permission
from web import states
from web.access import requires
from web.i18n import gettext
from web.posture import CHECKS
from web.state import console

blueprint = Blueprint("check", __name__)
KEEP_S: Final = 60.0
KEPT: Final = "guanjin_posture"


@dataclass
class Kept:
    lock: Lock = field(default_factory=Lock)
    report: Report | None = None
    at: datetime | None = None
    until: float = 0.0


@blueprint.record
def _make_room(state: BlueprintSetupState) -> None:
    state.app.extensions[KEPT] = Kept()


@blueprint.get("/check")
@requires(Permission.CHECK_SYSTEM)
def show() -> str:
    report, at = _report()
    return render_template(
        "check.html",
        report=report,
        at=at,
        shown=states.POSTURE,
        outcomes=states.OUTCOME_OF_CHECK,
        totals=[(severity, report.count(severity)) for severity in Severity],
        sentence=lambda finding: finding.render(gettext),
        advice=lambda finding: finding.render_hint(gettext),
    )


def _report() -> tuple[Report, datetime]:
    kept, clock = cast("Kept", current_app.extensions[KEPT]), console().clock
    with kept.lock:
        if kept.report is None or kept.at is None or clock.monotonic() >= kept.until:
            kept.report = run(CHECKS, Installation(console().settings, console().database, clock))
            kept.at, kept.until = clock.now(), clock.monotonic() + KEEP_S
        return kept.report, kept.at
