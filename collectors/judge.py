"""From what was heard to what is said: reachable or not, line up or down. Pure."""

from dataclasses import dataclass
from typing import Final

from collectors.models import Evidence, LineCondition, PortStatus, Reachability

# Of a dozen probes: one loss is chance, two are not. A line that loses about so much does not come and go with each.
LOSSY_PERCENT: Final = 10.0
SOUND_PERCENT: Final = 5.0
LOSS: Final = "loss"
FAR_UNREACHABLE: Final = "end_b_unreachable"
CLOSED: Final = frozenset({PortStatus.DOWN, PortStatus.LOWER_LAYER_DOWN, PortStatus.NOT_PRESENT})


@dataclass(frozen=True, slots=True)
class Signs:
    """What was asked of a device lately and whether it answered; None where it was not asked.

    `agent_failed`: its last whole SNMP poll brought nothing, whatever else answers.
    """

    icmp: bool | None = None
    snmp: bool | None = None
    tcp: bool | None = None
    agent_failed: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    reachability: Reachability
    by: Evidence | None


def judge(signs: Signs) -> Judgement:
    """One answer of any kind is proof of life; silence is believed only when everything that was asked is silent."""
    if signs.snmp:
        return Judgement(Reachability.UP, Evidence.ICMP if signs.icmp else Evidence.SNMP)
    if signs.icmp or signs.tcp:
        alive = Reachability.SILENT if signs.agent_failed else Reachability.UP
        return Judgement(alive, Evidence.ICMP if signs.icmp else Evidence.TCP)
    for asked, by in ((signs.icmp, Evidence.ICMP), (signs.snmp, Evidence.SNMP), (signs.tcp, Evidence.TCP)):
        if asked is not None:
            return Judgement(Reachability.DOWN, by)
    return Judgement(Reachability.UNKNOWN, None)


@dataclass(frozen=True, slots=True)
class End:
    """One end of a line; None for what the inventory or the device does not say."""

    reachability: Reachability | None = None
    admin: PortStatus | None = None
    oper: PortStatus | None = None

    @property
    def unreachable(self) -> bool:
        return self.reachability is Reachability.DOWN

    @property
    def known(self) -> bool:
        return self.reachability not in {None, Reachability.UNKNOWN}


@dataclass(frozen=True, slots=True)
class LineJudgement:
    """`cause` is a code of `collectors.labels.CAUSES`, None when there is nothing to explain."""

    condition: LineCondition
    cause: str | None = None


def judge_line(a: End, b: End, loss_percent: float | None = None, *, lossy: bool = False) -> LineJudgement:
    """Ports are believed only as far as their device answers: what a dead device said last is old news.

    A far end that is gone is a line that is down, for that is how its users see it. When both ends are gone, nothing
    is known of what lies between them. `lossy` is whether it was degraded by loss until now.
    """
    heard = [end for end in (a, b) if end.known and not end.unreachable]
    lossy = loss_percent is not None and loss_percent >= (SOUND_PERCENT if lossy else LOSSY_PERCENT)
    rules = (
        (a.unreachable and b.unreachable, LineCondition.UNKNOWN, "both_ends_unreachable"),
        (any(end.admin is PortStatus.DOWN for end in heard), LineCondition.DOWN, "port_disabled"),
        (any(end.oper in CLOSED for end in heard), LineCondition.DOWN, "port_down"),
        (b.unreachable, LineCondition.DOWN, FAR_UNREACHABLE),
        (a.unreachable and bool(heard), LineCondition.DEGRADED, "end_a_unreachable"),
        (a.unreachable, LineCondition.UNKNOWN, "end_a_unreachable"),
        (not heard, LineCondition.UNKNOWN, "not_watched"),
        (lossy, LineCondition.DEGRADED, LOSS),
    )
    return next((LineJudgement(said, why) for holds, said, why in rules if holds), LineJudgement(LineCondition.UP))
