"""The fleet in a thread of its own, for tests that are not asynchronous."""

import asyncio
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from core.clock import Clock
from demo.devices.fleet import Fleet
from demo.devices.model import Device


@contextmanager
def running(devices: Iterable[Device], clock: Clock) -> Iterator[Fleet]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="fleet")
    thread.start()
    fleet = Fleet(devices, clock)
    try:
        asyncio.run_coroutine_threadsafe(fleet.start(), loop).result(30)
        yield fleet
    finally:
        asyncio.run_coroutine_threadsafe(fleet.stop(), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(30)
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
