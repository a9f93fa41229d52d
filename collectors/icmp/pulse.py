"""What a row of echo answers means. Pure: the probes are made elsewhere."""

from collections import deque
from dataclasses import dataclass, field

WINDOW = 12


@dataclass(frozen=True, slots=True)
class Summary:
    """Of some probes; round trips in milliseconds, None when not one was answered."""

    sent: int
    loss_percent: float | None
    rtt_min_ms: float | None
    rtt_avg_ms: float | None
    rtt_max_ms: float | None


def summarise(answers: list[float | None]) -> Summary:
    if not answers:
        return Summary(0, None, None, None, None)
    heard = [answer for answer in answers if answer is not None]
    loss = 100.0 * (len(answers) - len(heard)) / len(answers)
    if not heard:
        return Summary(len(answers), loss, None, None, None)
    return Summary(len(answers), loss, min(heard), sum(heard) / len(heard), max(heard))


@dataclass(slots=True)
class Pulse:
    """The last answers of one address. `recent()` smooths what is shown, `losses` is what is judged."""

    answers: deque[float | None] = field(default_factory=lambda: deque(maxlen=WINDOW))
    losses: int = 0

    def add(self, answer: float | None) -> None:
        self.answers.append(answer)
        self.losses = 0 if answer is not None else self.losses + 1

    def recent(self) -> Summary:
        return summarise(list(self.answers))

    @property
    def answering(self) -> bool | None:
        """Did the last probe come back? None where there was none."""
        return self.losses == 0 if self.answers else None

    def forget(self) -> None:
        """All but the last: what was lost in an outage is no loss of what follows it."""
        last = list(self.answers)[-1:]
        self.answers.clear()
        self.answers.extend(last)
