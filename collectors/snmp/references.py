"""How a profile names an object, and which instance of it belongs to a row.

1.3.6.1.2.1.33.1.2.4.0            one instance, because it ends in .0
=1.3.6.1.2.1.25.2.3.1.5.1         one instance, because it says so
1.3.6.1.2.1.31.1.1.1.1            a column: the row's whole index is appended
1.3.6.1.2.1.31.1.1.1.1[1]         a column of another table: the first number of the row's index is its index
1.3.6.1.2.1.31.1.1.1.1[-1]        the same with the last number
"""

import re
from dataclasses import dataclass
from typing import Any, Final

from collectors.snmp.wire import Oid, WireError, parse_oid
from collectors.snmp.wire.ber import oid_contents

FORM: Final = re.compile(r"(?P<single>=?)(?P<oid>\.?\d[\d.]*)(?:\[(?P<part>-?[1-9]\d*)\])?")


@dataclass(frozen=True, slots=True, order=True)
class Reference:
    """`part` is the slice of a row's index that is appended to the name of the column."""

    oid: Oid
    part: tuple[int | None, int | None] = (None, None)

    @property
    def single(self) -> bool:
        return self.part == (0, 0)

    @property
    def foreign(self) -> bool:
        """Whether the rows of this column are not the rows of the entry."""
        return self.part != (None, None)

    def at(self, index: Oid) -> Oid:
        return (*self.oid, *index[slice(*self.part)])


def reference(value: Any) -> Reference:
    """Raises ValueError, as pydantic wants it."""
    if isinstance(value, Reference):
        return value
    if not isinstance(value, str):
        raise ValueError("an object identifier is written as text")  # noqa: TRY004  # pydantic collects ValueError
    form = FORM.fullmatch(value)
    if form is None:
        raise ValueError(f"{value!r} is not an object identifier")
    try:
        oid = parse_oid(form["oid"])
        oid_contents(oid)
    except WireError as error:
        raise ValueError(f"{value!r} is not an object identifier: {error.facts['reason']}") from None
    if form["part"] is not None:
        if form["single"] or oid[-1] == 0:
            raise ValueError(f"{value!r} names one instance and part of an index at once")
        count = int(form["part"])
        return Reference(oid, (0, count) if count > 0 else (count, None))
    return Reference(oid, (0, 0)) if form["single"] or oid[-1] == 0 else Reference(oid)


def name(value: Any) -> Reference | str:
    """Text, unless it looks like an object identifier."""
    if isinstance(value, Reference):
        return value
    if not isinstance(value, str):
        raise ValueError("a name is text or the object identifier of a column")  # noqa: TRY004  # as above
    return reference(value) if re.match(r"=?\.?1\.\d+\.\d", value) else value
