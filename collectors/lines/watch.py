"""The lines between the watched devices: judged whenever something was heard of one of their ends."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from collectors.history.writer import Values
from collectors.icmp.pulse import Pulse, Spread, Summary, summarise
from collectors.judge import End, LineJudgement, judge_line
from collectors.lines.far_end import FarEnd
from collectors.metrics.exposition import label_text, sample
from collectors.models import LineCondition, LineState, SubjectKind
from collectors.rates import utilisation
from collectors.store import Outage, Row
from collectors.targets import LineTarget
from collectors.watched import Watched, WatchedPort

NOT_JUDGED: Final = LineJudgement(LineCondition.UNKNOWN, "not_watched")


@dataclass(slots=True)
class LineWatch:
    """`condition` is what is shown; `judged` what is true under a maintenance mark, too."""

    target: LineTarget
    since: datetime
    far: FarEnd | None = None
    condition: LineCondition = LineCondition.UNKNOWN
    judged: LineJudgement = NOT_JUDGED
    open: frozenset[LineCondition] = frozenset()  # the records that have not ended
    watched_since: datetime | None = None
    written: datetime | None = None

    def remember(self, state: LineState) -> None:
        self.since, self.condition, self.watched_since = state.since, state.state, state.watched_since


@dataclass(frozen=True, slots=True)
class LineView:
    """What the two ends say at one moment; built by `view`."""

    judgement: LineJudgement
    a_echo: Summary
    echo: Summary
    spread: Spread
    in_bps: int | None
    out_bps: int | None
    utilisation_percent: float | None


def view(
    target: LineTarget, a: Watched | None, b: Watched | None, *, far: FarEnd | None = None, lossy: bool = False
) -> LineView:
    """Traffic is seen from end A where its port is watched, else from end B with the directions swapped.

    `far` is end B where it is only an address. `lossy` is whether the line was degraded by loss until now.
    """
    a_port, b_port = _port(a, target.a_port), _port(b, target.b_port)
    far_pulse = b.pulse if b else far.pulse if far else Pulse()
    a_echo, echo = a.pulse.recent() if a else summarise([]), far_pulse.recent()
    far_end = far.end if far and not b else _end(b, b_port)
    own_loss = _own_loss(a_echo.loss_percent, echo.loss_percent)
    judgement = judge_line(_end(a, a_port), far_end, own_loss, lossy=lossy)
    in_bps, out_bps = None, None
    if a_port:
        in_bps, out_bps = a_port.rates.in_bps, a_port.rates.out_bps
    elif b_port:
        in_bps, out_bps = b_port.rates.out_bps, b_port.rates.in_bps
    speed = target.bandwidth_bps or next((port.facts.speed_bps for port in (a_port, b_port) if port), None)
    busier = max((bps for bps in (in_bps, out_bps) if bps is not None), default=None)
    return LineView(judgement, a_echo, echo, far_pulse.spread(), in_bps, out_bps, utilisation(busier, speed))


def _own_loss(to_a: float | None, to_b: float | None) -> float | None:
    """What is lost between the ends: of what is lost to end B, some may be lost before end A already."""
    if to_a is None or to_b is None or to_a >= 100:  # noqa: PLR2004  # percent
        return to_b
    return max(0.0, 100.0 - 100.0 * (100.0 - to_b) / (100.0 - to_a))


def _port(device: Watched | None, port_id: int | None) -> WatchedPort | None:
    return device.ports.get(port_id) if device and port_id is not None else None


def _end(device: Watched | None, port: WatchedPort | None) -> End:
    if device is None:
        return End()
    return End(device.reachability, port.admin if port else None, port.oper if port else None)


def shown(judgement: LineJudgement, *, marked: bool) -> LineCondition:
    return LineCondition.MAINTENANCE if marked else judgement.condition


def settled(target: LineTarget, a: Watched | None, b: Watched | None, far: FarEnd | None = None) -> bool:
    """Whether both ends were seen by this process, so that the line can be judged."""
    if far is not None and far.answers is None:
        return False
    return (a is None or a.settled(target.a_port)) and (b is None or b.settled(target.b_port))


def records(condition: LineCondition, before: frozenset[LineCondition]) -> frozenset[LineCondition]:
    """The records that are open under a condition: one for all that is not simply up.

    An outage begins when the line goes down and ends when it works again; not knowing does neither.
    """
    if condition is LineCondition.UP:
        return frozenset()
    kept = before & {LineCondition.DOWN} if condition is LineCondition.UNKNOWN else frozenset()
    return kept | {condition}


def outages_of(line: LineWatch, judgement: LineJudgement, moment: datetime, now: datetime, at: float) -> list[Outage]:
    """What a judgement ends and begins; `at` is `moment` in monotonic seconds."""
    wanted = records(judgement.condition, line.open)
    changes = [(state, True) for state in sorted(line.open - wanted)] + [(s, False) for s in sorted(wanted - line.open)]
    return [
        Outage(
            SubjectKind.LINE,
            line.target.id,
            line.target.name,
            state,
            moment,
            at,
            judgement.cause,
            in_maintenance=line.target.in_maintenance(now),
            over=over,
        )
        for state, over in changes
    ]


def line_row(line: LineWatch, seen: LineView, now: datetime) -> Row:
    return {
        "line_id": line.target.id,
        "watched_since": line.watched_since or now,
        "state": line.condition,
        "since": line.since,
        "cause": line.judged.cause,
        "rtt_ms": _rounded(seen.echo.rtt_avg_ms),
        "rtt_min_ms": _rounded(seen.echo.rtt_min_ms),
        "rtt_max_ms": _rounded(seen.echo.rtt_max_ms),
        "rtt_p50_ms": _rounded(seen.spread.p50_ms),
        "rtt_p95_ms": _rounded(seen.spread.p95_ms),
        "jitter_ms": _rounded(seen.spread.jitter_ms),
        "a_rtt_ms": _rounded(seen.a_echo.rtt_avg_ms),
        "a_loss_percent": _rounded(seen.a_echo.loss_percent),
        "loss_percent": _rounded(seen.echo.loss_percent),
        "in_bps": seen.in_bps,
        "out_bps": seen.out_bps,
        "utilisation_percent": _rounded(seen.utilisation_percent),
        "updated": now,
    }


def line_history(seen: LineView) -> Values:
    """In the order of `history.record.FIELDS[Kind.LINE]`; what is not known of a line is not written as zero."""
    condition = seen.judgement.condition
    works = None if condition is LineCondition.UNKNOWN else float(condition is not LineCondition.DOWN)
    echo = seen.echo
    return [
        works,
        echo.loss_percent,
        echo.rtt_min_ms,
        echo.rtt_avg_ms,
        echo.rtt_max_ms,
        seen.in_bps,
        seen.out_bps,
        seen.utilisation_percent,
    ]


def line_chunks(line: LineTarget, seen: LineView) -> dict[str, bytes]:
    labels = label_text({"line": line.name, "carrier": line.carrier})
    works = line_history(seen)[0]
    loss, rtt, jitter = seen.echo.loss_percent, seen.echo.rtt_avg_ms, seen.spread.jitter_ms
    values = {
        "guanjin_line_up": works,
        "guanjin_line_loss_ratio": None if loss is None else loss / 100,
        "guanjin_line_rtt_seconds": None if rtt is None else rtt / 1000,
        "guanjin_line_jitter_seconds": None if jitter is None else jitter / 1000,
        "guanjin_line_receive_bits_per_second": seen.in_bps,
        "guanjin_line_transmit_bits_per_second": seen.out_bps,
        "guanjin_line_utilisation_ratio": None if seen.utilisation_percent is None else seen.utilisation_percent / 100,
    }
    return {name: sample(name, labels, value) for name, value in values.items() if value is not None}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
