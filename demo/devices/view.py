"""An agent's view: its variables in the order of their names, and the answers to GET, GETNEXT and GETBULK.

RFC 3416 section 4.2 for version 2c, RFC 1157 section 4.1 for version 1 (which knows neither Counter64 nor exceptions).
Pure: a request and a time in, a response out.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator

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
    encode_message,
    missing,
)
from demo.devices.model import Row, Source

REPETITIONS = 100  # an agent's own cap, whatever is asked


class View:
    def __init__(self, rows: Iterable[Row]) -> None:
        ordered = sorted(rows, key=lambda row: row[0])
        self._names: list[Oid] = [row[0] for row in ordered]
        self._kinds: list[Tag] = [row[1] for row in ordered]
        self._sources: list[Source] = [row[2] for row in ordered]
        if len(set(self._names)) != len(self._names):
            raise ValueError("two variables have the same name")

    def __len__(self) -> int:
        return len(self._names)

    def get(self, name: Oid, t: float) -> VarBind:
        at = bisect_left(self._names, name)
        if at < len(self._names) and self._names[at] == name:
            return self._read(at, t)
        known = any(self._names[near][:-1] == name[:-1] for near in (at - 1, at) if 0 <= near < len(self._names))
        return missing(name, Missing.NO_SUCH_INSTANCE if known else Missing.NO_SUCH_OBJECT)

    def after(self, name: Oid, t: float, version: Version) -> VarBind:
        at = bisect_right(self._names, name)
        while version is Version.V1 and at < len(self._names) and self._kinds[at] is Tag.COUNTER64:
            at += 1
        return self._read(at, t) if at < len(self._names) else missing(name, Missing.END_OF_MIB_VIEW)

    def _read(self, at: int, t: float) -> VarBind:
        source = self._sources[at]
        return VarBind(self._names[at], self._kinds[at], source(t) if callable(source) else source)


def answer(view: View, request: Message, t: float, limit: int) -> bytes | None:
    """The datagram that answers, at most `limit` octets; None for what an agent does not answer."""
    pdu, version = request.pdu, request.version
    if pdu.kind is PduType.GET_BULK and version is Version.V2C:
        return _bulk(view, request, t, limit)
    if pdu.kind is PduType.SET:
        refused = ErrorStatus.NO_SUCH_NAME if version is Version.V1 else ErrorStatus.NOT_WRITABLE
        return _encode(request, pdu.respond(pdu.varbinds, error_status=refused, error_index=1))
    if pdu.kind is PduType.GET:
        found = [view.get(asked.oid, t) for asked in pdu.varbinds]
    elif pdu.kind is PduType.GET_NEXT:
        found = [view.after(asked.oid, t, version) for asked in pdu.varbinds]
    else:
        return None
    if version is Version.V1 and (bad := _no_such_name(found)):
        return _encode(request, pdu.respond(pdu.varbinds, error_status=ErrorStatus.NO_SUCH_NAME, error_index=bad))
    datagram = _encode(request, pdu.respond(found))
    return datagram if len(datagram) <= limit else _too_big(request)


def _no_such_name(found: list[VarBind]) -> int:
    """The position, from 1, of the first variable that version 1 cannot carry; 0 when there is none."""
    for position, varbind in enumerate(found, 1):
        if isinstance(varbind.value, Missing) or varbind.tag == Tag.COUNTER64:
            return position
    return 0


def _too_big(request: Message) -> bytes:
    """RFC 3416 section 4.2.1: no varbinds; RFC 1157 section 4.1.2: the request's own."""
    varbinds = request.pdu.varbinds if request.version is Version.V1 else ()
    return _encode(request, request.pdu.respond(varbinds, error_status=ErrorStatus.TOO_BIG))


def _bulk(view: View, request: Message, t: float, limit: int) -> bytes:
    """As much as fits (RFC 3416 section 4.2.3): a shortened answer is a good answer."""
    found: list[VarBind] = []
    for varbind in _repetitions(view, request, t):
        found.append(varbind)
        if len(found) * 12 > limit:  # no varbind is shorter than 12 octets
            break
    while True:
        datagram = _encode(request, request.pdu.respond(found))
        if len(datagram) <= limit:
            return datagram
        if not found:
            return _too_big(request)
        del found[min(len(found) - 1, len(found) * limit // len(datagram)) :]


def _repetitions(view: View, request: Message, t: float) -> Iterator[VarBind]:
    pdu = request.pdu
    singles, repeaters = pdu.varbinds[: pdu.non_repeaters], pdu.varbinds[pdu.non_repeaters :]
    for asked in singles:
        yield view.after(asked.oid, t, request.version)
    cursors = [asked.oid for asked in repeaters]
    for _ in range(min(pdu.max_repetitions, REPETITIONS)):
        row = [view.after(cursor, t, request.version) for cursor in cursors]
        yield from row
        if all(isinstance(varbind.value, Missing) for varbind in row):
            return
        cursors = [varbind.oid for varbind in row]


def _encode(request: Message, response: Pdu) -> bytes:
    return encode_message(Message(request.version, request.community, response))
