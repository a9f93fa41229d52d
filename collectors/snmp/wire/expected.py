"""Answers whose variables are known beforehand, which is what polling is made of.

An agent that is asked the same again answers with the same octets but for the values, and most values stay as long as
they were. So the layout of one answer is learnt, and the next one is cut along it in one go: eight times cheaper than
reading one element after the other, which happens when a length has changed, and then the layout is learnt anew.

    30 12 06 0a 2b .. 41 03 | a1 b2 c3 | 30 0f 06 0a 2b .. 02 01 | 01 | ...
    frame                     value      frame                     value
"""

from collections.abc import Sequence
from struct import Struct
from typing import Final

from collectors.snmp.wire.ber import expect, read_header
from collectors.snmp.wire.pdu import SEQUENCE, PduHead, read_body, read_expected
from collectors.snmp.wire.values import LIMITS, Tag, Value

# Codes of the struct module for integers of so many octets; others are cut out as octets.
UNSIGNED: Final = {1: "B", 2: "H", 4: "I", 8: "Q"}
SIGNED: Final = {1: "b", 2: "h", 4: "i", 8: "q"}
STRINGS: Final = frozenset({Tag.OCTET_STRING, Tag.OPAQUE})


class Layout:
    """Where the values lie in an answer. Two answers of one layout differ in nothing but their values.

    Everything else is compared at once, as one large number in which the values are masked out.
    """

    __slots__ = ("_cut", "_frame", "_mask", "_odd")

    def __init__(self, codes: str, varbinds: bytes, mask: bytes, odd: Sequence[int]) -> None:
        self._cut = Struct(codes)
        self._mask = int.from_bytes(mask)
        self._frame = int.from_bytes(varbinds) & self._mask
        self._odd = odd

    def read(self, varbinds: bytes) -> list[Value] | None:
        """The values; None when the varbinds have another layout."""
        if len(varbinds) != self._cut.size or int.from_bytes(varbinds) & self._mask != self._frame:
            return None
        values: list[Value] = list(self._cut.unpack(varbinds))
        for place in self._odd:
            values[place] = int.from_bytes(values[place])  # type: ignore[arg-type]  # cut out as octets
        return values


def layout_of(varbinds: bytes, names: Sequence[bytes]) -> Layout | None:
    """Of a sound answer; None when it has values that are not worth the trouble: exceptions, object identifiers."""
    codes, mask, odd = [">"], [], []
    position, done = 0, 0
    for place, name in enumerate(names):
        start, stop = expect(varbinds, position, len(varbinds), SEQUENCE)
        tag, contents, position = read_header(varbinds, start + len(name), stop)
        found = _code(tag, varbinds[contents:position])
        if found is None:
            return None
        zeros, code = found
        if code.endswith("s") and tag not in STRINGS:
            odd.append(place)
        begin = contents + zeros
        codes.append(f"{begin - done}x{code}")
        mask.append(b"\xff" * (begin - done) + bytes(position - begin))
        done = position
    return Layout("".join(codes), varbinds, b"".join(mask), odd)


def _code(tag: int, contents: bytes) -> tuple[int, str] | None:
    """How to cut a value out, and how many of its octets belong to the frame because they have to stay zero."""
    size = len(contents)
    if tag in STRINGS:
        return 0, f"{size}s"
    if tag == Tag.INTEGER:
        return (0, SIGNED[size]) if size in SIGNED else None
    limit = LIMITS.get(tag)
    if limit is None:
        return None
    zeros = max(0, size - (limit.bit_length() // 8))
    size -= zeros
    return zeros, UNSIGNED.get(size, f"{size}s")


class Expected:
    """`names` are encoded by `oid_name`. Keeps the layout of the last answer."""

    __slots__ = ("_layout", "names")

    def __init__(self, names: Sequence[bytes]) -> None:
        self.names = names
        self._layout: Layout | None = None

    def read(self, data: bytes, head: PduHead) -> tuple[int, int, list[Value]] | None:
        """As `read_expected`."""
        status, index, start, stop = read_body(data, head)
        varbinds = data[start:stop]
        if self._layout is not None:
            values = self._layout.read(varbinds)
            if values is not None:
                return status, index, values
        found = read_expected(data, head, self.names)
        if found is not None and not status:
            self._layout = layout_of(varbinds, self.names)
        return found
