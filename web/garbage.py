"""Keeps Python's collector of cycles away from what lives long in the web process.

A full collection walks all that lives, in the middle of somebody's page: the program itself is 0.3 s, and what a city's
pages keep is 0.1 s more. It is set aside: freed as ever once nobody refers to it, but searched for cycles seldom.
"""

import gc
from time import perf_counter
from typing import Any, Final

OLDEST: Final = 2  # the generation of a full collection
# A walk that takes longer has met tens of thousands of objects that live on.
LONG_S: Final = 0.02
# What was set aside while it was part of a page may be in a cycle by now: so often all is walked again.
EVERY: Final = 20


class Watch:
    """Called by the collector: sets aside what makes a full collection long, and takes it back every so many times."""

    def __init__(self, long_s: float = LONG_S, every: int = EVERY) -> None:
        self._long_s, self._every = long_s, every
        self._began = 0.0
        self._long = 0

    def __call__(self, phase: str, info: dict[str, Any]) -> None:
        if info["generation"] != OLDEST:
            return
        if phase == "start":
            self._began = perf_counter()
        elif perf_counter() - self._began >= self._long_s:
            self._long += 1
            (gc.freeze if self._long % self._every else gc.unfreeze)()


WATCH: Final = Watch()


def set_aside() -> None:
    """What there is now, and from now on whatever makes a full collection long."""
    gc.collect()
    gc.freeze()
    if WATCH not in gc.callbacks:
        gc.callbacks.append(WATCH)
