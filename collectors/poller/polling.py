"""The whole poll of one device after the other: asks, and hands over what is to be written and shown.

Whatever goes wrong with a device ends here: it is named in the device's row, counted, and costs nobody else anything.
"""

import logging
from collections.abc import Callable
from datetime import datetime

from collectors.asking import Answer
from collectors.device_rows import (
    device_row,
    measured_by,
    neighbour_rows,
    said_by,
    sensor_rows,
)
from collectors.errors import UnexpectedError
from collectors.history import Kind
from collectors.judge import Signs
from collectors.kit import Kit
from collectors.metrics.devices import device_chunks, measured_chunks, own_labels, port_columns
from collectors.models import DeviceState, Reachability, SensorState, SubjectKind
from collectors.poller.port_news import PortNews, take_over
from collectors.poller.probing import Probing
from collectors.poller.verdicts import Verdicts
from collectors.port_identity import KnownPort, identify, unique_names
from collectors.snmp import Discovery, Poll, PortFacts, elapsed
from collectors.snmp.errors import NoAnswerError, SendFailedError
from collectors.watched import Watched
from core.errors import GuanjinError

log = logging.getLogger(__name__)

SILENCE = (NoAnswerError, SendFailedError)


class Polling:
    """`discovered` tells who reads what comes after a discovery, `turned` that a port of a device went up or down."""

    def __init__(
        self,
        kit: Kit,
        verdicts: Verdicts,
        probing: Probing,
        discovered: Callable[[int], None],
        turned: Callable[[int], None],
    ) -> None:
        self._asker = kit.asker
        self._desk = kit.desk
        self._exposition = kit.exposition
        self._clock = kit.clock
        self._tally = kit.tally
        self._verdicts = verdicts
        self._probing = probing
        self._tell_discovered = discovered
        self._tell_turned = turned

    async def poll(self, watched: Watched) -> None:
        """A turn that comes while the last one is still under way is dropped; a device that is down is only probed."""
        if not watched.target.speaks_snmp:
            self._desk.put(DeviceState, device_row(watched, self._clock.now()))
            return
        if watched.polling:
            # Who still waits to be discovered is not late.
            self._tally.late += watched.plan is not None
            return
        if watched.reachability is Reachability.DOWN:
            return
        watched.polling = True
        self._tally.polls += 1
        try:
            await self._poll(watched)
        finally:
            watched.polling = False

    async def _poll(self, watched: Watched) -> None:
        try:
            await self._take(watched, await self._asker.poll(watched))
        except SILENCE as error:
            await self._failed(watched, error, silent=True)
        except GuanjinError as error:
            await self._failed(watched, error, silent=False)
        except Exception as error:
            log.exception("polling %s failed in an unforeseen way", watched.target.name)
            await self._failed(watched, UnexpectedError(kind=type(error).__name__), silent=False)

    async def _failed(self, watched: Watched, error: GuanjinError, *, silent: bool) -> None:
        self._tally.failed += 1
        watched.fault, watched.last_poll = error, self._clock.now()
        self._exposition.drop((SubjectKind.DEVICE, watched.target.id))
        if silent:
            watched.agent_failed = True
            await self._probing.probe(watched)
        self._desk.put(DeviceState, device_row(watched, self._clock.now()))

    async def _take(self, watched: Watched, answer: Answer) -> None:
        now = self._clock.now()
        if answer.discovery is not None:
            await self._discovered(watched, answer.discovery, now)
        before, poll = watched.poll, answer.poll
        seconds = elapsed(before.uptime_ticks, poll.uptime_ticks, answer.at - watched.polled_at) if before else None
        news = take_over(watched, poll.table, seconds, now)
        if news.turned:
            self._tell_turned(watched.target.id)
        watched.said |= measured_by(poll, watched.said["booted"], now)
        watched.poll, watched.polled_at = poll, answer.at
        watched.agent_failed, watched.last_poll, watched.last_answer = False, now, now
        watched.fault = next(iter(answer.faults), None)
        self._tally.poll_durations.add(answer.seconds)
        self._hand_over(watched, poll, news, now)
        self._show(watched, poll, answer.seconds)
        await self._verdicts.hear(watched, Signs(icmp=watched.pulse.answering, snmp=True), now)
        self._verdicts.touched(watched.target.id, now)

    async def _discovered(self, watched: Watched, discovery: Discovery, now: datetime) -> None:
        device = watched.target.id
        identified = identify(watched.known_ports, discovery.ports)
        given: dict[str, int] = {}
        if identified.unknown:
            alias = {port.index: port.alias for port in discovery.ports}
            aliases = {name: alias[index] for index, name in identified.unknown.items()}
            given = await self._desk.ports(device, list(identified.unknown.values()), aliases)
        watched.ids = identified.complete(given)
        watched.names = unique_names(discovery.ports)
        watched.known_ports = _known(watched, discovery.ports)
        watched.said |= said_by(discovery)
        watched.columns = None
        await self._desk.rediscovered(device, list(watched.ids.values()))
        rows = neighbour_rows(device, discovery.neighbours, now)
        await self._desk.neighbours(device, rows, now, whole=discovery.neighbours_whole)
        self._tell_discovered(device)

    def _hand_over(self, watched: Watched, poll: Poll, news: PortNews, now: datetime) -> None:
        """Rows of the state and of the history."""
        device, moment = watched.target.id, now.timestamp()
        self._desk.put(DeviceState, device_row(watched, now))
        self._desk.put_ports(news.rows, news.traffic, now)
        self._desk.history.add_many(Kind.PORT, moment, news.history)
        for row in sensor_rows(device, poll.health, now):
            self._desk.put(SensorState, row)
        said = watched.said
        measured = [said["cpu_percent"], said["memory_percent"], said["temperature_c"], None, None, None, None]
        uptime_s = None if poll.uptime_ticks is None else poll.uptime_ticks / 100
        self._desk.history.add(Kind.DEVICE, device, moment, [*measured, uptime_s])

    def _show(self, watched: Watched, poll: Poll, seconds: float) -> None:
        target = watched.target
        if watched.columns is None or len(watched.columns) != len(poll.table.known):
            watched.columns = port_columns(target, poll.table.known)
        chunks = device_chunks(target, poll, watched.columns, seconds)
        chunks |= measured_chunks(own_labels(target), watched.said)
        self._exposition.put((SubjectKind.DEVICE, target.id), chunks)


def _known(watched: Watched, ports: tuple[PortFacts, ...]) -> list[KnownPort]:
    """Those seen now, and those seen earlier that may come back."""
    seen = [
        KnownPort(watched.ids[port.index], watched.names[port.index], port.mac)
        for port in ports
        if port.index in watched.ids
    ]
    present = {port.port_id for port in seen}
    return [*seen, *(port for port in watched.known_ports if port.port_id not in present)]
