"""All devices in one event loop: opens their sockets, lets their scripts work, closes everything again."""

import asyncio
import contextlib
import errno
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import asyncssh

from core.clock import Clock
from demo.devices import h3c, huawei, linux, ruijie, ups
from demo.devices.agent import Agent
from demo.devices.machine import Machine
from demo.devices.model import Device, Vendor
from demo.devices.shell import serve
from demo.errors import AddressTakenError

VENDORS: dict[str, Vendor] = {
    vendor.platform: vendor for vendor in (huawei.VENDOR, h3c.VENDOR, ruijie.VENDOR, ups.VENDOR, linux.VENDOR)
}
TICK = 0.5


@dataclass(frozen=True)
class Endpoint:
    """Where a device can be reached; the ports are the real ones when 0 was asked for."""

    address: str
    snmp_port: int
    ssh_port: int | None


class Deaf:
    """A TCP port that does not answer at all, as that of a device without power; a closed one would refuse at once.

    Linux drops what knocks at a listener whose queue is full, and the queue of length zero is filled by one caller:
    ourselves.
    """

    def __init__(self, address: str, port: int) -> None:
        self._listener = socket.socket()
        self._caller = socket.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind((address, port))
        self._listener.listen(0)
        self._caller.connect((address, port))

    def close(self) -> None:
        self._caller.close()
        self._listener.close()


class Running:
    """One device's sockets. While it is silent its SSH port is deaf, so that a TCP probe waits in vain as well."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.snmp_port = machine.device.snmp_port
        self.ssh_port = machine.device.ssh_port if machine.vendor.dialect else None
        self._agent: asyncio.DatagramTransport | None = None
        self._shell: asyncssh.SSHAcceptor | None = None
        self._deaf: Deaf | None = None
        self._connections: set[asyncssh.SSHServerConnection] = set()

    async def start(self) -> None:
        device = self.machine.device
        loop = asyncio.get_running_loop()
        try:
            address = (device.address, device.snmp_port)
            self._agent, _ = await loop.create_datagram_endpoint(lambda: Agent(self.machine), local_addr=address)
            self.snmp_port = self._agent.get_extra_info("sockname")[1]
            await self._open_shell()
        except OSError as error:
            await self.stop()
            if error.errno != errno.EADDRINUSE:
                raise
            taken = self.ssh_port if self._agent else self.snmp_port
            raise AddressTakenError(address=device.address, port=taken) from error

    async def stop(self) -> None:
        await self._close_shell()
        self._hear()
        if self._agent is not None:
            self._agent.close()

    async def follow_script(self) -> None:
        self.machine.tick()
        silent = self.machine.silent(self.machine.time())
        if silent and self._shell is not None:
            await self._close_shell()
        with contextlib.suppress(OSError):  # somebody took the port meanwhile: the next tick tries again
            if not silent and self._shell is None:
                await self._open_shell()
            elif silent and self._deaf is None and self.ssh_port:
                self._deaf = Deaf(self.machine.device.address, self.ssh_port)

    async def _open_shell(self) -> None:
        if self.ssh_port is not None and not self.machine.silent(self.machine.time()):
            self._hear()
            self._shell = await serve(self.machine, self.ssh_port, self._connections)
            self.ssh_port = self._shell.get_port()

    def _hear(self) -> None:
        deaf, self._deaf = self._deaf, None
        if deaf is not None:
            deaf.close()

    async def _close_shell(self) -> None:
        shell, self._shell = self._shell, None
        if shell is not None:
            shell.close()
            for connection in tuple(self._connections):
                connection.abort()
            await shell.wait_closed()


class Fleet:
    """`async with Fleet(devices, clock) as fleet:`; `fleet[name]` is a machine, `fleet.endpoint(name)` its ports."""

    def __init__(self, devices: Iterable[Device], clock: Clock) -> None:
        self._running = {one.name: Running(Machine(one, VENDORS[one.platform], clock)) for one in devices}
        self._script: asyncio.Task[None] | None = None

    def __getitem__(self, name: str) -> Machine:
        return self._running[name].machine

    def endpoint(self, name: str) -> Endpoint:
        running = self._running[name]
        return Endpoint(running.machine.device.address, running.snmp_port, running.ssh_port)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        try:
            for running in self._running.values():
                await running.start()
        except BaseException:
            await self.stop()
            raise
        self._script = asyncio.create_task(self._follow_scripts())

    async def stop(self) -> None:
        if self._script is not None:
            self._script.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._script
        for running in self._running.values():
            await running.stop()

    async def follow_scripts(self) -> None:
        """One step of every device's script; tests with a clock of their own call it themselves."""
        for running in self._running.values():
            await running.follow_script()

    async def _follow_scripts(self) -> None:
        while True:
            await self.follow_scripts()
            await asyncio.sleep(TICK)
