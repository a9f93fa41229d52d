"""The metrics page, in Prometheus's text format 0.0.4, cheap enough for a million series.

Rendering happens when a device was polled, spread over the interval: one chunk of octets a device and family, from
label texts that are kept. A scrape only joins the chunks, family by family, as the format demands. Twenty-five times
cheaper than `prometheus_client`, which renders the program's own few metrics and whose parser checks this in the tests.

Names are snmp_exporter's (`if_mib`) and blackbox_exporter's (ICMP). Since one page has every device, each series also
carries `device` (its name in the inventory) and `instance` (its address): scrape with `honor_labels: true`.
"""

import math
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

Number = int | float
NO_FAMILIES: Final[frozenset[str]] = frozenset()
CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


class Family(NamedTuple):
    name: str
    kind: str  # "gauge" or "counter"
    help: str


FAMILIES: Final[tuple[Family, ...]] = (
    Family("sysUpTime", "gauge", "Hundredths of a second since the agent started (1.3.6.1.2.1.1.3)"),
    Family("ifNumber", "gauge", "Interfaces that the device has (1.3.6.1.2.1.2.1)"),
    Family("ifIndex", "gauge", "The agent's number for the interface (1.3.6.1.2.1.2.2.1.1)"),
    Family("ifType_info", "gauge", "Kind of interface by IANA's name (1.3.6.1.2.1.2.2.1.3)"),
    Family("ifMtu", "gauge", "Largest packet in octets (1.3.6.1.2.1.2.2.1.4)"),
    Family("ifSpeed", "gauge", "Bandwidth in bits per second, at most 4294967295 (1.3.6.1.2.1.2.2.1.5)"),
    Family("ifHighSpeed", "gauge", "Bandwidth in millions of bits per second (1.3.6.1.2.1.31.1.1.1.15)"),
    Family("ifPhysAddress", "gauge", "Hardware address (1.3.6.1.2.1.2.2.1.6)"),
    Family("ifAdminStatus", "gauge", "Wanted state: 1 up, 2 down, 3 testing (1.3.6.1.2.1.2.2.1.7)"),
    Family("ifOperStatus", "gauge", "State: 1 up, 2 down, 3 testing, 4 unknown ... (1.3.6.1.2.1.2.2.1.8)"),
    Family("ifLastChange", "gauge", "sysUpTime at the last change of state (1.3.6.1.2.1.2.2.1.9)"),
    Family("ifInOctets", "counter", "Octets received, 32 bits (1.3.6.1.2.1.2.2.1.10)"),
    Family("ifOutOctets", "counter", "Octets sent, 32 bits (1.3.6.1.2.1.2.2.1.16)"),
    Family("ifInErrors", "counter", "Packets received with errors (1.3.6.1.2.1.2.2.1.14)"),
    Family("ifOutErrors", "counter", "Packets not sent for errors (1.3.6.1.2.1.2.2.1.20)"),
    Family("ifInDiscards", "counter", "Sound packets received and dropped (1.3.6.1.2.1.2.2.1.13)"),
    Family("ifOutDiscards", "counter", "Sound packets dropped instead of sent (1.3.6.1.2.1.2.2.1.19)"),
    Family("ifInUnknownProtos", "counter", "Packets of an unknown protocol, dropped (1.3.6.1.2.1.2.2.1.15)"),
    Family("ifOutQLen", "gauge", "Packets that wait to be sent (1.3.6.1.2.1.2.2.1.21)"),
    Family("ifHCInOctets", "counter", "Octets received (1.3.6.1.2.1.31.1.1.1.6)"),
    Family("ifHCOutOctets", "counter", "Octets sent (1.3.6.1.2.1.31.1.1.1.10)"),
    Family("ifInUcastPkts", "counter", "Unicast packets received, 32 bits (1.3.6.1.2.1.2.2.1.11)"),
    Family("ifOutUcastPkts", "counter", "Unicast packets sent, 32 bits (1.3.6.1.2.1.2.2.1.17)"),
    Family("ifInNUcastPkts", "counter", "Multicast and broadcast packets received (1.3.6.1.2.1.2.2.1.12)"),
    Family("ifOutNUcastPkts", "counter", "Multicast and broadcast packets sent (1.3.6.1.2.1.2.2.1.18)"),
    Family("ifInMulticastPkts", "counter", "Multicast packets received, 32 bits (1.3.6.1.2.1.31.1.1.1.2)"),
    Family("ifOutMulticastPkts", "counter", "Multicast packets sent, 32 bits (1.3.6.1.2.1.31.1.1.1.4)"),
    Family("ifInBroadcastPkts", "counter", "Broadcast packets received, 32 bits (1.3.6.1.2.1.31.1.1.1.3)"),
    Family("ifOutBroadcastPkts", "counter", "Broadcast packets sent, 32 bits (1.3.6.1.2.1.31.1.1.1.5)"),
    Family("ifHCInUcastPkts", "counter", "Unicast packets received (1.3.6.1.2.1.31.1.1.1.7)"),
    Family("ifHCOutUcastPkts", "counter", "Unicast packets sent (1.3.6.1.2.1.31.1.1.1.11)"),
    Family("ifHCInMulticastPkts", "counter", "Multicast packets received (1.3.6.1.2.1.31.1.1.1.8)"),
    Family("ifHCOutMulticastPkts", "counter", "Multicast packets sent (1.3.6.1.2.1.31.1.1.1.12)"),
    Family("ifHCInBroadcastPkts", "counter", "Broadcast packets received (1.3.6.1.2.1.31.1.1.1.9)"),
    Family("ifHCOutBroadcastPkts", "counter", "Broadcast packets sent (1.3.6.1.2.1.31.1.1.1.13)"),
    Family("ifLinkUpDownTrapEnable", "gauge", "Traps on a change of state: 1 enabled (1.3.6.1.2.1.31.1.1.1.14)"),
    Family("ifPromiscuousMode", "gauge", "Takes packets for others: 1 true, 2 false (1.3.6.1.2.1.31.1.1.1.16)"),
    Family("ifConnectorPresent", "gauge", "Has a physical connector: 1 true, 2 false (1.3.6.1.2.1.31.1.1.1.17)"),
    Family("ifCounterDiscontinuityTime", "gauge", "sysUpTime at the counters' last break (1.3.6.1.2.1.31.1.1.1.19)"),
    Family("probe_success", "gauge", "Whether the last ICMP probe was answered"),
    Family("probe_duration_seconds", "gauge", "How long the last ICMP probe took"),
    Family("probe_icmp_duration_seconds", "gauge", "Duration of the last ICMP probe by phase"),
    Family("probe_ip_protocol", "gauge", "IP version of the probed address"),
    Family("snmp_scrape_duration_seconds", "gauge", "How long the last poll took"),
    Family("snmp_scrape_walk_duration_seconds", "gauge", "How long the device was asked for"),
    Family("snmp_scrape_pdus_returned", "gauge", "Variables that the device gave"),
    Family("guanjin_device_reachable", "gauge", "Whether the device is reachable, by ICMP, SNMP or TCP"),
    Family("guanjin_device_snmp_up", "gauge", "Whether the last SNMP poll succeeded"),
    Family("guanjin_device_cpu_percent", "gauge", "Processor load"),
    Family("guanjin_device_memory_percent", "gauge", "Memory in use"),
    Family("guanjin_device_temperature_celsius", "gauge", "Highest temperature of the device"),
    Family("guanjin_sensor_value", "gauge", "A sensor's reading in base units, by kind and name"),
    Family("guanjin_line_up", "gauge", "Whether the line works; degraded counts as working"),
    Family("guanjin_line_loss_ratio", "gauge", "Share of lost probes to the device at end B"),
    Family("guanjin_line_rtt_seconds", "gauge", "Mean round trip to the device at end B"),
    Family("guanjin_line_jitter_seconds", "gauge", "Mean difference between a round trip to end B and the next"),
    Family("guanjin_line_receive_bits_per_second", "gauge", "Traffic towards end A"),
    Family("guanjin_line_transmit_bits_per_second", "gauge", "Traffic towards end B"),
    Family("guanjin_line_utilisation_ratio", "gauge", "Busier direction over the rented bandwidth"),
)


def head(family: Family) -> bytes:
    """What the format wants before a family's first sample."""
    text = family.help.replace("\\", "\\\\").replace("\n", "\\n")
    return f"# HELP {family.name} {text}\n# TYPE {family.name} {family.kind}\n".encode()


def escape(value: str) -> str:
    """A label's value; the format knows three escapes and no others."""
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


def label_text(labels: Mapping[str, str]) -> str:
    return "{" + ",".join(f'{name}="{escape(value)}"' for name, value in labels.items()) + "}"


def number(value: Number) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "+Inf" if value > 0 else "-Inf"
    return repr(value)


def sample(name: str, labels: str, value: Number) -> bytes:
    """One line, for what a device has one of."""
    return f"{name}{labels} {number(value)}\n".encode()


class Columns:
    """Renders one column of a device's table after the other, from label texts that are kept."""

    def __init__(self, labels: Iterable[str]) -> None:
        # Without the column's name, for a format a column would be most of what the process keeps in memory.
        self._formats = [text.replace("%", "%%") + " %s\n" for text in labels]
        self._last: dict[str, tuple[Sequence[Number | None], bytes]] = {}

    def __len__(self) -> int:
        return len(self._formats)

    def chunk(self, name: str, values: Sequence[Number | None]) -> bytes:
        """`values` are in the order of the labels; what is None has no line.

        Whole numbers are the rule, and most columns bring what they brought at the last poll.
        """
        if set(map(type, values)) != {int}:
            pairs = zip(self._formats, values, strict=True)
            return "".join(name + form % number(value) for form, value in pairs if value is not None).encode()
        before, chunk = self._last.get(name, (None, b""))
        if values != before:
            chunk = ((name + name.join(self._formats)) % tuple(values)).encode()
            self._last[name] = values, chunk
        return chunk


class Exposition:
    """The current chunks of every subject. `put` replaces a subject's whole set; what is not in it is gone."""

    def __init__(self, families: Sequence[Family] = FAMILIES) -> None:
        self._heads = {family.name: head(family) for family in families}
        self._chunks: dict[str, dict[Hashable, bytes]] = {family.name: {} for family in families}
        self._of: dict[Hashable, frozenset[str]] = {}
        self._sets: dict[frozenset[str], frozenset[str]] = {}  # most subjects have the families of many others

    def put(self, subject: Hashable, chunks: Mapping[str, bytes]) -> None:
        for gone in self._of.get(subject, NO_FAMILIES) - chunks.keys():
            del self._chunks[gone][subject]
        for name, chunk in chunks.items():
            self._chunks[name][subject] = chunk
        names = frozenset(chunks)
        self._of[subject] = self._sets.setdefault(names, names)

    def drop(self, subject: Hashable) -> None:
        for name in self._of.pop(subject, NO_FAMILIES):
            del self._chunks[name][subject]

    def pages(self) -> Iterator[bytes]:
        """The text in small pieces, none of them copied; of one moment, if they are taken at once."""
        for name, chunks in self._chunks.items():
            if chunks:
                yield self._heads[name]
                yield from chunks.values()
