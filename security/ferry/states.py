"""The two state machines as data, and the one pure function that moves a transfer along them.

    submitted -> inspecting -> review -> approved -> sealing -> sealed -> handed_off -> receipted -> closed
    seen -> assembling -> verified -> opened -> reinspecting -> releasable -> released -> collected

Every other arrow leads to an end by name. A time-out has one target, expired (or unconfirmed, once the bundle has
left); no arrow leads from waiting to approved but an approval that completes the quorum.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from security.ferry.errors import TransitionRefusedError


class Outgoing(StrEnum):
    """Of a transfer at its source."""

    SUBMITTED = "submitted"
    INSPECTING = "inspecting"
    BLOCKED = "blocked"
    REVIEW = "review"
    REJECTED = "rejected"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    APPROVED = "approved"
    SEALING = "sealing"
    QUARANTINED = "quarantined"
    SEALED = "sealed"
    HANDED_OFF = "handed_off"
    UNCONFIRMED = "unconfirmed"
    RECEIPTED = "receipted"
    CLOSED = "closed"


class Incoming(StrEnum):
    """Of a bundle at its destination."""

    SEEN = "seen"
    ASSEMBLING = "assembling"
    VERIFIED = "verified"
    OPENED = "opened"
    REINSPECTING = "reinspecting"
    HELD = "held"
    RELEASABLE = "releasable"
    RELEASED = "released"
    COLLECTED = "collected"
    REFUSED = "refused"


class Act(StrEnum):
    """What happens to a transfer at its source."""

    INSPECT = "inspect"
    PASS = "pass"  # noqa: S105  # an inspection that found nothing
    BLOCK = "block"
    APPROVE = "approve"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    EXPIRE = "expire"
    REINSPECT = "reinspect"
    SEAL = "seal"
    QUARANTINE = "quarantine"
    FINISH_SEAL = "finish_seal"
    HAND_OFF = "hand_off"
    RECEIPT = "receipt"
    CLOSE = "close"


class Step(StrEnum):
    """What happens to a bundle at its destination."""

    ASSEMBLE = "assemble"
    VERIFY = "verify"
    OPEN = "open"
    REINSPECT = "reinspect"
    HOLD = "hold"
    PASS = "pass"  # noqa: S105  # an inspection that found nothing
    RELEASE = "release"
    COLLECT = "collect"
    REFUSE = "refuse"


@dataclass(frozen=True)
class Facts:
    """What a guard may look at, established by the caller in the same transaction.

    `quorum` is the floor's judgement over verified signatures, with the approval that is just being given;
    `inspected` means a complete report, every stage of every file, that passes.
    """

    quorum: bool = False
    inspected: bool = False


Guard = Callable[[Facts], bool]


def _always(_: Facts) -> bool:
    return True


def _quorum(facts: Facts) -> bool:
    return facts.quorum and facts.inspected


def _no_quorum(facts: Facts) -> bool:
    return not facts.quorum


def _inspected(facts: Facts) -> bool:
    return facts.inspected


S, D = Outgoing, Incoming

# (state, what happens) -> the first row whose guard holds
OUTGOING: Mapping[tuple[Outgoing, Act], tuple[tuple[Guard, Outgoing], ...]] = {
    (S.SUBMITTED, Act.INSPECT): ((_always, S.INSPECTING),),
    (S.SUBMITTED, Act.WITHDRAW): ((_always, S.WITHDRAWN),),
    (S.SUBMITTED, Act.EXPIRE): ((_always, S.EXPIRED),),
    (S.INSPECTING, Act.PASS): ((_inspected, S.REVIEW),),
    (S.INSPECTING, Act.BLOCK): ((_always, S.BLOCKED),),
    (S.INSPECTING, Act.WITHDRAW): ((_always, S.WITHDRAWN),),
    (S.INSPECTING, Act.EXPIRE): ((_always, S.EXPIRED),),
    (S.REVIEW, Act.APPROVE): ((_quorum, S.APPROVED), (_no_quorum, S.REVIEW)),
    (S.REVIEW, Act.REJECT): ((_always, S.REJECTED),),
    (S.REVIEW, Act.WITHDRAW): ((_always, S.WITHDRAWN),),
    (S.REVIEW, Act.EXPIRE): ((_always, S.EXPIRED),),
    (S.REVIEW, Act.REINSPECT): ((_always, S.SUBMITTED),),
    (S.APPROVED, Act.WITHDRAW): ((_always, S.WITHDRAWN),),
    (S.APPROVED, Act.EXPIRE): ((_always, S.EXPIRED),),
    (S.APPROVED, Act.REINSPECT): ((_always, S.SUBMITTED),),
    (S.APPROVED, Act.QUARANTINE): ((_always, S.QUARANTINED),),
    (S.APPROVED, Act.SEAL): ((_quorum, S.SEALING),),
    (S.SEALING, Act.FINISH_SEAL): ((_quorum, S.SEALED),),
    (S.SEALING, Act.QUARANTINE): ((_always, S.QUARANTINED),),
    (S.SEALING, Act.EXPIRE): ((_always, S.EXPIRED),),
    (S.SEALED, Act.HAND_OFF): ((_always, S.HANDED_OFF),),
    (S.SEALED, Act.EXPIRE): ((_always, S.EXPIRED),),
    (S.HANDED_OFF, Act.RECEIPT): ((_always, S.RECEIPTED),),
    (S.HANDED_OFF, Act.EXPIRE): ((_always, S.UNCONFIRMED),),
    (S.UNCONFIRMED, Act.RECEIPT): ((_always, S.RECEIPTED),),
    (S.RECEIPTED, Act.CLOSE): ((_always, S.CLOSED),),
}

INCOMING: Mapping[tuple[Incoming, Step], tuple[tuple[Guard, Incoming], ...]] = {
    (D.SEEN, Step.ASSEMBLE): ((_always, D.ASSEMBLING),),
    (D.SEEN, Step.REFUSE): ((_always, D.REFUSED),),
    (D.ASSEMBLING, Step.VERIFY): ((_always, D.VERIFIED),),
    (D.ASSEMBLING, Step.REFUSE): ((_always, D.REFUSED),),
    (D.VERIFIED, Step.OPEN): ((_quorum, D.OPENED),),
    (D.VERIFIED, Step.REFUSE): ((_always, D.REFUSED),),
    (D.OPENED, Step.REINSPECT): ((_always, D.REINSPECTING),),
    (D.OPENED, Step.REFUSE): ((_always, D.REFUSED),),
    (D.REINSPECTING, Step.PASS): ((_inspected, D.RELEASABLE),),
    (D.REINSPECTING, Step.HOLD): ((_always, D.HELD),),
    (D.RELEASABLE, Step.RELEASE): ((_quorum, D.RELEASED),),
    (D.RELEASABLE, Step.HOLD): ((_always, D.HELD),),
    (D.RELEASED, Step.COLLECT): ((_always, D.COLLECTED),),
    (D.COLLECTED, Step.COLLECT): ((_always, D.COLLECTED),),
}

State = TypeVar("State", Outgoing, Incoming)
What = TypeVar("What", Act, Step)


def advance(
    table: Mapping[tuple[State, What], tuple[tuple[Guard, State], ...]], state: State, what: What, facts: Facts
) -> State:
    """The state after `what`. TransitionRefusedError when the table has no such row or no guard holds."""
    rows = table.get((state, what))
    if rows is None:
        raise TransitionRefusedError(state=state.value, event=what.value)
    for guard, target in rows:
        if guard(facts):
            return target
    raise TransitionRefusedError(state=state.value, event=what.value)


def ends(table: Mapping[tuple[State, What], object], states: type[State]) -> frozenset[State]:
    """The states that nothing leads out of."""
    return frozenset(states) - {state for state, _ in table}
