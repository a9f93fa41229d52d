"""The SNMP engine: wire codec, transport, discovery, polling and vendor profiles.

    async with Engine() as engine:                           # the sockets; one for all devices of a process
        session = engine.session(Target("192.0.2.1", 161, Version.V2C, b"public", timeout_s=2, retries=2))
        session = engine.session(Target("192.0.2.2", version=Version.V3, user=User("ops", Authentication.SHA256, ...)))
        found = await discover(session)                      # dear, seldom: Discovery
        plan = PollPlan(found)                               # keep it, and the session, as long as the device is known
        poll = await read(session, plan)                     # cheap, every interval: Poll
        if poll.rediscover: ...                              # restarted, table_changed, instance_gone: discover again

Discovery
    `.system` (SystemFacts: name, descr, object_id, location, contact, uptime_ticks), `.identity` (Identity: profile,
    platform, vendor, hardware, version, serial), `.ports` (PortFacts), `.health` (Health), `.neighbours` (Neighbour),
    `.faults` (SnmpError of tables that the agent could not give in full).
Poll
    `.uptime_ticks`, `.table` (PortTable: the ports by columns), `.ports` (the same as PortFacts with PortCounters),
    `.health` (Processor, Mempool, Sensor, Storage; their `key` is steady from poll to poll), `.rediscover`.
Between polls
    `difference(before, after, wide=counters.wide)` of octets and packets, `wide=False` for errors and discards;
    `elapsed(before_ticks, after_ticks, measured_s)` is the time to divide by, None after a restart.
Between discoveries
    `follow(before, after)` says which port is which: by name and MAC, never by ifIndex.

Errors are `SnmpError`s; `NoAnswerError` (category UNREACHABLE) is the one that tells of the device rather than of its
agent's quality. A `Session` runs one request at a time and learns how much its device can take (`session.limits`).
`session.get(oids)`, `.get_next`, `.get_bulk`, `.set`, `walk(session, root)`, `walk_table(session, columns)`: anything
else.
"""

from collectors.snmp.counters import difference, elapsed
from collectors.snmp.discovery import Baseline, Discovery, discover
from collectors.snmp.engine import Engine
from collectors.snmp.facts import (
    Health,
    Identity,
    IfStatus,
    Mempool,
    Neighbour,
    PortCounters,
    PortFacts,
    Processor,
    Sensor,
    Severity,
    Storage,
    SystemFacts,
)
from collectors.snmp.interfaces import follow
from collectors.snmp.limits import Limits
from collectors.snmp.plan import Poll, PollPlan, Rediscover, read
from collectors.snmp.port_table import Column, PortTable
from collectors.snmp.session import Session
from collectors.snmp.target import Target
from collectors.snmp.transport import Counters
from collectors.snmp.usm.protocols import Authentication, Privacy
from collectors.snmp.usm.user import User
from collectors.snmp.walk import Table, walk, walk_table
from collectors.snmp.wire import Version

__all__ = [
    "Authentication",
    "Baseline",
    "Column",
    "Counters",
    "Discovery",
    "Engine",
    "Health",
    "Identity",
    "IfStatus",
    "Limits",
    "Mempool",
    "Neighbour",
    "Poll",
    "PollPlan",
    "PortCounters",
    "PortFacts",
    "PortTable",
    "Privacy",
    "Processor",
    "Rediscover",
    "Sensor",
    "Session",
    "Severity",
    "Storage",
    "SystemFacts",
    "Table",
    "Target",
    "User",
    "Version",
    "difference",
    "discover",
    "elapsed",
    "follow",
    "read",
    "walk",
    "walk_table",
]
