"""The ferry: its policy file, and how the inspection of foreign files is confined."""

import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select

from core.i18n import N_
from security.ferry import policy
from security.ferry.models import FerryLink
from security.posture.check import Check, Installation
from security.posture.finding import Finding, Severity


@dataclass(frozen=True)
class Crossing:
    """`writable` is the policy file where others may change it; `links` is how many there are."""

    links: int
    writable: str
    sandbox: str
    bubblewrap: bool


def look(site: Installation) -> Crossing:
    """Raises PolicyUnreadableError."""
    path = site.settings.ferry.policy
    policy.load(path)
    writable = path is not None and bool(stat.S_IMODE(path.stat().st_mode) & 0o022)
    with site.database.read() as session:
        links = session.scalar(select(func.count()).select_from(FerryLink)) or 0
    return Crossing(links, str(path) if writable else "", site.settings.ferry.sandbox, bool(shutil.which("bwrap")))


def judge(crossing: Crossing) -> Iterator[Finding]:
    if crossing.writable:
        yield Finding(
            "ferry.policy",
            Severity.CRITICAL,
            crossing.writable,
            N_("others than its owner may change the ferry's policy %(subject)s"),
            N_("`chmod go-w %(subject)s`, and compare its digest with the one in the last approvals"),
        )
    if crossing.links and crossing.sandbox == "rlimit":
        yield Finding(
            "ferry.sandbox",
            Severity.WARNING if crossing.bubblewrap else Severity.NOTE,
            "ferry.sandbox",
            N_("foreign files are inspected with limits, but not in a sandbox of their own"),
            N_("install bubblewrap and set ferry.sandbox to bubblewrap"),
        )


CHECKS: Final = (Check("ferry", N_("ferry"), look, judge),)
