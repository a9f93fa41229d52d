"""An agent in the test's own event loop, built from the wire module, that can be told to misbehave.

    async with Agent(mib) as agent:
        agent.behave = truncated
        engine.session(agent.target())

A behaviour is a function of the agent, the request and the honest answer; it returns the datagrams to send.
"""

import asyncio
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Self

from collectors.snmp import Target
from collectors.snmp.wire import (
    ErrorStatus,
    Message,
    Missing,
    Oid,
    Pdu,
    PduType,
    Tag,
    VarBind,
    Version,
    WireError,
    decode_message,
    encode_message,
    missing,
    parse_oid,
)

UPTIME = VarBind(parse_oid("1.3.6.1.2.1.1.3.0"), Tag.TIME_TICKS, 12345)

Behaviour = Callable[["Agent", Message, Message], list[bytes]]


def honest(_: "Agent", __: Message, answer: Message) -> list[bytes]:
    return [encode_message(answer)]


@dataclass
class Agent:
    mib: list[VarBind]
    behave: Behaviour = honest
    largest: int = 1472
    log: list[Pdu] = field(default_factory=list)
    address: str = "127.0.0.1"
    _transport: asyncio.DatagramTransport | None = None

    def __post_init__(self) -> None:
        self.set(self.mib)

    def set(self, mib: Iterable[VarBind]) -> None:
        self.mib = sorted(mib, key=lambda varbind: varbind.oid)
        self._names = [varbind.oid for varbind in self.mib]
        self._values = {varbind.oid: varbind for varbind in self.mib}

    def change(self, *varbinds: VarBind) -> None:
        self.set((self._values | {varbind.oid: varbind for varbind in varbinds}).values())

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: _Protocol(self), (self.address, 0))
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._transport is not None
        self._transport.close()
        await asyncio.sleep(0)

    @property
    def port(self) -> int:
        assert self._transport is not None
        return int(self._transport.get_extra_info("sockname")[1])

    def target(self, *, timeout_s: float = 2.0, retries: int = 1, version: Version = Version.V2C) -> Target:
        return Target(self.address, self.port, version=version, timeout_s=timeout_s, retries=retries)

    def send(self, datagram: bytes, destination: tuple[str, int]) -> None:
        assert self._transport is not None
        self._transport.sendto(datagram, destination)

    def answer(self, message: Message) -> Message:
        pdu = message.pdu
        match pdu.kind:
            case PduType.GET:
                varbinds = [self._values.get(v.oid) or missing(v.oid, Missing.NO_SUCH_INSTANCE) for v in pdu.varbinds]
            case PduType.GET_NEXT:
                varbinds = [self.successor(v.oid) for v in pdu.varbinds]
            case _:
                varbinds = self._bulk(pdu)
        response = replace(message, pdu=pdu.respond(varbinds))
        if message.version is Version.V1:
            response = _as_version_one(pdu, response)
        if pdu.kind is PduType.GET_BULK:
            while len(encode_message(response)) > self.largest:
                response = replace(response, pdu=replace(response.pdu, varbinds=response.pdu.varbinds[:-1]))
        elif len(encode_message(response)) > self.largest:
            response = replace(message, pdu=pdu.respond(pdu.varbinds, error_status=ErrorStatus.TOO_BIG))
        return response

    def successor(self, oid: Oid) -> VarBind:
        place = bisect_right(self._names, oid)
        return self.mib[place] if place < len(self.mib) else missing(oid, Missing.END_OF_MIB_VIEW)

    def _bulk(self, pdu: Pdu) -> list[VarBind]:
        row = [varbind.oid for varbind in pdu.varbinds]
        found: list[VarBind] = []
        for _ in range(pdu.max_repetitions):
            answers = [self.successor(oid) for oid in row]
            found += answers
            row = [varbind.oid for varbind in answers]
        return found


def _as_version_one(request: Pdu, response: Message) -> Message:
    for place, varbind in enumerate(response.pdu.varbinds):
        if isinstance(varbind.value, Missing):
            pdu = request.respond(request.varbinds, error_status=ErrorStatus.NO_SUCH_NAME, error_index=place + 1)
            return replace(response, pdu=pdu)
    return response


class _Protocol(asyncio.DatagramProtocol):
    def __init__(self, agent: Agent) -> None:
        self._agent = agent

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        try:
            message = decode_message(data)
        except WireError:
            return
        self._agent.log.append(message.pdu)
        for datagram in self._agent.behave(self._agent, message, self._agent.answer(message)):
            self._agent.send(datagram, addr)


# ---- misbehaviour


def silent(_: Agent, __: Message, ___: Message) -> list[bytes]:
    return []


def silent_above(most: int) -> Behaviour:
    """Loses every answer with more than `most` varbinds."""
    return lambda _, __, answer: [] if len(answer.pdu.varbinds) > most else [encode_message(answer)]


def deaf_to_bulk(_: Agent, request: Message, answer: Message) -> list[bytes]:
    return [] if request.pdu.kind is PduType.GET_BULK else [encode_message(answer)]


def wrong_request_id(_: Agent, __: Message, answer: Message) -> list[bytes]:
    return [encode_message(replace(answer, pdu=replace(answer.pdu, request_id=answer.pdu.request_id ^ 1)))]


def truncated(_: Agent, __: Message, answer: Message) -> list[bytes]:
    return [encode_message(answer)[:-3]]


def failing(status: int, index: int = 0) -> Behaviour:
    return lambda _, request, answer: [
        encode_message(
            replace(answer, pdu=request.pdu.respond(request.pdu.varbinds, error_status=status, error_index=index))
        )
    ]


def failing_below(root: Oid) -> Behaviour:
    """Honest, but for one part of the tree."""

    def behave(agent: Agent, request: Message, answer: Message) -> list[bytes]:
        asked = any(one.oid[: len(root)] == root for one in request.pdu.varbinds)
        return (failing(ErrorStatus.GEN_ERR) if asked else honest)(agent, request, answer)

    return behave


def too_big_above(most: int) -> Behaviour:
    def behave(agent: Agent, request: Message, answer: Message) -> list[bytes]:
        if len(request.pdu.varbinds) > most:
            return failing(ErrorStatus.TOO_BIG)(agent, request, answer)
        return honest(agent, request, answer)

    return behave


def table(column: str, count: int) -> list[VarBind]:
    root = parse_oid(column)
    return [VarBind((*root, index), Tag.INTEGER, index) for index in range(1, count + 1)]
