"""Nornir's SimpleInventory: hosts.yaml, with groups.yaml and defaults.yaml as far as they are there.

A value that a host does not have comes from its groups in their order, each with its own groups first, then from the
defaults; so does each value of `data` (nornir.core.inventory.Host).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from inventory.foreign.documents import Plain
from inventory.foreign.errors import ForeignDamagedError, ForeignEmptyError
from inventory.foreign.gathering import Source
from inventory.foreign.intake import Intake, Said, address_of, tags, word
from inventory.foreign.records import text_of
from inventory.foreign.router_db import NO_ADDRESS
from inventory.foreign.sites import NamedSites
from inventory.foreign.spots import Spot, at_line
from inventory.foreign.words import Topic
from inventory.foreign.yaml_files import YamlFile, yaml_of
from inventory.kinds import ObjectKind

HOSTS: Final = frozenset({"hosts.yaml", "hosts.yml"})
GROUPS: Final = frozenset({"groups.yaml", "groups.yml"})
DEFAULTS: Final = frozenset({"defaults.yaml", "defaults.yml"})
# Values of `data` that say what a column of ours says; `device_id` is our own number of another installation.
DATA: Final = {"vendor": "vendor", "model": "model", "serial": "serial", "asset_number": "asset_number"}
TAKEN: Final = frozenset({*DATA, "role", "site", "device_id"})
OWN: Final = frozenset({"hostname", "port", "platform", "groups", "data"})
Fields = Mapping[str, Plain]


@dataclass(frozen=True)
class Inherited:
    """A host with the groups that it belongs to, nearest first, and the defaults as the last of them."""

    names: Sequence[str]
    chain: Sequence[Fields]

    def text(self, name: str) -> str:
        return next(filter(None, (text_of(fields.get(name)) for fields in self.chain)), "")

    def datum(self, name: str) -> str:
        return next(filter(None, (text_of(_mapping(fields.get("data")).get(name)) for fields in self.chain)), "")


def read(files: Sequence[Source], intake: Intake) -> None:
    """Raises ForeignError."""
    hosts = [source for source in files if source.name in HOSTS] or [
        source for source in files if source.name not in GROUPS | DEFAULTS
    ]
    if len(hosts) != 1:
        raise ForeignEmptyError(file="hosts.yaml", system="Nornir")
    groups = {name: fields for source in files if source.name in GROUPS for name, fields in _top(source, intake)}
    defaults = {name: value for source in files if source.name in DEFAULTS for name, value in _defaults(source, intake)}
    whole, sites = yaml_of(hosts[0]), NamedSites(intake)
    for name, fields in _entries(hosts[0], whole):
        spot = at_line(hosts[0].name, whole.lines.get(name, 1))
        names = _groups(fields, groups)
        host = Inherited(names, [fields, *(groups.get(one, {}) for one in names), defaults])
        _device(intake, spot, name, host, sites)
        _leave(intake, hosts[0].name, fields)


def _top(source: Source, intake: Intake) -> Iterator[tuple[str, Fields]]:
    for name, fields in _entries(source, yaml_of(source)):
        _leave(intake, source.name, fields)
        yield name, fields


def _defaults(source: Source, intake: Intake) -> Iterator[tuple[str, Plain]]:
    whole = _mapping(yaml_of(source).value)
    _leave(intake, source.name, whole)
    yield from whole.items()


def _entries(source: Source, whole: YamlFile) -> Iterator[tuple[str, Fields]]:
    if whole.value is not None and not isinstance(whole.value, Mapping):
        raise ForeignDamagedError(file=source.name, detail="YAML")
    return ((name, _mapping(fields)) for name, fields in _mapping(whole.value).items())


def _groups(fields: Fields, groups: Mapping[str, Fields]) -> list[str]:
    """Depth first, as Nornir looks a value up; none twice, so that a loop ends and a tree of groups stays small."""
    found: dict[str, None] = {}
    waiting = _names(fields)
    while waiting:
        name = waiting.pop(0)
        if name not in found:
            found[name] = None
            waiting = [*_names(groups.get(name, {})), *waiting]
    return list(found)


def _names(fields: Fields) -> list[str]:
    listed = fields.get("groups")
    return [text for one in listed if (text := text_of(one))] if isinstance(listed, list) else []


def _device(intake: Intake, spot: Spot, name: str, host: Inherited, sites: NamedSites) -> None:
    hostname, platform, site = host.text("hostname"), host.text("platform"), host.datum("site")
    address = address_of(hostname) or address_of(name)
    if not address:
        intake.name(NO_ADDRESS, name)
    said = [
        Said("name", "name", name),
        Said("address", "hostname", address),
        Said("ssh_port", "port", host.text("port")),
        word("platform", "platform", Topic.PLATFORM, platform),
        *(Said(field, f"data {at}", host.datum(at)) for at, field in DATA.items()),
        word("role", "role", Topic.ROLE, host.datum("role"), *host.names, asked=False),
        sites.said(spot, "data site", site),
    ]
    words = [one for one in host.names if one not in {platform, site}]
    intake.add(ObjectKind.DEVICE, spot, [*said, tags(words, unless=Topic.ROLE)])


def _leave(intake: Intake, file: str, fields: Fields) -> None:
    """What was not taken; options of connections may hold keys and passwords, so none of them is even named."""
    for name, value in fields.items():
        if value and name == "connection_options":
            intake.gathered.leftovers.secret(file)
        elif value and name not in OWN:
            intake.gathered.leftovers.field(file, name)
    for name, value in _mapping(fields.get("data")).items():
        if value and name not in TAKEN:
            intake.gathered.leftovers.field(file, f"data.{name}")


def _mapping(value: Plain) -> Fields:
    return value if isinstance(value, Mapping) else {}
