"""Token buckets (the usual name; nothing to do with API tokens): so many requests a minute, evenly refilled. Pure.

Kept in the memory of the process, because one process serves the console; a restart forgives, which is no way in.
"""

import math
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import Final

MINUTE_S: Final = 60.0
# An attacker with many addresses must not fill the memory; the longest unused is forgotten.
MOST_KEYS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """`remaining` requests may follow at once; a refused one may come again in `wait_s` seconds (whole, rounded up).

    `full_s` is when the bucket is full again.
    """

    allowed: bool
    limit: int
    remaining: int
    wait_s: int
    full_s: int


@dataclass(slots=True)
class _Bucket:
    level: float
    at: float


class Buckets:
    """One bucket of `per_minute` for each key; a full one allows them all at once."""

    def __init__(self, per_minute: int) -> None:
        self.per_minute = per_minute
        self._rate = per_minute / MINUTE_S
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()
        self._lock = Lock()

    def take(self, key: str, now: float) -> Verdict:
        """`now` is monotonic time in seconds."""
        with self._lock:
            bucket = self._refilled(key, now)
            allowed = bucket.level >= 1
            if allowed:
                bucket.level -= 1
            return self._verdict(bucket, allowed=allowed)

    def look(self, key: str, now: float) -> Verdict:
        """What `take` would say, without taking."""
        with self._lock:
            bucket = self._refilled(key, now)
            return self._verdict(bucket, allowed=bucket.level >= 1)

    def _refilled(self, key: str, now: float) -> _Bucket:
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = _Bucket(self.per_minute, now)
        self._buckets.move_to_end(key)
        if len(self._buckets) > MOST_KEYS:
            self._buckets.popitem(last=False)
        bucket.level = min(self.per_minute, bucket.level + max(0.0, now - bucket.at) * self._rate)
        bucket.at = now
        return bucket

    def _verdict(self, bucket: _Bucket, *, allowed: bool) -> Verdict:
        missing = max(0.0, 1 - bucket.level)
        return Verdict(
            allowed=allowed,
            limit=self.per_minute,
            remaining=int(bucket.level),
            wait_s=max(1, math.ceil(missing / self._rate)),
            full_s=math.ceil((self.per_minute - bucket.level) / self._rate),
        )
