"""How long history is kept at which resolution, and in which file a moment is.

    1m/20261122.db   every minute of every subject, one file a UTC day       two days, unless the settings say more
    5m/20261122.db   every five minutes of every subject                     seven days
    1h/202611.db     every hour of lines, devices and chosen ports           thirteen months

The coarser tiers are made from the first (`rollup.py`). They hold means, and of what has peaks the highest minute.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final


@dataclass(frozen=True)
class Tier:
    """`keep` files that are over stay beside the current one. `key` is the order of the rows in a file."""

    name: str
    step_s: int
    keep: int
    pattern: str = "%Y%m%d"
    rolled: bool = True
    key: str = "ts, id"

    def path_of(self, folder: Path, moment: float) -> Path:
        return folder / self.name / f"{datetime.fromtimestamp(moment, UTC):{self.pattern}}.db"

    def paths(self, folder: Path) -> list[Path]:
        """The files there are, oldest first."""
        return sorted(path for path in (folder / self.name).glob("*.db") if self._is_ours(path))

    def _is_ours(self, path: Path) -> bool:
        """Exactly as `path_of` writes it: whatever else lies in the folder is left alone."""
        try:
            begin, _ = self.span(path)
        except (ValueError, OverflowError):
            return False
        return path.name == self.path_of(Path(), begin).name

    def span(self, path: Path) -> tuple[int, int]:
        """The seconds in which a file begins and ends."""
        begin = datetime.strptime(path.stem, self.pattern).replace(tzinfo=UTC)
        following = begin + timedelta(days=1)
        if self.pattern == MONTHLY:
            following = (begin.replace(day=1) + timedelta(days=32)).replace(day=1)
        return int(begin.timestamp()), int(following.timestamp())

    def floor(self, moment: float) -> int:
        return int(moment) // self.step_s * self.step_s


MONTHLY: Final = "%Y%m"
MINUTES: Final = Tier("1m", 60, keep=2, rolled=False)
FIVE_MINUTES: Final = Tier("5m", 300, keep=7)
HOURS: Final = Tier("1h", 3600, keep=13, pattern=MONTHLY, key="id, ts")
# From the finest to the coarsest.
TIERS: Final = (MINUTES, FIVE_MINUTES, HOURS)
