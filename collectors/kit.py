"""What every part of the poller works with, and the count of what was done."""

from dataclasses import dataclass, field

from collectors.asking import Asker
from collectors.desk import Desk
from collectors.exposition import Exposition
from core.clock import Clock


@dataclass(slots=True)
class Tally:
    """Since the start."""

    polls: int = 0
    failed: int = 0
    late: int = 0
    probes: int = 0
    poll_seconds: float = 0.0


@dataclass(frozen=True)
class Kit:
    asker: Asker
    desk: Desk
    exposition: Exposition
    clock: Clock
    tally: Tally = field(default_factory=Tally)
