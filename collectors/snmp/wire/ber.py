"""The part of BER that SNMP uses (X.690, RFC 3417 section 8): definite lengths, one-octet tags.

Everything is read by offsets into one bytes object, and every length is checked against the end of what encloses it,
so that no foreign octet can make a reader look outside its packet, allocate by a claimed size, or loop.
"""

from functools import lru_cache
from typing import Final

from collectors.snmp.errors import WireError

Oid = tuple[int, ...]

OBJECT_IDENTIFIER: Final = 0x06
SHORT_LENGTH: Final = 0x80
MOST_LENGTH_OCTETS: Final = 4
MOST_INTEGER_OCTETS: Final = 9
MOST_SUB_IDENTIFIERS: Final = 128
MOST_SUB_IDENTIFIER: Final = 0xFFFFFFFF


def read_header(data: bytes, position: int, end: int) -> tuple[int, int, int]:
    """The tag at `position`, and where its contents start and stop."""
    start = position + 2
    if start > end:
        raise WireError(reason="cut off in a header")
    length = data[position + 1]
    if length >= SHORT_LENGTH:
        count = length - SHORT_LENGTH
        if not 0 < count <= MOST_LENGTH_OCTETS or start + count > end:
            raise WireError(reason="unusable length")
        length = int.from_bytes(data[start : start + count])
        start += count
    stop = start + length
    if stop > end:
        raise WireError(reason="length beyond the end")
    return data[position], start, stop


def expect(data: bytes, position: int, end: int, tag: int) -> tuple[int, int]:
    """Contents of an element that must have this tag."""
    found, start, stop = read_header(data, position, end)
    if found != tag:
        raise WireError(reason=f"tag {found:#04x} where {tag:#04x} belongs")
    return start, stop


def read_integer(data: bytes, start: int, stop: int) -> int:
    """A signed integer; RFC 2578 section 7.1.1 bounds it to 32 bits, which we leave to those who use the value."""
    if not 0 < stop - start <= MOST_INTEGER_OCTETS:
        raise WireError(reason="integer of unusable size")
    return int.from_bytes(data[start:stop], signed=True)


def read_unsigned(data: bytes, start: int, stop: int, limit: int) -> int:
    """A counter, gauge or time. Many agents forget the leading zero octet, so the sign bit is read as a value bit."""
    if not 0 < stop - start <= MOST_INTEGER_OCTETS:
        raise WireError(reason="integer of unusable size")
    number = int.from_bytes(data[start:stop])
    if number > limit:
        raise WireError(reason="integer beyond the range of its type")
    return number


def read_oid(data: bytes, start: int, stop: int) -> Oid:
    """Object identifier; an empty one is read as 0.0, which is what agents without a value mean by it."""
    if start == stop:
        return (0, 0)
    if data[stop - 1] >= SHORT_LENGTH:
        raise WireError(reason="object identifier cut off")
    numbers: list[int] = []
    number = 0
    for octet in data[start:stop]:
        if octet < SHORT_LENGTH:
            numbers.append(number << 7 | octet)
            number = 0
        else:
            number = number << 7 | octet & 0x7F
            if not 0 < number <= MOST_SUB_IDENTIFIER >> 7:
                raise WireError(reason="sub-identifier out of range")
    if len(numbers) >= MOST_SUB_IDENTIFIERS:
        raise WireError(reason="too many sub-identifiers")
    first = min(numbers[0] // 40, 2)
    return (first, numbers[0] - 40 * first, *numbers[1:])


def element(tag: int, contents: bytes) -> bytes:
    """Tag, length and contents."""
    length = len(contents)
    if length < SHORT_LENGTH:
        return bytes((tag, length)) + contents
    size = length.to_bytes((length.bit_length() + 7) // 8)
    return bytes((tag, SHORT_LENGTH | len(size))) + size + contents


def integer_contents(number: int) -> bytes:
    """Two's complement in as few octets as can hold it."""
    magnitude = number if number >= 0 else ~number
    return number.to_bytes(magnitude.bit_length() // 8 + 1, signed=True)


def oid_contents(oid: Oid) -> bytes:
    if not _encodable(oid):
        raise WireError(reason=f"not an object identifier: {'.'.join(map(str, oid))}")
    octets = bytearray()
    for number in (oid[0] * 40 + oid[1], *oid[2:]):
        shift = max(0, (number.bit_length() - 1) // 7) * 7
        while shift:
            octets.append(SHORT_LENGTH | number >> shift & 0x7F)
            shift -= 7
        octets.append(number & 0x7F)
    return bytes(octets)


@lru_cache(maxsize=262144)
def oid_name(oid: Oid) -> bytes:
    """The name of a varbind, tag and length included.

    Cached so that devices of one make share the octets: a poll plan then costs eight octets of memory a variable.
    """
    return element(OBJECT_IDENTIFIER, oid_contents(oid))


def _encodable(oid: Oid) -> bool:
    if not 2 <= len(oid) <= MOST_SUB_IDENTIFIERS or not all(0 <= number <= MOST_SUB_IDENTIFIER for number in oid):  # noqa: PLR2004  # X.690 8.19.4
        return False
    top, second = oid[:2]
    return second < 40 if top < 2 else top == 2 and second <= MOST_SUB_IDENTIFIER - 80  # noqa: PLR2004  # X.690 8.19.4


def parse_oid(text: str) -> Oid:
    """`1.3.6.1` or `.1.3.6.1`."""
    try:
        return tuple(int(part) for part in text.strip().strip(".").split("."))
    except ValueError:
        raise WireError(reason=f"not an object identifier: {text}") from None


def dotted(oid: Oid) -> str:
    return ".".join(map(str, oid))
