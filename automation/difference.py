"""The difference of two configurations as values that a page or a terminal can draw.

Each hunk knows the section in which it stands (`interface GigabitEthernet0/0/1`), because a changed line two screens
below its heading says little by itself.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

CONTEXT_LINES = 3


class Change(StrEnum):
    SAME = " "
    REMOVED = "-"
    ADDED = "+"


@dataclass(frozen=True)
class DiffLine:
    """Line numbers count from 1; the side where the line is absent has None."""

    change: Change
    text: str
    old: int | None
    new: int | None


@dataclass(frozen=True)
class Hunk:
    section: str
    lines: tuple[DiffLine, ...]


@dataclass(frozen=True)
class Difference:
    hunks: tuple[Hunk, ...]
    added: int
    removed: int


def compare(old: str, new: str, context: int = CONTEXT_LINES) -> Difference:
    before, after = old.splitlines(), new.splitlines()
    hunks = []
    for group in SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes(context):
        lines = tuple(_lines(group, before, after))
        first_change = next(line for line in lines if line.change is not Change.SAME)
        section = (
            section_of(after, (first_change.new or 1) - 1)
            if first_change.new is not None
            else section_of(before, (first_change.old or 1) - 1)
        )
        hunks.append(Hunk(section, lines))
    changes = [line.change for hunk in hunks for line in hunk.lines]
    return Difference(tuple(hunks), changes.count(Change.ADDED), changes.count(Change.REMOVED))


def section_of(lines: Sequence[str], index: int) -> str:
    """The nearest line above that is indented less: the heading of the section; empty at top level."""
    depth = _depth(lines[index])
    if depth == 0:
        return ""
    for line in reversed(lines[:index]):
        if line and line[0] not in "#!" and _depth(line) < depth:
            return line.strip()
    return ""


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _lines(
    group: Sequence[tuple[str, int, int, int, int]], before: Sequence[str], after: Sequence[str]
) -> Iterator[DiffLine]:
    for tag, old_start, old_end, new_start, new_end in group:
        if tag == "equal":
            for offset, text in enumerate(before[old_start:old_end]):
                yield DiffLine(Change.SAME, text, old_start + offset + 1, new_start + offset + 1)
            continue
        for offset, text in enumerate(before[old_start:old_end]):
            yield DiffLine(Change.REMOVED, text, old_start + offset + 1, None)
        for offset, text in enumerate(after[new_start:new_end]):
            yield DiffLine(Change.ADDED, text, None, new_start + offset + 1)
