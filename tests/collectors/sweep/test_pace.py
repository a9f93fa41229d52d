"""A sweep's packets leave evenly."""

import asyncio

from collectors.sweep.pace import Pace


async def test_no_more_leave_in_a_second_than_were_allowed() -> None:
    loop, pace, left = asyncio.get_running_loop(), Pace(200), []

    async def one() -> None:
        await pace.turn()
        left.append(loop.time())

    await asyncio.gather(*(one() for _ in range(40)))
    spans = [later - earlier for earlier, later in zip(left, left[20:], strict=False)]
    assert min(spans) >= 19 / 200
