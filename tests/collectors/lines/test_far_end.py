from collectors.judge import End
from collectors.lines.far_end import FarEnd
from collectors.models import Reachability


def far(*heard: bool, answered: bool = False) -> FarEnd:
    found = FarEnd("192.0.2.9", answered=answered)
    for answers in heard:
        found.hear(answers)
    return found


def test_silence_counts_only_where_there_was_an_answer_before() -> None:
    assert far().end == End()
    assert far(False).end == End(), "a gateway that answers nobody is no failure"
    assert far(True, False).end == End(Reachability.DOWN)
    assert far(False, answered=True).end == End(Reachability.DOWN), "an earlier process heard it"
    assert far(True, False, True).end == End(Reachability.UP)


def test_what_was_lost_in_an_outage_is_no_loss_of_what_follows() -> None:
    found = far(True)
    for answer in (1.0, None, None, None):
        found.pulse.add(answer)
    found.hear(answers=False)
    found.pulse.add(1.0)
    found.hear(answers=True)
    assert found.pulse.recent().loss_percent == 0


def test_a_quick_line_remembers_as_many_answers_as_a_minute_has() -> None:
    found = far()
    found.pace(1)
    assert (found.interval_s, found.pulse.span) == (1, 60)
