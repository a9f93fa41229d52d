"""The poller process: one event loop that watches every device and line of the inventory.

    inventory --every 10 s--> roster --> wheel --due--> probing (ICMP; SNMP and TCP where it is lost)   --> verdicts
                                              `--due--> polling (discover, then known instances)       --> verdicts
                                              `--due--> surveying (who is behind which port, parts)    --> desk
    sweeps that somebody asked for --every 2 s--> sweeping (ICMP, SNMP)                             --> desk
    verdicts, rates --> desk --> state (database), history (day files)     line duty <-- touched
                    `-> exposition <-- metrics server <-- scrape

The loop never waits for the database or the disk, and no device's failure leaves the duty that met it.
"""

import asyncio
import logging
import os
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from collectors.asking import Asker
from collectors.desk import Desk
from collectors.errors import IcmpUnavailableError
from collectors.freshness import POLLER
from collectors.history import HistoryWriter
from collectors.icmp import Pinger
from collectors.kit import Kit
from collectors.lines.duty import LineDuty
from collectors.lines.far_end import FarProbing
from collectors.lines.paths import Paths
from collectors.metrics.exposition import Exposition
from collectors.metrics.on_demand import OnDemand
from collectors.metrics.own import Numbers, OwnMetrics
from collectors.metrics.scrape import Query, ScrapeServer, socket_path
from collectors.models import Reachability
from collectors.poller import garbage
from collectors.poller.attendance import Attendance
from collectors.poller.polling import Polling
from collectors.poller.probing import Probing
from collectors.poller.roster import FAR, NEIGHBOURS, POLL, PROBE, SURVEY, Duty, Roster
from collectors.poller.verdicts import Verdicts
from collectors.poller.wheel import TICK_S, Wheel
from collectors.snmp import Engine
from collectors.store import Row, Store
from collectors.survey.duty import Surveying
from collectors.sweep.duty import Sweeping
from collectors.targets import Targets, read_targets
from collectors.watched import Watched
from core.clock import Clock, SystemClock
from core.database import Database
from core.jobs.storage import complain
from core.settings import Settings
from security.vault import Keyring, Vault

log = logging.getLogger(__name__)

INVENTORY_S: Final = 10.0
LINES_S: Final = 0.1
FLUSH_S: Final = 1.0
BEAT_S: Final = 5.0
HISTORY_S: Final = 15.0
ROLL_UP_S: Final = 30.0
PRUNE_S: Final = 600.0
SET_ASIDE_S: Final = 5.0
SWEEP_S: Final = 2.0
SURVEY_AFTER_S: Final = 2.0
# LLDP tells its neighbours every 30 seconds, CDP every 60 (IEEE 802.1AB, msgTxInterval; both at once when a port comes
# up, where the software is of this decade).
NEIGHBOURS_AFTER_S: Final = 45.0


@dataclass(frozen=True)
class IcmpState:
    """`available`, `unavailable` or `off`; `error` says why it is unavailable."""

    word: str
    error: IcmpUnavailableError | None = None


def run(
    settings: Settings, database: Database, keyring: Keyring, stop: threading.Event, clock: Clock | None = None
) -> None:
    """Watch until `stop` is set. Raises SocketPathError and its kin at the start, nothing because of a device."""
    asyncio.run(Poller(settings, database, keyring, clock or SystemClock()).run(stop))


class Poller:
    def __init__(self, settings: Settings, database: Database, keyring: Keyring, clock: Clock) -> None:
        self._settings = settings
        self._database = database
        self._vault = Vault(keyring, clock)
        self._clock = clock
        self._socket = socket_path(settings)
        self._wheel: Wheel[Duty] = Wheel(clock.monotonic())
        self._devices: dict[int, Watched] = {}
        self._key_ports: frozenset[int] = frozenset()
        self._exposition = Exposition()
        self._started = clock.now()
        self._attendance = Attendance.start(self._started, clock.monotonic())
        self._busy = (time.process_time(), clock.monotonic())
        self._busy_ratio = 0.0
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self, stop: threading.Event) -> None:
        async with AsyncExitStack() as stack:
            await self._open(stack)
            await self._reload()
            rounds = (
                (TICK_S, self._turn),
                (LINES_S, self._judge_lines),
                (FLUSH_S, self._desk.flush),
                (BEAT_S, self._beat),
                (INVENTORY_S, self._reload),
                (HISTORY_S, self._write_history),
                (ROLL_UP_S, self._roll_up_history),
                (PRUNE_S, self._prune_history),
                (SET_ASIDE_S, self._set_aside),
                (SWEEP_S, self._sweeping.look),
            )
            loops = [asyncio.create_task(_every(seconds, duty)) for seconds, duty in rounds]
            try:
                while not stop.is_set():  # noqa: ASYNC110  # a threading event: set by a signal or by another thread
                    await asyncio.sleep(TICK_S)
            finally:
                await _cancel([*loops, *self._tasks])

    async def _open(self, stack: AsyncExitStack) -> None:
        settings = self._settings
        history = HistoryWriter(
            settings.storage.data / "history",
            keep_days=settings.storage.history_days,
            keep_bytes=settings.storage.history_bytes,
        )
        self._desk = Desk(Store(self._database), history)
        stack.push_async_callback(self._close_desk)
        self._engine = await stack.enter_async_context(Engine(in_flight=settings.polling.in_flight))
        self._pinger, self._icmp = _open_pinger(settings)
        if self._pinger:
            stack.callback(self._pinger.close)
        paths = Paths(self._desk)
        stack.push_async_callback(paths.close)
        asker = Asker(self._engine, self._pinger, settings.polling, lost=paths.lost)
        self._kit = Kit(asker, self._desk, self._exposition, self._clock)
        known = await self._desk.load()
        write_every = timedelta(seconds=settings.polling.interval_s)
        self._lines = LineDuty(
            self._kit,
            self._devices,
            known,
            paths,
            write_every=write_every,
            interval_s=settings.polling.line_interval_s,
        )
        self._far = FarProbing(self._kit, self._lines.touch_line)
        verdicts = Verdicts(self._desk, self._clock, touched=self._lines.touch, hasten=self._hasten)
        turned = self._look_around_soon
        self._probing = Probing(self._kit, verdicts, self._lines.ports, turned)
        self._polling = Polling(self._kit, verdicts, self._probing, self._survey_soon, turned)
        surveying = Surveying(self._kit, self._devices)
        self._sweeping = self._make_sweeping()
        self._duties = {
            POLL: self._polling.poll,
            PROBE: self._probing.probe,
            SURVEY: surveying.survey,
            NEIGHBOURS: surveying.look_around,
        }
        self._roster = Roster(self._kit, self._wheel, self._devices, self._lines, known)
        self._own = OwnMetrics(self._own_numbers, self._kit.tally.poll_durations)
        on_demand = OnDemand(asker, self._devices)
        stack.push_async_callback(on_demand.stop)
        server = ScrapeServer(self._socket, {"/metrics": self._pages, "/snmp": on_demand.page})
        await server.start()
        stack.push_async_callback(server.stop)
        stack.push_async_callback(self._say_stopped)

    def _make_sweeping(self) -> Sweeping:
        return Sweeping(
            desk=self._desk,
            database=self._database,
            vault=self._vault,
            engine=self._engine,
            pinger=self._pinger,
            clock=self._clock,
            rate=self._settings.polling.sweep_per_s,
        )

    async def _close_desk(self) -> None:
        """What is still waiting is written; also when the opening did not get far."""
        await self._desk.close(self._clock.now())

    async def _say_stopped(self) -> None:
        await self._desk.beat(self._status() | {"stopped": self._clock.now()})
        await self._desk.attend(self._attendance.began, self._attendance.seen)

    def _hasten(self, device: int) -> None:
        self._wheel.hasten((POLL, device), self._clock.monotonic())

    def _survey_soon(self, device: int) -> None:
        """Not at once: the poll that discovered the device has not been judged yet."""
        self._wheel.hasten((SURVEY, device), self._clock.monotonic() + SURVEY_AFTER_S)

    def _look_around_soon(self, device: int) -> None:
        """A port that went up or down may be a cable that was moved."""
        self._wheel.hasten((NEIGHBOURS, device), self._clock.monotonic() + NEIGHBOURS_AFTER_S)

    async def _turn(self) -> None:
        for what, number in self._wheel.due(self._clock.monotonic()):
            if duty := self._duty(what, number):
                task = asyncio.create_task(duty)
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    def _duty(self, what: str, number: int) -> Coroutine[None, None, None] | None:
        """`number` is a line's for its far end, else a device's."""
        if what == FAR:
            watch = self._lines.lines.get(number)
            return self._far.probe(number, watch.far) if watch and watch.far else None
        watched = self._devices.get(number)
        if watched is None:
            return None
        return self._duties[what](watched)

    async def _reload(self) -> None:
        watched, targets = len(self._devices), await self._desk.read(self._read_targets)
        await self._roster.renew(targets, self._settings.polling)
        self._key_ports = targets.key_ports
        if len(self._devices) < watched:
            garbage.look_through()

    def _read_targets(self) -> Targets:
        with self._database.read() as session:
            return read_targets(session, self._vault)

    async def _judge_lines(self) -> None:
        now, monotonic = self._clock.now(), self._clock.monotonic()
        if gap := self._attendance.gap(now, monotonic):
            await self._desk.attend(self._attendance.began, self._attendance.seen)
            self._attendance = Attendance.start(now, monotonic)
            if gap.set_back:
                self._lines.clock_was_set_back(now)
                await self._desk.clock_was_set_back(now, monotonic)
        self._attendance.look(now, monotonic)
        await self._lines.judge_touched(now)

    async def _write_history(self) -> None:
        await self._desk.flush_history(self._clock.now())

    async def _roll_up_history(self) -> None:
        """The hours of a port are kept when a line ends at it, or when somebody made it a key port."""
        targets = [watch.target for watch in self._lines.lines.values()]
        ends = {port for target in targets for port in (target.a_port, target.b_port) if port is not None}
        await self._desk.roll_up_history(self._clock.now(), ends | self._key_ports)

    async def _prune_history(self) -> None:
        await self._desk.prune_history(self._clock.now())

    async def _set_aside(self) -> None:
        garbage.set_aside()

    async def _beat(self) -> None:
        processor, monotonic = time.process_time(), self._clock.monotonic()
        before_processor, before = self._busy
        if monotonic - before > 1:
            self._busy_ratio = (processor - before_processor) / (monotonic - before)
            self._busy = (processor, monotonic)
        await self._desk.beat(self._status())
        await self._desk.attend(self._attendance.began, self._attendance.seen)

    def _status(self) -> Row:
        numbers, error = self._numbers(), self._icmp.error
        counts = ("devices", "ports", "lines", "polls", "failed_polls", "late_polls")
        return {
            "name": POLLER,
            "pid": os.getpid(),
            "started": self._started,
            "heartbeat": self._clock.now(),
            "stopped": None,
            "icmp": self._icmp.word,
            "icmp_error": error.code if error else None,
            "icmp_facts": {name: str(value) for name, value in error.facts.items()} if error else None,
            "interval_s": self._settings.polling.interval_s,
            "busy_percent": round(100 * self._busy_ratio, 1),
            **{name: int(numbers[name]) for name in counts},
        }

    def _numbers(self) -> Numbers:
        tally, desk = self._kit.tally, self._desk
        down = sum(watched.reachability is Reachability.DOWN for watched in self._devices.values())
        return {
            "polls": tally.polls,
            "failed_polls": tally.failed,
            "late_polls": tally.late + self._wheel.missed,
            "probes": tally.probes,
            "write_failures": desk.failures,
            "history_lost_rows": desk.history.lost_rows,
            "devices": len(self._devices),
            "devices_down": down,
            "ports": sum(len(watched.ports) for watched in self._devices.values()),
            "lines": len(self._lines.lines),
            "icmp_available": float(self._icmp.word == "available"),
            "busy_ratio": self._busy_ratio,
        }

    def _own_numbers(self) -> Numbers:
        """For the metrics page alone: the heartbeat needs less, and comes more often."""
        counters, desk, pinger, history = self._engine.counters, self._desk, self._pinger, self._desk.history
        return self._numbers() | {
            "snmp_sent": counters.sent,
            "snmp_answered": counters.answered,
            "snmp_retries": counters.retried,
            "snmp_timeouts": counters.timed_out,
            "snmp_malformed": counters.malformed,
            "snmp_stray": counters.late + counters.misdirected + counters.unknown,
            "icmp_sent": pinger.sent if pinger else 0,
            "icmp_received": pinger.received if pinger else 0,
            "history_write_seconds": history.write_seconds,
            "state_queue_seconds": desk.waiting_s(),
            "history_queue_seconds": history.oldest_s(self._clock.now().timestamp()),
            "history_rolled_up_timestamp_seconds": history.rollup.last or 0,
        }

    async def _pages(self, _: Query) -> list[bytes]:
        return [*self._exposition.pages(), self._own.page()]


def _open_pinger(settings: Settings) -> tuple[Pinger | None, IcmpState]:
    if settings.polling.icmp == "off":
        return None, IcmpState("off")
    try:
        return Pinger.open(), IcmpState("available")
    except IcmpUnavailableError as error:
        log.warning("%s; %s", error, error.render_hint())
        return None, IcmpState("unavailable", error)


async def _every(seconds: float, duty: Callable[[], Awaitable[None]]) -> None:
    """Again and again, whatever happens in one round; a round that takes long delays the next one."""
    loop = asyncio.get_running_loop()
    while True:
        started = loop.time()
        try:
            await duty()
        except Exception as error:  # noqa: BLE001  # one round, and it is told
            complain(log, error, "a round of %s failed", getattr(duty, "__qualname__", duty))
        await asyncio.sleep(max(0.0, started + seconds - loop.time()))


async def _cancel(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
