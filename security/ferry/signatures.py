"""Whether the approvals of a transfer still hold as signatures, however long ago they were given.

Unlike the check before sealing this asks nothing about time, policy or roles of today: only whether these bytes were
signed by that person's key, for this transfer, while the key was in use.
"""

from dataclasses import dataclass
from enum import StrEnum

from security.ferry import approver_key
from security.ferry.approving import binding_of
from security.ferry.errors import FerryError
from security.ferry.models import FerryApproval, FerryTransfer
from security.ferry.statement import SignedStatement


class Verdict(StrEnum):
    HOLDS = "holds"
    BROKEN = "broken"
    UNKNOWN_KEY = "unknown_key"  # replaced before keys were kept


@dataclass(frozen=True)
class Checked:
    """`row.key` says whether the key was revoked since."""

    row: FerryApproval
    verdict: Verdict


def check(row: FerryTransfer) -> list[Checked]:
    return [Checked(approval, _verdict(row, approval)) for approval in row.approvals]


def _verdict(row: FerryTransfer, approval: FerryApproval) -> Verdict:
    key = approval.key
    if key is None:
        return Verdict.UNKNOWN_KEY
    in_time = key.revoked_at is None or approval.at <= key.revoked_at
    signed = SignedStatement(approval.statement.encode(), approval.signature)
    holds = in_time and approver_key.holds(key.public, signed) and _speaks_of(row, approval, signed)
    return Verdict.HOLDS if holds else Verdict.BROKEN


def _speaks_of(row: FerryTransfer, approval: FerryApproval, signed: SignedStatement) -> bool:
    """Content, inspection, purpose and receivers, as they stand in the registry, are the ones that were signed."""
    try:
        given, bound = signed.statement, binding_of(row)
    except FerryError:
        return False
    return given.binding == bound and (given.approver, given.role) == (approval.person, approval.role)
