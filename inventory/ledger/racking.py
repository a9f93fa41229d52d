"""Two devices cannot take the same rack unit, and none stands out of its rack; checked in the state to be.

The rack's own side is judged too: it cannot be made lower than the devices that stand in it.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from core.i18n import N_
from inventory.kinds import LifeCycle, ObjectKind
from inventory.ledger.plan import Change, State, requested
from inventory.ledger.reading import Row
from inventory.ledger.references import SEPARATOR
from inventory.ledger.values import Key, Problem, UnexpectedValueError, Values

PLACE: Final = ("room", "rack", "rack_position", "rack_units", "life_cycle")
USUAL_HEIGHT: Final = 42
GONE: Final = frozenset({LifeCycle.RETIRED, LifeCycle.STOCK})  # what is not in its rack any more, or not yet


def collisions(
    state: State, changes: Sequence[Change], rows: Mapping[tuple[ObjectKind, Key], Row]
) -> Iterator[Problem]:
    """A problem for each device that a change puts where another one is, or above its rack's top."""
    moved = [change for change in changes if _moves(change)]
    if not moved:
        return
    final = requested(state, tuple(changes))
    taken = _taken(final[ObjectKind.DEVICE])
    for change in moved:
        rack = rack_of(change.after)
        if rack is None:
            continue
        row = rows[change.kind, change.key]
        height = final[ObjectKind.RACK].get(rack, {}).get("height", USUAL_HEIGHT)
        units = units_of(change.after)
        if isinstance(height, int) and units.stop > height + 1:
            too_high = UnexpectedValueError(N_("a place within the rack's %(height)s units"), height=height)
            yield row.problem("rack_position", too_high)
        others = {key for unit in units for key in taken.get((rack, unit), ()) if key != change.key}
        if others:
            other = SEPARATOR.join(min(others))
            yield row.problem(
                "rack_position", UnexpectedValueError(N_("a place that is free; %(other)s is here"), other=other)
            )


def too_low(state: State, changes: Sequence[Change], rows: Mapping[tuple[ObjectKind, Key], Row]) -> Iterator[Problem]:
    """A problem for each rack that is made lower than a device in it; one that moves is judged by `collisions`."""
    lowered = {  # devices know a rack that is renamed by its old name
        change.was or change.key: change
        for change in changes
        if change.kind is ObjectKind.RACK and change.before is not None and "height" in change.fields
    }
    if not lowered:
        return
    moved = {change.key for change in changes if _moves(change)}
    standing = {key: one for key, one in state.get(ObjectKind.DEVICE, {}).items() if key not in moved}
    for rack, (top, device) in _highest(standing).items():
        change = lowered.get(rack)
        height = change.after["height"] if change else None
        if change and isinstance(height, int) and top > height:
            error = UnexpectedValueError(
                N_("at least %(top)s units: %(device)s stands that high"), top=top, device=SEPARATOR.join(device)
            )
            yield rows[change.kind, change.key].problem("height", error)


def _moves(change: Change) -> bool:
    return change.kind is ObjectKind.DEVICE and any(part in change.fields for part in PLACE)


def _highest(devices: Mapping[Key, Values]) -> dict[Key, tuple[int, Key]]:
    """Of each rack the highest unit that is taken, and the device that takes it."""
    found: dict[Key, tuple[int, Key]] = {}
    for key, device in devices.items():
        rack = rack_of(device)
        if rack is not None:
            found[rack] = max(found.get(rack, (0, ())), (units_of(device).stop - 1, key))
    return found


def rack_of(device: Values) -> Key | None:
    """The key of the rack in which a device has a place; None for one that has none."""
    room, rack = device["room"], device["rack"]
    if not isinstance(room, tuple) or not isinstance(rack, str) or device["rack_position"] is None:
        return None
    return None if device["life_cycle"] in GONE else (*room, rack)


def units_of(device: Values) -> range:
    """The rack units that a device takes, counted from the bottom."""
    lowest, count = device["rack_position"], device["rack_units"]
    if not isinstance(lowest, int) or not isinstance(count, int):
        return range(0)
    return range(lowest, lowest + count)


def _taken(devices: Mapping[Key, Values]) -> dict[tuple[Key, int], list[Key]]:
    found: dict[tuple[Key, int], list[Key]] = {}
    for key, device in devices.items():
        rack = rack_of(device)
        for unit in units_of(device) if rack else ():
            found.setdefault((rack or (), unit), []).append(key)
    return found
