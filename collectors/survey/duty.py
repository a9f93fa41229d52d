"""The survey of one device after the other: who is behind its ports, who has which address, what it is made of.

Beside it, the short question who is next to it.

Much to read and slow to change, so it comes seldom, few at a time, and a poll of the same device slips in between its
questions. Whatever goes wrong costs this survey, and the next one tries again.
"""

import asyncio
import logging
from collections.abc import Mapping
from typing import Final

from collectors.device_rows import neighbour_rows
from collectors.kit import Kit
from collectors.models import Reachability
from collectors.snmp import Discovery, Session
from collectors.snmp.addresses import own_addresses
from collectors.snmp.components import Component, components
from collectors.snmp.errors import SnmpError
from collectors.snmp.neighbours import neighbours
from collectors.snmp.stations import bindings, stations
from collectors.survey.rows import address_rows, binding_rows, component_rows, station_rows
from collectors.survey.store import Findings
from collectors.watched import Watched
from core.errors import GuanjinError

log = logging.getLogger(__name__)

AT_ONCE: Final = 16
LONGEST_S: Final = 300.0


class Surveying:
    """`devices` are those that are watched now, by id."""

    def __init__(self, kit: Kit, devices: Mapping[int, Watched]) -> None:
        self._devices = devices
        self._asker = kit.asker
        self._desk = kit.desk
        self._clock = kit.clock
        self._free = asyncio.Semaphore(AT_ONCE)
        self._under_way: set[int] = set()
        # Of which discovery the parts were read: another one comes when the device has changed.
        self._parts: dict[int, float] = {}

    async def survey(self, watched: Watched) -> None:
        device = watched.target.id
        up = watched.reachability is Reachability.UP and watched.plan is not None
        if not up or device in self._under_way:
            return
        self._under_way.add(device)
        try:
            async with self._free, asyncio.timeout(LONGEST_S):
                await self._survey(watched)
        except (GuanjinError, TimeoutError) as error:
            log.info("the survey of %s ended early: %s", watched.target.name, error)
        except Exception:
            log.exception("surveying %s failed in an unforeseen way", watched.target.name)
        finally:
            self._under_way.discard(device)

    async def look_around(self, watched: Watched) -> None:
        """Who is next to it now. No dearer than a poll, and waits for no survey: a port may have gone up or down."""
        if watched.reachability is not Reachability.UP or watched.plan is None:
            return
        try:
            async with asyncio.timeout(LONGEST_S):
                await self._look_around(watched, watched.plan.discovery)
        except (GuanjinError, TimeoutError) as error:
            log.info("the neighbours of %s cannot be read: %s", watched.target.name, error)
        except Exception:
            log.exception("asking %s for its neighbours failed in an unforeseen way", watched.target.name)

    async def _look_around(self, watched: Watched, discovery: Discovery) -> None:
        device = watched.target.id
        heard = await neighbours(self._asker.session(watched), discovery.protocols, discovery.ports)
        if self._devices.get(device) is watched:
            now = self._clock.now()
            rows = neighbour_rows(device, heard.neighbours, now)
            await self._desk.neighbours(device, rows, now, whole=heard.whole)

    async def _survey(self, watched: Watched) -> None:
        device, session, planned_at = watched.target.id, self._asker.session(watched), watched.planned_at
        behind = await stations(session)
        bound = await bindings(session)
        own = await own_addresses(session)
        parts = await _whole(session) if self._parts.get(device) != planned_at else None
        findings = Findings(
            device,
            station_rows(device, behind, watched.names, watched.ids),
            binding_rows(device, bound, watched.names),
            addresses=None if own is None else address_rows(device, own, watched.names, watched.ids),
            components=None if parts is None else component_rows(device, parts),
        )
        if self._devices.get(device) is not watched:
            return  # it left the inventory meanwhile, or has another address
        await self._desk.surveyed(findings, self._clock.now())
        self._parts[device] = planned_at


async def _whole(session: Session) -> list[Component] | None:
    """None when the table is broken: then the parts stay as they were known."""
    try:
        return await components(session)
    except SnmpError as error:
        log.info("the parts of %s cannot be read: %s", session.target.address, error)
        return None
