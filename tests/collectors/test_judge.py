import itertools

import pytest

from collectors.judge import End, Judgement, LineJudgement, Signs, judge, judge_line
from collectors.labels import CAUSES
from collectors.models import Evidence, LineCondition, PortStatus, Reachability

UP, DOWN, SILENT, UNKNOWN = Reachability.UP, Reachability.DOWN, Reachability.SILENT, Reachability.UNKNOWN


@pytest.mark.parametrize(
    ("signs", "expected"),
    [
        (Signs(), Judgement(UNKNOWN, None)),
        (Signs(icmp=True, snmp=True), Judgement(UP, Evidence.ICMP)),
        (Signs(icmp=False, snmp=True), Judgement(UP, Evidence.SNMP)),
        (Signs(icmp=True), Judgement(UP, Evidence.ICMP)),
        (Signs(icmp=True, snmp=False, agent_failed=True), Judgement(SILENT, Evidence.ICMP)),
        (Signs(icmp=False, snmp=False, tcp=True, agent_failed=True), Judgement(SILENT, Evidence.TCP)),
        (Signs(icmp=False, snmp=False, tcp=False, agent_failed=True), Judgement(DOWN, Evidence.ICMP)),
        (Signs(snmp=False, tcp=False), Judgement(DOWN, Evidence.SNMP)),
        (Signs(tcp=False), Judgement(DOWN, Evidence.TCP)),
    ],
)
def test_a_device_is_judged_by_what_it_answered(signs: Signs, expected: Judgement) -> None:
    assert judge(signs) == expected


def test_one_answer_of_any_kind_is_never_called_unreachable() -> None:
    answers = [True, False, None]
    for icmp, snmp, tcp, failed in itertools.product(answers, answers, answers, [True, False]):
        found = judge(Signs(icmp, snmp, tcp, failed))
        if True in {icmp, snmp, tcp}:
            assert found.reachability in {UP, SILENT}
        else:
            assert found.reachability in {DOWN, UNKNOWN}


WELL = End(UP, PortStatus.UP, PortStatus.UP)


@pytest.mark.parametrize(
    ("a", "b", "loss", "expected"),
    [
        (WELL, WELL, 0.0, LineJudgement(LineCondition.UP)),
        (WELL, WELL, 8.3, LineJudgement(LineCondition.UP)),
        (WELL, WELL, 16.7, LineJudgement(LineCondition.DEGRADED, "loss")),
        (WELL, End(UP, PortStatus.UP, PortStatus.DOWN), 0.0, LineJudgement(LineCondition.DOWN, "port_down")),
        (End(UP, PortStatus.DOWN, PortStatus.DOWN), WELL, 0.0, LineJudgement(LineCondition.DOWN, "port_disabled")),
        (WELL, End(DOWN), 100.0, LineJudgement(LineCondition.DOWN, "end_b_unreachable")),
        (WELL, End(DOWN, PortStatus.UP, PortStatus.DOWN), None, LineJudgement(LineCondition.DOWN, "end_b_unreachable")),
        (End(DOWN), WELL, 0.0, LineJudgement(LineCondition.DEGRADED, "end_a_unreachable")),
        (End(DOWN), End(DOWN), 100.0, LineJudgement(LineCondition.UNKNOWN, "both_ends_unreachable")),
        (End(), End(), None, LineJudgement(LineCondition.UNKNOWN, "not_watched")),
        (End(UNKNOWN), End(), None, LineJudgement(LineCondition.UNKNOWN, "not_watched")),
        (End(UP), End(), None, LineJudgement(LineCondition.UP)),
        (End(SILENT), End(UP), 0.0, LineJudgement(LineCondition.UP)),
    ],
)
def test_a_line_is_judged_from_its_ends(a: End, b: End, loss: float | None, expected: LineJudgement) -> None:
    assert judge_line(a, b, loss) == expected


def test_every_cause_has_a_label_and_every_fault_a_cause() -> None:
    ends = [End(r, s, o) for r in (None, *Reachability) for s in (None, *PortStatus) for o in (None, *PortStatus)]
    for a, b, loss in itertools.product(ends[::5], ends[::7], (None, 0.0, 50.0)):
        found = judge_line(a, b, loss)
        assert (found.condition is LineCondition.UP) == (found.cause is None)
        assert found.cause is None or found.cause in CAUSES


@pytest.mark.parametrize(
    ("loss_percent", "lossy", "condition"),
    [
        (9.9, False, LineCondition.UP),
        (10.0, False, LineCondition.DEGRADED),
        (8.4, True, LineCondition.DEGRADED),
        (4.9, True, LineCondition.UP),
    ],
)
def test_a_line_that_loses_about_as_much_as_counts_does_not_come_and_go(
    loss_percent: float,
    lossy: bool,  # noqa: FBT001
    condition: LineCondition,
) -> None:
    end = End(Reachability.UP)
    assert judge_line(end, end, loss_percent, lossy=lossy).condition is condition
