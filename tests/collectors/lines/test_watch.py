from dataclasses import replace
from datetime import timedelta

import pytest

from collectors.errors import IcmpUnavailableError
from collectors.judge import LineJudgement
from collectors.lines.far_end import FarEnd
from collectors.lines.watch import (
    LineWatch,
    line_chunks,
    line_history,
    line_row,
    outages_of,
    records,
    settled,
    shown,
    view,
)
from collectors.models import LineCondition, PortStatus, Reachability
from collectors.rates import PortRates
from collectors.snmp import IfStatus, PortFacts
from collectors.targets import DeviceTarget, LineTarget
from collectors.watched import Watched, WatchedPort
from inventory.kinds import SnmpVersion
from tests.collectors.county import NOW

LINE = LineTarget(5, "政务中心-新华村", "telecom", 20_000_000, 1, 11, 2, 22, None)


def device(number: int, reachability: Reachability = Reachability.UP) -> Watched:
    address = f"192.0.2.{number}"
    target = DeviceTarget(number, f"D{number}", address, 161, SnmpVersion.V2C, b"public", 22, None)
    return Watched(target, NOW, reachability)


def with_port(watched: Watched, port_id: int, oper: PortStatus, rates: PortRates) -> Watched:
    facts = PortFacts(port_id, "GE0", "GE0", "", 6, 10**9, IfStatus.UP, IfStatus.UP, "")
    watched.ports[port_id] = WatchedPort(port_id, facts, rates, PortStatus.UP, oper)
    return watched


def test_traffic_and_utilisation_are_of_the_rented_bandwidth() -> None:
    a = with_port(device(1), 11, PortStatus.UP, PortRates(in_bps=1_000_000, out_bps=15_000_000))
    seen = view(LINE, a, device(2))
    assert (seen.in_bps, seen.out_bps, seen.utilisation_percent) == (1_000_000, 15_000_000, 75.0)


def test_seen_from_end_b_the_directions_are_swapped() -> None:
    b = with_port(device(2), 22, PortStatus.UP, PortRates(in_bps=3, out_bps=4))
    seen = view(LINE, device(1), b)
    assert (seen.in_bps, seen.out_bps) == (4, 3)


def test_loss_and_round_trip_are_those_to_end_b() -> None:
    b = device(2)
    for answer in (1.0, 3.0, None, None):
        b.pulse.add(answer)
    seen = view(LINE, device(1), b)
    assert seen.judgement == LineJudgement(LineCondition.DEGRADED, "loss")
    assert line_history(seen)[:5] == [1.0, 50.0, 1.0, 2.0, 3.0]
    chunks = line_chunks(LINE, seen)
    assert chunks["guanjin_line_loss_ratio"].endswith(b" 0.5\n")
    assert chunks["guanjin_line_jitter_seconds"].endswith(b" 0.002\n")


def test_both_ends_are_measured_and_the_round_trips_spread() -> None:
    a, b = device(1), device(2)
    for number in range(20):
        a.pulse.add(0.5)
        b.pulse.add(1.0 if number % 2 else 3.0)
    row = line_row(LineWatch(LINE, NOW), view(LINE, a, b), NOW)
    figures = ("rtt_min_ms", "rtt_ms", "rtt_max_ms", "rtt_p50_ms", "rtt_p95_ms", "jitter_ms", "a_rtt_ms")
    assert [row[name] for name in figures] == [1.0, 2.0, 3.0, 1.0, 3.0, 2.0, 0.5]
    assert (row["loss_percent"], row["a_loss_percent"]) == (0.0, 0.0)


def test_an_end_that_is_only_an_address_is_measured_and_judged_by_its_echo() -> None:
    line = replace(LINE, b_device=None, b_port=None, far_address="192.0.2.9")
    a, far = device(1), FarEnd("192.0.2.9")
    a.heard = True
    a.fault = IcmpUnavailableError(reason="")
    assert not settled(line, a, None, far), "not asked yet"
    far.hear(answers=True)
    far.pulse.add(4.0)
    assert settled(line, a, None, far)
    seen = view(line, a, None, far=far)
    assert (seen.judgement.condition, seen.echo.rtt_avg_ms, seen.spread.p50_ms) == (LineCondition.UP, 4.0, 4.0)
    far.hear(answers=False)
    assert view(line, a, None, far=far).judgement == LineJudgement(LineCondition.DOWN, "end_b_unreachable")


@pytest.mark.parametrize(
    ("lost_to_a", "lost_to_b", "condition"),
    [
        (0, 3, LineCondition.DEGRADED),
        (3, 3, LineCondition.UP),
        (3, 6, LineCondition.DEGRADED),
        (12, 0, LineCondition.UP),
    ],
)
def test_what_is_lost_before_end_a_is_not_lost_by_the_line(
    lost_to_a: int, lost_to_b: int, condition: LineCondition
) -> None:
    a, b = device(1), device(2)
    for number in range(12):
        a.pulse.add(None if number < lost_to_a else 1.0)
        b.pulse.add(None if number < lost_to_b else 1.0)
    assert view(LINE, a, b).judgement.condition is condition


def test_an_unknown_line_is_no_line_that_is_down() -> None:
    seen = view(LINE, None, None)
    assert line_history(seen)[0] is None
    assert "guanjin_line_up" not in line_chunks(LINE, seen)


DOWN, UNKNOWN, DEGRADED, UP = LineCondition.DOWN, LineCondition.UNKNOWN, LineCondition.DEGRADED, LineCondition.UP


@pytest.mark.parametrize(
    ("before", "condition", "begun", "over"),
    [
        (set(), UP, set(), set()),
        (set(), DOWN, {DOWN}, set()),
        ({DOWN}, DOWN, set(), set()),
        ({DOWN}, UNKNOWN, {UNKNOWN}, set()),
        ({DOWN, UNKNOWN}, DOWN, set(), {UNKNOWN}),
        ({DOWN, UNKNOWN}, UP, set(), {DOWN, UNKNOWN}),
        ({DOWN}, DEGRADED, {DEGRADED}, {DOWN}),
        ({DEGRADED}, UNKNOWN, {UNKNOWN}, {DEGRADED}),
        ({DEGRADED}, UP, set(), {DEGRADED}),
    ],
)
def test_an_outage_begins_with_down_and_ends_with_working_and_not_knowing_does_neither(
    before: set[LineCondition], condition: LineCondition, begun: set[LineCondition], over: set[LineCondition]
) -> None:
    line = LineWatch(LINE, NOW, open=frozenset(before))
    found = outages_of(line, LineJudgement(condition, "port_down"), NOW, NOW, 7.0)
    assert {one.state for one in found if not one.over} == begun
    assert {one.state for one in found if one.over} == over
    assert records(condition, line.open) == before - over | begun


def test_a_line_is_judged_only_when_both_ends_were_seen_by_this_process() -> None:
    a, b = with_port(device(1), 11, PortStatus.UP, PortRates()), device(2)
    assert not settled(LINE, a, b), "neither was heard of yet"
    a.heard = b.heard = True
    a.fault = b.fault = IcmpUnavailableError(reason="")
    assert settled(LINE, a, b), "a poll that failed is an answer, too"
    b.fault = None
    assert not settled(LINE, a, b), "its port may be what was down"
    b.reachability = Reachability.DOWN
    assert settled(LINE, a, b), "the port of a dead device does not matter"
    assert settled(LINE, None, None)


def test_a_mark_hides_the_state_and_is_noted_with_the_outage() -> None:
    marked = LineTarget(5, "x", "own", None, None, None, None, None, NOW + timedelta(hours=1))
    judgement = LineJudgement(LineCondition.DOWN, "port_down")
    assert shown(judgement, marked=marked.in_maintenance(NOW)) is LineCondition.MAINTENANCE
    (found,) = outages_of(LineWatch(marked, NOW), judgement, NOW, NOW, 7.0)
    assert found.in_maintenance
