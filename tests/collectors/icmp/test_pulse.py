from collectors.icmp.pulse import Pulse, Summary, summarise


def test_nothing_sent_is_not_the_same_as_nothing_heard() -> None:
    assert summarise([]) == Summary(0, None, None, None, None)
    assert summarise([None, None]) == Summary(2, 100.0, None, None, None)


def test_loss_and_round_trips_are_of_the_probes_made() -> None:
    assert summarise([1.0, None, 3.0, 2.0]) == Summary(4, 25.0, 1.0, 2.0, 3.0)


def test_an_answer_ends_a_row_of_losses() -> None:
    pulse = Pulse()
    for answer in (None, None, None):
        pulse.add(answer)
    assert pulse.losses == 3
    pulse.add(0.5)
    assert pulse.losses == 0


def test_what_is_shown_forgets_what_is_long_ago() -> None:
    pulse = Pulse()
    for answer in [None] * 12 + [1.0] * 12:
        pulse.add(answer)
    assert pulse.recent() == Summary(12, 0.0, 1.0, 1.0, 1.0)
