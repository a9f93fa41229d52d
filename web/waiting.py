"""What waits for this person: the numbers in the menu, the tab's title and its icon, worked out once a request."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import current_app, g
from sqlalchemy.orm import Session

from collectors.overview import Overview, Severity, Subject, critical, overview, who_is_cut_off
from inventory.scope import Scope
from inventory.topology.services import Hit
from security import proposals
from security.emergency import seal
from security.ferry import services
from security.ferry.states import Incoming, Outgoing
from security.models import Account
from security.roles import Permission
from web import poller
from web.access import allowed
from web.ferry import to_decide
from web.scope import seen
from web.state import actor, console, me, principal

KEPT = "guanjin_overview"
KEEP_S = 2.0


@dataclass(frozen=True)
class Seen:
    """The county as somebody sees it, and who is cut off by what has failed in it."""

    overview: Overview
    cut_off: Mapping[Subject, Sequence[Hit]]


def what_is_seen() -> Seen:
    """By this person; made once in some seconds for all who see the same, unless it changed."""
    if "overview" not in g:
        scope, now = seen(), console().clock.monotonic()
        status = poller.of_request().status
        changes = status.changes if status else 0
        kept: dict[Scope, tuple[float, int, Seen]] = current_app.extensions.setdefault(KEPT, {})
        made, before, found = kept.get(scope, (now - KEEP_S, changes, None))
        if found is None or now - made >= KEEP_S or before != changes:
            with console().database.read() as session:
                found = _look(session, scope)
            kept[scope] = now, changes, found
        g.overview = found
    shown: Seen = g.overview
    return shown


def _look(session: Session, scope: Scope) -> Seen:
    found = overview(session, console().clock.now(), scope=scope)
    station = console().settings.site.station_device
    return Seen(found, who_is_cut_off(session, found.attention, station=station, scope=scope))


def counts() -> Mapping[str, int]:
    """By endpoint of the menu."""
    if "waiting" not in g:
        g.waiting = dict(_counted()) if principal() else {}
    found: Mapping[str, int] = g.waiting
    return found


def total() -> int:
    return sum(counts().values())


def _counted() -> list[tuple[str, int]]:
    found = []
    if allowed("overview.show"):
        found.append(("overview.show", _critical()))
    with console().database.read() as session:
        if allowed("approvals.index"):
            found.append(("approvals.index", _to_decide(session)))
        if allowed("media.index"):
            sealed = services.find_transfers(session, states=(Outgoing.SEALED,))
            found.append(("media.index", len(sealed)))
        if allowed("grants.confirm"):
            found.append(("grants.index", _to_confirm(session)))
        if allowed("emergency.make_half"):
            found.append(("emergency.show", _to_seal(session)))
    return found


def _critical() -> int:
    """The page that shows them has counted them."""
    if "overview" in g:
        return sum(item.severity is Severity.CRITICAL for item in g.overview.overview.attention)
    with console().database.read() as session:
        return critical(session, console().clock.now(), scope=seen())


def _to_confirm(session: Session) -> int:
    waiting = proposals.waiting(session, console().clock.now())
    return sum(proposals.may_confirm(session, one, actor()) for one in waiting)


def _to_seal(session: Session) -> int:
    """One where this administrator's half of the emergency access is still to be made."""
    due = seal.standing(session, console().clock.now()).due
    account = session.get(Account, me().account_id)
    return int(account is not None and seal.half_of(account) in due)


def _to_decide(session: Session) -> int:
    number = len(to_decide(session, me()))
    if Permission.RELEASE_TRANSFER in me().permissions:
        number += len(services.find_incoming(session, states=(Incoming.RELEASABLE,)))
    return number
