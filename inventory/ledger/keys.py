"""By which natural key a row is found: its name, within its region, site or unit where names repeat."""

from collections.abc import Mapping, Sequence

from core.i18n import N_
from inventory.kinds import AdministrativeLevel, ObjectKind
from inventory.ledger.plan import State
from inventory.ledger.reading import Row
from inventory.ledger.references import References
from inventory.ledger.text import fold
from inventory.ledger.values import Key, Problem, UnexpectedValueError

Keyed = list[tuple[Key, Row]]


def text(row: Row, field: str) -> str:
    cell = row.cells.get(field)
    return cell.value if cell is not None and isinstance(cell.value, str) else ""


def key_rows(rows: Sequence[Row], state: State, references: References, problems: list[Problem]) -> Keyed:
    """Each row with its key, in the order of writing; `references` learns every key. Rows without one are left out."""
    for kind, objects in state.items():
        for key, values in objects.items():
            if kind is ObjectKind.REGION:
                _learn(references, kind, key, values.get("level"), values.get("code"))
            else:
                _learn(references, kind, key)
    keyed: Keyed = []
    for kind in ObjectKind:
        chosen = [row for row in rows if row.kind is kind and "name" in row.cells]
        if kind is ObjectKind.REGION:
            keyed += _regions(chosen, state, references, problems)
        else:
            keyed += _within(chosen, references, problems)
    return _once(keyed, problems)


def _learn(references: References, kind: ObjectKind, key: Key, level: object = None, code: object = None) -> None:
    if kind is ObjectKind.REGION:
        known = level if isinstance(level, AdministrativeLevel) else None
        references.region(key, known, code if isinstance(code, str) else None)
    else:
        references.add(kind, key)


def _within(rows: Sequence[Row], references: References, problems: list[Problem]) -> Keyed:
    """Kinds whose name is unique, or unique within what the first key field refers to."""
    keyed: Keyed = []
    for row in rows:
        outer = row.sheet.column(row.sheet.key[0])
        prefix: Key = ()
        if outer.refers is not None:
            cell = row.cells.get(outer.field)
            try:
                prefix = references.find(outer.refers, text(row, outer.field)) if cell else ()
            except UnexpectedValueError as error:
                problems.append(row.problem(outer.field, error))
            if not prefix:
                continue
        keyed.append(((*prefix, text(row, "name")), row))
    for key, row in keyed:
        references.add(row.kind, key)
    return keyed


def _regions(rows: Sequence[Row], state: State, references: References, problems: list[Problem]) -> Keyed:
    """Parents may stand anywhere in the file, so a row waits until no waiting row could be its parent."""
    known = state.get(ObjectKind.REGION, {})
    waiting, keyed = list(rows), Keyed()
    while waiting:
        ready = _ready(waiting)
        if not ready:
            loop = UnexpectedValueError(N_("a region that does not lie within this one"))
            problems += [row.problem("parent", loop) for row in waiting]
            break
        for row in ready:
            try:
                key = _region_key(row, known, references)
            except UnexpectedValueError as error:
                problems.append(row.problem("parent", error))
                continue
            _learn(references, ObjectKind.REGION, key, _level(row), text(row, "code"))
            keyed.append((key, row))
        done = {id(row) for row in ready}
        waiting = [row for row in waiting if id(row) not in done]
    return keyed


def _ready(waiting: Sequence[Row]) -> list[Row]:
    names: dict[str, set[int]] = {}
    for row in waiting:
        for name in (text(row, "name"), text(row, "code")):
            names.setdefault(fold(name), set()).add(id(row))
    return [row for row in waiting if not names.get(_parent_name(row), set()) - {id(row)}]


def _parent_name(row: Row) -> str:
    name = fold(text(row, "parent")).rpartition("/")[2]
    return name or "\0"


def _region_key(row: Row, known: Mapping[Key, object], references: References) -> Key:
    name = text(row, "name")
    if text(row, "parent"):
        return (*references.parent(text(row, "parent"), _level(row)), name)
    if "parent" not in row.cells and (name,) not in known:
        # A blank cell says nothing: the region stays where it is, if there is just one of the name.
        same = [key for key in known if key[-1] == name]
        if len(same) == 1:
            return same[0]
    return (name,)


def _level(row: Row) -> AdministrativeLevel | None:
    cell = row.cells.get("level")
    return cell.value if cell is not None and isinstance(cell.value, AdministrativeLevel) else None


def _once(keyed: Keyed, problems: list[Problem]) -> Keyed:
    first: dict[tuple[ObjectKind, Key], Row] = {}
    for key, row in keyed:
        earlier = first.setdefault((row.kind, key), row)
        if earlier is not row:
            again = UnexpectedValueError(
                N_("each object only once; it stands in %(where)s already"), where=earlier.where
            )
            problems.append(row.problem("name", again))
    return [(key, row) for key, row in keyed if first[row.kind, key] is row]
