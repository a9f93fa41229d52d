"""Oxidized's router.db, its columns as the configuration beside it says (source: csv: map:), or name:model without it.

The rule is that of Oxidized's own source (lib/oxidized/source/csv.rb): a line is split by the delimiter, `map` and
`vars_map` say which column is what, `model_map` and `group_map` rename.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from core.i18n import N_
from inventory.foreign.documents import Plain
from inventory.foreign.errors import DelimiterError, ForeignEmptyError
from inventory.foreign.gathering import Source
from inventory.foreign.intake import Intake, Said, tags, word
from inventory.foreign.leftovers import is_secret
from inventory.foreign.records import text_of, whole_of
from inventory.foreign.router_db import host, is_host, lines_of
from inventory.foreign.spots import Spot, at_line
from inventory.foreign.words import Topic
from inventory.foreign.yaml_files import yaml_of
from inventory.kinds import ObjectKind

USUAL: Final[Mapping[str, int]] = {"name": 0, "model": 1}
CONFIGURATIONS: Final = frozenset({"config", "config.yml", "config.yaml"})
REGEXP: Final = re.compile(r"/(?P<text>.+)/")
ESCAPES: Final = {r"\t": "\t", r"\|": "|", r"\.": ".", r"\/": "/", r"\;": ";"}
# Without a configuration a column is a model only if Oxidized has one of this name: it could be a password.
MODELS: Final = frozenset(
    {
        "aireos", "airos", "aos", "aos7", "aosw", "arubainstant", "asa", "audiocodes", "bdcom", "boss", "ciscosma",
        "ciscosmb", "comware", "cumulus", "dlink", "dnos", "edgecos", "edgeos", "edgeswitch", "eos", "exos", "f5",
        "fastiron", "fortigate", "fortios", "frr", "ftos", "gaiaos", "h3c", "hpebladesystem", "huawei", "ios",
        "iosxe", "iosxr", "ironware", "junos", "linux", "linuxgeneric", "mikrotik", "netscaler", "nos", "nxos",
        "openwrt", "opnsense", "panos", "pfsense", "powerconnect", "procurve", "quantaos", "raisecom", "rgos",
        "routeros", "ruijie", "screenos", "sgos", "slxos", "smartax", "sonicos", "telco", "timos", "tmos", "tplink",
        "vrp", "vyatta", "vyos", "xos", "zhoneolt", "zte", "zteolt", "zynos",
    }
)  # fmt: skip
SHAPE: Final = N_("a host name or address; are the columns separated as the configuration says? (not shown)")
NO_MODEL: Final = N_(
    "a model of Oxidized; bring the configuration along, whose map says what the columns are (not shown)"
)


@dataclass(frozen=True)
class Columns:
    """Which column is what; `certain` where a configuration says so."""

    delimiter: str = ":"
    places: Mapping[str, int] = field(default_factory=lambda: USUAL)
    variables: Mapping[str, int] = field(default_factory=dict)
    models: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    model: str = ""
    certain: bool = False


def read(files: Sequence[Source], intake: Intake) -> None:
    """Raises ForeignError."""
    configurations = [source for source in files if source.name in CONFIGURATIONS]
    lists = [source for source in files if source.name not in CONFIGURATIONS]
    if not lists:
        raise ForeignEmptyError(file="router.db", system="Oxidized")
    columns = Columns()
    for source in configurations:
        columns = _columns(source, intake)
    for source in lists:
        for number, line in lines_of(source):
            _device(intake, at_line(source.name, number), line, columns)


def _columns(source: Source, intake: Intake) -> Columns:
    whole = _mapping(yaml_of(source).value)
    for _ in range(_secrets({name: value for name, value in whole.items() if name != "source"})):
        intake.gathered.leftovers.secret(source.name)
    csv = _mapping(_mapping(whole.get("source")).get("csv"))
    return Columns(
        delimiter=_delimiter(source.name, csv.get("delimiter")),
        places=_places(csv.get("map")) or USUAL,
        variables=_places(csv.get("vars_map")),
        models=_texts(whole.get("model_map")),
        groups=_texts(whole.get("group_map")),
        model=text_of(whole.get("model")),
        certain=True,
    )


def _secrets(section: Mapping[str, Plain]) -> int:
    """How many credentials stand in a part of the configuration, those of its groups and models among them."""
    own = sum(bool(value) and is_secret(name) for name, value in section.items())
    return own + sum(_secrets(value) for value in section.values() if isinstance(value, Mapping))


def _delimiter(file: str, value: Plain) -> str:
    """One character, plain or as a Ruby regexp; a pattern is not run over somebody's file."""
    written = value if isinstance(value, str) and value else ":"
    shape = REGEXP.fullmatch(written)
    text = shape["text"] if shape else written
    text = ESCAPES.get(text, text)
    if len(text) != 1:
        raise DelimiterError(file=file, delimiter=written[:20])
    return text


def _device(intake: Intake, spot: Spot, line: str, columns: Columns) -> None:
    cells = [cell.strip() for cell in line.split(columns.delimiter)]
    found = {name: cells[place] for name, place in columns.places.items() if place < len(cells)}
    name, model = found.get("name", ""), found.get("model", "")
    if not is_host(name):
        intake.refuse(ObjectKind.DEVICE, spot, SHAPE)
        return
    if not columns.certain and model.lower() not in MODELS:
        intake.refuse(ObjectKind.DEVICE, spot, NO_MODEL)
        return
    group = columns.groups.get(found.get("group", ""), found.get("group", ""))
    model = columns.models.get(model, model) or columns.model
    said = [
        *host(intake, name, found.get("ip", "")),
        word("platform", "model", Topic.PLATFORM, model),
        *_port(cells, columns),
        word("role", "role", Topic.ROLE, group, asked=False),
    ]
    intake.add(ObjectKind.DEVICE, spot, [*said, tags([group])])
    _leave(intake, spot.sheet, cells, columns)


def _port(cells: Sequence[str], columns: Columns) -> list[Said]:
    place = columns.variables.get("ssh_port", len(cells))
    return [Said("ssh_port", "ssh_port", cells[place])] if place < len(cells) else []


def _leave(intake: Intake, file: str, cells: Sequence[str], columns: Columns) -> None:
    """Every column that was not taken; one without a name may hold anything, so it counts as a credential."""
    taken = {columns.places.get(name) for name in ("name", "ip", "model", "group")} | {
        columns.variables.get("ssh_port")
    }
    names = {place: name for name, place in (*columns.places.items(), *columns.variables.items())}
    for place, cell in enumerate(cells):
        if cell and place not in taken:
            intake.gathered.leftovers.field(file, names.get(place, "secret"))


def _mapping(value: Plain) -> Mapping[str, Plain]:
    return value if isinstance(value, Mapping) else {}


def _places(value: Plain) -> dict[str, int]:
    """Ruby's symbols may begin with a colon."""
    pairs = ((name.strip(":"), whole_of(place)) for name, place in _mapping(value).items())
    return {name: place for name, place in pairs if place is not None}


def _texts(value: Plain) -> dict[str, str]:
    return {name: text_of(text) for name, text in _mapping(value).items() if text_of(text)}
