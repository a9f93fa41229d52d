"""A discovery as a plain mapping: what `guanjin snmp probe --json` prints."""

from typing import Any, Final

from collectors.snmp.discovery import Discovery
from collectors.snmp.facts import Mempool, Neighbour, PortFacts, Sensor, Severity, Storage

SEVERITIES: Final = {Severity.OK: 0, Severity.WARNING: 1, Severity.CRITICAL: 2, Severity.UNKNOWN: 3}


def report(discovery: Discovery) -> dict[str, Any]:
    system, identity, health = discovery.system, discovery.identity, discovery.health
    return {
        "sysName": system.name,
        "sysDescr": system.descr,
        "sysObjectID": system.object_id,
        "sysLocation": system.location,
        "sysContact": system.contact,
        "sysUpTime_s": None if system.uptime_ticks is None else system.uptime_ticks / 100,
        "profile": identity.profile,
        "uncertain": identity.uncertain,
        "platform": identity.platform,
        "vendor": identity.vendor,
        "hardware": identity.hardware,
        "version": identity.version,
        "serial": identity.serial,
        "rules": dict(identity.rules),
        "ports": [_port(port) for port in discovery.ports],
        "processors": [
            {"oid": found.key, "descr": found.name, "usage_percent": found.usage_percent, "rule": found.rule}
            for found in health.processors
        ],
        "mempools": [_mempool(found) for found in health.mempools],
        "sensors": [_sensor(found) for found in health.sensors],
        "storage": [_storage(found) for found in health.storage],
        "neighbours": [_neighbour(found) for found in discovery.neighbours],
        "faults": [str(fault) for fault in discovery.faults],
    }


def _port(port: PortFacts) -> dict[str, Any]:
    return {
        "ifIndex": port.index,
        "ifName": port.name,
        "ifDescr": port.descr,
        "ifAlias": port.alias,
        "ifType": port.type,
        "ifPhysAddress": port.mac,
        "ifSpeed_bps": port.speed_bps,
        "ifAdminStatus": port.admin.value,
        "ifOperStatus": port.oper.value,
    }


def _mempool(found: Mempool) -> dict[str, Any]:
    return {
        "oid": found.key,
        "descr": found.name,
        "kind": found.kind,
        "percent": found.percent,
        "total_bytes": found.total_bytes,
        "used_bytes": found.used_bytes,
        "rule": found.rule,
    }


def _storage(found: Storage) -> dict[str, Any]:
    return {
        "oid": found.key,
        "descr": found.name,
        "size_bytes": found.size_bytes,
        "used_bytes": found.used_bytes,
        "rule": found.rule,
    }


def _neighbour(found: Neighbour) -> dict[str, Any]:
    """`remote_port` carries the chassis, because several neighbours may have the same name and port."""
    port = f"{found.remote_port} ({found.remote_chassis})" if found.remote_chassis else found.remote_port
    return {
        "protocol": found.protocol,
        "local_ifName": found.local_port,
        "remote_hostname": found.remote_name,
        "remote_port": port,
        "remote_ifName": found.remote_port,
    }


def _sensor(found: Sensor) -> dict[str, Any]:
    row: dict[str, Any] = {"oid": found.key, "descr": found.name, "class": found.kind, "value": found.value}
    row["rule"] = found.rule
    if found.kind == "state":
        row |= {"state": found.state, "state_severity": SEVERITIES[found.severity or Severity.UNKNOWN]}
    else:
        row["unit"] = found.unit
    return row
