"""`guanjin up` as child processes: started, watched until they answer, stopped."""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, STDOUT, Process
from collections.abc import Mapping, Sequence

from demo.errors import InstanceEndedError, InstanceSilentError
from demo.instance import HOST, ROOT, Instance

START_S = 45.0
STOP_S = 20.0


async def start(instance: Instance) -> Process:
    """In a process group of its own, so that Ctrl-C reaches us alone and we stop the instance in good order."""
    command = [sys.executable, "-m", "demo.child", str(os.getpid())]
    program = [sys.executable, str(ROOT / "guanjin.py"), "--config", str(instance.config), "up"]
    with instance.log.open("ab") as log:
        return await asyncio.create_subprocess_exec(
            *command,
            *program,
            cwd=ROOT,
            env=environ(),
            stdin=DEVNULL,
            stdout=log,
            stderr=STDOUT,
            start_new_session=True,
        )


def environ(base: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Without the settings that somebody's shell may hold: the instance has a file of its own."""
    return {name: value for name, value in base.items() if not name.startswith("GUANJIN_")}


async def wait_until_it_answers(instance: Instance, process: Process) -> None:
    """Raises InstanceEndedError, InstanceSilentError."""
    try:
        async with asyncio.timeout(START_S):
            while not await _answers(instance):
                if process.returncode is not None:
                    raise InstanceEndedError(zone=instance.zone, code=process.returncode, log=instance.log)
                await asyncio.sleep(0.2)
    except TimeoutError:
        raise InstanceSilentError(zone=instance.zone, seconds=int(START_S), log=instance.log) from None


async def _answers(instance: Instance) -> bool:
    try:
        reader, writer = await asyncio.open_connection(HOST, instance.port)
        writer.write(f"GET /login HTTP/1.0\r\nHost: {HOST}:{instance.port}\r\n\r\n".encode())
        line = await asyncio.wait_for(reader.readline(), 5)
        writer.close()
    except (OSError, TimeoutError):
        return False
    return line.startswith(b"HTTP/1")


async def stop(processes: Sequence[Process]) -> None:
    """All together: each has a queue to leave in good order."""
    running = [process for process in processes if process.returncode is None]
    for process in running:
        process.terminate()
    await asyncio.gather(*(_end(process) for process in running))


async def _end(process: Process) -> None:
    try:
        await asyncio.wait_for(process.wait(), STOP_S)
    except TimeoutError:
        process.kill()
        await process.wait()
