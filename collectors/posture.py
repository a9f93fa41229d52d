"""Whether anybody is watching."""

from collections.abc import Iterator
from typing import Final

from collectors.freshness import PollerHealth, poller_health
from core.i18n import N_
from security.posture import Check, Finding, Installation, Severity


def look(site: Installation) -> PollerHealth:
    with site.database.read() as session:
        return poller_health(session, site.clock.now())


def judge(health: PollerHealth) -> Iterator[Finding]:
    if not health.running:
        yield Finding(
            "collectors.poller",
            Severity.WARNING,
            "poller",
            N_("the poller is not running: what the pages show is old, and no failure is noticed"),
            N_("start the installation (`guanjin up`), or look in its log for why the poller ended"),
        )


CHECKS: Final = (Check("poller", N_("poller"), look, judge),)
