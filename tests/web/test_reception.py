"""Which connections the server lets go, as a table: no clock, no socket."""

import pytest

from web.reception import BODY_BYTES_PER_S, BODY_GRACE_S, HEADER_S, IDLE_S, Arrival

NOW = 10_000.0


def arrival(
    *, began: float | None = None, headers: bool = False, body: int = 0, idle: float = 0.0, served: bool = False
) -> Arrival:
    return Arrival(None if began is None else NOW - began, headers, body, NOW - idle, served)


@pytest.mark.parametrize(
    ("seen", "overdue"),
    [
        (arrival(idle=IDLE_S - 1), False),
        (arrival(idle=IDLE_S + 1), True),
        (arrival(began=HEADER_S - 1), False),
        (arrival(began=HEADER_S + 1), True),
        (arrival(began=HEADER_S + 1, headers=True), False),
        (arrival(began=BODY_GRACE_S + 10, headers=True, body=BODY_BYTES_PER_S * 9), True),
        (arrival(began=BODY_GRACE_S + 10, headers=True, body=BODY_BYTES_PER_S * 11), False),
        (arrival(began=36_000, headers=True, body=36_000 * 100_000), False),
        (arrival(began=HEADER_S + 1, served=True), False),
        (arrival(idle=3600, served=True), False),
    ],
)
def test_a_request_has_its_time_to_arrive_and_an_answer_all_it_needs(seen: Arrival, *, overdue: bool) -> None:
    assert seen.overdue(NOW) is overdue


def test_a_byte_now_and_then_does_not_lengthen_the_time_of_a_header() -> None:
    assert arrival(began=HEADER_S + 1, idle=0).overdue(NOW)
