"""`make demo`: a sample county on this machine. Two instances, forty-eight emulated devices, nothing outside ./var.

    fleet (this process)  <-- SNMP, SSH on 127.10.0.0/16 --+-- guanjin up (extranet, 8080) --+
                                                           +-- guanjin up (intranet, 8081) --+-- ./var/demo/disc

Root and ICMP are not needed. Ctrl-C stops everything; the next start goes on where this one ended.
"""

import argparse
import asyncio
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from pathlib import Path

from core.clock import SystemClock
from core.database import Database
from core.errors import GuanjinError
from core.i18n import language_of, translator
from core.supervisor import only_one
from demo import announcement, processes
from demo.county.emulation import devices
from demo.county.ledger import NETWORK
from demo.devices.fleet import Fleet
from demo.exchange import Side, exchange
from demo.instance import FOLDER, PORTS, Instance, Secrets, disc, instances, require_free, secrets_of, write_settings
from demo.parcel import Parcel
from demo.preparation import prepare

STEP_S = 2.0


async def run(folder: Path, ports: tuple[int, int], network: str) -> None:
    both = instances(folder, ports, network)
    for instance in both:
        require_free(instance)
    given = secrets_of(folder)
    medium = disc(folder)
    medium.mkdir(exist_ok=True)
    for instance in both:
        write_settings(instance, medium)
    announcement.say(announcement.PREPARING)
    async with AsyncExitStack() as stack:
        county = [device for instance in both for device in devices(instance.sample)]
        await stack.enter_async_context(Fleet(county, SystemClock()))
        await asyncio.to_thread(_prepare, both, given, medium)
        await _run_instances(stack, both)
        stack.push_async_callback(_end, asyncio.create_task(_carry(both, given)))
        asked = _asked_to_stop()
        announcement.ready(both, given, medium)
        await asked.wait()
        announcement.say(announcement.STOPPING)


def _prepare(both: tuple[Instance, Instance], given: Secrets, medium: Path) -> None:
    databases = [prepare(instance, given) for instance in both]
    outside, inside = (Side.of(*pair) for pair in zip(both, databases, strict=True))
    exchange(outside, inside, pin=given.pin, medium=medium)
    for database in databases:
        database.close()


async def _carry(both: tuple[Instance, Instance], given: Secrets) -> None:
    """Let one file cross, step by step, while the county runs."""
    databases = [Database(instance.settings().database_url) for instance in both]
    outside, inside = (Side.of(*pair) for pair in zip(both, databases, strict=True))
    parcel = Parcel(outside, inside, given.pin)
    try:
        # The instances are other processes, so there is no event of theirs to wait for.
        while not await asyncio.to_thread(parcel.step):  # noqa: ASYNC110
            await asyncio.sleep(STEP_S)
    except GuanjinError as error:
        # A parcel that cannot go on does not end the demonstration.
        sys.stderr.write(f"demo: {error}\n")
    finally:
        for database in databases:
            database.close()


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def _run_instances(stack: AsyncExitStack, both: tuple[Instance, ...]) -> None:
    started: list[Process] = []
    stack.push_async_callback(processes.stop, started)
    for instance in both:
        started += [await processes.start(instance)]
    for instance, process in zip(both, started, strict=True):
        await processes.wait_until_it_answers(instance, process)


def _asked_to_stop() -> asyncio.Event:
    """Until here a Ctrl-C breaks off; from here on it is an orderly end."""
    asked = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, asked.set)
    return asked


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__.partition("\n")[0])
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--ports", type=int, nargs=2, default=PORTS, metavar="PORT")
    parser.add_argument("--network", default=NETWORK, help="first two numbers of the devices' addresses")
    asked = parser.parse_args(arguments)
    try:
        with only_one(asked.folder / "run"):
            asyncio.run(run(asked.folder, tuple(asked.ports), asked.network))
    except GuanjinError as error:
        translate = translator(language_of())
        sys.stderr.write(f"demo: {error.render(translate)} [{error.code}]\n")
        if hint := error.render_hint(translate):
            sys.stderr.write(f"{translate('hint:')} {hint}\n")
        return error.category.exit_code
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
