"""End B of a line where it is only an address: the ledger names no device there, and nothing but its echo is known.

A gateway of the carrier, or a router of the unit's own. Many of them never answer, so silence counts only where there
was an answer before.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from collectors.icmp.pulse import Pulse
from collectors.judge import End
from collectors.kit import Kit
from collectors.models import Reachability

log = logging.getLogger(__name__)


@dataclass(slots=True)
class FarEnd:
    """`answers` is None until this process has asked; `answered` also holds what an earlier one heard."""

    address: str
    answered: bool = False
    answers: bool | None = None
    pulse: Pulse = field(default_factory=Pulse)
    interval_s: float = 10.0
    probing: bool = False

    def pace(self, interval_s: float) -> None:
        self.interval_s = interval_s
        self.pulse.pace(interval_s)

    def hear(self, answers: bool) -> None:  # noqa: FBT001  # a value that was found out
        if answers and self.answers is False:
            self.pulse.forget()
        self.answers = answers
        self.answered = self.answered or answers

    @property
    def end(self) -> End:
        if self.answers:
            return End(Reachability.UP)
        return End(Reachability.DOWN) if self.answers is False and self.answered else End()


class FarProbing:
    """`touched(line, moment)` tells who judges lines."""

    def __init__(self, kit: Kit, touched: Callable[[int, datetime], None]) -> None:
        self._asker = kit.asker
        self._clock = kit.clock
        self._tally = kit.tally
        self._touched = touched

    async def probe(self, line: int, far: FarEnd) -> None:
        if far.probing:
            return
        far.probing = True
        self._tally.probes += 1
        moment = self._clock.now()
        try:
            far.hear(await self._asker.echo(far.address, far.pulse, far.interval_s))
            self._touched(line, moment)
        except Exception:
            log.exception("probing %s failed in an unforeseen way", far.address)
        finally:
            far.probing = False
