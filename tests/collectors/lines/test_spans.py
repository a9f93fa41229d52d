"""Set arithmetic on time, against the same done minute by minute."""

import itertools
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from collectors.lines.spans import Piece, Spans
from tests.collectors.county import NOW

MOST = 60
pieces = st.lists(st.tuples(st.integers(0, MOST), st.integers(0, MOST)), max_size=8)
Pairs = list[tuple[int, int]]


def spans(pairs: Pairs) -> Spans:
    return Spans.of(_piece(begin, end) for begin, end in pairs)


def _piece(begin: int, end: int) -> Piece:
    return NOW + timedelta(minutes=begin), NOW + timedelta(minutes=end)


def minutes(pairs: Pairs) -> set[int]:
    return {minute for begin, end in pairs for minute in range(begin, end)}


def as_minutes(found: Spans) -> set[int]:
    """Also proves that the pieces are in order, not empty, and do not touch."""
    ends = [moment for piece in found.pieces for moment in piece]
    assert all(one < next_ for one, next_ in itertools.pairwise(ends))
    return minutes(
        [(int((b - NOW).total_seconds() // 60), int((e - NOW).total_seconds() // 60)) for b, e in found.pieces]
    )


@given(pieces)
def test_any_pieces_become_disjoint_ones_that_cover_the_same(pairs: Pairs) -> None:
    assert as_minutes(spans(pairs)) == minutes(pairs)
    assert spans(pairs).duration == timedelta(minutes=len(minutes(pairs)))


@given(pieces, pieces)
def test_what_is_in_both_and_what_is_in_one_only(one: Pairs, other: Pairs) -> None:
    assert as_minutes(spans(one) & spans(other)) == minutes(one) & minutes(other)
    assert as_minutes(spans(one) - spans(other)) == minutes(one) - minutes(other)
