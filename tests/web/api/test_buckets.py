"""Token buckets, on a clock of numbers."""

import math

from hypothesis import given
from hypothesis import strategies as st

from web.api import buckets
from web.api.buckets import Buckets


def test_a_full_bucket_allows_its_minute_at_once_and_then_one_a_share() -> None:
    found = Buckets(60)
    assert all(found.take("a", 0).allowed for _ in range(60))
    refused = found.take("a", 0)
    assert not refused.allowed
    assert (refused.remaining, refused.wait_s, refused.full_s) == (0, 1, 60)
    assert not found.take("a", 0.9).allowed
    assert found.take("a", 1.9).allowed


def test_each_key_has_its_own() -> None:
    found = Buckets(10)
    for _ in range(10):
        found.take("a", 0)
    assert not found.look("a", 0).allowed
    assert found.look("b", 0).remaining == 10


def test_a_refused_request_costs_nothing() -> None:
    found = Buckets(10)
    for _ in range(100):
        found.take("a", 0)
    assert found.take("a", 6).allowed


@given(st.integers(1, 5000), st.lists(st.floats(0, 30), max_size=200))
def test_in_no_stretch_of_time_are_more_allowed_than_a_full_bucket_and_its_refill(
    per_minute: int, pauses: list[float]
) -> None:
    found, now, allowed = Buckets(per_minute), 0.0, 0
    for pause in pauses:
        now += pause
        allowed += found.take("a", now).allowed
    assert allowed <= per_minute + math.ceil(now * per_minute / 60) + 1


@given(st.integers(1, 5000), st.integers(1, 200))
def test_who_waits_as_long_as_told_is_let_in(per_minute: int, hurry: int) -> None:
    found, now = Buckets(per_minute), 0.0
    verdict = found.take("a", now)
    for _ in range(hurry + per_minute):
        verdict = found.take("a", now)
    assert not verdict.allowed
    assert found.take("a", now + verdict.wait_s + 1e-6).allowed


def test_a_clock_that_stands_or_goes_back_refills_nothing() -> None:
    found = Buckets(10)
    for _ in range(10):
        found.take("a", 100)
    assert not found.take("a", 50).allowed


def test_many_addresses_do_not_fill_the_memory() -> None:
    found = Buckets(10)
    for number in range(buckets.MOST_KEYS + 500):
        found.take(str(number), 0)
    assert len(found._buckets) == buckets.MOST_KEYS
    assert found.look(str(buckets.MOST_KEYS + 499), 0).remaining == 9
