"""The policy: what a site permits on its links, as a TOML text that is hashed into every approval.

A policy can only be stricter than the floor. Unknown keys are refused, so that nothing that a writer believes to be in
force is silently ignored; there is no key for approval after a while, for one approval, or for skipping inspection.
"""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from security.ferry import canonical, floor
from security.ferry.errors import CarrierNotInPolicyError, PolicyUnreadableError
from security.ferry.inspection.limits import ArchiveBudget
from security.ferry.levels import Level
from security.ferry.links import CarrierKind, Direction, Link

FORMATS = frozenset({"pdf", "docx", "xlsx", "pptx", "png", "jpg", "txt", "csv", "zip"})
# Formats whose text the marks stage reads. In the others a mark can stand that only a person sees.
READABLE = frozenset({"docx", "xlsx", "pptx", "txt", "csv", "zip"})
DEFAULT = Path(__file__).with_name("policy.toml")

_MIB = 1024 * 1024


@dataclass(frozen=True)
class Rules:
    """The rules of one direction."""

    carriers: frozenset[CarrierKind]
    ceiling: Level
    approvals: tuple[str, ...]
    formats: frozenset[str]
    max_files: int
    max_file_bytes: int
    max_total_bytes: int
    valid_hours: int

    @property
    def needed(self) -> int:
        return len(self.approvals)


@dataclass(frozen=True)
class Policy:
    rules: Mapping[Direction, Rules]
    archive: ArchiveBudget

    def for_link(self, link: Link) -> Rules:
        """The rules that apply, after the floor and the policy have both allowed the link itself."""
        floor.check_link(link)
        rules = self.rules[link.direction]
        if link.carrier not in rules.carriers:
            raise CarrierNotInPolicyError(carrier=link.carrier, link=link.name)
        floor.check_level(Link(link.name, link.source, link.destination, link.carrier, rules.ceiling), rules.ceiling)
        return rules

    @property
    def digest(self) -> str:
        """Of the meaning, not of the text: comments and the order of keys do not change it."""
        return hashlib.sha256(b"ferry/policy/v1\0" + canonical.encode(self._value())).hexdigest()

    def _value(self) -> canonical.Value:
        directions: dict[str, canonical.Value] = {
            str(direction): {
                "approvals": list[canonical.Value](sorted(rules.approvals)),
                "carriers": [kind.value for kind in sorted(rules.carriers)],
                "ceiling": rules.ceiling.code,
                "formats": list[canonical.Value](sorted(rules.formats)),
                "max_file_bytes": rules.max_file_bytes,
                "max_files": rules.max_files,
                "max_total_bytes": rules.max_total_bytes,
                "valid_hours": rules.valid_hours,
            }
            for direction, rules in self.rules.items()
        }
        archive: dict[str, canonical.Value] = dict(self.archive.as_mapping())
        return {"archive": archive, "direction": directions, "version": 1}


def load(path: Path | None) -> Policy:
    """The site's policy file, or the one that the product ships."""
    try:
        return parse((path or DEFAULT).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyUnreadableError(field=str(path), value=type(error).__name__) from error


def parse(text: str) -> Policy:
    """Read and check a policy; what the floor forbids is refused here already, and again when it is used."""
    try:
        tree = _Table(tomllib.loads(text), "")
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise PolicyUnreadableError(field="toml", value=str(error)[:200]) from None
    tree.number("version", 1, 1)
    directions = tree.table("direction")
    rules = {direction: _rules(directions.table(direction), direction) for direction in Direction}
    directions.done()
    archive = tree.table("archive")
    budget = ArchiveBudget(
        depth=archive.number("depth", 0, 5),
        members=archive.number("members", 1, 10_000),
        total_bytes=archive.number("total_mib", 1, 4096) * _MIB,
        ratio=archive.number("ratio", 1, 1000),
    )
    archive.done()
    tree.done()
    return Policy(rules, budget)


def _rules(table: "_Table", direction: Direction) -> Rules:
    rules = Rules(
        carriers=frozenset(CarrierKind(name) for name in table.choices("carriers", frozenset(CarrierKind))),
        ceiling=table.level("ceiling"),
        approvals=table.choices("approvals", floor.APPROVER_ROLES),
        formats=frozenset(table.choices("formats", _formats(direction))),
        max_files=table.number("max_files", 1, 500),
        max_file_bytes=table.number("max_file_mib", 1, 2048) * _MIB,
        max_total_bytes=table.number("max_total_mib", 1, 4096) * _MIB,
        valid_hours=table.number("valid_hours", 1, 24 * 30),
    )
    table.done()
    if len(rules.approvals) < floor.least_approvals(direction):
        raise PolicyUnreadableError(field=f"direction.{direction}.approvals", value=len(rules.approvals))
    if rules.ceiling.classified:
        raise PolicyUnreadableError(field=f"direction.{direction}.ceiling", value=rules.ceiling.label)
    return rules


def _formats(direction: Direction) -> frozenset[str]:
    """From high to low only what the machine can search for marks: not inspected means blocked."""
    return READABLE if direction is Direction.DOWN else FORMATS


class _Table:
    """A TOML table read key by key; what is left over is an error."""

    def __init__(self, values: Mapping[str, object], path: str) -> None:
        self._values = dict(values)
        self._path = path

    def _name(self, key: str) -> str:
        return f"{self._path}.{key}".lstrip(".")

    def _take(self, key: str) -> object:
        if key not in self._values:
            raise PolicyUnreadableError(field=self._name(key), value="")
        return self._values.pop(key)

    def table(self, key: str) -> "_Table":
        value = self._take(key)
        if not isinstance(value, dict):
            raise PolicyUnreadableError(field=self._name(key), value=value)
        return _Table(value, self._name(key))

    def number(self, key: str, low: int, high: int) -> int:
        value = self._take(key)
        if type(value) is not int or not low <= value <= high:
            raise PolicyUnreadableError(field=self._name(key), value=value)
        return value

    def level(self, key: str) -> Level:
        value = self._take(key)
        try:
            return Level.of(value if isinstance(value, str) else "")
        except KeyError:
            raise PolicyUnreadableError(field=self._name(key), value=value) from None

    def choices(self, key: str, allowed: frozenset[str]) -> tuple[str, ...]:
        """A list of distinct known words, not empty."""
        value = self._take(key)
        if not isinstance(value, list) or not value:
            raise PolicyUnreadableError(field=self._name(key), value=value)
        words = [item for item in value if isinstance(item, str) and item in allowed]
        if len(words) != len(value) or len(set(words)) != len(words):
            raise PolicyUnreadableError(field=self._name(key), value=value)
        return tuple(sorted(words))

    def done(self) -> None:
        if self._values:
            raise PolicyUnreadableError(field=self._name(min(self._values)), value="?")
