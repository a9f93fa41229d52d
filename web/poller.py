"""Is what the pages show still true? Asked once a request, shown on every page."""

from flask import g
from sqlalchemy.orm import Session

from collectors.freshness import PollerHealth, poller_health
from web.state import console


def of_session(session: Session) -> PollerHealth:
    if "poller" not in g:
        g.poller = poller_health(session, console().clock.now())
    found: PollerHealth = g.poller
    return found


def of_request() -> PollerHealth:
    if "poller" in g:
        found: PollerHealth = g.poller
        return found
    with console().database.read() as session:
        return of_session(session)
