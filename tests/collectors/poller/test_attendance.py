from datetime import timedelta

import pytest

from collectors.poller.attendance import Attendance, Gap
from tests.collectors.county import NOW


@pytest.mark.parametrize(
    ("wall_s", "monotonic_s", "expected"),
    [
        (0.25, 0.25, None),
        (5.4, 5.0, None),
        (3600.25, 0.25, Gap(set_back=False)),
        (-3600, 0.25, Gap(set_back=True)),
        (45.0, 45.0, Gap(set_back=False)),
    ],
    ids=["a tick", "slewed", "set forwards, or a machine that was paused", "set back", "stood still"],
)
def test_a_run_ends_with_a_set_clock_and_with_standing_still(
    wall_s: float, monotonic_s: float, expected: Gap | None
) -> None:
    run = Attendance.start(NOW, 100.0)
    assert run.gap(NOW + timedelta(seconds=wall_s), 100.0 + monotonic_s) == expected


def test_a_run_grows_with_every_look() -> None:
    run = Attendance.start(NOW, 100.0)
    for second in range(1, 300):
        moment = NOW + timedelta(seconds=second)
        assert run.gap(moment, 100.0 + second) is None
        run.look(moment, 100.0 + second)
    assert (run.began, run.seen) == (NOW, NOW + timedelta(seconds=299))
