"""Getting to know a device: what it is, what ports and parts it has, who is next to it.

    system, one GET -> profile -> ports (two walks) -> identity -> parts -> neighbours -> Discovery -> PollPlan

Discovery is dear and seldom; polling is cheap and all the time (`collectors.snmp.plan`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from collectors.snmp.errors import AgentError, SnmpError
from collectors.snmp.facts import Health, Identity, Neighbour, PortFacts, SystemFacts
from collectors.snmp.finding import Found, find
from collectors.snmp.health import read_health
from collectors.snmp.identity import identify
from collectors.snmp.interfaces import IF_NUMBER, IF_TABLE_LAST_CHANGE, TABLE_COLUMNS, X_TABLE_COLUMNS, ports
from collectors.snmp.neighbours import neighbours
from collectors.snmp.profiles import Profiles, shipped
from collectors.snmp.reading import text, whole
from collectors.snmp.schema import Profile
from collectors.snmp.session import SYS_UP_TIME, Session
from collectors.snmp.walk import Table, walk_table
from collectors.snmp.wire import Missing, Oid

SYSTEM: Final[Oid] = (1, 3, 6, 1, 2, 1, 1)
DESCR, OBJECT_ID, CONTACT, NAME, LOCATION = ((*SYSTEM, number, 0) for number in (1, 2, 4, 5, 6))
ASKED: Final = (DESCR, OBJECT_ID, SYS_UP_TIME, CONTACT, NAME, LOCATION, IF_NUMBER, IF_TABLE_LAST_CHANGE)


@dataclass(frozen=True, slots=True)
class Baseline:
    """What, when it changes, says that the interface table is not the one that was discovered."""

    if_number: int | None = None
    if_table_last_change: int | None = None


@dataclass(frozen=True, slots=True)
class Discovery:
    """`protocols`: those by which the device may name its neighbours, for whoever asks again; `neighbours_whole`:
    whether it could name them all.

    `faults`: tables that the agent could not give in full. They cost what is missing, not the rest.
    """

    system: SystemFacts
    identity: Identity
    ports: tuple[PortFacts, ...]
    health: Health
    neighbours: tuple[Neighbour, ...]
    neighbours_whole: bool
    protocols: tuple[str, ...]
    found: Found
    baseline: Baseline
    faults: tuple[SnmpError, ...]


async def discover(session: Session, profiles: Profiles | None = None) -> Discovery:
    """Raises NoAnswerError when the device does not answer; a broken table is a fault in the result."""
    system, baseline = await _system(session)
    known = profiles or shipped()
    chain = known.chain(known.choose(system, await _has(session, known.decisive(system))))
    table, faults = await _interfaces(session)
    found_ports = ports(table)
    identity = await identify(session, chain, system)
    found = await find(session, chain)
    protocols = _protocols(chain)
    health = await read_health(session, found)
    heard = await neighbours(session, protocols, found_ports)
    return Discovery(
        system,
        identity,
        found_ports,
        health,
        heard.neighbours,
        heard.whole,
        protocols,
        found,
        baseline,
        (*faults, *found.faults),
    )


async def _system(session: Session) -> tuple[SystemFacts, Baseline]:
    values = {varbind.oid: varbind.value for varbind in await session.get(ASKED)}
    object_id = values[OBJECT_ID]
    facts = SystemFacts(
        descr=text(values[DESCR]),
        object_id=text(object_id) if isinstance(object_id, tuple) else "",
        name=text(values[NAME]),
        location=text(values[LOCATION]),
        contact=text(values[CONTACT]),
        uptime_ticks=whole(values[SYS_UP_TIME]),
    )
    return facts, Baseline(whole(values[IF_NUMBER]), whole(values[IF_TABLE_LAST_CHANGE]))


async def _interfaces(session: Session) -> tuple[Table, tuple[SnmpError, ...]]:
    """Both tables apart: an agent without ifXTable would answer with strangers in half of each row."""
    base = await walk_table(session, TABLE_COLUMNS)
    extended = await walk_table(session, X_TABLE_COLUMNS)
    return Table(base.columns | extended.columns), (*base.faults, *extended.faults)


async def _has(session: Session, roots: Sequence[Oid]) -> set[Oid]:
    """Those of the objects that the device has anything of."""
    if not roots:
        return set()
    try:
        found = await session.get_next(roots)
    except AgentError:
        return set()
    return {
        root
        for root, next_one in zip(roots, found, strict=True)
        if next_one.oid[: len(root)] == root and not isinstance(next_one.value, Missing)
    }


def _protocols(chain: Sequence[Profile]) -> tuple[str, ...]:
    return next((tuple(profile.neighbours) for profile in chain if profile.neighbours), ())
