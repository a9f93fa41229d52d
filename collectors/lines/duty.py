"""Keeps the lines' state: judges those whose ends were heard of, writes changes at once and figures now and then."""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from collectors.history import Kind
from collectors.judge import FAR_UNREACHABLE, LOSS
from collectors.kit import Kit
from collectors.lines.far_end import FarEnd
from collectors.lines.looks import Looks
from collectors.lines.paths import Paths, worth_keeping
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
from collectors.models import LineCondition, LineState, SubjectKind
from collectors.store import Known, Outage, OutageKey, Row
from collectors.targets import LineTarget
from collectors.watched import Watched

RECORDED: Final = (LineCondition.DOWN, LineCondition.DEGRADED, LineCondition.UNKNOWN)


class LineDuty:
    """`write_every` is how old a line's figures may be in the database; its state is written when it changes.

    `interval_s` is how often a line is looked at of which the ledger says nothing.
    """

    def __init__(
        self,
        kit: Kit,
        devices: Mapping[int, Watched],
        known: Known,
        paths: Paths,
        *,
        write_every: timedelta,
        interval_s: float,
    ) -> None:
        self.lines: dict[int, LineWatch] = {}
        self._desk = kit.desk
        self._exposition = kit.exposition
        self._clock = kit.clock
        self._asker = kit.asker
        self._devices = devices
        self._known = known
        self._paths = paths
        self._write_every = write_every
        self._interval_s = interval_s
        self._of_device: dict[int, set[int]] = {}
        self._looks = Looks()
        self._touched: dict[int, datetime] = {}

    def renew(self, targets: Mapping[int, LineTarget], now: datetime) -> list[int]:
        """Take the inventory's lines; returns those that are no longer there."""
        gone = [line for line in self.lines if line not in targets]
        for line in gone:
            del self.lines[line]
            self._exposition.drop((SubjectKind.LINE, line))
        for line, target in targets.items():
            self._take(line, target, now)
        self._of_device = {}
        self._looks.begin()
        for line, target in targets.items():
            for device, port in ((target.a_device, target.a_port), (target.b_device, target.b_port)):
                if device is not None:
                    self._of_device.setdefault(device, set()).add(line)
                    self._looks.want(device, port, target.probe_interval_s or self._interval_s)
        return gone

    def interval(self, device: int) -> float:
        """How often the quickest line that ends at a device wants it to be probed; infinity where none does."""
        return self._looks.interval(device)

    def ports(self, device: int) -> list[int]:
        """The ports of a device at which lines end, and at which it is time to look again."""
        return self._looks.due(device, self._clock.monotonic())

    def _take(self, line: int, target: LineTarget, now: datetime) -> None:
        watch = self.lines.get(line)
        if watch is None:
            watch = self.lines[line] = LineWatch(target, now, open=self._open_of(line))
            if state := self._known.lines.get(line):
                watch.remember(state)
            watch.far = self._far_end(target, state)
            self._touched[line] = now
        elif watch.target != target or target.in_maintenance(now) is not (watch.condition is LineCondition.MAINTENANCE):
            if watch.target.far_address != target.far_address:
                watch.far = self._far_end(target)
            watch.target = target
            self._touched[line] = now
        if watch.far:
            watch.far.pace(target.probe_interval_s or self._interval_s)

    def _far_end(self, target: LineTarget, state: LineState | None = None) -> FarEnd | None:
        """`state` is what an earlier process left: also whether there was ever an answer."""
        if target.far_address is None or not self._asker.can_reach(target.far_address):
            return None
        heard = state is not None and (state.rtt_ms is not None or state.cause == FAR_UNREACHABLE)
        return FarEnd(target.far_address, answered=heard)

    def _open_of(self, line: int) -> frozenset[LineCondition]:
        """The records that an earlier process left open."""
        return frozenset(state for state in RECORDED if OutageKey(SubjectKind.LINE, line, state) in self._known.open)

    def touch(self, device: int, moment: datetime) -> None:
        """Something was heard of a device; `moment` is when what may have changed did so."""
        for line in self._of_device.get(device, ()):
            self.touch_line(line, moment)

    def touch_line(self, line: int, moment: datetime) -> None:
        self._touched.setdefault(line, moment)

    def clock_was_set_back(self, now: datetime) -> None:
        """Nothing that is remembered lies in the future, and everything is written again."""
        for line, watch in self.lines.items():
            watch.since = min(watch.since, now)
            watch.watched_since = watch.watched_since and min(watch.watched_since, now)
            watch.written = None
            self._touched[line] = now

    async def judge_touched(self, now: datetime) -> None:
        touched, self._touched = self._touched, {}
        changes = []
        for line, moment in touched.items():
            if (watch := self.lines.get(line)) and (change := self._judge(watch, moment, now)):
                changes.append(change)
        await asyncio.gather(*changes)

    def _judge(self, watch: LineWatch, moment: datetime, now: datetime) -> Coroutine[None, None, None] | None:
        """What has to be written at once, to be awaited together with that of other lines."""
        target = watch.target
        a, b = self._device(target.a_device), self._device(target.b_device)
        if not settled(target, a, b, watch.far):
            return None
        seen = view(target, a, b, far=watch.far, lossy=watch.judged.cause == LOSS)
        self._desk.history.add(Kind.LINE, target.id, now.timestamp(), line_history(seen))
        self._exposition.put((SubjectKind.LINE, target.id), line_chunks(target, seen))
        condition = shown(seen.judgement, marked=target.in_maintenance(now))
        at = self._clock.monotonic() - (now - moment).total_seconds()
        outages = outages_of(watch, seen.judgement, moment, now, at)
        changed = condition is not watch.condition or bool(outages)
        if condition is not watch.condition:
            watch.since = moment
        if watch.watched_since is None:
            watch.watched_since = moment
        watch.open = records(seen.judgement.condition, watch.open)
        watch.condition, watch.judged = condition, seen.judgement
        if changed:
            watch.written = now
            far = b.target.address if b and b.target.askable else target.far_address
            return self._change(line_row(watch, seen, now), outages, far)
        if watch.written is None or now - watch.written >= self._write_every:
            watch.written = now
            self._desk.put(LineState, line_row(watch, seen, now), even_if_same=True)
        return None

    async def _change(self, row: Row, outages: Sequence[Outage], far: str | None) -> None:
        await self._desk.change(LineState, row, outages)
        for outage in outages:
            if far and worth_keeping(outage):
                self._paths.keep(outage.key, far)

    def _device(self, device: int | None) -> Watched | None:
        return None if device is None else self._devices.get(device)
