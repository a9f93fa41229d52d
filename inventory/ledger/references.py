"""Which object a name in a cell means."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from core.i18n import N_
from inventory.kinds import AdministrativeLevel, ObjectKind
from inventory.ledger.text import fold
from inventory.ledger.values import Key, UnexpectedValueError

SEPARATOR = "/"
RANK = {level: rank for rank, level in enumerate(AdministrativeLevel)}


@dataclass
class References:
    """Every object that there is or that the file adds, under each spelling by which a cell may name it."""

    _exact: dict[tuple[ObjectKind, str], set[Key]] = field(default_factory=dict)
    _folded: dict[tuple[ObjectKind, str], set[Key]] = field(default_factory=dict)
    _levels: dict[Key, AdministrativeLevel] = field(default_factory=dict)

    def add(self, kind: ObjectKind, key: Key) -> None:
        for start in range(len(key)):
            self.alias(kind, SEPARATOR.join(key[start:]), key)

    def alias(self, kind: ObjectKind, name: str, key: Key) -> None:
        self._exact.setdefault((kind, name), set()).add(key)
        self._folded.setdefault((kind, fold(name)), set()).add(key)

    def region(self, key: Key, level: AdministrativeLevel | None, code: str | None) -> None:
        self.add(ObjectKind.REGION, key)
        if level is not None:
            self._levels[key] = level
        if code:
            self.alias(ObjectKind.REGION, code, key)

    def candidates(self, kind: ObjectKind, name: str) -> frozenset[Key]:
        """The objects of exactly this name, or else those whose name differs only in width, case and blanks."""
        return frozenset(self._exact.get((kind, name)) or self._folded.get((kind, fold(name))) or ())

    def find(self, kind: ObjectKind, name: str) -> Key:
        """Raises UnexpectedValueError where the name means nothing, or more than one object."""
        return one_of(self.candidates(kind, name), name)

    def parent(self, name: str, level: AdministrativeLevel | None) -> Key:
        """A region above `level`: 城关镇 may be the parent of a village that is called 城关镇 too."""
        found = self.candidates(ObjectKind.REGION, name)
        if found and level is not None:
            found = frozenset(key for key in found if self._rank(key) < RANK[level])
            if not found:
                raise UnexpectedValueError(N_("a region of a higher level"))
        return one_of(found, name)

    def _rank(self, key: Key) -> int:
        level = self._levels.get(key)
        return -1 if level is None else RANK[level]


def one_of(found: Iterable[Key], name: str = "") -> Key:
    """The only one, or the one whose whole path is `name`: a ledger that is read out always writes the whole path."""
    keys = sorted(found)
    whole = [key for key in keys if SEPARATOR.join(key) == name]
    if len(whole) == 1:
        return whole[0]
    if not keys:
        raise UnexpectedValueError(N_("the name of something that is in the inventory or in this file"))
    if len(keys) > 1:
        shown = "、".join(SEPARATOR.join(key) for key in keys[:3])
        raise UnexpectedValueError(N_("one of several with this name: %(keys)s"), keys=shown)
    return keys[0]
