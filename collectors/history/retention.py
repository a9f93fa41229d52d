"""Which files go: of each tier all but the newest few; then, while the folder is too large, the oldest of the finest.

Files are counted, not dated: a clock that jumps a year ahead for a minute costs one day's minutes, not all history.
What seems to be of the future is real when it is the clock that went back, and is kept likewise.
"""

import logging
from collections.abc import Iterator
from pathlib import Path

from collectors.history import files
from collectors.history.tiers import MINUTES, TIERS, Tier

log = logging.getLogger(__name__)


def prune(folder: Path, now: float, *, keep_days: int, keep_bytes: int) -> list[Path]:
    """What was removed. The file of this moment stays in each tier, however large."""
    gone = [path for tier in TIERS for path in _outdated(folder, tier, now, keep_days)]
    for path in gone:
        files.remove(path)
    candidates = _dispensable(folder, now)
    while files.size(folder) > keep_bytes and (dropped := next(candidates, None)):
        log.warning("history is larger than %d bytes; dropping %s", keep_bytes, dropped.relative_to(folder))
        files.remove(dropped)
        gone.append(dropped)
    return gone


def _outdated(folder: Path, tier: Tier, now: float, keep_days: int) -> list[Path]:
    keep = keep_days if tier is MINUTES else tier.keep
    current = tier.path_of(folder, now)
    paths = tier.paths(folder)
    over = [path for path in paths if path.name < current.name]
    ahead = [path for path in paths if path.name > current.name]
    return [*over[: max(0, len(over) - keep)], *ahead[keep + 1 :]]


def _dispensable(folder: Path, now: float) -> Iterator[Path]:
    """In the order in which they are missed least."""
    for tier in TIERS:
        yield from sorted((folder / tier.name).glob(f"*{files.DAMAGED}*"))
    for tier in TIERS:
        current = tier.path_of(folder, now)
        yield from (path for path in tier.paths(folder) if path != current)
