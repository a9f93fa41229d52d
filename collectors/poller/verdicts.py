"""Turns signs into the state of a device, and a change of it into rows, records and further questions."""

import logging
from collections.abc import Callable
from datetime import datetime

from collectors.desk import Desk
from collectors.device_rows import device_row
from collectors.judge import Judgement, Signs, judge
from collectors.models import DeviceState, Reachability, SubjectKind
from collectors.snmp.errors import NoAnswerError
from collectors.store import Outage
from collectors.watched import Watched
from core.clock import Clock

log = logging.getLogger(__name__)


class Verdicts:
    """`touched(device, moment)` tells who judges lines; `hasten(device)` asks for a poll at once."""

    def __init__(
        self,
        desk: Desk,
        clock: Clock,
        *,
        touched: Callable[[int, datetime], None],
        hasten: Callable[[int], None],
    ) -> None:
        self._desk = desk
        self._clock = clock
        self.touched = touched
        self.hasten = hasten

    async def hear(self, watched: Watched, signs: Signs, moment: datetime) -> None:
        """`moment` is when the question was asked: an outage began then, not when it was believed."""
        watched.heard = True
        found = judge(signs)
        if found.reachability is Reachability.UNKNOWN:
            return
        before = watched.reachability
        watched.judged_by = found.by
        if found.reachability is before:
            return
        await self._change(watched, found, moment)
        if before is Reachability.DOWN:
            watched.pulse.forget()
            self.hasten(watched.target.id)

    async def _change(self, watched: Watched, found: Judgement, moment: datetime) -> None:
        target, now = watched.target, self._clock.now()
        down = found.reachability is Reachability.DOWN
        log.info("%s is %s", target.name, found.reachability)
        watched.reachability, watched.since = found.reachability, moment
        if down and watched.fault is None and target.speaks_snmp:
            watched.fault = NoAnswerError(address=target.address, port=target.snmp_port)
        outages = [] if down is watched.out else [self._outage(watched, moment, now, over=not down)]
        watched.out = down
        await self._desk.change(DeviceState, device_row(watched, now), outages)
        self.touched(target.id, moment)

    def _outage(self, watched: Watched, moment: datetime, now: datetime, *, over: bool) -> Outage:
        target = watched.target
        return Outage(
            SubjectKind.DEVICE,
            target.id,
            target.name,
            Reachability.DOWN,
            moment,
            self._clock.monotonic() - (now - moment).total_seconds(),
            "no_answer",
            in_maintenance=target.in_maintenance(now),
            over=over,
        )
