"""The front view of a rack: what stands in which rack units, from the top down. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Placed(Generic[Thing]):
    """A thing whose lowest rack unit is `lowest`, `units` of them high."""

    thing: Thing
    lowest: int
    units: int


@dataclass(frozen=True)
class Slot(Generic[Thing]):
    """Rack units `lowest` to `lowest + units - 1`: one thing, none, or several that claim the same ones."""

    lowest: int
    units: int
    things: tuple[Thing, ...]

    @property
    def highest(self) -> int:
        return self.lowest + self.units - 1

    @property
    def disputed(self) -> bool:
        return len(self.things) > 1


def elevation(height: int, placed: Iterable[Placed[Thing]]) -> list[Slot[Thing]]:
    """Every rack unit once; free ones each by itself, as they are printed on the rails.

    Things that overlap, which only a database written past the ledger's rules holds, share one slot; what stands out
    of the rack is cut at its edges, or shown in the nearest unit.
    """
    slots: list[Slot[Thing]] = []
    for one in sorted(placed, key=lambda one: (one.lowest, one.units)):
        low = min(max(one.lowest, 1), height)
        high = min(max(one.lowest + one.units - 1, low), height)
        if slots and slots[-1].highest >= low:
            below = slots.pop()
            top = max(below.highest, high)
            slots.append(Slot(below.lowest, top - below.lowest + 1, (*below.things, one.thing)))
        else:
            slots.append(Slot(low, high - low + 1, (one.thing,)))
    return _with_gaps(height, slots)


def _with_gaps(height: int, filled: list[Slot[Thing]]) -> list[Slot[Thing]]:
    taken = {unit for slot in filled for unit in range(slot.lowest, slot.highest + 1)}
    free = [Slot[Thing](unit, 1, ()) for unit in range(1, height + 1) if unit not in taken]
    return sorted([*filled, *free], key=lambda slot: -slot.lowest)
