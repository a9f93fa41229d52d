"""The instances that a plan polls, cut into requests that fit the device."""

from collections.abc import Iterable, Sequence

from collectors.snmp.wire import GetTemplate, Missing, Oid, Value, oid_name


class KnownInstances:
    """Names are kept encoded, and shared between devices of one make: see `oid_name`.

    What the device does not have after all is left out of later requests, and stands as missing in every answer.
    """

    __slots__ = ("_asked", "_names", "_size", "_templates", "names")

    def __init__(self, oids: Sequence[Oid]) -> None:
        self._names = [oid_name(oid) for oid in oids]
        self._asked: list[int] | None = None
        self.names = self._names
        self._templates: dict[int, GetTemplate] = {}
        self._size = 0

    def __len__(self) -> int:
        return len(self._names)

    def template(self, start: int, size: int) -> GetTemplate:
        """The request for `size` of `names` from `start` on; built once for as long as the device's limit holds."""
        if size != self._size:
            self._templates.clear()
            self._size = size
        template = self._templates.get(start)
        if template is None:
            template = GetTemplate(self.names[start : start + size])
            self._templates[start] = template
        return template

    def leave_out(self, places: Iterable[int]) -> None:
        """Do not ask for these any more; places in `names`."""
        gone = set(places)
        if not gone:
            return
        asked = self._asked if self._asked is not None else range(len(self._names))
        self._asked = [place for position, place in enumerate(asked) if position not in gone]
        self.names = [self._names[place] for place in self._asked]
        self._templates.clear()

    def spread(self, values: list[Value]) -> list[Value]:
        """The values of `names` at the places where the plan's makers expect them."""
        if self._asked is None:
            return values
        everywhere: list[Value] = [Missing.NO_SUCH_INSTANCE] * len(self._names)
        for place, value in zip(self._asked, values, strict=True):
            everywhere[place] = value
        return everywhere
