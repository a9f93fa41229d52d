"""First letters of Chinese names, so that `zwzx` finds 政务中心, without a dictionary.

GB 2312 sorts its 3,755 common characters by pronunciation, so a character's code tells its first letter. The other
characters are sorted by radical and have none; a name is found by its common ones or by the characters themselves.
"""

from bisect import bisect_right

# The code of the first character of each letter; no syllable begins with i, u or v.
_FIRST = (
    (0xB0A1, "a"), (0xB0C5, "b"), (0xB2C1, "c"), (0xB4EE, "d"), (0xB6EA, "e"), (0xB7A2, "f"), (0xB8C1, "g"),
    (0xB9FE, "h"), (0xBBF7, "j"), (0xBFA6, "k"), (0xC0AC, "l"), (0xC2E8, "m"), (0xC4C3, "n"), (0xC5B6, "o"),
    (0xC5BE, "p"), (0xC6DA, "q"), (0xC8BB, "r"), (0xC8F6, "s"), (0xCBFA, "t"), (0xCDDA, "w"), (0xCEF4, "x"),
    (0xD1B9, "y"), (0xD4D1, "z"),
)  # fmt: skip
_CODES = [code for code, _ in _FIRST]
_LAST = 0xD7F9


def initials(text: str) -> str:
    """`县政务中心 A` gives `xzwzxa`; what is neither a common character nor a letter or digit is left out."""
    return "".join(filter(None, map(_initial, text.casefold())))


def _initial(character: str) -> str:
    if character.isascii():
        return character if character.isalnum() else ""
    try:
        code = int.from_bytes(character.encode("gb2312"), "big")
    except UnicodeEncodeError:
        return ""
    return _FIRST[bisect_right(_CODES, code) - 1][1] if _CODES[0] <= code <= _LAST else ""
