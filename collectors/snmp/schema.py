"""What a profile file may say: vendor knowledge as data, checked when it is read.

A column's rows are the things found. A section (processors, mempools, sensors, storage) is a list of entries. Of
processors, mempools and storage the first profile counts that finds any, in the order of `extends`; sensors add up.
"""

import math
import re
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, model_validator

from collectors.snmp.facts import Severity
from collectors.snmp.references import Reference, name, reference
from collectors.snmp.wire import Oid
from core.i18n import N_

Number = int | float

UNITS: Final = {
    N_("temperature"): "celsius",
    N_("humidity"): "percent",
    N_("fanspeed"): "rpm",
    N_("voltage"): "volt",
    N_("current"): "ampere",
    N_("power"): "watt",
    N_("power_factor"): "",
    N_("frequency"): "hertz",
    N_("load"): "percent",
    N_("charge"): "percent",
    N_("runtime"): "minutes",
    N_("dbm"): "dBm",
    N_("count"): "",
    N_("percent"): "percent",
    N_("airflow"): "cubic feet per minute",
    N_("state"): "",
}
STATE: Final = "state"
# What no sensor of this kind shows while it works. Whatever is beyond says that there is no sensor, or that the
# profile is wrong about the object.
PLAUSIBLE: Final = {
    "temperature": (-60, 250),
    "humidity": (0, 100),
    "fanspeed": (0, 100_000),
    "voltage": (-1000, 100_000),
    "current": (-10_000, 10_000),
    "power": (-10_000_000, 10_000_000),
    "power_factor": (-1, 1),
    "frequency": (0, 1000),
    "load": (0, 1000),
    "charge": (0, 110),
    "runtime": (-1, 10_000_000),
    "dbm": (-60, 30),
    "percent": (0, 1000),
}


def _regex(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from None
    return value


def _oid(value: Any) -> Oid:
    return reference(value).oid


def _amount(value: Any) -> Reference | Number:
    return _factor(value) if isinstance(value, int | float) else reference(value)


def _factor(value: Number) -> Number:
    if not value or not math.isfinite(value):
        raise ValueError(f"{value} is nothing to multiply or divide by")
    return value


def _values(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


def _kind(value: str) -> str:
    if value not in UNITS:
        raise ValueError(f"no sensor is of kind {value!r}; there are {', '.join(sorted(UNITS))}")
    return value


Object = Annotated[Reference, PlainValidator(reference)]
Root = Annotated[Oid, PlainValidator(_oid)]
Name = Annotated[Reference | str, PlainValidator(name)]
Factor = Annotated[Number, AfterValidator(_factor)]
# A number, or the column in which each row has its own.
Amount = Annotated[Number | Reference, PlainValidator(_amount)]
Regex = Annotated[str, AfterValidator(_regex)]
Kind = Annotated[str, AfterValidator(_kind)]
State = Annotated[str, AfterValidator(str.casefold)]
# By object, the numbers or regular expressions of which one has to match all of its value.
Condition = dict[Object, Annotated[list[int | Regex], BeforeValidator(_values)]]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Match(Part):
    """All that are given; a longer object identifier beats a shorter one.

    `has` is an object that the device must have, for what hides behind another maker's object identifier.
    """

    object_id: Root | None = None
    descr: Regex | None = None
    has: Root | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "Match":
        if self.object_id is None and self.descr is None and self.has is None:
            raise ValueError("neither object_id nor descr nor has")
        return self


class TextRule(Part):
    """Where a text is found: in an object, or in sysDescr. The pattern's first group, or all of it, is the text."""

    oid: Object | None = None
    pattern: Regex | None = None
    only: Condition = Field(default_factory=dict)


class IdentityRules(Part):
    """The first rule that finds something counts."""

    hardware: list[TextRule] = Field(default_factory=list)
    version: list[TextRule] = Field(default_factory=list)
    serial: list[TextRule] = Field(default_factory=list)


class Entry(Part):
    """What the entries of all sections share. `name` is text or the column that has it; `label` is added to it.

    `only` and `unless` are conditions on other cells of a row, `rows` on its index (`3.1`), all of which has to match.
    Entries with a higher `fallback` count only where those with a lower one found nothing; among sensors, nothing of
    the same kind, name and label.
    """

    name: Name = ""
    label: str = ""
    only: Condition = Field(default_factory=dict)
    unless: Condition = Field(default_factory=dict)
    rows: Regex | None = None
    fallback: int = 0


class ProcessorEntry(Entry):
    """`usage` / divisor in percent; with `idle`, what is left of a hundred. Of a text, `pattern`'s first group."""

    usage: Object
    pattern: Regex | None = None
    divisor: Factor = 1
    idle: bool = False


class MempoolEntry(Entry):
    """Either `percent`, or two of `used`, `free` (a sum) and `total`. `unit` is bytes, or where they stand.

    Of a text, `pattern`'s first group is the percentage.
    `minus` is what counts as used but is given back on demand (buffers, cache). What fills up without being scarce has
    another `kind` than system.
    """

    kind: Literal["system", "virtual", "swap", "buffers", "cached", "shared"] = "system"
    percent: Object | None = None
    pattern: Regex | None = None
    idle: bool = False
    divisor: Factor = 1
    used: Object | None = None
    minus: list[Object] = Field(default_factory=list)
    free: list[Object] = Field(default_factory=list)
    total: Object | None = None
    unit: Amount = 1

    @model_validator(mode="after")
    def _enough(self) -> "MempoolEntry":
        known = (self.used is not None) + bool(self.free) + (self.total is not None)
        if self.percent is None and known < 2:  # noqa: PLR2004  # two of three give the third
            raise ValueError("needs percent, or two of used, free and total")
        return self


class StorageEntry(Entry):
    """`used` or `free`."""

    size: Object
    used: Object | None = None
    free: Object | None = None
    unit: Amount = 1

    @model_validator(mode="after")
    def _enough(self) -> "StorageEntry":
        if (self.used is None) == (self.free is None):
            raise ValueError("needs used or free, not both")
        return self


class SensorEntry(Entry):
    """Value * multiplier / divisor, then `convert`; `least`, `most` and `invalid` are about the raw value.

    Of a text, `pattern`'s first group is the value. A state is a number, or a text in any case. Where one column holds
    sensors of many kinds, `kind_by` is the column that says which, and `kinds` what its numbers mean. `scale` and
    `precision` are columns as in ENTITY-SENSOR-MIB (RFC 3433).
    """

    kind: Kind = ""
    kind_by: Object | None = None
    kinds: dict[int, Kind] = Field(default_factory=dict)
    value: Object
    pattern: Regex | None = None
    multiplier: Factor = 1
    divisor: Amount = 1
    convert: Literal["fahrenheit", "kelvin", "milliwatt_to_dbm", "microwatt_to_dbm"] | None = None
    scale: Object | None = None
    precision: Object | None = None
    invalid: list[Number] = Field(default_factory=list)
    least: Number | None = None
    most: Number | None = None
    states: dict[State, tuple[str, Severity]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_kind(self) -> "SensorEntry":
        if bool(self.kind) == (self.kind_by is not None) or (self.kind_by is None) == bool(self.kinds):
            raise ValueError("needs kind, or kind_by and kinds")
        if (self.kind == STATE) != bool(self.states):
            raise ValueError("states belong to sensors of kind state, and to them always")
        return self


def _several(value: Any) -> Any:
    return ([value] if value else []) if isinstance(value, str) else value


class Profile(Part):
    """`platform` is the name under which automation drives the device, where it does.

    `uncertain` says why the vendor's own objects are to be doubted, where they are not known from a MIB or a device.
    """

    name: str = Field(pattern=r"^[a-z0-9_]+$")
    platform: str | None = None
    vendor: str = ""
    uncertain: str = ""
    extends: Annotated[list[str], BeforeValidator(_several)] = Field(default_factory=lambda: ["generic"])
    match: list[Match] = Field(default_factory=list)
    identity: IdentityRules = Field(default_factory=IdentityRules)
    processors: list[ProcessorEntry] = Field(default_factory=list)
    mempools: list[MempoolEntry] = Field(default_factory=list)
    sensors: list[SensorEntry] = Field(default_factory=list)
    storage: list[StorageEntry] = Field(default_factory=list)
    neighbours: list[Literal["lldp", "lldp_v2", "cdp", "tplink"]] = Field(default_factory=list)
