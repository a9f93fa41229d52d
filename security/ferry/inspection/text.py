"""Plain text in the encodings that offices use: UTF-8, UTF-16 with a byte order mark, GB 18030."""

import codecs
import re
from collections.abc import Iterator

from security.ferry.inspection.findings import Blocked, Buffer

_WINDOW = 1 << 20
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f\ufffe\uffff]")
_MARKUP = re.compile(rb"\s*(?:<(?:!doctype|html|head|body|script|svg|iframe|\?xml|\?php)|\{\\rtf)", re.IGNORECASE)
# A cell that a spreadsheet program would compute; a sign before a figure is an ordinary negative number.
_FORMULA = re.compile(r"""(?m)(?:^|[,;\t])[ ]*"?[ ]*(?:[=@]|[+\-][^\d\s.,;\t"$¥￥%+\-])""")


def encoding(data: Buffer) -> str | None:
    """The encoding in which the whole of `data` is text without control characters; None if there is none."""
    if data[:3] == codecs.BOM_UTF8:
        candidates: tuple[str, ...] = ("utf-8-sig",)
    elif data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        candidates = ("utf-16",)
    else:
        candidates = ("utf-8", "gb18030")
    return next((name for name in candidates if _is_text(data, name)), None)


def is_markup(data: Buffer) -> bool:
    """Text that a browser or an office program would not show as text."""
    start = bytes(data[:512])
    return bool(_MARKUP.match(start.removeprefix(codecs.BOM_UTF8)))


def windows(data: Buffer, name: str) -> Iterator[str]:
    """The decoded text piece by piece; raises UnicodeDecodeError where it is not of that encoding."""
    decoder = codecs.getincrementaldecoder(name)()
    for start in range(0, len(data), _WINDOW):
        yield decoder.decode(data[start : start + _WINDOW], final=start + _WINDOW >= len(data))


def check_formulas(data: Buffer, name: str) -> None:
    """CSV is data only as long as no cell is a formula (CWE-1236)."""
    rest = ""
    for window in windows(data, name):
        lines = (rest + window).rsplit("\n", 1)
        rest = lines[-1][-200:] if len(lines) > 1 else ""
        if _FORMULA.search(lines[0]):
            raise Blocked("active.csv_formula")
    if _FORMULA.search(rest):
        raise Blocked("active.csv_formula")


def _is_text(data: Buffer, name: str) -> bool:
    try:
        return not any(_CONTROL.search(window) for window in windows(data, name))
    except UnicodeError:
        return False
