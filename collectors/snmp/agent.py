"""What all sessions with one endpoint share."""

import asyncio
from dataclasses import dataclass, field

from collectors.snmp.usm.engine import AuthoritativeEngine


@dataclass(slots=True, weakref_slot=True)
class Agent:
    """`lane`: one request at a time. `engine`: what is known of its SNMP engine, which only version 3 asks for."""

    lane: asyncio.Lock = field(default_factory=asyncio.Lock)
    engine: AuthoritativeEngine = field(default_factory=AuthoritativeEngine)
