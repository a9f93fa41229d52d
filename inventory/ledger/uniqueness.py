"""What may occur only once, checked in the state that the import would make, so that two objects may swap."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from core.i18n import N_
from inventory.kinds import ObjectKind
from inventory.ledger.plan import Change, State, requested
from inventory.ledger.reading import Row
from inventory.ledger.references import SEPARATOR
from inventory.ledger.values import Key, Problem, UnexpectedValueError, Value, Values

UNIQUE: Final[Mapping[ObjectKind, tuple[tuple[str, ...], str]]] = {
    ObjectKind.REGION: (("code",), N_("a code of its own; %(other)s has this one")),
    ObjectKind.DEVICE: (("address", "snmp_port"), N_("an address of its own; %(other)s has this one")),
    ObjectKind.VLAN: (("vid", "site"), N_("a VLAN ID of its own at this site; %(other)s has this one")),
    ObjectKind.LINE: (("circuit_number", "carrier"), N_("a circuit number of its own; %(other)s has this one")),
}


def conflicts(state: State, changes: Sequence[Change], rows: Mapping[tuple[ObjectKind, Key], Row]) -> Iterator[Problem]:
    """A problem for each changed object that would have what another one has."""
    final = requested(state, tuple(changes))
    for kind in {change.kind for change in changes} & UNIQUE.keys():
        fields, expected = UNIQUE[kind]
        holders: dict[tuple[Value, ...], list[Key]] = {}
        for key, values in final[kind].items():
            if values[fields[0]] is not None:
                holders.setdefault(tuple(values[field] for field in fields), []).append(key)
        for change in changes:
            others = _others(change, holders, fields) if change.kind is kind else []
            if others and any(field in change.fields for field in fields):
                error = UnexpectedValueError(expected, other=SEPARATOR.join(others[0]))
                yield rows[kind, change.key].problem(fields[0], error)


def _others(change: Change, holders: Mapping[tuple[Value, ...], list[Key]], fields: tuple[str, ...]) -> list[Key]:
    held = holders.get(tuple(change.after[field] for field in fields), [])
    return [key for key in held if key != change.key]


def backup_loops(
    state: State, changes: Sequence[Change], rows: Mapping[tuple[ObjectKind, Key], Row]
) -> Iterator[Problem]:
    """A line whose chain of main lines leads back to itself."""
    final = requested(state, tuple(changes))[ObjectKind.LINE]
    for change in changes:
        if change.kind is ObjectKind.LINE and _loops(change.key, final):
            error = UnexpectedValueError(N_("a line that is not, in the end, a backup of this one"))
            yield rows[change.kind, change.key].problem("backup_of", error)


def _loops(key: Key, lines: Mapping[Key, Values]) -> bool:
    seen, current = {key}, lines[key]["backup_of"]
    while isinstance(current, tuple) and current in lines:
        if current == key:
            return True
        if current in seen:
            return False
        seen.add(current)
        current = lines[current]["backup_of"]
    return False
