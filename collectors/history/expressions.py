"""What each field of the history is in Prometheus's terms, from the names that this program exposes.

`$s` stands for the subject's labels, `$w` for the time that a value covers, `$i` for the shortest time over which a
rate is taken, `$r` for the resolution of a peak.
"""

from collections.abc import Mapping
from typing import Final

from collectors.history.record import Kind

# The label that tells the fields of one answer apart; also the mark of a peak.
FIELD: Final = "guanjin_field"


def _rate(over: str, *counters: str) -> str:
    """The first counter that the port has."""
    return " or ".join(f"rate({counter}{{$s}}[{over}])" for counter in counters)


def _both(direction: str, over: str) -> str:
    return f"8 * max({_rate(over, f'ifHC{direction}Octets', f'if{direction}Octets')})"


def _busier(over: str) -> str:
    """Of the two directions, in percent of the speed."""
    rates = " or ".join(
        f'label_replace({_both(direction, over)}, "direction", "{direction}", "", "")' for direction in ("In", "Out")
    )
    return f"clamp_max(max({rates}) / (max(ifHighSpeed{{$s}}) > 0) / 10000, 100)"


def _mean(name: str, factor: int = 1) -> str:
    return f"{factor} * max(avg_over_time({name}{{$s}}[$w]))"


def _most(name: str, factor: int = 1) -> str:
    return f"{factor} * max(max_over_time({name}{{$s}}[$w]))"


def _peak_of(expression: str) -> str:
    return f"max_over_time(({expression})[$w:$r])"


RTT: Final = 'probe_icmp_duration_seconds{$s,phase="rtt"}'

VALUES: Final[Mapping[Kind, Mapping[str, str]]] = {
    Kind.PORT: {
        "in_bps": _both("In", "$w"),
        "out_bps": _both("Out", "$w"),
        "in_errors": f"max({_rate('$w', 'ifInErrors')})",
        "out_errors": f"max({_rate('$w', 'ifOutErrors')})",
        "in_discards": f"max({_rate('$w', 'ifInDiscards')})",
        "out_discards": f"max({_rate('$w', 'ifOutDiscards')})",
        "status": "16 * max(ifAdminStatus{$s}) + max(ifOperStatus{$s})",
        "utilisation_percent": _busier("$w"),
    },
    Kind.DEVICE: {
        "cpu_percent": _mean("guanjin_device_cpu_percent"),
        "memory_percent": _mean("guanjin_device_memory_percent"),
        "temperature_c": _mean("guanjin_device_temperature_celsius"),
        "loss_percent": "100 * (1 - max(avg_over_time(probe_success{$s}[$w])))",
        "rtt_avg_ms": f"1000 * max(sum_over_time({RTT}[$w])) / (max(sum_over_time(probe_success{{$s}}[$w])) > 0)",
        "rtt_max_ms": f"1000 * (max(max_over_time({RTT}[$w])) > 0)",
        "uptime_s": "max(sysUpTime{$s}) / 100",
    },
    Kind.LINE: {
        "up": "min(min_over_time(guanjin_line_up{$s}[$w]))",
        "loss_percent": _mean("guanjin_line_loss_ratio", 100),
        "rtt_min_ms": "1000 * min(min_over_time(guanjin_line_rtt_seconds{$s}[$w]))",
        "rtt_avg_ms": _mean("guanjin_line_rtt_seconds", 1000),
        "rtt_max_ms": _most("guanjin_line_rtt_seconds", 1000),
        "in_bps": _mean("guanjin_line_receive_bits_per_second"),
        "out_bps": _mean("guanjin_line_transmit_bits_per_second"),
        "utilisation_percent": _mean("guanjin_line_utilisation_ratio", 100),
    },
}

PEAKS: Final[Mapping[Kind, Mapping[str, str]]] = {
    Kind.PORT: {
        "in_bps": _peak_of(_both("In", "$i")),
        "out_bps": _peak_of(_both("Out", "$i")),
        "utilisation_percent": _peak_of(_busier("$i")),
    },
    Kind.DEVICE: {
        "cpu_percent": _most("guanjin_device_cpu_percent"),
        "memory_percent": _most("guanjin_device_memory_percent"),
        "temperature_c": _most("guanjin_device_temperature_celsius"),
        "loss_percent": "100 * (1 - max(min_over_time(probe_success{$s}[$w])))",
    },
    Kind.LINE: {
        "loss_percent": _most("guanjin_line_loss_ratio", 100),
        "in_bps": _most("guanjin_line_receive_bits_per_second"),
        "out_bps": _most("guanjin_line_transmit_bits_per_second"),
        "utilisation_percent": _most("guanjin_line_utilisation_ratio", 100),
    },
}
