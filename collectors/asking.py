"""What is asked of a device: the whole poll, and the quick question whether it is there at all.

    quick:  ICMP --lost--> ICMP twice more --lost--> SNMP and TCP at once --> judge
            (no ICMP here) SNMP --silent--> TCP --closed--> both once more --> judge

A device is called unreachable after at least three unanswered questions of two kinds, some two seconds after the
first; a filter that drops ICMP, or one lost datagram, makes no outage. Where a line asks to be looked at every second,
less patience is had, as much as its own round trips call for, and all is asked at once.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from collectors.errors import PollTooLongError
from collectors.icmp import Pinger, Pulse
from collectors.judge import Signs
from collectors.models import STATUSES, PortStatus, Reachability
from collectors.snmp import Discovery, Engine, Health, Poll, PollPlan, Rediscover, Session, Target, Version, discover
from collectors.snmp.health import health_oids, read_health
from collectors.snmp.interfaces import ADMIN, OPER
from collectors.snmp.profile_folder import load_profiles
from collectors.snmp.session import SYS_UP_TIME
from collectors.targets import DeviceTarget
from collectors.watched import Watched
from core.errors import GuanjinError
from core.settings import PollingSettings
from inventory.kinds import SnmpVersion

ECHO_TIMEOUT_S: Final = 1.0
ECHO_AGAIN_S: Final = 0.3
# The patience of a device that is asked every second; how many of its longest round trips, and how much more for the
# questions that follow a loss.
HASTY_S: Final = 2.0
PATIENCE_S: Final = (0.25, 0.5, ECHO_TIMEOUT_S)
ROUND_TRIPS: Final = 4
MORE_S: Final = 0.35
HASTY_AGAIN_S: Final = 0.1
QUICK_S: Final = 1.0
QUICK_SLACK_S: Final = 0.5
# Neighbours, serial numbers and parts change seldom; ports announce their change.
REDISCOVER_S: Final = 6 * 3600.0
# At once; a whole city that starts at the same time would take its walks into memory, and none would end in time.
DISCOVERIES: Final = 32
# An agent whose table "changes" all the time is not discovered all the time.
REDISCOVER_LEAST_S: Final = 300.0
VERSIONS: Final = {SnmpVersion.V1: Version.V1, SnmpVersion.V2C: Version.V2C, SnmpVersion.V3: Version.V3}


@dataclass(frozen=True, slots=True)
class Answer:
    """`discovery` is there when the device was discovered for this poll. `at` is monotonic.

    `faults` are of the tables that the agent could not give in full.
    """

    discovery: Discovery | None
    poll: Poll
    faults: Sequence[GuanjinError]
    at: float
    seconds: float


class Asker:
    """`pinger` is None where the kernel does not permit ICMP. Raises ProfileError or SettingError at the start.

    `lost(address)` is told of the first lost probe of an end of a line, before anything else is asked.
    """

    def __init__(
        self, engine: Engine, pinger: Pinger | None, settings: PollingSettings, *, lost: Callable[[str], None]
    ) -> None:
        self._profiles = load_profiles(settings.profiles)
        self._engine = engine
        self._pinger = pinger
        self._lost = lost
        self._settings = settings
        self._longest_s = max(60.0, 2.0 * settings.interval_s)
        self._discovering = asyncio.Semaphore(DISCOVERIES)

    def can_ping(self, target: DeviceTarget) -> bool:
        return self.can_reach(target.address)

    def can_reach(self, address: str) -> bool:
        return self._pinger is not None and self._pinger.can(address)

    async def poll(self, watched: Watched) -> Answer:
        """Discovers first where nothing is known yet, or what is known is out of date."""
        if watched.plan is not None and time.monotonic() - watched.planned_at <= REDISCOVER_S:
            return await self._poll(watched, anew=False)
        # A silent device must not stand in the queue and keep the others waiting.
        await self.session(watched).get([SYS_UP_TIME])
        async with self._discovering:
            return await self._poll(watched, anew=True)

    async def _poll(self, watched: Watched, *, anew: bool) -> Answer:
        started = time.monotonic()
        try:
            async with asyncio.timeout(self._longest_s):
                session = self.session(watched)
                discovery = None
                if anew or watched.plan is None:
                    discovery = await discover(session, self._profiles)
                    watched.plan, watched.planned_at = PollPlan(discovery), started
                poll = await watched.plan.read(session)
        except TimeoutError:
            raise PollTooLongError(seconds=round(self._longest_s)) from None
        faults = watched.plan.discovery.faults
        self._replan(watched, poll)
        return Answer(discovery, poll, faults, time.monotonic(), time.monotonic() - started)

    def _replan(self, watched: Watched, poll: Poll) -> None:
        """The next poll discovers when this one showed that the device is no longer what was discovered."""
        old_enough = time.monotonic() - watched.planned_at >= REDISCOVER_LEAST_S
        if poll.rediscover is Rediscover.RESTARTED or (poll.rediscover is not None and old_enough):
            watched.plan = None

    async def health(self, watched: Watched) -> tuple[Health, int]:
        """The parts of a device, and of how many values that was made."""
        session = self.session(watched)
        found = watched.plan.discovery.found if watched.plan else (await discover(session, self._profiles)).found
        return await read_health(session, found), len(health_oids(found))

    def session(self, watched: Watched) -> Session:
        if watched.session is None:
            watched.session = self._engine.session(self._target(watched.target))
        return watched.session

    def _target(self, target: DeviceTarget) -> Target:
        return Target(
            target.address,
            target.snmp_port,
            VERSIONS[target.snmp_version],
            target.community or b"",
            timeout_s=self._settings.timeout_s,
            retries=self._settings.retries,
            user=target.user,
        )

    async def signs(self, watched: Watched) -> Signs:
        target = watched.target
        if target.on_loopback and target.speaks_snmp:
            return await self._local_signs(watched)
        if watched.interval_s < HASTY_S and self.can_ping(target):
            return await self._hasty_signs(watched)
        icmp = await self._echo(watched) if self.can_ping(target) else None
        if icmp:
            return Signs(icmp=True, agent_failed=watched.agent_failed)
        agent: bool | None = None
        port: bool | None = None
        if icmp is None:
            for _ in range(2):
                agent = await self._agent(target)
                port = None if agent else await _tcp(target)
                if agent or port:
                    break
        else:
            agent, port = await asyncio.gather(self._agent(target), _tcp(target))
        return Signs(icmp, agent, port, watched.agent_failed)

    async def _hasty_signs(self, watched: Watched) -> Signs:
        """TCP is asked where the agent cannot be believed: a connection is a line in a device's own log."""
        target, pinger = watched.target, self._pinger
        assert pinger is not None  # noqa: S101  # the caller asked whether it can
        patience_s = _patience(watched.pulse)
        watched.pulse.add(await pinger.ping(target.address, patience_s))
        if watched.pulse.losses == 0:
            return Signs(icmp=True, agent_failed=watched.agent_failed)
        await self._tell_of_loss(watched)
        more_s = min(ECHO_TIMEOUT_S, patience_s + MORE_S)
        agent_counts = target.speaks_snmp and not watched.agent_failed
        first, second, agent, port = await asyncio.gather(
            pinger.ping(target.address, more_s),
            _later(HASTY_AGAIN_S, pinger, target.address, more_s - HASTY_AGAIN_S),
            self._agent(target, more_s),
            _nothing() if agent_counts else _tcp(target, seconds=more_s),
        )
        for answer in (first, second):
            watched.pulse.add(answer)
        return Signs(first is not None or second is not None, agent, port, watched.agent_failed)

    async def _local_signs(self, watched: Watched) -> Signs:
        """On the loopback the kernel answers pings and refuses connections in everybody's name.

        So only what the device itself says is a sign of it; the ping is made for its round trip alone.
        """
        target, agent, port = watched.target, False, False
        for _ in range(2):
            agent = bool(await self._agent(target))
            port = not agent and await _tcp(target, refusal=False)
            if agent or port:
                break
        if self._pinger is not None:
            watched.pulse.add(await self._pinger.ping(target.address) if agent or port else None)
        return Signs(None, agent, None if agent else port, watched.agent_failed)

    async def _echo(self, watched: Watched) -> bool:
        pulse, address = watched.pulse, watched.target.address
        pinger = self._pinger
        if pinger is None:
            return False
        pulse.add(await pinger.ping(address))
        if pulse.losses == 0:
            return True
        await self._tell_of_loss(watched)
        for answer in await asyncio.gather(pinger.ping(address), _later(ECHO_AGAIN_S, pinger, address)):
            pulse.add(answer)
        return pulse.losses < 2  # noqa: PLR2004  # one of the two came

    async def _tell_of_loss(self, watched: Watched) -> None:
        if watched.ends_line and watched.pulse.losses == 1 and watched.reachability is not Reachability.DOWN:
            self._lost(watched.target.address)
            await asyncio.sleep(0)  # so that what it begins goes out first

    async def echo(self, address: str, pulse: Pulse, interval_s: float) -> bool:
        """Whether an address that is no device answers one of three echo requests; raises nothing for silence."""
        assert self._pinger is not None  # noqa: S101  # nobody has an end to be asked where ICMP is not permitted
        hasty = interval_s < HASTY_S
        patience_s = _patience(pulse) if hasty else ECHO_TIMEOUT_S
        pulse.add(await self._pinger.ping(address, patience_s))
        if pulse.losses == 1:
            self._lost(address)
            await asyncio.sleep(0)
        if pulse.losses:
            more_s = min(ECHO_TIMEOUT_S, patience_s + MORE_S)
            pause_s = HASTY_AGAIN_S if hasty else ECHO_AGAIN_S
            again = _later(pause_s, self._pinger, address, more_s)
            for answer in await asyncio.gather(self._pinger.ping(address, more_s), again):
                pulse.add(answer)
        return pulse.losses < 2  # noqa: PLR2004  # one of the three came

    async def _agent(self, target: DeviceTarget, seconds: float = QUICK_S) -> bool | None:
        """Does the agent answer the smallest question, once asked? None where it is not to be asked."""
        if not target.speaks_snmp:
            return None
        try:
            async with asyncio.timeout(seconds + QUICK_SLACK_S):
                return await self._quick(target, seconds).alive()
        except (TimeoutError, GuanjinError):
            return False

    async def statuses(self, watched: Watched, indexes: Sequence[int]) -> list[tuple[PortStatus, PortStatus]]:
        """Admin and oper status of some ports, asked once and quickly; nothing when there is any doubt."""
        ticks = watched.poll.uptime_ticks if watched.poll else None
        oids = [SYS_UP_TIME, *((*column, index) for index in indexes for column in (ADMIN, OPER))]
        try:
            async with asyncio.timeout(QUICK_S + QUICK_SLACK_S):
                found = [varbind.value for varbind in await self._quick(watched.target).get(oids)]
        except (TimeoutError, GuanjinError):
            return []
        uptime, values = found[0], [STATUSES.get(value) if isinstance(value, int) else None for value in found[1:]]
        restarted = not isinstance(uptime, int) or (ticks is not None and uptime < ticks)
        pairs = [(admin, oper) for admin, oper in zip(values[::2], values[1::2], strict=True) if admin and oper]
        return [] if restarted or len(pairs) != len(indexes) else pairs

    def _quick(self, target: DeviceTarget, seconds: float = QUICK_S) -> Session:
        return self._engine.session(replace(self._target(target), timeout_s=seconds, retries=0))


def _patience(pulse: Pulse) -> float:
    """How long to wait for an echo: some of the longest round trips of late, a second where there is none."""
    longest_ms = pulse.recent().rtt_max_ms
    if longest_ms is None:
        return ECHO_TIMEOUT_S
    wanted = ROUND_TRIPS * longest_ms / 1000
    return next((step for step in PATIENCE_S if step >= wanted), ECHO_TIMEOUT_S)


async def _later(seconds: float, pinger: Pinger, address: str, timeout_s: float | None = None) -> float | None:
    await asyncio.sleep(seconds)
    return await pinger.ping(address, timeout_s)


async def _nothing() -> None:
    return None


async def _tcp(target: DeviceTarget, *, refusal: bool = True, seconds: float = QUICK_S) -> bool:
    """Does anything answer at the SSH port? A refusal is an answer, too, when it is the device that refuses."""
    try:
        async with asyncio.timeout(seconds):
            _, writer = await asyncio.open_connection(target.address, target.ssh_port)
    except ConnectionRefusedError:
        return refusal
    except OSError:
        return False
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return True
