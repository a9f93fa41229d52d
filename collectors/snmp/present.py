"""Single objects of a device that may choke on some of them.

A poll is strict: what fails is told. Discovery asks for many things that a device may or may not have, and an agent
that answers one of them with an error, or with silence, must not stay unknown for it.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from collectors.snmp.errors import AgentError, NoAnswerError
from collectors.snmp.session import Session
from collectors.snmp.wire import Missing, Oid, Value, VarBind

# Each costs all retries; a device that swallows more questions than these is not worth the wait.
MOST_SILENCES: Final = 3


async def get_present(session: Session, oids: Sequence[Oid]) -> dict[Oid, Value]:
    """What the device has of these. Raises NoAnswerError only when the device as a whole has fallen silent."""
    found: dict[Oid, Value] = {}
    silences = 0
    start = 0
    while start < len(oids) and silences < MOST_SILENCES:
        piece = oids[start : start + session.limits.varbinds]
        varbinds, silent = await _piece(session, piece)
        found |= {varbind.oid: varbind.value for varbind in varbinds if not isinstance(varbind.value, Missing)}
        silences += silent
        start += len(piece)
    return found


async def _piece(session: Session, oids: Sequence[Oid]) -> tuple[list[VarBind], int]:
    """Of one request; and how often the device was silent when its objects had to be asked one by one."""
    limits = replace(session.limits)
    try:
        return await session.get(oids), 0
    except AgentError:
        return await _one_by_one(session, oids)
    except NoAnswerError:
        if not await session.alive():
            raise
        # What shrank was meant for large answers; the fault was another.
        session.limits = limits
        return await _one_by_one(session, oids)


async def _one_by_one(session: Session, oids: Sequence[Oid]) -> tuple[list[VarBind], int]:
    found: list[VarBind] = []
    silences = 0
    for oid in oids:
        try:
            found += await session.get([oid])
        except AgentError:
            continue
        except NoAnswerError:
            silences += 1
            if silences >= MOST_SILENCES:
                break
    return found, silences
