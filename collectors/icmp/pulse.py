"""What a row of echo answers means. Pure: the probes are made elsewhere."""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from collectors.percentile import percentile

# A dozen at least, so that one loss is no share of them that alarms; a minute of the quickest probing at most.
FEWEST: Final = 12
MOST: Final = 60
MINUTE_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Summary:
    """Of some probes; round trips in milliseconds, None when not one was answered."""

    sent: int
    loss_percent: float | None
    rtt_min_ms: float | None
    rtt_avg_ms: float | None
    rtt_max_ms: float | None


@dataclass(frozen=True, slots=True)
class Spread:
    """How round trips scatter, in milliseconds. `jitter_ms` is None with fewer than two answers.

    Jitter is the mean difference between an answer and the one before (RFC 3393's delay variation without its sign).
    """

    p50_ms: float | None = None
    p95_ms: float | None = None
    jitter_ms: float | None = None


def summarise(answers: Sequence[float | None]) -> Summary:
    if not answers:
        return Summary(0, None, None, None, None)
    heard = [answer for answer in answers if answer is not None]
    loss = 100.0 * (len(answers) - len(heard)) / len(answers)
    if not heard:
        return Summary(len(answers), loss, None, None, None)
    return Summary(len(answers), loss, min(heard), sum(heard) / len(heard), max(heard))


def spread(answers: Iterable[float | None]) -> Spread:
    heard = [answer for answer in answers if answer is not None]
    if not heard:
        return Spread()
    steps = [abs(after - before) for before, after in pairwise(heard)]
    return Spread(percentile(heard, 50), percentile(heard, 95), sum(steps) / len(steps) if steps else None)


@dataclass(slots=True)
class Pulse:
    """The last answers of one address. `recent()` smooths what is shown, `losses` is what is judged.

    `span` is how many answers make up the last minute.
    """

    answers: deque[float | None] = field(default_factory=lambda: deque(maxlen=MOST))
    losses: int = 0
    span: int = FEWEST

    def pace(self, interval_s: float) -> None:
        """One probe every so many seconds from now on."""
        self.span = min(MOST, max(FEWEST, round(MINUTE_S / interval_s)))

    def add(self, answer: float | None) -> None:
        self.answers.append(answer)
        self.losses = 0 if answer is not None else self.losses + 1

    def recent(self) -> Summary:
        return summarise(list(self.answers)[-self.span :])

    def spread(self) -> Spread:
        """Of all the answers that are remembered: a dozen are too few for a percentile."""
        return spread(self.answers)

    @property
    def answering(self) -> bool | None:
        """Did the last probe come back? None where there was none."""
        return self.losses == 0 if self.answers else None

    def forget(self) -> None:
        """All but the last: what was lost in an outage is no loss of what follows it."""
        last = list(self.answers)[-1:]
        self.answers.clear()
        self.answers.extend(last)
