"""The destination's own judgement of the approvals inside a bundle.

It trusts nothing that the source's software says about itself: signatures are checked against the approvers that
this site has pinned, quorum and separation against its own policy and floor, and the bindings against what is in the
bundle. A source that was taken over, or its database administrator, cannot send what people have not approved.
"""

import hashlib

from sqlalchemy import select
from sqlalchemy.orm import Session

from security.ferry import approver_key, floor, statement
from security.ferry.bundle.payload import Documents
from security.ferry.errors import AboveCeilingError, BadApprovalError, ContentDiffersError
from security.ferry.floor import Approver
from security.ferry.inspection import report
from security.ferry.models import FerryLink, FerryNonce, FerryPeerApprover
from security.ferry.peers import as_link
from security.ferry.policy import Rules
from security.ferry.site import Ferry
from security.ferry.statement import Binding, Decision, SignedStatement


def judge(session: Session, ferry: Ferry, row: FerryLink, inside: Documents) -> None:
    """Raises by name if anything about the content's admission is wrong."""
    link = as_link(session, row)
    rules = ferry.policy.for_link(link)
    _check_content(row, rules, inside)
    floor.check_level(link, inside.manifest.level)
    bound = _binding(inside)
    used = select(FerryNonce.nonce)
    pinned = {one.person: one for one in row.peer.approvers}
    for signed in inside.approvals:
        _check_statement(signed, bound, pinned, ferry)
        if session.scalar(used.where(FerryNonce.nonce == signed.statement.nonce)) is not None:
            raise BadApprovalError(person=signed.statement.approver, field="nonce")
    check_quorum(session, ferry, row, inside.manifest.submitter, inside.approvals)


def check_quorum(
    session: Session, ferry: Ferry, row: FerryLink, submitter: str, approvals: tuple[SignedStatement, ...]
) -> None:
    """Quorum and separation by this site's policy, over approvers that are pinned at this moment."""
    link = as_link(session, row)
    pinned = {one.person: one for one in row.peer.approvers}
    for signed in approvals:
        _check_signer(signed, pinned)
    given = [Approver(one.statement.approver, one.statement.role) for one in approvals]
    floor.check_quorum(link, submitter, given, ferry.policy.for_link(link).approvals)


def _check_content(row: FerryLink, rules: Rules, inside: Documents) -> None:
    manifest = inside.manifest
    if manifest.link != row.uid:
        raise ContentDiffersError(part="link")
    if any(entry.level is not manifest.level for entry in manifest.files):
        raise ContentDiffersError(part="level")
    if manifest.level > rules.ceiling:
        raise AboveCeilingError(level=manifest.level.label, ceiling=rules.ceiling.label, link=row.name)
    found = report.decode(inside.summary)
    if [file.sha256 for file in found.files] != [entry.sha256 for entry in manifest.files] or not found.passes:
        raise ContentDiffersError(part="inspection")


def _binding(inside: Documents) -> Binding:
    """What every statement must say. The policy is the source's own; all statements must name the inspected one."""
    inspection = hashlib.sha256(b"ferry/inspection/v1\0" + inside.summary).hexdigest()
    policy = report.decode(inside.summary).policy
    return statement.binding(inside.manifest, inspection=inspection, policy=policy)


def _check_statement(
    signed: SignedStatement, bound: Binding, pinned: dict[str, FerryPeerApprover], ferry: Ferry
) -> None:
    given = signed.statement
    _check_signer(signed, pinned)
    wrong = (
        ("binding", given.binding != bound),
        ("decision", given.decision is not Decision.APPROVE),
        ("not_after", given.not_after <= int(ferry.clock.now().timestamp())),
    )
    for field, broken in wrong:
        if broken:
            raise BadApprovalError(person=given.approver, field=field)


def _check_signer(signed: SignedStatement, pinned: dict[str, FerryPeerApprover]) -> None:
    given = signed.statement
    approver = pinned.get(given.approver)
    if approver is None:
        raise BadApprovalError(person=given.approver, field="pinned")
    if given.role not in approver.roles:
        raise BadApprovalError(person=given.approver, field="role")
    if not approver_key.holds(approver.public, signed):
        raise BadApprovalError(person=given.approver, field="signature")
