"""The SNMP side of a device: one UDP socket, and silence for whoever does not know the community."""

import asyncio
from typing import cast

from collectors.snmp.wire import WireError, decode_message
from demo.devices.machine import Machine
from demo.devices.view import answer


class Agent(asyncio.DatagramProtocol):
    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._community = machine.device.community.encode()
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)  # Python 3.11 does not say so in its classes

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        reply = self.reply(data)
        if reply is not None and self._transport is not None:
            self._transport.sendto(reply, addr)

    def reply(self, data: bytes) -> bytes | None:
        machine, t = self._machine, self._machine.time()
        if machine.silent(t):
            return None
        try:
            request = decode_message(data)
        except WireError:
            return None
        if request.community != self._community:
            return None
        return answer(machine.view, request, t, machine.model.response_limit)
