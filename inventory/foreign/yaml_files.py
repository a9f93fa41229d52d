"""YAML of other systems as plain values, built from the parser's events.

No object is constructed and no alias followed, so that neither code nor a bomb comes with a file. Every scalar is
text, as it is written: `no`, `1e3` and `12:30` stay what they are. Only an empty value, `~` and `null` are nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import yaml

from inventory.foreign.documents import MOST_RECORDS, Plain, text_of
from inventory.foreign.errors import (
    ForeignAliasError,
    ForeignDamagedError,
    ForeignRepeatedError,
    ForeignTooManyError,
    ForeignTypeError,
)
from inventory.foreign.gathering import Source

MOST_DEPTH: Final = 40
MOST_VALUES: Final = 20 * MOST_RECORDS
NOTHING: Final = frozenset({"", "~", "null", "Null", "NULL"})  # YAML 1.2.2, 10.2.1.1
CORE: Final = "tag:yaml.org,2002:"
# Oxidized writes its delimiter as a Ruby regexp; it stays text here.
TAGS: Final = frozenset({"!", *(CORE + kind for kind in ("str", "map", "seq", "null", "int", "float", "bool"))})
RUBY_REGEXP: Final = "!ruby/regexp"
LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class YamlFile:
    """The value, and the line of each name at its top."""

    value: Plain
    lines: Mapping[str, int]


@dataclass
class _Open:
    """A mapping or a list that has not ended; `key` waits for its value."""

    items: dict[str, Plain] | list[Plain]
    key: str | None = None


@dataclass
class _Builder:
    name: str
    stack: list[_Open] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)
    values: int = 0
    documents: int = 0
    root: Plain = None

    def take(self, event: yaml.Event) -> None:
        line = event.start_mark.line + 1 if event.start_mark else 0
        match event:
            case yaml.AliasEvent():
                raise ForeignAliasError(file=self.name, line=line)
            case yaml.DocumentStartEvent():
                self.documents += 1
                if self.documents > 1:
                    raise ForeignDamagedError(file=f"{self.name}:{line}", detail="---")
            case yaml.ScalarEvent():
                self._tag(event.tag, line)
                self._scalar(event, line)
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                self._tag(event.tag, line)
                self._begin(_Open({} if isinstance(event, yaml.MappingStartEvent) else []), line)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self.stack.pop()

    def _tag(self, tag: str | None, line: int) -> None:
        if tag is not None and tag not in TAGS and tag != RUBY_REGEXP:
            raise ForeignTypeError(file=self.name, line=line)

    def _scalar(self, event: yaml.ScalarEvent, line: int) -> None:
        top = self.stack[-1] if self.stack else None
        if top is not None and isinstance(top.items, dict) and top.key is None:
            if event.value in top.items:
                raise ForeignRepeatedError(file=self.name, line=line)
            if len(self.stack) == 1:
                self.lines[event.value] = line
            top.key = event.value
            return
        plain = event.implicit[0] and event.value in NOTHING
        self._put(None if plain else event.value, line)

    def _begin(self, opened: _Open, line: int) -> None:
        if len(self.stack) >= MOST_DEPTH:
            raise ForeignDamagedError(file=f"{self.name}:{line}", detail=f"YAML > {MOST_DEPTH}")
        self._put(opened.items, line)
        self.stack.append(opened)

    def _put(self, value: Plain, line: int) -> None:
        self.values += 1
        if self.values > MOST_VALUES:
            raise ForeignTooManyError(file=self.name, limit=MOST_VALUES)
        top = self.stack[-1] if self.stack else None
        if top is None:
            self.root = value
        elif isinstance(top.items, list):
            top.items.append(value)
        elif top.key is None:
            raise ForeignTypeError(file=self.name, line=line)  # a list or a mapping as a name
        else:
            top.items[top.key], top.key = value, None


def yaml_of(source: Source) -> YamlFile:
    """Raises ForeignError."""
    builder = _Builder(source.name)
    try:
        for event in yaml.parse(text_of(source), Loader=LOADER):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise ForeignDamagedError(file=f"{source.name}:{line}", detail="YAML") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ForeignDamagedError(file=source.name, detail="YAML") from error
    return YamlFile(builder.root, builder.lines)
