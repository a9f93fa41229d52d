"""From what the last surveys found and what this one found to what has to be written. Pure.

Somebody who is switched off in the evening is still worth finding the next day, so what is not found any more stays for
a while. Writing every half hour that nothing has changed would be most of the writing, so the time of the last look is
kept roughly.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

SEEN_EVERY: Final = timedelta(hours=6)
KEPT: Final = timedelta(days=30)
TIMES: Final = ("since", "seen")

Row = dict[str, Any]
Rows = Mapping[Hashable, Row]


@dataclass(frozen=True)
class Changes:
    """Rows to be written as they are, and the keys of rows to be deleted."""

    rows: list[Row]
    gone: list[Hashable]


def merge(before: Rows, found: Rows, now: datetime, kept: timedelta = KEPT) -> Changes:
    """`found` are rows without times. A row whose facts changed (a station that moved) is there since now."""
    rows = [row for key, facts in found.items() if (row := _written(before.get(key), facts, now)) is not None]
    gone = [key for key, row in before.items() if key not in found and now - row["seen"] >= kept]
    return Changes(rows, gone)


def _written(before: Row | None, facts: Row, now: datetime) -> Row | None:
    if before is None or any(before[name] != value for name, value in facts.items()):
        return facts | dict.fromkeys(TIMES, now)
    # A clock that was set back must not keep a row from being written ever again.
    age = abs(now - before["seen"])
    return facts | {"since": before["since"], "seen": now} if age >= SEEN_EVERY else None
