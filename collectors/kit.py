"""What every part of the poller works with, and the count of what was done."""

from dataclasses import dataclass, field

from collectors.asking import Asker
from collectors.desk import Desk
from collectors.metrics.durations import Durations
from collectors.metrics.exposition import Exposition
from core.clock import Clock


@dataclass(slots=True)
class Tally:
    """Since the start."""

    polls: int = 0
    failed: int = 0
    late: int = 0
    probes: int = 0
    poll_durations: Durations = field(default_factory=Durations)


@dataclass(frozen=True)
class Kit:
    asker: Asker
    desk: Desk
    exposition: Exposition
    clock: Clock
    tally: Tally = field(default_factory=Tally)
