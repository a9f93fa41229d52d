"""What a profile file may say: vendor knowledge as data, checked when it is read.

An OID that ends in `.0` or begins with `=` is a single instance; any other is a column, and its rows are the things
found. A section
(processors, mempools, sensors, storage) is a list of entries; entries with a `fallback` count only where those without
found nothing, and a section that finds nothing is replaced by that of the profile named in `extends`.
"""

import re
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, field_validator, model_validator

from collectors.snmp.facts import Severity
from collectors.snmp.wire import Oid, WireError, parse_oid
from collectors.snmp.wire.ber import oid_contents
from core.i18n import N_

Number = int | float

UNITS: Final = {
    N_("temperature"): "celsius",
    N_("humidity"): "percent",
    N_("fanspeed"): "rpm",
    N_("voltage"): "volt",
    N_("current"): "ampere",
    N_("power"): "watt",
    N_("frequency"): "hertz",
    N_("load"): "percent",
    N_("charge"): "percent",
    N_("runtime"): "minutes",
    N_("dbm"): "dBm",
    N_("count"): "",
    N_("percent"): "percent",
    N_("state"): "",
}


class Single(tuple[int, ...]):
    """The name of one instance, where a plain Oid is the name of a column."""

    __slots__ = ()


def is_instance(oid: Oid) -> bool:
    return isinstance(oid, Single)


def _oid(value: Any) -> Oid:
    if not isinstance(value, str):
        raise ValueError("an object identifier is written as text")  # noqa: TRY004  # pydantic collects ValueError
    try:
        oid = parse_oid(value.removeprefix("="))
        oid_contents(oid)
    except WireError as error:
        raise ValueError(error.facts["reason"]) from None
    return Single(oid) if value.startswith("=") or oid[-1] == 0 else oid


def _name(value: Any) -> Oid | str:
    """Text, unless it looks like an object identifier."""
    if not isinstance(value, str):
        raise ValueError("a name is text or the object identifier of a column")  # noqa: TRY004  # as above
    return _oid(value) if re.fullmatch(r"=?\.?1\.[\d.]+", value) else value


def _unit(value: Any) -> Oid | int:
    return value if isinstance(value, int) else _oid(value)


def _regex(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from None
    return value


OidText = Annotated[Oid, PlainValidator(_oid)]
Name = Annotated[Oid | str, PlainValidator(_name)]
Unit = Annotated[int | Oid, PlainValidator(_unit)]
Regex = Annotated[str, AfterValidator(_regex)]
# By object, the numbers or regular expressions of which one has to match all of its value.
Condition = dict[OidText, list[int | Regex]]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Match(Part):
    """Both, where both are given; a longer object identifier beats a shorter one."""

    object_id: OidText | None = None
    descr: Regex | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "Match":
        if self.object_id is None and self.descr is None:
            raise ValueError("neither object_id nor descr")
        return self


class TextRule(Part):
    """Where a text is found: in an object, or in sysDescr. The pattern's first group, or all of it, is the text."""

    oid: OidText | None = None
    pattern: Regex | None = None
    only: Condition = Field(default_factory=dict)


class IdentityRules(Part):
    """The first rule that finds something counts."""

    hardware: list[TextRule] = Field(default_factory=list)
    version: list[TextRule] = Field(default_factory=list)
    serial: list[TextRule] = Field(default_factory=list)


class Entry(Part):
    """What the entries of all sections share. `name` is text or the column that has it.

    Entries with a higher `fallback` count only where those with a lower one found nothing.
    """

    name: Name = ""
    only: Condition = Field(default_factory=dict)
    unless: Condition = Field(default_factory=dict)
    fallback: int = 0


class ProcessorEntry(Entry):
    usage: OidText
    divisor: Number = 1
    idle: bool = False


class MempoolEntry(Entry):
    """Either `percent`, or two of `used`, `free` (a sum) and `total`. `unit` is bytes, or where they stand.

    `minus` is what counts as used but is given back on demand (buffers, cache). What fills up without being scarce has
    another `kind` than system.
    """

    kind: Literal["system", "virtual", "swap", "buffers", "cached", "shared"] = "system"

    percent: OidText | None = None
    idle: bool = False
    divisor: Number = 1
    used: OidText | None = None
    minus: list[OidText] = Field(default_factory=list)
    free: list[OidText] = Field(default_factory=list)
    total: OidText | None = None
    unit: Unit = 1

    @model_validator(mode="after")
    def _enough(self) -> "MempoolEntry":
        known = (self.used is not None) + bool(self.free) + (self.total is not None)
        if self.percent is None and known < 2:  # noqa: PLR2004  # two of three give the third
            raise ValueError("needs percent, or two of used, free and total")
        return self


class StorageEntry(Entry):
    """`used` or `free`."""

    size: OidText
    used: OidText | None = None
    free: OidText | None = None
    unit: Unit = 1

    @model_validator(mode="after")
    def _enough(self) -> "StorageEntry":
        if (self.used is None) == (self.free is None):
            raise ValueError("needs used or free, not both")
        return self


class SensorEntry(Entry):
    """Value * multiplier / divisor, then `convert`; `least`, `most` and `invalid` are about the raw value.

    `scale` and `precision` are columns as in ENTITY-SENSOR-MIB (RFC 3433).
    """

    kind: str
    value: OidText
    multiplier: Number = 1
    divisor: Number = 1
    convert: Literal["fahrenheit", "kelvin", "milliwatt_to_dbm", "microwatt_to_dbm"] | None = None
    scale: OidText | None = None
    precision: OidText | None = None
    invalid: list[Number] = Field(default_factory=list)
    least: Number | None = None
    most: Number | None = None
    states: dict[int, tuple[str, Severity]] = Field(default_factory=dict)

    @field_validator("states", mode="before")
    @classmethod
    def _numbered(cls, value: Any) -> Any:
        return {int(key): item for key, item in value.items()} if isinstance(value, dict) else value

    @model_validator(mode="after")
    def _known_kind(self) -> "SensorEntry":
        if self.kind not in UNITS:
            raise ValueError(f"no sensor is of kind {self.kind!r}; there are {', '.join(sorted(UNITS))}")
        if (self.kind == "state") != bool(self.states):
            raise ValueError("states belong to sensors of kind state, and to them always")
        if not self.divisor:
            raise ValueError("a divisor of 0")
        return self


class Profile(Part):
    """`platform` is the name under which automation drives the device, where it does."""

    name: str
    platform: str | None = None
    vendor: str = ""
    extends: str | None = "generic"
    match: list[Match] = Field(default_factory=list)
    identity: IdentityRules = Field(default_factory=IdentityRules)
    processors: list[ProcessorEntry] = Field(default_factory=list)
    mempools: list[MempoolEntry] = Field(default_factory=list)
    sensors: list[SensorEntry] = Field(default_factory=list)
    storage: list[StorageEntry] = Field(default_factory=list)
    neighbours: list[Literal["lldp", "cdp"]] = Field(default_factory=list)
