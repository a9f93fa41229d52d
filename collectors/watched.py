"""One device while it is being watched: everything that is remembered between two questions."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from collectors.icmp.pulse import Pulse
from collectors.metrics.exposition import Columns
from collectors.models import DeviceState, Evidence, PortState, PortStatus, Reachability
from collectors.port_identity import KnownPort
from collectors.rates import PortRates
from collectors.snmp import Poll, PollPlan, PortFacts, PortTable, Session
from collectors.targets import DeviceTarget
from core.errors import GuanjinError

# The columns of DeviceState that a device says of itself; kept over a restart, and while it is silent.
SAID = (
    "sys_name",
    "sys_descr",
    "sys_object_id",
    "sys_location",
    "sys_contact",
    "booted",
    "vendor",
    "hardware",
    "version",
    "serial",
    "profile",
    "cpu_percent",
    "memory_percent",
    "temperature_c",
)


@dataclass(slots=True)
class WatchedPort:
    """A port as the last poll left it."""

    port_id: int
    facts: PortFacts  # as discovered, but for the speed
    rates: PortRates
    admin: PortStatus
    oper: PortStatus
    last_change: datetime | None = None


@dataclass(frozen=True, slots=True)
class EarlierPort:
    """As an earlier process left it."""

    oper: PortStatus
    last_change: datetime | None


@dataclass(slots=True)
class Watched:
    target: DeviceTarget
    since: datetime
    reachability: Reachability = Reachability.UNKNOWN
    judged_by: Evidence | None = None
    out: bool = False  # an outage is open
    heard: bool = False  # judged by this process, not remembered of an earlier one
    pulse: Pulse = field(default_factory=Pulse)
    interval_s: float = 5.0  # between two probes
    ends_line: bool = False
    agent_failed: bool = False
    fault: GuanjinError | None = None
    last_poll: datetime | None = None
    last_answer: datetime | None = None
    said: dict[str, Any] = field(default_factory=lambda: dict.fromkeys(SAID))
    known_ports: Sequence[KnownPort] = ()
    session: Session | None = None
    plan: PollPlan | None = None
    planned_at: float = 0.0  # monotonic
    poll: Poll | None = None
    polled_at: float = 0.0  # monotonic
    ids: dict[int, int] = field(default_factory=dict)  # port ids by ifIndex
    names: dict[int, str] = field(default_factory=dict)  # by ifIndex
    earlier: dict[int, EarlierPort] = field(default_factory=dict)  # by port id
    table: PortTable | None = None  # of the last poll
    listed: Sequence[WatchedPort | None] = ()  # in the order of the table
    ports: dict[int, WatchedPort] = field(default_factory=dict)  # by port id
    columns: Columns | None = None
    polling: bool = False
    probing: bool = False

    def pace(self, interval_s: float) -> None:
        self.interval_s = interval_s
        self.pulse.pace(interval_s)

    def settled(self, port_id: int | None) -> bool:
        """Whether what is known of the device, and of this port of it, was seen by this process.

        Until then an earlier process's word stands: its outage neither ends nor begins anew because of a restart.
        """
        if not self.target.askable:
            return True
        polled = self.poll is not None or self.fault is not None
        asked = port_id is None or not self.target.speaks_snmp or self.reachability is Reachability.DOWN or polled
        return self.heard and asked

    def remember(self, state: DeviceState, ports: Sequence[PortState]) -> None:
        """Go on where an earlier poller stopped."""
        self.since, self.reachability, self.judged_by = state.since, state.reachability, state.judged_by
        self.last_poll, self.last_answer = state.last_poll, state.last_answer
        self.said = {name: getattr(state, name) for name in SAID}
        self.known_ports = [KnownPort(port.port_id, port.name, port.mac) for port in ports]
        self.earlier = {port.port_id: EarlierPort(port.oper, port.last_change) for port in ports}

    def renewed(self, target: DeviceTarget) -> "Watched":
        """For an inventory that changed.

        What was learnt of another address or credential is worth nothing, and an answer to a question that is still
        under way must not be taken for an answer of the new one.
        """
        where = ("address", "snmp_port", "snmp_version", "community", "user")
        if all(getattr(self.target, name) == getattr(target, name) for name in where):
            if self.target.name != target.name:
                self.columns = None
            self.target = target
            return self
        fresh = Watched(target, self.since, self.reachability, self.judged_by, self.out, fault=target.fault)
        fresh.last_poll, fresh.last_answer = self.last_poll, self.last_answer
        fresh.said, fresh.known_ports, fresh.earlier = dict(self.said), self.known_ports, dict(self.earlier)
        return fresh
