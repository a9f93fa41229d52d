"""Values as agents send them, turned into values as people mean them.

Agents send numbers as text, text with trailing zeros, Chinese in whatever their firmware was written in. Whatever
cannot be understood is absent, never an error: one odd cell must not cost a device its poll.
"""

import math
import re
import struct
from typing import Final

from collectors.snmp.wire import Value, dotted

FLOAT_IN_OPAQUE: Final = b"\x9f\x78\x04"
# Longer ones are serial numbers or noise; nothing that is counted or measured needs them.
NUMBER: Final = re.compile(rb"\s*([+-]?\d{1,20}(?:\.\d{1,20})?)(?!\d)")


def text(value: Value) -> str:
    """UTF-8 or, on many Chinese devices, GB 18030."""
    if isinstance(value, bytes):
        stripped = value.strip(b"\0 \t\r\n")
        for encoding in ("utf-8", "gb18030"):
            try:
                return stripped.decode(encoding)
            except UnicodeDecodeError:
                continue
        return stripped.decode("latin-1")
    if isinstance(value, tuple):
        return dotted(value)
    return str(value) if isinstance(value, int) else ""


def number(value: Value) -> float | None:
    """An integer stays one. Text counts when it begins with a number ("42 C"), Opaque when it holds a float."""
    if isinstance(value, int):
        return value
    if isinstance(value, bytes):
        if value.startswith(FLOAT_IN_OPAQUE) and len(value) == len(FLOAT_IN_OPAQUE) + 4:
            held = float(struct.unpack(">f", value[len(FLOAT_IN_OPAQUE) :])[0])
            return held if math.isfinite(held) else None
        found = NUMBER.match(value)
        if found:
            digits = found.group(1)
            return float(digits) if b"." in digits else int(digits)
    return None


def whole(value: Value) -> int | None:
    found = number(value)
    return None if found is None else int(found)


def mac(value: Value) -> str:
    """`00:18:6e:64:49:a0`; empty for what is no MAC address, or for one that is all zeros."""
    if isinstance(value, bytes) and len(value) == 6 and any(value):  # noqa: PLR2004  # IEEE 802
        return value.hex(":")
    return ""
