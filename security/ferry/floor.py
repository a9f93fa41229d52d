"""The hard floor: what no policy, role or setting can permit.

For a classified network the accepted ways in are a burned disc, an intermediate machine, or an approved one-way
device; a two-way gatekeeper is not. So these rules are code. A policy may be stricter; everything that a policy allows
is put before this module again at the moment of use, not only when the policy is read.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from security.ferry.errors import (
    AboveCeilingError,
    ApproverRoleForbiddenError,
    ApproverTwiceError,
    CarrierForbiddenError,
    ClassifiedContentError,
    QuorumMissingError,
    RoleTwiceError,
    SelfApprovalError,
    TopSecretError,
)
from security.ferry.levels import Level, Zone
from security.ferry.links import CarrierKind, Direction, Link

# Those who keep the system or judge its record decide nothing about content (三员分立), and who carries the medium or
# submits does not approve. A role that is not in this list never approves, whatever a policy says.
APPROVER_ROLES = frozenset({"department_approver", "security_officer", "security_admin", "unit_admin"})


@dataclass(frozen=True)
class Approver:
    """A person's approval, as far as the rules of separation look at it."""

    person: str
    role: str


def least_approvals(direction: Direction) -> int:
    return 3 if direction is Direction.DOWN else 2


def check_link(link: Link) -> None:
    """The carrier suits the zones, and the ceiling is one that this direction can have."""
    if link.carrier.two_way and link.touches_classified:
        raise CarrierForbiddenError(carrier=link.carrier, link=link.name)
    if link.source.zone is Zone.CLASSIFIED and link.carrier is not CarrierKind.MEDIUM:
        raise CarrierForbiddenError(carrier=link.carrier, link=link.name)
    check_level(link, link.ceiling)


def check_level(link: Link, level: Level) -> None:
    """Declared or detected alike: this may be called with either, and is called with both."""
    if level is Level.TOP_SECRET:
        raise TopSecretError(level=level.label)
    # Towards an unclassified side: never. From the classified side: unclassified content only. And on an unclassified
    # side it may not even be kept, so it has no way to start there. Together: 秘密 or more crosses on no link at all.
    if level.classified:
        raise ClassifiedContentError(level=level.label, link=link.name)
    if level > link.ceiling:
        raise AboveCeilingError(level=level.label, ceiling=link.ceiling.label, link=link.name)


def check_separation(submitter: str, approvers: Iterable[Approver]) -> None:
    """No one approves their own transfer, no one approves twice, no role counts twice."""
    people: set[str] = set()
    roles: set[str] = set()
    for approver in approvers:
        if same_person(approver.person, submitter):
            raise SelfApprovalError(person=approver.person)
        if approver.role not in APPROVER_ROLES:
            raise ApproverRoleForbiddenError(role=approver.role)
        if _folded(approver.person) in people:
            raise ApproverTwiceError(person=approver.person)
        if approver.role in roles:
            raise RoleTwiceError(role=approver.role)
        people.add(_folded(approver.person))
        roles.add(approver.role)


def check_quorum(link: Link, submitter: str, approvers: Iterable[Approver], wanted: Iterable[str] = ()) -> None:
    """Separation holds, there are enough approvals for the direction, and each role the policy wants has spoken."""
    given = tuple(approvers)
    check_separation(submitter, given)
    roles = {approver.role for approver in given}
    if len(given) < least_approvals(link.direction) or not roles >= set(wanted):
        needed = max(least_approvals(link.direction), len(set(wanted)))
        raise QuorumMissingError(given=len(given), needed=needed)


def same_person(one: str, other: str) -> bool:
    return _folded(one) == _folded(other)


def _folded(name: str) -> str:
    """Account names differing only in case, width or blanks are one person to these rules."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())
