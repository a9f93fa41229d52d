"""Classification marks (密级标志) in text: 机密★10年 and its relatives, however they are spaced or disguised.

Ordinary prose speaks of secrets ("保守国家秘密") without being marked, so a bare word is no mark. A mark is the word
with a star, after 密级, in brackets, or alone in its line or cell, perhaps with a term. GB/T 9704-2012, 7.2.2 puts it
at the top left of the first page; it is looked for everywhere.
"""

import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache

from security.ferry.levels import Level

_LONGEST = 256
_LONGEST_MARK = 16
_CONFUSABLE = str.maketrans(
    {
        "祕": "秘",
        "機": "机",
        "絕": "绝",
        "絶": "绝",
        "級": "级",
        "內": "内",
        "開": "开",
        "㊙": "秘密★",
        **dict.fromkeys("☆✩✪✫✭✯✰⭐🌟＊*※⋆﹡", "★"),
    }
)
_SECRET = "(绝密|机密|秘密)级?"  # noqa: S105  # the words looked for
_INNER = "(工作秘密|内部资料|内部文件|内部使用|内部)"
_TERM = "(?:[★·:\\-—]?(?:长期|\\d{1,2}年|\\d{1,2}个?月))?★?"
_NOT_OTHER = "(?<!工作)(?<!商业)(?<!个人)"
_STAR = re.compile(f"{_NOT_OTHER}{_SECRET}★")
_PATTERNS = (
    (_STAR, None),
    (re.compile(f"密级(?:为|是)?:?{_SECRET}"), None),
    (re.compile(f"[【\\[(<《「〔]{_SECRET}{_TERM}[】\\])>》」〕]"), None),
    (re.compile(f"(?m)^(?:&[LCR])?{_SECRET}{_TERM}$"), None),
    (re.compile(f"(?m){_INNER}★|密级(?:为|是)?:?{_INNER}|^[【\\[(]?{_INNER}[】\\])]?$"), Level.INTERNAL),
)


def highest(blocks: Iterable[str]) -> Level:
    """The highest level marked in blocks of text: lines, paragraphs, cells. PUBLIC where nothing is marked."""
    found = Level.PUBLIC
    tail = ""
    for block in blocks:
        plain = normal(block)
        if not plain:
            continue
        found = max(found, _in(plain))
        # A mark may be set in several lines or cells (vertical text): look across the borders for the starred form.
        joined = tail + plain.replace("\n", "")
        if match := _STAR.search(joined):
            found = max(found, Level.of(match[1]))
        tail = joined[-_LONGEST_MARK:]
    return found


def normal(text: str) -> str:
    """Compatibility forms folded, look-alikes replaced, everything invisible or blank dropped, line ends kept."""
    if text.isascii():
        return "".join(text.split(" "))
    folded = unicodedata.normalize("NFKC", text.translate(_CONFUSABLE)).translate(_CONFUSABLE)
    return folded.translate(_invisible())


def lines(windows: Iterable[str]) -> Iterator[str]:
    """Regroup pieces of text so that no line up to 256 characters is cut."""
    rest = ""
    for window in windows:
        whole, separator, rest = (rest + window).rpartition("\n")
        if separator:
            yield whole
        elif len(rest) > _LONGEST:
            yield rest
            rest = rest[-_LONGEST:]
    if rest:
        yield rest


def _in(plain: str) -> Level:
    found = Level.PUBLIC
    for pattern, level in _PATTERNS:
        for match in pattern.finditer(plain):
            found = max(found, Level.of(match[1]) if level is None else level)
    return found


@cache
def _invisible() -> dict[int, None]:
    """Format characters, non-spacing marks and blanks (Cf, Mn, Me, Zs), tabs and carriage returns."""
    dropped = {ord("\t"): None, ord("\r"): None, ord("\x0b"): None, ord("\x0c"): None}
    for code in range(sys.maxunicode + 1):
        if unicodedata.category(chr(code)) in ("Cf", "Mn", "Me", "Zs"):
            dropped[code] = None
    return dropped
