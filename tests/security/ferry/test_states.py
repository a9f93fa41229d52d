import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from security.ferry.errors import TransitionRefusedError
from security.ferry.states import INCOMING, OUTGOING, Act, Facts, Incoming, Outgoing, Step, advance, ends

FACTS = st.builds(Facts, quorum=st.booleans(), inspected=st.booleans())


@settings(max_examples=500)
@given(st.lists(st.tuples(st.sampled_from(Act), FACTS), max_size=60))
def test_no_order_of_events_seals_without_quorum_or_leaves_an_end(events: list[tuple[Act, Facts]]) -> None:
    state, over = Outgoing.SUBMITTED, ends(OUTGOING, Outgoing)
    inspected = approved = sealing = False
    for act, facts in events:
        before = state
        try:
            state = advance(OUTGOING, state, act, facts)
        except TransitionRefusedError:
            continue
        assert before not in over
        if act is Act.REINSPECT:
            inspected = approved = False
        inspected |= state is Outgoing.REVIEW and act is Act.PASS and facts.inspected
        approved |= act is Act.APPROVE and state is Outgoing.APPROVED and facts.quorum
        sealing |= act is Act.SEAL and facts.quorum and facts.inspected
        if state in (Outgoing.APPROVED, Outgoing.SEALING, Outgoing.SEALED, Outgoing.HANDED_OFF):
            assert inspected
            assert approved
        if state in (Outgoing.SEALED, Outgoing.HANDED_OFF, Outgoing.RECEIPTED, Outgoing.CLOSED):
            assert sealing


@settings(max_examples=500)
@given(st.lists(st.tuples(st.sampled_from(Step), FACTS), max_size=60))
def test_nothing_is_released_without_verification_approvals_and_inspection(
    events: list[tuple[Step, Facts]],
) -> None:
    state, passed = Incoming.SEEN, []
    for step, facts in events:
        try:
            state = advance(INCOMING, state, step, facts)
        except TransitionRefusedError:
            continue
        passed.append(state)
        if state in (Incoming.RELEASED, Incoming.COLLECTED):
            wanted = [Incoming.VERIFIED, Incoming.OPENED, Incoming.REINSPECTING, Incoming.RELEASABLE, Incoming.RELEASED]
            assert [s for s in wanted if s in passed] == wanted


def test_time_alone_never_approves() -> None:
    for (_, act), rows in OUTGOING.items():
        if act is Act.EXPIRE:
            assert {target for _, target in rows} <= {Outgoing.EXPIRED, Outgoing.UNCONFIRMED}
        if Outgoing.APPROVED in {target for _, target in rows}:
            assert act is Act.APPROVE


def test_every_state_can_be_reached() -> None:
    for table, states, start in ((OUTGOING, Outgoing, Outgoing.SUBMITTED), (INCOMING, Incoming, Incoming.SEEN)):
        reached = {start} | {target for rows in table.values() for _, target in rows}  # type: ignore[attr-defined]
        assert reached == set(states)


def test_the_ends_are_these() -> None:
    assert ends(OUTGOING, Outgoing) == {
        Outgoing.BLOCKED,
        Outgoing.REJECTED,
        Outgoing.EXPIRED,
        Outgoing.WITHDRAWN,
        Outgoing.QUARANTINED,
        Outgoing.CLOSED,
    }
    assert ends(INCOMING, Incoming) == {Incoming.HELD, Incoming.REFUSED}


def test_an_impossible_move_is_refused_by_name() -> None:
    with pytest.raises(TransitionRefusedError) as refused:
        advance(OUTGOING, Outgoing.BLOCKED, Act.APPROVE, Facts(quorum=True, inspected=True))
    assert refused.value.code == "ferry.transition_refused"
