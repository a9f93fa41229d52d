"""Reading what people typed: full-width digits, stray blanks and line breaks, invisible characters."""

import unicodedata

# Only letters, digits and the blank are narrowed: （） in 城关镇（新区） belong to the name.
_NARROW = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
_NARROW[0x3000] = 0x20
# An export writes '=cell so that a spreadsheet does not take it for a formula.
NEUTRALISED = ("'=", "'+", "'-", "'@")
NOTHING = frozenset({"-", "--", "—", "——", "/", "无"})


def clean(text: str) -> str:
    """The text on one line, without what cannot be seen; characters of the name itself stay."""
    if not (text.isascii() and text.isprintable()):
        text = "".join(_visible(character) for character in text.translate(_NARROW))
    text = " ".join(text.split())
    return text[1:] if text.startswith(NEUTRALISED) else text


def _visible(character: str) -> str:
    if character.isspace():
        return " "
    return "" if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Cn"} else character


def plain(text: str) -> str:
    """For numbers, addresses and dates, where punctuation may be full-width too."""
    return unicodedata.normalize("NFKC", clean(text)).strip()


def fold(text: str) -> str:
    """What two spellings of one name have in common: width, case and blanks do not count."""
    return "".join(unicodedata.normalize("NFKC", clean(text)).casefold().split())
