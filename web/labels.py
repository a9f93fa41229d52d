"""Words for the values of lower packages, translated where they have a label."""

from enum import StrEnum

from flask import Flask

from collectors.labels import cause_label, label
from collectors.models import SensorState
from collectors.snmp.components import PartKind
from collectors.snmp.words import told
from core.i18n import N_
from inventory.labels import LABELS
from security.audit.labels import event_label
from security.roles import Permission, Role
from web.i18n import gettext


def word(value: StrEnum | None) -> str:
    """A member of an inventory vocabulary, as readers call it."""
    return gettext(LABELS.get(value, value.value)) if value is not None else "—"


def role_label(role: str) -> str:
    return gettext(Role(role).label)


def permission_label(permission: str) -> str:
    """One that this version does not know any more goes by its name."""
    known = permission in set(Permission)
    return gettext(Permission(permission).label) if known else permission


def cause(code: str | None) -> str:
    return cause_label(code, gettext)


# Beside the kinds of sensors, which the collectors name.
PARTS = {"processor": N_("processor"), "memory": N_("memory"), "storage": N_("storage")}
SYMBOLS = {"celsius": "°C", "percent": "%", "volt": "V", "ampere": "A", "watt": "W", "hertz": "Hz", "minutes": "min"}


JOBS = {
    "config.backup": N_("configuration backup"),
    "config.backup_all": N_("backup of all configurations"),
    "ferry.inspect": N_("ferry: inspection"),
    "ferry.seal": N_("ferry: sealing"),
    "ferry.carry": N_("ferry: writing to the medium"),
    "ferry.receive": N_("ferry: receiving"),
    "ferry.poll": N_("ferry: reading the medium"),
    "ferry.tidy": N_("ferry: tidying up"),
    "audit.archive": N_("audit log: archiving"),
    "inventory.links": N_("links between ports"),
    "audit.remove": N_("audit log: removing archived rows"),
    "system.backup": N_("system backup"),
}


def job_kind(kind: str) -> str:
    return gettext(JOBS.get(kind, kind))


def sensor_kind(kind: str) -> str:
    return gettext(PARTS.get(kind, kind))


def word_of_state(value: StrEnum) -> str:
    """A word of the state of what is watched."""
    return label(value, gettext)


def device_word(name: str) -> str:
    """What a profile or a device calls a part of it."""
    return told(name, gettext)


def part_kind(kind: str) -> str:
    return label(PartKind(kind), gettext)


def reading(sensor: SensorState) -> str:
    """A value with its unit's symbol; of a state, the device's word for it."""
    if sensor.word is not None:
        return device_word(sensor.word)
    if sensor.value is None or sensor.kind == "state":
        return ""
    return f"{sensor.value:g} {SYMBOLS.get(sensor.unit, sensor.unit)}".strip()


def install(app: Flask) -> None:
    app.jinja_env.filters.update(word=word, word_of_state=word_of_state, device_word=device_word, reading=reading)
    app.jinja_env.globals.update(
        role_label=role_label,
        permission_label=permission_label,
        cause=cause,
        event_label=event_label,
        sensor_kind=sensor_kind,
        part_kind=part_kind,
        job_kind=job_kind,
    )
