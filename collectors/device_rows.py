"""From what is remembered of a device to the rows of the current state. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from collectors.history.writer import Values
from collectors.rates import PortRates
from collectors.snmp import Discovery, Health, Neighbour, Poll, Sensor, Storage
from collectors.store import Row
from collectors.watched import Watched, WatchedPort

# The moment of the last start is computed from two clocks; a difference this small is not a new start.
BOOT_SLACK: Final = timedelta(seconds=10)
# Room temperatures and chips; beyond is a sensor that is not there.
PLAUSIBLE_C: Final = (-40.0, 150.0)
TEMPERATURE: Final = "temperature"
SYSTEM_MEMORY: Final = "system"


def said_by(discovery: Discovery) -> Row:
    """The columns of `watched.SAID` that a discovery gives."""
    system, identity = discovery.system, discovery.identity
    return {
        "sys_name": _cut(system.name, 255),
        "sys_descr": _cut(system.descr, 1024),
        "sys_object_id": _cut(system.object_id, 255),
        "sys_location": _cut(system.location, 255),
        "sys_contact": _cut(system.contact, 255),
        "vendor": _cut(identity.vendor, 64),
        "hardware": _cut(identity.hardware, 255),
        "version": _cut(identity.version, 255),
        "serial": _cut(identity.serial, 128),
        "profile": _cut(identity.profile, 64),
    }


def measured_by(poll: Poll, before: datetime | None, now: datetime) -> Row:
    """The columns of `watched.SAID` that every poll gives."""
    return {**measured(poll.health), "booted": booted(poll.uptime_ticks, before, now)}


def measured(health: Health) -> dict[str, float | None]:
    """Of several boards the fullest memory is told."""
    loads = [processor.usage_percent for processor in health.processors]
    memories = [pool.percent for pool in health.mempools if pool.kind == SYSTEM_MEMORY]
    low, high = PLAUSIBLE_C
    warm = [sensor.value for sensor in health.sensors if sensor.kind == TEMPERATURE and low < sensor.value < high]
    return {
        "cpu_percent": round(sum(loads) / len(loads), 1) if loads else None,
        "memory_percent": round(max(memories), 1) if memories else None,
        "temperature_c": round(max(warm), 1) if warm else None,
    }


def booted(ticks: int | None, before: datetime | None, now: datetime) -> datetime | None:
    if ticks is None:
        return None
    moment = now - timedelta(seconds=ticks / 100)
    return before if before is not None and abs(before - moment) < BOOT_SLACK else moment


def device_row(watched: Watched, now: datetime) -> Row:
    recent = watched.pulse.recent()
    return {
        **watched.said,
        "device_id": watched.target.id,
        "reachability": watched.reachability,
        "since": watched.since,
        "judged_by": watched.judged_by,
        "last_poll": watched.last_poll,
        "last_answer": watched.last_answer,
        "rtt_ms": None if recent.rtt_avg_ms is None else round(recent.rtt_avg_ms, 3),
        "loss_percent": None if recent.loss_percent is None else round(recent.loss_percent, 1),
        "error_code": watched.fault.code if watched.fault else None,
        "error_facts": _plain(watched.fault.facts) if watched.fault else None,
        "updated": now,
    }


def port_row(device_id: int, port: WatchedPort, name: str, now: datetime) -> Row:
    facts, rates = port.facts, port.rates
    return {
        "port_id": port.port_id,
        "device_id": device_id,
        "name": name,
        "ifindex": facts.index,
        "mac": facts.mac or None,
        "alias": _cut(facts.alias, 255),
        "if_type": facts.type,
        "admin": port.admin,
        "oper": port.oper,
        "speed_bps": facts.speed_bps if facts.speed_bps is not None and facts.speed_bps < 2**63 else None,
        "in_bps": rates.in_bps,
        "out_bps": rates.out_bps,
        "in_errors": rates.in_errors,
        "out_errors": rates.out_errors,
        "in_discards": rates.in_discards,
        "out_discards": rates.out_discards,
        "last_change": port.last_change,
        "updated": now,
    }


def port_history(rates: PortRates, admin: int, oper: int) -> Values:
    """In the order of `history.record.FIELDS[Kind.PORT]`."""
    *traffic, utilisation_percent = rates
    return (*traffic, admin * 16 + oper, utilisation_percent)


def sensor_rows(device_id: int, health: Health, now: datetime) -> list[Row]:
    """Processors, memories and storages stand beside the sensors: the page shows them alike. One row a key."""
    rows = [
        *(_reading(("processor", one.key), one.name, one.usage_percent) for one in health.processors),
        *(_reading(("memory", one.key), one.name, one.percent) for one in health.mempools),
        *(_reading(("storage", one.key), one.name, _used_percent(one)) for one in health.storage),
        *(_sensor(one) for one in health.sensors),
    ]
    return list({(row["kind"], row["key"]): row | {"device_id": device_id, "updated": now} for row in rows}.values())


def _reading(identity: tuple[str, str], name: str, value: float | None, unit: str = "%") -> Row:
    kind, key = identity
    return {
        "kind": kind[:32],
        "key": key[-128:],
        "name": name[:255],
        "value": None if value is None else round(value, 3),
        "unit": unit[:16],
        "state": None,
        "word": None,
    }


def _sensor(one: Sensor) -> Row:
    row = _reading((one.kind, one.key), one.name, one.value, one.unit)
    row["state"] = str(one.severity)[:32] if one.severity else None
    row["word"] = one.state[:64] if one.state else None
    return row


def _used_percent(one: Storage) -> float | None:
    return 100 * one.used_bytes / one.size_bytes if one.size_bytes else None


def neighbour_rows(device_id: int, neighbours: Iterable[Neighbour], now: datetime) -> list[Row]:
    rows = (
        {
            "device_id": device_id,
            "local_port": _cut(one.local_port, 255) or "",
            "remote_name": _cut(one.remote_name, 255) or "",
            "remote_port": _cut(one.remote_port, 255) or "",
            "protocol": one.protocol[:16],
            "seen": now,
        }
        for one in neighbours
    )
    return list({(row["local_port"], row["remote_name"], row["remote_port"]): row for row in rows}.values())


def _cut(text: str, length: int) -> str | None:
    """PostgreSQL's text knows no NUL; an agent's does."""
    return text.replace("\0", "")[:length] or None


def _plain(facts: dict[str, Any]) -> Row:
    return {name: value if isinstance(value, int | float | str) else str(value) for name, value in facts.items()}
