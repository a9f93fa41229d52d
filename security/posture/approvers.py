"""Approvers of the ferry: whether each has a signing key of their own, and how old it is. No key is opened."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.i18n import N_
from security import accounts
from security.ferry import policy
from security.ferry.floor import same_person
from security.ferry.models import FerrySigningKey
from security.ferry.peers import as_link, links
from security.posture.check import Check, Installation
from security.posture.finding import Finding, Severity

OLD: Final = timedelta(days=730)


@dataclass(frozen=True)
class Approver:
    """An account in use with a role that a link out of this site asks for; `made` is None where no key serves it."""

    login: str
    made: datetime | None


@dataclass(frozen=True)
class Approvers:
    now: datetime
    approvers: tuple[Approver, ...]


def look(site: Installation) -> Approvers | None:
    """None where nothing leaves this site. Raises PolicyUnreadableError."""
    rules = policy.load(site.settings.ferry.policy)
    with site.database.read() as session:
        outgoing = links(session, outgoing=True)
        wanted = {role for row in outgoing for role in rules.for_link(as_link(session, row)).approvals}
        return Approvers(site.clock.now(), tuple(_approvers(session, wanted))) if outgoing else None


def _approvers(session: Session, wanted: set[str]) -> Iterator[Approver]:
    keys = list(session.scalars(select(FerrySigningKey).where(FerrySigningKey.revoked_at.is_(None))))
    for account in accounts.every(session):
        roles = wanted & {role.value for role in account.roles}
        if roles and not account.disabled:
            own = [key for key in keys if same_person(key.person, account.login) and roles <= set(key.roles)]
            yield Approver(account.login, max((key.created_at for key in own), default=None))


def judge(found: Approvers) -> Iterator[Finding]:
    for one in found.approvers:
        if one.made is None:
            yield Finding(
                "ferry.no_approver_key",
                Severity.WARNING,
                one.login,
                N_("%(subject)s is to approve transfers and has no signing key for it"),
                N_("make it with the person, who chooses the PIN: `guanjin ferry key approver`"),
            )
        elif found.now - one.made > OLD:
            yield Finding(
                "ferry.old_approver_key",
                Severity.WARNING,
                one.login,
                N_("the signing key of %(subject)s is %(days)s days old"),
                N_(
                    "make a new one (`guanjin ferry key approver`), and have the other sites pin this site's card again"
                ),
                {"days": (found.now - one.made).days},
            )


CHECKS: Final = (Check("approvers", N_("signing keys of the approvers"), look, judge),)
