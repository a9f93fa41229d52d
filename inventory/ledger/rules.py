"""What must hold between the cells of one row, and what follows from them."""

from collections.abc import Callable, Mapping
from ipaddress import ip_address, ip_network

from core.i18n import N_
from inventory.kinds import ObjectKind
from inventory.ledger.reading import Row
from inventory.ledger.references import References, one_of
from inventory.ledger.values import Clear, Key, UnexpectedValueError, Value, Values
from inventory.ports import port_key

Wrong = Callable[[str, UnexpectedValueError], None]


def apply_rules(row: Row, before: Values, after: dict[str, Value], references: References, wrong: Wrong) -> None:
    """Complete `after` in place; `wrong(field, error)` reports a cell."""
    if row.kind is ObjectKind.DEVICE:
        _place(row, after, references, wrong)
        _rack(row, before, after, wrong)
    elif row.kind is ObjectKind.SUBNET:
        _gateway(after, wrong)
    elif row.kind is ObjectKind.LINE:
        for end in ("a", "b"):
            _end(row, end, before, after, wrong)
        _contract(after, wrong)
        if after["backup_of"] == (after["name"],):
            wrong("backup_of", UnexpectedValueError(N_("another line")))


def _place(row: Row, after: dict[str, Value], references: References, wrong: Wrong) -> None:
    """A room is one of the device's site; a room brings its site along, a new site takes the old room away."""
    cell = row.cells.get("room")
    if cell is not None and isinstance(cell.value, str):
        try:
            after["room"] = _room(cell.value, after["site"], references, strict="site" in row.cells)
        except UnexpectedValueError as error:
            wrong("room", error)
            return
    room = after["room"]
    if isinstance(room, tuple) and room[:1] != after["site"]:
        if cell is None:
            after["room"] = None
        else:
            after["site"] = room[:1]


def _room(name: str, site: Value, references: References, *, strict: bool) -> Key:
    found = references.candidates(ObjectKind.ROOM, name)
    here = frozenset(key for key in found if site == key[:1])
    if found and not here and strict:
        raise UnexpectedValueError(N_("a room of the site in this row, or 地点/机房"))
    return one_of(here or found, name)


def _rack(row: Row, before: Values, after: dict[str, Value], wrong: Wrong) -> None:
    """A rack is one of the device's room: another room takes the old rack away, and its place with it."""
    said = row.cells.get("rack")
    if (said is None or isinstance(said.value, Clear)) and after["room"] != before.get("room"):
        after["rack"] = None
    if after["rack"] is None:
        if "rack_position" not in row.cells:
            after["rack_position"] = None
        elif after["rack_position"] is not None:
            wrong("rack_position", UnexpectedValueError(N_("the rack, in its own column")))
    elif after["room"] is None:
        wrong("rack", UnexpectedValueError(N_("the room that this rack stands in, in its own column")))


def _gateway(after: Mapping[str, Value], wrong: Wrong) -> None:
    gateway, prefix = after["gateway"], after["name"]
    if gateway is not None and ip_address(str(gateway)) not in ip_network(str(prefix)):
        wrong("gateway", UnexpectedValueError(N_("an address of the subnet %(prefix)s"), prefix=prefix))


def _end(row: Row, end: str, before: Values, after: dict[str, Value], wrong: Wrong) -> None:
    """A port is one of its end's device: another device takes the old port away, another spelling changes nothing."""
    device, port = f"{end}_device", f"{end}_port"
    said = row.cells.get(port)
    moved = after[device] != before.get(device)
    if said is None or isinstance(said.value, Clear):
        if moved or after[device] is None:
            after[port] = None
    elif after[device] is None:
        wrong(port, UnexpectedValueError(N_("the device of this end, in its own column")))
    elif not moved and _same_port(after[port], before.get(port)):
        after[port] = before[port]


def _same_port(one: Value, other: Value) -> bool:
    return isinstance(one, str) and isinstance(other, str) and port_key(one) == port_key(other)


def _contract(after: Mapping[str, Value], wrong: Wrong) -> None:
    start, end = after["contract_start"], after["contract_end"]
    if start is not None and end is not None and str(end) < str(start):  # ISO 8601 dates sort as text
        wrong(
            "contract_end",
            UnexpectedValueError(N_("a date after the beginning of the contract, %(start)s"), start=start),
        )
