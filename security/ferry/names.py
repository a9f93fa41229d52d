"""File names made anew: what the submitter called a file is data, and never reaches a file system as it came.

NFC; no control, format (bidirectional, zero-width), private or unassigned characters; no separators; at most 120
characters and 240 bytes; the extension is that of the detected type. (Unicode Technical Report 36, section 3.6.)
"""

import unicodedata

LONGEST = 120
LONGEST_BYTES = 240

_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_FORBIDDEN = frozenset('<>:"/\\|?*%')
_RESERVED = frozenset(
    {"con", "prn", "aux", "nul", "clock$"} | {f"{port}{number}" for port in ("com", "lpt") for number in range(10)}
)


def safe(name: str, kind: str) -> str:
    """A name that any file system, terminal and dialogue shows as what it is."""
    kind = kind or "bin"
    stem = _clean(_without_extension(unicodedata.normalize("NFC", name), kind))
    if not stem or stem.split(".")[0].strip().lower() in _RESERVED:
        stem = f"_{stem}" if stem else "file"
    extension = f".{kind}"
    stem = stem[: LONGEST - len(extension)]
    while len((stem + extension).encode()) > LONGEST_BYTES:
        stem = stem[:-1]
    return _trim(stem) + extension


def distinct(names: list[str]) -> list[str]:
    """Names that no case-folding file system would take for one another."""
    seen: set[str] = set()
    made = []
    for name in names:
        candidate, number = name, 1
        while candidate.casefold() in seen:
            number += 1
            stem, _, extension = name.rpartition(".")
            suffix = f" ({number}).{extension}"
            candidate = stem[: LONGEST - len(suffix)] + suffix
        seen.add(candidate.casefold())
        made.append(candidate)
    return made


def _clean(text: str) -> str:
    kept = (" " if unicodedata.category(c) == "Zs" else c for c in text if unicodedata.category(c) not in _DROPPED)
    return _trim("".join("_" if c in _FORBIDDEN else c for c in kept))


def _trim(text: str) -> str:
    return text.strip(" .") or "file"


def _without_extension(name: str, kind: str) -> str:
    stem, dot, extension = name.rpartition(".")
    same = {kind, "jpeg", "jpe"} if kind == "jpg" else {kind}
    return stem if dot and extension.lower() in same else name
