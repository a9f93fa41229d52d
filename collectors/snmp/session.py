"""Questions to one device, in the terms of RFC 3416, within what the device has shown that it can take.

An error-status is always raised, with two exceptions that are part of the protocol: tooBig and silence make the
question smaller, and version 1's noSuchName is read as version 2's noSuchInstance or endOfMibView.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from typing import Final, TypeVar

from collectors.snmp.agent import Agent
from collectors.snmp.errors import (
    AgentError,
    NoAnswerError,
    NoSuchNameError,
    NotAuthorizedError,
    TooBigError,
    WireError,
)
from collectors.snmp.known import KnownInstances
from collectors.snmp.limits import Limits
from collectors.snmp.processing import PduQuestion, Processing
from collectors.snmp.target import Target
from collectors.snmp.transport import Transport
from collectors.snmp.wire import (
    ErrorStatus,
    Missing,
    Oid,
    Pdu,
    PduHead,
    PduType,
    Value,
    VarBind,
    Version,
    bulk_request,
    encode_pdu,
    missing,
    read_pdu,
    request,
)

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")

SYS_UP_TIME: Final[Oid] = (1, 3, 6, 1, 2, 1, 1, 3, 0)
ERRORS: Final[dict[int, type[AgentError]]] = {
    ErrorStatus.TOO_BIG: TooBigError,
    ErrorStatus.NO_SUCH_NAME: NoSuchNameError,
    ErrorStatus.AUTHORIZATION_ERROR: NotAuthorizedError,
}
LEFT_OUT: Final = frozenset({ErrorStatus.NO_SUCH_NAME, ErrorStatus.GEN_ERR})
MOST_FAULTS: Final = 8


class Session:
    """One device, one request at a time. `limits` is worth keeping for as long as the device is known."""

    def __init__(
        self, transport: Transport, processing: Processing, target: Target, agent: Agent, limits: Limits | None = None
    ) -> None:
        self.target = target
        self.limits = limits or Limits(bulk=target.version is not Version.V1)
        self._transport = transport
        self._processing = processing
        self._agent = agent

    async def get(self, oids: Iterable[Oid]) -> list[VarBind]:
        """In the order asked. What the agent lacks has a `Missing` for a value."""
        return await self._in_pieces(list(oids), self._get_piece)

    async def get_next(self, oids: Iterable[Oid]) -> list[VarBind]:
        """The successors, in the order asked; END_OF_MIB_VIEW where there is none."""
        return await self._in_pieces(list(oids), self._next_piece)

    async def get_bulk(self, oids: Sequence[Oid], max_repetitions: int, *, hurry: bool = False) -> list[VarBind]:
        """Successors row by row, as the agent gives them: possibly fewer rows than asked for, the last one cut.

        In a `hurry` there is one attempt only.
        """
        request_id = self._transport.new_request_id()
        target = replace(self.target, retries=0) if hurry else self.target
        return await self._ask(bulk_request(request_id, oids, max_repetitions=max_repetitions), _some, target)

    async def set(self, varbinds: Iterable[VarBind]) -> list[VarBind]:
        """Change values, all of them or none (RFC 3416 section 4.2.5). Never asked twice: the first may have worked.

        Raises NoAnswerError where it is not known whether it was done; look before doing it again.
        """
        pdu = Pdu(PduType.SET, self._transport.new_request_id(), tuple(varbinds))
        names = [varbind.oid for varbind in pdu.varbinds]
        return await self._ask(pdu, lambda answer: _as_many(answer, len(names), names), replace(self.target, retries=0))

    async def get_known(self, known: KnownInstances) -> list[Value]:
        """The values of `known.names`, in their order.

        A variable that noSuchName or genErr points at is left out from then on, for one bad instance must not cost the
        poll; but an agent that finds fault with many of them is raised, not whittled away.
        """
        values: list[Value] = []
        faults = 0
        while len(values) < len(known.names):
            try:
                await self._read_on(known, values)
            except (TooBigError, NoAnswerError) as error:
                await self._ask_less(error, min(self.limits.varbinds, len(known.names) - len(values)))
            except AgentError as error:
                culprit = _culprit(error, self.limits.varbinds)
                faults += not isinstance(error, NoSuchNameError)
                if error.status not in LEFT_OUT or culprit is None or faults > MOST_FAULTS:
                    raise
                known.leave_out([len(values) + culprit])
        return values

    async def _read_on(self, known: KnownInstances, values: list[Value]) -> None:
        """Ask for what `values` lacks, request after request, until all is there or another session wants its turn."""

        def question() -> PduQuestion:
            template = known.template(len(values), self.limits.varbinds)
            request_id = self._transport.new_request_id()
            return PduQuestion(request_id, template.encode(request_id), template.read)

        def follow(answer: tuple[int, int, list[Value]]) -> PduQuestion | None:
            status, index, found = answer
            self._raise(status, index)
            values.extend(found)
            self.limits.accepted()
            return None if len(values) >= len(known.names) or self._agent.wanted else question()

        async with self._agent:
            await self._processing.exchange(self.target, question(), follow)

    async def alive(self) -> bool:
        """Whether the device answers the smallest of questions."""
        try:
            await self._get_piece([SYS_UP_TIME])
        except NoAnswerError:
            return False
        return True

    async def _in_pieces(
        self, wanted: list[Oid], ask: Callable[[list[Oid]], Awaitable[list[VarBind]]]
    ) -> list[VarBind]:
        answers: list[VarBind] = []
        while len(answers) < len(wanted):
            piece = wanted[len(answers) : len(answers) + self.limits.varbinds]
            answers += await self._fitting(piece, len(piece), ask)
        return answers

    async def _fitting(self, asked: Asked, size: int, ask: Callable[[Asked], Awaitable[list[Answer]]]) -> list[Answer]:
        """The answer; or none, when this was too much and `limits` has shrunk, so that the caller cuts again."""
        try:
            answer = await ask(asked)
        except (TooBigError, NoAnswerError) as error:
            await self._ask_less(error, size)
            return []
        self.limits.accepted()
        return answer

    async def _ask_less(self, error: TooBigError | NoAnswerError, size: int) -> None:
        """Shrink `limits` after a request for `size` variables; raises the error where that is of no use."""
        if size == 1 or (isinstance(error, NoAnswerError) and not await self.alive()):
            raise error
        if isinstance(error, TooBigError):
            self.limits.refused(size)
        else:
            self.limits.silent(size)

    async def _get_piece(self, oids: list[Oid]) -> list[VarBind]:
        return await self._without_the_missing(PduType.GET, oids, Missing.NO_SUCH_INSTANCE)

    async def _next_piece(self, oids: list[Oid]) -> list[VarBind]:
        return await self._without_the_missing(PduType.GET_NEXT, oids, Missing.END_OF_MIB_VIEW)

    async def _without_the_missing(self, kind: PduType, oids: list[Oid], why: Missing) -> list[VarBind]:
        """Version 1 fails a whole request for one variable that it lacks: ask again for the others."""
        answers: dict[int, VarBind] = {}
        places = list(range(len(oids)))
        while places:
            wanted = [oids[place] for place in places]
            try:
                found = await self._request(kind, wanted)
            except NoSuchNameError as error:
                culprit = _culprit(error, len(places))
                if culprit is None:
                    raise
                place = places.pop(culprit)
                answers[place] = missing(oids[place], why)
            else:
                answers.update(zip(places, found, strict=True))
                break
        return [answers[place] for place in range(len(oids))]

    async def _request(self, kind: PduType, oids: list[Oid]) -> list[VarBind]:
        same = oids if kind is PduType.GET else None
        pdu = request(kind, self._transport.new_request_id(), oids)
        return await self._ask(pdu, lambda answer: _as_many(answer, len(oids), same), self.target)

    async def _ask(self, pdu: Pdu, check: Callable[[Pdu], None], target: Target) -> list[VarBind]:
        def read(data: bytes, head: PduHead) -> Pdu:
            answer = read_pdu(data, head)
            if not answer.error_status:
                check(answer)
            return answer

        async with self._agent:
            answer: Pdu = await self._processing.exchange(target, PduQuestion(pdu.request_id, encode_pdu(pdu), read))
        self._raise(answer.error_status, answer.error_index)
        return list(answer.varbinds)

    def _raise(self, status: int, index: int) -> None:
        if status:
            raise ERRORS.get(status, AgentError)(address=self.target.address, status=status, index=index)


def _culprit(error: AgentError, count: int) -> int | None:
    """The place of the variable that an error-index points at."""
    index = error.facts["index"]
    return index - 1 if isinstance(index, int) and 0 < index <= count else None


def _as_many(answer: Pdu, count: int, same: list[Oid] | None) -> None:
    """RFC 3416 sections 4.2.1 and 4.2.2: a variable for each that was asked; for GET, the very same."""
    if len(answer.varbinds) != count or (same is not None and [varbind.oid for varbind in answer.varbinds] != same):
        raise WireError(reason="the answer names other variables than were asked")


def _some(answer: Pdu) -> None:
    if not answer.varbinds:
        raise WireError(reason="an empty answer to GETBULK")
