"""Keeps what is watched the same as what the inventory says should be: devices and lines come, change and go."""

import math
from datetime import datetime
from typing import Final

from collectors.kit import Kit
from collectors.lines.duty import LineDuty
from collectors.models import Reachability, SubjectKind
from collectors.poller.wheel import Wheel
from collectors.store import Known, OutageKey
from collectors.targets import DeviceTarget, Targets
from collectors.watched import Watched
from core.settings import PollingSettings

POLL: Final = "poll"
PROBE: Final = "probe"
SURVEY: Final = "survey"
NEIGHBOURS: Final = "neighbours"
FAR: Final = "far end"
Duty = tuple[str, int]

# New devices are asked within seconds, but not all in the same one.
FIRST_A_SECOND: Final = 100
SOON_S: Final = 0.5


class Roster:
    def __init__(
        self, kit: Kit, wheel: Wheel[Duty], devices: dict[int, Watched], lines: LineDuty, known: Known
    ) -> None:
        self._kit = kit
        self._wheel = wheel
        self._devices = devices
        self._lines = lines
        self._known = known
        self._far: dict[int, float] = {}
        self._before: Targets | None = None

    async def renew(self, targets: Targets, settings: PollingSettings) -> None:
        """Take over an inventory just read. What an earlier process knew and this one does not watch is forgotten."""
        now, monotonic = self._kit.clock.now(), self._kit.clock.monotonic()
        known = set(self._devices) if self._before else set(self._known.devices) | set(self._known.ports)
        gone = [device for device in known if device not in targets.devices]
        for device in gone:
            self._drop(device)
        lines_gone = self._lines.renew(targets.lines, now)
        self._renew_far_ends(monotonic)
        fresh = 0
        for device, target in targets.devices.items():
            anew = self._take(device, target, now)
            watched = self._devices[device]
            interval_s = min(settings.icmp_interval_s, self._lines.interval(device))
            watched.ends_line = math.isfinite(self._lines.interval(device))
            first = monotonic + SOON_S + fresh / FIRST_A_SECOND
            if anew or watched.interval_s != interval_s:
                watched.pace(interval_s)
                self._wheel.add((PROBE, device), interval_s, first)
            if anew:
                self._wheel.add((POLL, device), settings.interval_s, first)
                for duty in (SURVEY, NEIGHBOURS):
                    self._wheel.add((duty, device), settings.survey_interval_s, first + settings.survey_interval_s)
                fresh += 1
        if self._before is None:
            lines_gone = [line for line in self._known.lines if line not in targets.lines]
        if gone or lines_gone:
            await self._kit.desk.forget(gone, lines_gone, now)
        self._before = targets

    def _renew_far_ends(self, monotonic: float) -> None:
        """Ends of lines that are no devices have a rhythm of their own."""
        wanted = {line: watch.far.interval_s for line, watch in self._lines.lines.items() if watch.far}
        for line in self._far.keys() - wanted.keys():
            self._wheel.remove((FAR, line))
        fresh = [line for line, interval_s in wanted.items() if self._far.get(line) != interval_s]
        for number, line in enumerate(fresh):
            self._wheel.add((FAR, line), wanted[line], monotonic + SOON_S + number / FIRST_A_SECOND)
        self._far = wanted

    def _take(self, device: int, target: DeviceTarget, now: datetime) -> bool:
        """True when the device has to be asked anew."""
        watched = self._devices.get(device)
        if watched is not None:
            renewed = watched.renewed(target)
            self._devices[device] = renewed
            return renewed is not watched
        watched = Watched(target, now, fault=target.fault)
        if self._before is None:
            if state := self._known.devices.get(device):
                watched.remember(state, self._known.ports.get(device, ()))
            watched.out = OutageKey(SubjectKind.DEVICE, device, Reachability.DOWN) in self._known.open
        self._devices[device] = watched
        return True

    def _drop(self, device: int) -> None:
        self._devices.pop(device, None)
        for duty in (POLL, PROBE, SURVEY, NEIGHBOURS):
            self._wheel.remove((duty, device))
        for subject in ((SubjectKind.DEVICE, device), (PROBE, device)):
            self._kit.exposition.drop(subject)
