"""A device's chunks of the metrics page. Pure; names and labels as in `collectors.metrics.exposition`."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from collectors.metrics.exposition import Columns, Number, label_text, sample
from collectors.models import Reachability
from collectors.snmp import Column, Poll, PortFacts, PortTable, Sensor
from collectors.targets import DeviceTarget, parsed

MOST_IF_SPEED = 0xFFFFFFFF
WIDE = {
    "ifHCInOctets": "in_octets",
    "ifHCOutOctets": "out_octets",
    "ifHCInUcastPkts": "in_packets",
    "ifHCOutUcastPkts": "out_packets",
}
NARROW = {
    "ifInOctets": "in_octets",
    "ifOutOctets": "out_octets",
    "ifInUcastPkts": "in_packets",
    "ifOutUcastPkts": "out_packets",
}
FAULTS = {
    "ifInErrors": "in_errors",
    "ifOutErrors": "out_errors",
    "ifInDiscards": "in_discards",
    "ifOutDiscards": "out_discards",
}


def own_labels(target: DeviceTarget) -> dict[str, str]:
    return {"device": target.name, "instance": target.instance}


@lru_cache(maxsize=65536)
def _texts(name: str, instance: str) -> tuple[str, str]:
    """Of a device alone, and of its round trip: rendered at every probe."""
    own = {"device": name, "instance": instance}
    return label_text(own), label_text(own | {"phase": "rtt"})


def port_columns(target: DeviceTarget, ports: Sequence[PortFacts]) -> Columns:
    """The label texts of a device's ports; kept as long as the ports are the same."""
    own = own_labels(target)
    return Columns(
        [
            label_text(
                own | {"ifIndex": str(port.index), "ifName": port.name, "ifDescr": port.descr, "ifAlias": port.alias}
            )
            for port in ports
        ]
    )


def device_chunks(target: DeviceTarget, poll: Poll, columns: Columns, seconds: float) -> dict[str, bytes]:
    labels, _ = _texts(target.name, target.instance)
    chunks = {
        "snmp_scrape_duration_seconds": sample("snmp_scrape_duration_seconds", labels, seconds),
        "guanjin_device_snmp_up": sample("guanjin_device_snmp_up", labels, 1),
    }
    if poll.uptime_ticks is not None:
        chunks["sysUpTime"] = sample("sysUpTime", labels, poll.uptime_ticks)
    for name, values in _port_values(poll.table).items():
        if chunk := columns.chunk(name, values):
            chunks[name] = chunk
    return chunks | sensor_chunks(own_labels(target), poll.health.sensors)


def measured_chunks(own: Mapping[str, str], measured: Mapping[str, float | None]) -> dict[str, bytes]:
    """Load, memory, temperature, in base units, where the device has them."""
    names = {
        "cpu_percent": "guanjin_device_cpu_percent",
        "memory_percent": "guanjin_device_memory_percent",
        "temperature_c": "guanjin_device_temperature_celsius",
    }
    labels = label_text(own)
    return {
        family: sample(family, labels, value) for name, family in names.items() if (value := measured[name]) is not None
    }


def _port_values(table: PortTable) -> dict[str, Sequence[Number | None]]:
    speeds = table.speed_bps
    values: dict[str, Sequence[Number | None]] = {
        "ifSpeed": [None if speed is None else min(speed, MOST_IF_SPEED) for speed in speeds],
        "ifHighSpeed": [None if speed is None else speed // 1_000_000 for speed in speeds],
        "ifAdminStatus": table.admin,
        "ifOperStatus": table.oper,
    }
    for name, field in FAULTS.items():
        values[name] = table.counters[field]
    widths = [port.counters.wide for port in table.known]
    for names, wide in ((WIDE, True), (NARROW, False)):
        for name, field in names.items():
            values[name] = _of_width(table.counters[field], widths, wide=wide)
    return values


def _of_width(column: Column, widths: Sequence[bool], *, wide: bool) -> Column:
    if (not wide) not in widths:
        return column
    return [value if width is wide else None for value, width in zip(column, widths, strict=True)]


def sensor_chunks(own: Mapping[str, str], sensors: Sequence[Sensor]) -> dict[str, bytes]:
    if not sensors:
        return {}
    unique = {(sensor.kind, sensor.key): sensor for sensor in sensors}.values()
    chunk = b"".join(
        sample(
            "guanjin_sensor_value",
            label_text({**own, "kind": one.kind, "sensor": one.name, "key": one.key}),
            one.value,
        )
        for one in unique
    )
    return {"guanjin_sensor_value": chunk}


def probe_chunks(
    target: DeviceTarget, reachability: Reachability, rtt_ms: float | None, *, probed: bool
) -> dict[str, bytes]:
    """What blackbox_exporter says of an ICMP probe, and what was judged from it and the rest."""
    plain, phase = _texts(target.name, target.instance)
    reachable = int(reachability in {Reachability.UP, Reachability.SILENT})
    chunks = {"guanjin_device_reachable": sample("guanjin_device_reachable", plain, reachable)}
    if not probed:
        return chunks
    seconds = 0.0 if rtt_ms is None else rtt_ms / 1000
    version = parsed(target.address).version
    return chunks | {
        "probe_success": sample("probe_success", plain, int(rtt_ms is not None)),
        "probe_duration_seconds": sample("probe_duration_seconds", plain, seconds),
        "probe_icmp_duration_seconds": sample("probe_icmp_duration_seconds", phase, seconds),
        "probe_ip_protocol": sample("probe_ip_protocol", plain, version),
    }
