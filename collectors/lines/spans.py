"""Sets of time: disjoint pieces, each from a moment (inclusive) to a moment (exclusive), in order. Pure and exact.

Records of outages, of marks and of the poller's own running overlap, touch and stick out of the month that is asked
about; with sets and their three operations nothing is counted twice.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

Piece = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Spans:
    pieces: tuple[Piece, ...] = ()

    @classmethod
    def of(cls, pieces: Iterable[Piece]) -> Self:
        """In any order, overlapping or not; one that ends before it begins (a clock was set back) is empty."""
        joined: list[Piece] = []
        for begin, end in sorted(pieces):
            if begin >= end:
                continue
            if joined and begin <= joined[-1][1]:
                joined[-1] = (joined[-1][0], max(joined[-1][1], end))
            else:
                joined.append((begin, end))
        return cls(tuple(joined))

    def __and__(self, other: "Spans") -> "Spans":
        """What is in both."""
        found: list[Piece] = []
        left, right = list(reversed(self.pieces)), list(reversed(other.pieces))
        while left and right:
            begin, end = max(left[-1][0], right[-1][0]), min(left[-1][1], right[-1][1])
            if begin < end:
                found.append((begin, end))
            (left if left[-1][1] <= right[-1][1] else right).pop()
        return Spans(tuple(found))

    def __sub__(self, other: "Spans") -> "Spans":
        """What is in this one only."""
        found: list[Piece] = []
        taken = list(reversed(other.pieces))
        for begin, end in self.pieces:
            start = begin
            while taken and taken[-1][0] < end:
                if start < taken[-1][0]:
                    found.append((start, taken[-1][0]))
                start = max(start, taken[-1][1])
                if taken[-1][1] > end:
                    break
                taken.pop()
            if start < end:
                found.append((start, end))
        return Spans(tuple(found))

    @property
    def duration(self) -> timedelta:
        return sum((end - begin for begin, end in self.pieces), timedelta())
