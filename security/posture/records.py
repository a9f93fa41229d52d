"""The audit log: the newest records every time, the whole of it when everything is asked for."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from sqlalchemy import select

from core.i18n import N_
from security.audit import Breach, verify
from security.audit.chain import link
from security.audit.labels import BREACHES
from security.audit.models import AuditHead
from security.audit.rows import UnreadableError, fields_of, pages
from security.posture.check import Check, Installation
from security.posture.finding import Finding, Severity

RECENT: Final = 1000


@dataclass(frozen=True)
class Chain:
    """`broken` is the number of the first record that is not what was written, None where all is well."""

    broken: int | None
    breach: str = ""


def look_at_chain(site: Installation) -> Chain:
    if not site.full:
        return _recent(site)
    with site.database.read() as session:
        found = verify(session).broken
    return Chain(None) if found is None else Chain(found.sequence, BREACHES[found.breach])


def _recent(site: Installation) -> Chain:
    """The end of the chain up to the head row; what lies before is left to the whole verification."""
    with site.database.read() as session:
        head = session.scalars(select(AuditHead)).one_or_none()
        if head is None:
            return Chain(0, BREACHES[Breach.HEAD])
        after = max(0, head.sequence - RECENT)
        try:
            records = [fields_of(raw) for page in pages(session, after) for raw in page]
        except UnreadableError as error:
            return Chain((after if error.last is None else error.last) + 1, BREACHES[Breach.UNREADABLE])
    for one in records:
        if link(one["previous"], one) != one["hash"]:
            return Chain(one["sequence"], BREACHES[Breach.ALTERED])
    for older, newer in pairwise(records):
        if (newer["previous"], newer["sequence"]) != (older["hash"], older["sequence"] + 1):
            return Chain(newer["sequence"], BREACHES[Breach.UNLINKED])
    if records and records[-1]["hash"] != head.hash:
        return Chain(head.sequence, BREACHES[Breach.HEAD])
    return Chain(None)


def judge_chain(chain: Chain) -> Iterator[Finding]:
    if chain.broken is not None:
        yield Finding(
            "audit.broken",
            Severity.CRITICAL,
            str(chain.broken),
            N_("the audit log is broken at record %(subject)s: %(breach)s"),
            N_("keep the database as it is for the investigation; docs/audit-format.md says what each finding means"),
            {"breach": chain.breach},
        )


CHECKS: Final = (Check("audit-log", N_("audit log"), look_at_chain, judge_chain),)
