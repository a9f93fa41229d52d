"""The current state of everything that is watched: one row a device, port and line, written only when it changed.

The rows are derived: the next poll brings them again. So they carry no foreign keys into the inventory: a device that
is deleted while its answer is on the way must not fail a batch with two thousand rows of others. The poller removes
the rows of what has left the inventory (`collectors.store`). Outages are records, not state, and stay.

Units are base units: bits per second, seconds, celsius, percent from 0 to 100; rates are per second.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Enum, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, Json


class Reachability(StrEnum):
    """`silent`: the address answers, its SNMP agent does not."""

    UP = "up"
    SILENT = "silent"
    DOWN = "down"
    UNKNOWN = "unknown"


class LineCondition(StrEnum):
    """`degraded`: works, but loses packets or is known from one end only. `maintenance`: marked (挂牌)."""

    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"
    MAINTENANCE = "maintenance"
    UNKNOWN = "unknown"


class Evidence(StrEnum):
    """What a judgement rests on."""

    ICMP = "icmp"
    SNMP = "snmp"
    TCP = "tcp"


class SubjectKind(StrEnum):
    DEVICE = "device"
    LINE = "line"


class PortStatus(StrEnum):
    """IF-MIB ifAdminStatus and ifOperStatus (RFC 2863), by name."""

    UP = "up"
    DOWN = "down"
    TESTING = "testing"
    UNKNOWN = "unknown"
    DORMANT = "dormant"
    NOT_PRESENT = "notPresent"
    LOWER_LAYER_DOWN = "lowerLayerDown"


STATUS_NUMBERS: Mapping[PortStatus, int] = {status: number for number, status in enumerate(PortStatus, start=1)}
STATUSES: Mapping[int, PortStatus] = {number: status for status, number in STATUS_NUMBERS.items()}


def _values(kind: Iterable[StrEnum]) -> list[str]:
    return [member.value for member in kind]


def _named(kind: type[StrEnum]) -> Enum:
    """Stored as its word, so that a reader of the table understands it and a new word needs no migration."""
    return Enum(kind, native_enum=False, create_constraint=False, length=16, values_callable=_values)


class DeviceState(Base):
    """A device now. `error_code` and `error_facts` say why its last poll failed; both are null when it did not."""

    __tablename__ = "device_state"

    device_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    reachability: Mapped[Reachability] = mapped_column(_named(Reachability))
    since: Mapped[datetime]
    judged_by: Mapped[Evidence | None] = mapped_column(_named(Evidence))
    last_poll: Mapped[datetime | None]
    last_answer: Mapped[datetime | None]
    rtt_ms: Mapped[float | None]
    loss_percent: Mapped[float | None]
    sys_name: Mapped[str | None] = mapped_column(String(255))
    sys_descr: Mapped[str | None] = mapped_column(String(1024))
    sys_object_id: Mapped[str | None] = mapped_column(String(255))
    sys_location: Mapped[str | None] = mapped_column(String(255))
    sys_contact: Mapped[str | None] = mapped_column(String(255))
    booted: Mapped[datetime | None]
    vendor: Mapped[str | None] = mapped_column(String(64))
    hardware: Mapped[str | None] = mapped_column(String(255))
    version: Mapped[str | None] = mapped_column(String(255))
    serial: Mapped[str | None] = mapped_column(String(128))
    profile: Mapped[str | None] = mapped_column(String(64))
    cpu_percent: Mapped[float | None]
    memory_percent: Mapped[float | None]
    temperature_c: Mapped[float | None]
    error_code: Mapped[str | None] = mapped_column(String(64))
    error_facts: Mapped[dict[str, Any] | None] = mapped_column(Json)
    updated: Mapped[datetime]


class PortState(Base):
    """What is known of a port now; `port_id` is the inventory's, which follows name and MAC, not ifIndex."""

    __tablename__ = "port_state"

    port_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    device_id: Mapped[int] = mapped_column(Integer, index=True)
    name: Mapped[str] = mapped_column(String(255))
    ifindex: Mapped[int]
    mac: Mapped[str | None] = mapped_column(String(17))
    alias: Mapped[str | None] = mapped_column(String(255))
    if_type: Mapped[int | None]
    admin: Mapped[PortStatus] = mapped_column(_named(PortStatus))
    oper: Mapped[PortStatus] = mapped_column(_named(PortStatus))
    speed_bps: Mapped[int | None] = mapped_column(BigInteger)
    in_bps: Mapped[int | None] = mapped_column(BigInteger)
    out_bps: Mapped[int | None] = mapped_column(BigInteger)
    in_errors: Mapped[float | None]
    out_errors: Mapped[float | None]
    in_discards: Mapped[float | None]
    out_discards: Mapped[float | None]
    last_change: Mapped[datetime | None]
    updated: Mapped[datetime]


class SensorState(Base):
    """A reading of a device; of one that is a state, the vendor's `word` for it, and its severity in `state`."""

    __tablename__ = "sensor_state"

    device_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    key: Mapped[str] = mapped_column(String(128), primary_key=True)
    name: Mapped[str] = mapped_column(String(255))
    value: Mapped[float | None]
    unit: Mapped[str] = mapped_column(String(16))
    state: Mapped[str | None] = mapped_column(String(32))
    word: Mapped[str | None] = mapped_column(String(64))
    updated: Mapped[datetime]


class DiscoveredNeighbour(Base):
    """A neighbour that a device names by LLDP or CDP."""

    __tablename__ = "discovered_neighbour"

    device_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    local_port: Mapped[str] = mapped_column(String(255), primary_key=True)
    remote_name: Mapped[str] = mapped_column(String(255), primary_key=True)
    remote_port: Mapped[str] = mapped_column(String(255), primary_key=True)
    protocol: Mapped[str] = mapped_column(String(16))
    seen: Mapped[datetime]


class LineState(Base):
    """A line (专线) now. Round trip and loss are to the device at end B, and with `a_` to the one at end A.

    Loss is of the last minute, percentiles and jitter are of the last 60 probes; `utilisation` is the busier direction.
    `watched_since` is when it was judged for the first time: before that there is nothing to be known of it.
    """

    __tablename__ = "line_state"

    line_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    watched_since: Mapped[datetime]
    state: Mapped[LineCondition] = mapped_column(_named(LineCondition))
    since: Mapped[datetime]
    cause: Mapped[str | None] = mapped_column(String(32))
    rtt_ms: Mapped[float | None]
    rtt_min_ms: Mapped[float | None]
    rtt_max_ms: Mapped[float | None]
    rtt_p50_ms: Mapped[float | None]
    rtt_p95_ms: Mapped[float | None]
    jitter_ms: Mapped[float | None]
    loss_percent: Mapped[float | None]
    a_rtt_ms: Mapped[float | None]
    a_loss_percent: Mapped[float | None]
    in_bps: Mapped[int | None] = mapped_column(BigInteger)
    out_bps: Mapped[int | None] = mapped_column(BigInteger)
    utilisation_percent: Mapped[float | None]
    updated: Mapped[datetime]


class OutageRecord(Base):
    """From when to when a device or line was not simply up, and why; `ended` is null while it is not.

    `state` is `down` for devices, and for lines a LineCondition: `down`, `degraded` or `unknown`. A line that is down
    and then not to be seen has both records open. Availability is computed from them (`collectors.lines.availability`).
    `in_maintenance` is whether a mark was on when it began, `path` the way to end B at that time
    (`collectors.lines.paths`).
    """

    __tablename__ = "outage"
    __table_args__ = (
        Index("ix_outage_subject_kind_subject_id_began", "subject_kind", "subject_id", "began"),
        Index("ix_outage_ended", "ended"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    subject_kind: Mapped[SubjectKind] = mapped_column(_named(SubjectKind))
    subject_id: Mapped[int]
    subject_name: Mapped[str] = mapped_column(String(255))
    state: Mapped[str] = mapped_column(String(16))
    began: Mapped[datetime]
    ended: Mapped[datetime | None]
    cause: Mapped[str | None] = mapped_column(String(32))
    in_maintenance: Mapped[bool]
    path: Mapped[dict[str, Any] | None] = mapped_column(Json)


class PollerRun(Base):
    """From when to when the poller watched without a gap (`poller.attendance`); `seen` grows while it does."""

    __tablename__ = "poller_run"

    began: Mapped[datetime] = mapped_column(primary_key=True)
    seen: Mapped[datetime] = mapped_column(index=True)


class PollerStatus(Base):
    """One row: is the poller alive, may it use ICMP, does it keep up. `icmp_error` is a code of `collectors.errors`.

    `changes` counts the changes of state of devices and lines, so that a page need not be made anew to see that there
    was none.
    """

    __tablename__ = "poller_status"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    pid: Mapped[int]
    started: Mapped[datetime]
    heartbeat: Mapped[datetime]
    stopped: Mapped[datetime | None]
    icmp: Mapped[str] = mapped_column(String(16))
    icmp_error: Mapped[str | None] = mapped_column(String(64))
    icmp_facts: Mapped[dict[str, Any] | None] = mapped_column(Json)
    interval_s: Mapped[int]
    devices: Mapped[int]
    ports: Mapped[int]
    lines: Mapped[int]
    polls: Mapped[int] = mapped_column(BigInteger)
    failed_polls: Mapped[int] = mapped_column(BigInteger)
    late_polls: Mapped[int] = mapped_column(BigInteger)
    busy_percent: Mapped[float | None]
    changes: Mapped[int] = mapped_column(BigInteger, default=0)
