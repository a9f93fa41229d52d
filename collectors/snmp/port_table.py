"""The ports of a device as one poll found them, a column for each object.

Ports are many and alike, and polled again and again: a column costs a tenth of what an object a port would. `ports()`
makes the objects, for whoever wants to look at one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from collectors.snmp.facts import IfStatus, PortCounters, PortFacts
from collectors.snmp.interfaces import POLLED, STATUSES, polled_speed, status
from collectors.snmp.reading import whole
from collectors.snmp.wire import Missing, Value

# Fields of PortCounters, in the order in which a poll asks for them.
COUNTERS: Final = (
    "in_octets",
    "out_octets",
    "in_packets",
    "out_packets",
    "in_errors",
    "out_errors",
    "in_discards",
    "out_discards",
)
NUMBERS: Final = {status: number for number, status in STATUSES.items()}

Column = Sequence[int | None]


@dataclass(frozen=True, slots=True)
class PortTable:
    """`known` is what discovery says of each port; the columns are in its order.

    `admin` and `oper` are IF-MIB's numbers, 4 for what is none of them.
    """

    known: tuple[PortFacts, ...] = ()
    admin: Sequence[int] = ()
    oper: Sequence[int] = ()
    speed_bps: Column = ()
    counters: Mapping[str, Column] = field(default_factory=lambda: dict.fromkeys(COUNTERS, ()))

    def ports(self) -> tuple[PortFacts, ...]:
        counts = zip(*(self.counters[name] for name in COUNTERS), strict=True)
        return tuple(
            replace(
                port,
                admin=STATUSES[admin],
                oper=STATUSES[oper],
                speed_bps=speed,
                counters=PortCounters(port.counters.wide, *some),
            )
            for port, admin, oper, speed, some in zip(
                self.known, self.admin, self.oper, self.speed_bps, counts, strict=True
            )
        )

    def at(self, places: Sequence[int]) -> "PortTable":
        """The ports at these places, in this order."""
        return PortTable(
            tuple(self.known[place] for place in places),
            [self.admin[place] for place in places],
            [self.oper[place] for place in places],
            [self.speed_bps[place] for place in places],
            {name: [column[place] for place in places] for name, column in self.counters.items()},
        )


class PortReader:
    """From the values of a poll to a table. Belongs to one plan.

    Statuses and speeds seldom change: as long as a column brings what it brought before, its reading is kept.
    """

    def __init__(self, known: tuple[PortFacts, ...]) -> None:
        self._known = known
        self._kept: dict[str, tuple[Sequence[Value], list[int | None]]] = {}

    def read(self, values: Sequence[Value]) -> PortTable:
        """`values` are in the order of `polled_oids`, port after port."""
        columns = [values[place::POLLED] for place in range(POLLED)]
        admin, oper, speed = columns[len(COUNTERS) :]
        return PortTable(
            self._known,
            self._reading("admin", admin, lambda port, value: _number(value, port.admin)),  # type: ignore[arg-type]  # never None
            self._reading("oper", oper, lambda port, value: _number(value, port.oper)),  # type: ignore[arg-type]  # never None
            self._reading("speed", speed, polled_speed),
            {name: _counts(column) for name, column in zip(COUNTERS, columns, strict=False)},
        )

    def _reading(
        self, name: str, column: Sequence[Value], read: Callable[[PortFacts, Value], int | None]
    ) -> list[int | None]:
        before, found = self._kept.get(name, (None, []))
        if before != column:
            found = [read(port, value) for port, value in zip(self._known, column, strict=True)]
            self._kept[name] = column, found
        return found


def silent(values: Sequence[Value]) -> list[bool]:
    """Of each port, whether a poll brought nothing at all."""
    return [
        all(isinstance(value, Missing) for value in values[place : place + POLLED])
        for place in range(0, len(values), POLLED)
    ]


def _number(value: Value, known: IfStatus) -> int:
    return NUMBERS[known if isinstance(value, Missing) else status(value)]


def _counts(column: Sequence[Value]) -> Column:
    return [value if value.__class__ is int else whole(value) for value in column]
