"""So many a second and no more, evenly: a sweep must not look like an attack, nor fill a line of 2 Mbit/s."""

import asyncio


class Pace:
    """`await turn()` comes back at most `per_second` times a second, however late the loop is."""

    def __init__(self, per_second: float) -> None:
        self._gap_s = 1 / per_second
        self._next = 0.0

    async def turn(self) -> None:
        now = asyncio.get_running_loop().time()
        self._next = max(self._next + self._gap_s, now)
        if self._next > now:
            await asyncio.sleep(self._next - now)
