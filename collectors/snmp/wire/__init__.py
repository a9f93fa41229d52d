"""SNMP on the wire: BER, PDUs and messages, in both directions, free of sockets, clocks and keys.

    octets --decode_message()--> Message(version, community, Pdu(kind, request_id, varbinds, error_status, error_index))
    octets <--encode_message()-- Message
    octets --read_head()--> SecureHead --read_scoped()--> ScopedHead --read_pdu()--> Pdu                (version 3)
    octets <--encode_secure()-- SecurityParameters, scoped_pdu(encode_pdu(Pdu))

Polling is what the product exists for, and the libraries at hand either cost a hundred times the processor time or
accept what they must refuse. So this codec is ours, with pysnmp and net-snmp as its oracles in the tests.

A station (what asks)
    `request(PduType.GET | GET_NEXT, request_id, oids)` and `bulk_request(request_id, oids, max_repetitions=)` make a
    `Pdu`; `read_head(datagram)` finds the request-id cheaply, `decode_message(datagram)` reads everything;
    `GetTemplate([oid_name(oid), ...])` is the fast path of a poll: `.encode(request_id)` makes the PDU, which
    `envelope(version, community, pdu)` puts into a message, and `.read(data, head.pdu)` reads the answer.

An agent (what answers: the emulated devices of the demo and of the tests)
    `decode_message(datagram)` gives the request; `pdu.respond(varbinds, error_status=, error_index=)` its response;
    `encode_message(Message(version, community, response))` the octets. `pdu.non_repeaters` and
    `pdu.max_repetitions` are those of a GETBULK.

Values
    `VarBind(oid, tag, value)`: `oid` is a tuple of numbers (`parse_oid("1.3.6.1")`, `dotted(oid)`), `tag` a member of
    `Tag`, `value` an `int`, `bytes`, `Oid`, `None` or, for noSuchObject, noSuchInstance and endOfMibView, a member of
    `Missing` (`missing(oid, Missing.NO_SUCH_OBJECT)` makes such a varbind).

Whatever the octets are, reading raises `WireError` or returns; it never hangs and never reads outside the packet.
"""

from collectors.snmp.errors import WireError
from collectors.snmp.wire.ber import Oid, dotted, oid_name, parse_oid
from collectors.snmp.wire.message import (
    FIRST_REQUEST_ID,
    LAST_REQUEST_ID,
    GetTemplate,
    Head,
    Message,
    Version,
    decode_message,
    encode_message,
    envelope,
    read_head,
)
from collectors.snmp.wire.pdu import ErrorStatus, Pdu, PduHead, PduType, bulk_request, encode_pdu, read_pdu, request
from collectors.snmp.wire.secure import (
    Flags,
    ScopedHead,
    SecureHead,
    SecurityParameters,
    encode_secure,
    read_scoped,
    scoped_pdu,
)
from collectors.snmp.wire.values import Missing, Tag, Value, VarBind, missing

__all__ = [
    "FIRST_REQUEST_ID",
    "LAST_REQUEST_ID",
    "ErrorStatus",
    "Flags",
    "GetTemplate",
    "Head",
    "Message",
    "Missing",
    "Oid",
    "Pdu",
    "PduHead",
    "PduType",
    "ScopedHead",
    "SecureHead",
    "SecurityParameters",
    "Tag",
    "Value",
    "VarBind",
    "Version",
    "WireError",
    "bulk_request",
    "decode_message",
    "dotted",
    "encode_message",
    "encode_pdu",
    "encode_secure",
    "envelope",
    "missing",
    "oid_name",
    "parse_oid",
    "read_head",
    "read_pdu",
    "read_scoped",
    "request",
    "scoped_pdu",
]
