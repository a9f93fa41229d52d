"""What each word of the state is called, for the console and the command line alike."""

from collections.abc import Mapping
from enum import StrEnum

from collectors.models import Evidence, LineCondition, PortStatus, Reachability
from collectors.snmp.components import PartKind
from collectors.sweep.models import SweepState
from core.i18n import N_, Translate

LABELS: Mapping[type[StrEnum], Mapping[str, str]] = {
    Reachability: {
        Reachability.UP: N_("reachable"),
        Reachability.SILENT: N_("SNMP silent"),
        Reachability.DOWN: N_("unreachable"),
        Reachability.UNKNOWN: N_("not yet known"),
    },
    LineCondition: {
        LineCondition.UP: N_("line up"),
        LineCondition.DEGRADED: N_("line degraded"),
        LineCondition.DOWN: N_("line down"),
        LineCondition.MAINTENANCE: N_("marked for maintenance"),
        LineCondition.UNKNOWN: N_("not yet known"),
    },
    PortStatus: {
        PortStatus.UP: N_("port up"),
        PortStatus.DOWN: N_("port down"),
        PortStatus.TESTING: N_("port testing"),
        PortStatus.UNKNOWN: N_("not yet known"),
        PortStatus.DORMANT: N_("port dormant"),
        PortStatus.NOT_PRESENT: N_("port not present"),
        PortStatus.LOWER_LAYER_DOWN: N_("lower layer down"),
    },
    SweepState: {
        SweepState.ASKED: N_("waiting for the poller"),
        SweepState.RUNNING: N_("under way"),
        SweepState.STOPPING: N_("being stopped"),
        SweepState.STOPPED: N_("stopped"),
        SweepState.DONE: N_("done"),
        SweepState.FAILED: N_("failed"),
    },
    PartKind: {
        PartKind.CHASSIS: N_("chassis"),
        PartKind.POWER_SUPPLY: N_("power supply"),
        PartKind.FAN: N_("fan"),
        PartKind.MODULE: N_("module"),
        PartKind.PORT: N_("optical module"),
        PartKind.STACK: N_("stack"),
        PartKind.CPU: N_("processor board"),
    },
    Evidence: {
        Evidence.ICMP: N_("by ICMP"),
        Evidence.SNMP: N_("by SNMP"),
        Evidence.TCP: N_("by TCP"),
    },
}

# Causes of an outage or of a line's state; stored as these codes.
CAUSES: Mapping[str, str] = {
    "no_answer": N_("does not answer"),
    "snmp_silent": N_("answers, but its SNMP agent does not"),
    "port_disabled": N_("a port of the line is switched off"),
    "port_down": N_("a port of the line is down"),
    "end_a_unreachable": N_("the device at end A is unreachable"),
    "end_b_unreachable": N_("the device at end B is unreachable"),
    "both_ends_unreachable": N_("the devices at both ends are unreachable"),
    "loss": N_("packets are lost on the way"),
    "not_watched": N_("neither end is a watched device"),
}


def label(word: StrEnum, translate: Translate) -> str:
    return translate(LABELS[type(word)][word])


def cause_label(cause: str | None, translate: Translate) -> str:
    return translate(CAUSES.get(cause, cause)) if cause else ""
