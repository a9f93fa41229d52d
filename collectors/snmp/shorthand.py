"""What a profile file may abbreviate, written out before the file is checked.

oids.ups = "1.3.6.1.4.1.318.1.1.1"        "$ups.2.3.1.0" stands for 1.3.6.1.4.1.318.1.1.1.2.3.1.0
states.fan = { 1 = ["normal", "ok"] }     states = "fan" in a sensor
[[copies]]                                the same MIB under another maker's number: the file again, with some
                                          of `name`, `vendor`, `platform`, `match` and `oids` replaced
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

STANDARD: Final = {
    "ifDescr": "1.3.6.1.2.1.2.2.1.2",
    "ifName": "1.3.6.1.2.1.31.1.1.1.1",
    "entPhysicalDescr": "1.3.6.1.2.1.47.1.1.1.1.2",
    "entPhysicalClass": "1.3.6.1.2.1.47.1.1.1.1.5",
    "entPhysicalName": "1.3.6.1.2.1.47.1.1.1.1.7",
    "enterprises": "1.3.6.1.4.1",
}
MAY_DIFFER: Final = frozenset({"name", "vendor", "platform", "match", "oids"})
ABBREVIATED: Final = re.compile(r"(=?)\$(\w+)((?:\.\d+)*(?:\[-?\d+\])?)")


class ShorthandError(ValueError):
    """`place` as in `sensors[2].value`."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place}: {reason}")
        self.place = place
        self.reason = reason


def written_out(data: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The profile of a file, then its copies. Raises ShorthandError."""
    own = {key: value for key, value in data.items() if key != "copies"}
    yield _without_shorthand(own)
    copies = data.get("copies", [])
    if not isinstance(copies, list):
        raise ShorthandError("copies", "a list of tables, written [[copies]]")
    for number, copy in enumerate(copies, start=1):
        place = f"copies[{number}]"
        if not isinstance(copy, dict) or "name" not in copy:
            raise ShorthandError(place, "a copy needs a name of its own")
        for key in copy.keys() - MAY_DIFFER:
            raise ShorthandError(f"{place}.{key}", f"a copy may differ in {', '.join(sorted(MAY_DIFFER))}")
        yield _without_shorthand(own | copy | {"oids": _table(own, "oids") | _table(copy, "oids")})


def _without_shorthand(data: Mapping[str, Any]) -> dict[str, Any]:
    names = STANDARD | {name: _spelt(oid, STANDARD, f"oids.{name}") for name, oid in _table(data, "oids").items()}
    maps = _table(data, "states")
    rest = {key: _expanded(value, names, key) for key, value in data.items() if key not in ("oids", "states")}
    for number, sensor in enumerate(_tables(rest.get("sensors")), start=1):
        wanted = sensor.get("states")
        if isinstance(wanted, str):
            if wanted not in maps:
                raise ShorthandError(f"sensors[{number}].states", f"there is no [states.{wanted}]")
            sensor["states"] = maps[wanted]
    return rest


def _table(data: Mapping[str, Any], key: str) -> dict[str, Any]:
    found = data.get(key, {})
    if not isinstance(found, dict):
        raise ShorthandError(key, "a table of names")
    return found


def _tables(section: Any) -> list[dict[str, Any]]:
    return [each for each in section if isinstance(each, dict)] if isinstance(section, list) else []


def _expanded(value: Any, names: Mapping[str, str], place: str) -> Any:
    if isinstance(value, str):
        return _spelt(value, names, place)
    if isinstance(value, list):
        return [_expanded(each, names, f"{place}[{number}]") for number, each in enumerate(value, start=1)]
    if isinstance(value, dict):
        return {
            _spelt(key, names, f"{place}.{key}"): _expanded(each, names, f"{place}.{key}")
            for key, each in value.items()
        }
    return value


def _spelt(value: Any, names: Mapping[str, str], place: str) -> Any:
    form = ABBREVIATED.fullmatch(value) if isinstance(value, str) else None
    if form is None:
        return value
    single, name, rest = form.groups()
    if name not in names:
        raise ShorthandError(place, f"${name} is not among {', '.join(sorted(names))}")
    return f"{single}{names[name]}{rest}"
