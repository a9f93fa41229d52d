"""The codec against itself, against pysnmp's, and against octets that no agent ought to send."""

import contextlib
from collections.abc import Callable, Iterable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyasn1.codec.ber import decoder, encoder
from pysnmp.proto import api
from pysnmp.proto.rfc1902 import Counter64

from collectors.snmp.wire import (
    FIRST_REQUEST_ID,
    ErrorStatus,
    GetTemplate,
    Message,
    Missing,
    Pdu,
    PduType,
    Tag,
    VarBind,
    Version,
    WireError,
    bulk_request,
    decode_message,
    dotted,
    encode_message,
    encode_pdu,
    envelope,
    missing,
    oid_name,
    parse_oid,
    read_head,
    request,
)
from collectors.snmp.wire.ber import element
from collectors.snmp.wire.expected import Expected
from collectors.snmp.wire.pdu import read_expected

INT32 = st.integers(-0x80000000, 0x7FFFFFFF)
UINT32 = st.integers(0, 0xFFFFFFFF)
OIDS = st.one_of(
    st.tuples(st.integers(0, 1), st.integers(0, 39), UINT32),
    st.tuples(st.just(2), st.integers(0, 0xFFFFFFFF - 80)),
    st.lists(st.sampled_from([0, 1, 127, 128, 16383, 16384, 0xFFFFFFFF]), max_size=9).map(lambda rest: (1, 3, *rest)),
)
VALUES = st.one_of(
    st.tuples(st.just(Tag.INTEGER), INT32),
    st.tuples(st.sampled_from([Tag.COUNTER32, Tag.GAUGE32, Tag.TIME_TICKS]), UINT32),
    st.tuples(st.just(Tag.COUNTER64), st.integers(0, 0xFFFFFFFFFFFFFFFF)),
    st.tuples(st.sampled_from([Tag.OCTET_STRING, Tag.OPAQUE]), st.binary(max_size=300)),
    st.tuples(st.just(Tag.IP_ADDRESS), st.binary(min_size=4, max_size=4)),
    st.tuples(st.just(Tag.OBJECT_IDENTIFIER), OIDS),
    st.just((Tag.NULL, None)),
    st.sampled_from([(why.value, why) for why in Missing]),
)
# Values of which many have the same length, under names that go by their type.
NUMBERS = st.one_of(
    st.sampled_from([1, 255, 256, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF]).map(
        lambda n: VarBind((1, 3, 1), Tag.COUNTER32, n)
    ),
    st.sampled_from([1, 2**33, 2**41, 2**48, 2**62, 2**63]).map(lambda n: VarBind((1, 3, 2), Tag.COUNTER64, n)),
    st.sampled_from([-129, -1, 0, 127, 70000]).map(lambda n: VarBind((1, 3, 3), Tag.INTEGER, n)),
)
FLIP = st.tuples(st.integers(0, 10_000), st.integers(0, 255))
VARBINDS = st.builds(lambda oid, typed: VarBind(oid, *typed), OIDS, VALUES)
PDUS = st.builds(Pdu, st.sampled_from(PduType), INT32, st.lists(VARBINDS, max_size=6).map(tuple), INT32, INT32)
MESSAGES = st.builds(Message, st.sampled_from([Version.V1, Version.V2C]), st.binary(max_size=140), PDUS)


@given(MESSAGES)
def test_a_message_survives_the_round_trip(message: Message) -> None:
    assert decode_message(encode_message(message)) == message


@given(MESSAGES, st.binary(max_size=8))
def test_padding_after_a_message_is_ignored(message: Message, padding: bytes) -> None:
    assert decode_message(encode_message(message) + padding) == message


@given(MESSAGES, st.data())
def test_a_truncated_message_is_refused(message: Message, data: st.DataObject) -> None:
    packet = encode_message(message)
    with pytest.raises(WireError):
        decode_message(packet[: data.draw(st.integers(0, len(packet) - 1))])


@given(st.binary(max_size=200))
@example(b"\x30\x80\x02\x01\x01")
@example(b"\x30\x84\xff\xff\xff\xff")
def test_noise_raises_nothing_but_the_wire_error(noise: bytes) -> None:
    _read(noise)


@given(MESSAGES, st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=6))
@settings(max_examples=300)
def test_a_mutated_message_raises_nothing_but_the_wire_error(message: Message, flips: list[tuple[int, int]]) -> None:
    packet = bytearray(encode_message(message))
    for position, octet in flips:
        packet[position % len(packet)] = octet
    _read(bytes(packet))


@given(MESSAGES, st.integers(0, 10_000), st.integers(0, 10_000), st.binary(max_size=12))
def test_a_spliced_message_raises_nothing_but_the_wire_error(message: Message, at: int, cut: int, new: bytes) -> None:
    packet = encode_message(message)
    at %= len(packet)
    _read(packet[:at] + new + packet[at + cut % 16 :])


def _read(packet: bytes) -> None:
    template = GetTemplate([oid_name((1, 3, 6, 1, 2, 1, 1, 3, 0))])
    with contextlib.suppress(WireError):
        decode_message(packet)
    with contextlib.suppress(WireError):
        template.read(packet, read_head(packet).pdu)


# ---- pysnmp as the oracle

PYSNMP_KINDS = {
    PduType.GET: api.v2c.GetRequestPDU,
    PduType.GET_NEXT: api.v2c.GetNextRequestPDU,
    PduType.RESPONSE: api.v2c.ResponsePDU,
    PduType.SET: api.v2c.SetRequestPDU,
}
PYSNMP_VALUES = {
    Tag.INTEGER: api.v2c.Integer32,
    Tag.OCTET_STRING: api.v2c.OctetString,
    Tag.OBJECT_IDENTIFIER: api.v2c.ObjectIdentifier,
    Tag.IP_ADDRESS: api.v2c.IpAddress,
    Tag.COUNTER32: api.v2c.Counter32,
    Tag.GAUGE32: api.v2c.Gauge32,
    Tag.TIME_TICKS: api.v2c.TimeTicks,
    Tag.OPAQUE: api.v2c.Opaque,
    Tag.COUNTER64: Counter64,
}
# pyasn1 spends one octet too many on these; X.690 section 8.3.2 and net-snmp do not.
PYASN1_IS_LONG = {-0x80, -0x8000, -0x800000, -0x80000000}
ORACLE_VARBINDS = st.builds(
    lambda oid, typed: VarBind(oid, *typed),
    OIDS,
    VALUES.filter(lambda typed: typed[0] in PYSNMP_VALUES and typed[1] not in PYASN1_IS_LONG),
)
ORACLE_PDUS = st.builds(
    Pdu,
    st.sampled_from(sorted(PYSNMP_KINDS)),
    st.integers(0, 0x7FFFFFFF),
    st.lists(ORACLE_VARBINDS, max_size=4).map(tuple),
    st.integers(0, 18),
    st.integers(0, 4),
)


def _pysnmp_message(message: Message) -> bytes:
    pdu = PYSNMP_KINDS[message.pdu.kind]()
    api.v2c.apiPDU.set_defaults(pdu)
    api.v2c.apiPDU.set_request_id(pdu, message.pdu.request_id)
    api.v2c.apiPDU.set_error_status(pdu, message.pdu.error_status)
    api.v2c.apiPDU.set_error_index(pdu, message.pdu.error_index)
    api.v2c.apiPDU.set_varbinds(
        pdu, [(varbind.oid, PYSNMP_VALUES[Tag(varbind.tag)](varbind.value)) for varbind in message.pdu.varbinds]
    )
    envelope = api.v2c.Message()
    api.v2c.apiMessage.set_defaults(envelope)
    api.v2c.apiMessage.set_community(envelope, message.community)
    api.v2c.apiMessage.set_pdu(envelope, pdu)
    return bytes(encoder.encode(envelope))


@given(ORACLE_PDUS, st.binary(max_size=30))
@settings(max_examples=30)
def test_octets_equal_those_of_pysnmp(pdu: Pdu, community: bytes) -> None:
    message = Message(Version.V2C, community, pdu)
    assert encode_message(message).hex() == _pysnmp_message(message).hex()


@given(ORACLE_PDUS, st.binary(max_size=30))
@settings(max_examples=30)
def test_pysnmp_reads_what_is_written(pdu: Pdu, community: bytes) -> None:
    envelope, rest = decoder.decode(encode_message(Message(Version.V2C, community, pdu)), asn1Spec=api.v2c.Message())
    assert not rest
    assert bytes(api.v2c.apiMessage.get_community(envelope)) == community
    theirs = api.v2c.apiPDU.get_varbinds(api.v2c.apiMessage.get_pdu(envelope))
    assert [tuple(name) for name, _ in theirs] == [varbind.oid for varbind in pdu.varbinds]
    for (_, value), varbind in zip(theirs, pdu.varbinds, strict=True):
        number_or_octets = int(value) if isinstance(varbind.value, int) else varbind.value
        assert number_or_octets == varbind.value


def test_getbulk_equals_pysnmp() -> None:
    pdu = api.v2c.GetBulkRequestPDU()
    api.v2c.apiBulkPDU.set_defaults(pdu)
    api.v2c.apiBulkPDU.set_request_id(pdu, 77)
    api.v2c.apiBulkPDU.set_non_repeaters(pdu, 1)
    api.v2c.apiBulkPDU.set_max_repetitions(pdu, 10)
    oids = [parse_oid("1.3.6.1.2.1.1.3"), parse_oid(".1.3.6.1.2.1.2.2.1.2")]
    api.v2c.apiBulkPDU.set_varbinds(pdu, [(oid, api.v2c.Null("")) for oid in oids])
    envelope = api.v2c.Message()
    api.v2c.apiMessage.set_defaults(envelope)
    api.v2c.apiMessage.set_community(envelope, b"public")
    api.v2c.apiMessage.set_pdu(envelope, pdu)
    ours = bulk_request(77, oids, max_repetitions=10, non_repeaters=1)
    assert encode_message(Message(Version.V2C, b"public", ours)) == encoder.encode(envelope)
    assert (ours.non_repeaters, ours.max_repetitions) == (1, 10)


# ---- the fast path


TABLE = [parse_oid(f"1.3.6.1.2.1.31.1.1.1.6.{index}") for index in (1, 127, 128, 70000)]
NAMES = [oid_name(oid) for oid in TABLE]


def test_a_template_sends_what_the_codec_would() -> None:
    template = GetTemplate(NAMES)
    for request_id in (FIRST_REQUEST_ID, 0x7FFFFFFF):
        assert template.encode(request_id) == encode_pdu(request(PduType.GET, request_id, TABLE))


@given(st.lists(VARBINDS, max_size=12))
def test_the_fast_path_reads_what_the_codec_reads(varbinds: list[VarBind]) -> None:
    template = GetTemplate([oid_name(varbind.oid) for varbind in varbinds])
    asked = decode_message(envelope(Version.V2C, b"x", template.encode(FIRST_REQUEST_ID))).pdu
    packet = encode_message(Message(Version.V2C, b"x", asked.respond(varbinds)))
    assert template.read(packet, read_head(packet).pdu) == (0, 0, [varbind.value for varbind in varbinds])


@given(st.lists(st.tuples(VARBINDS, VARBINDS), max_size=12))
def test_an_answer_after_another_one_is_read_as_if_it_were_the_first(pairs: list[tuple[VarBind, VarBind]]) -> None:
    """The second names the same variables; its values have the same lengths now and then, so that layouts are used."""
    template = GetTemplate([oid_name(first.oid) for first, _ in pairs])
    seconds = [first if len(first.oid) % 2 else second._replace(oid=first.oid) for first, second in pairs]
    for varbinds in ([first for first, _ in pairs], seconds, seconds):
        packet = encode_message(Message(Version.V2C, b"x", Pdu(PduType.RESPONSE, 7, tuple(varbinds))))
        assert template.read(packet, read_head(packet).pdu) == (0, 0, [varbind.value for varbind in varbinds])


@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=12), st.lists(FLIP, max_size=3))
def test_a_known_layout_lets_nothing_through_that_the_slow_reader_would_not(
    pairs: list[tuple[VarBind, VarBind]], flips: list[tuple[int, int]]
) -> None:
    names = [oid_name(first.oid) for first, _ in pairs]
    known = Expected(names)
    packets = [_numbers_packet(first for first, _ in pairs), _numbers_packet(second for _, second in pairs)]
    known.read(packets[0], read_head(packets[0]).pdu)
    data = bytearray(packets[1])
    for at, octet in flips:
        data[at % len(data)] = octet
    with contextlib.suppress(WireError):
        head = read_head(bytes(data)).pdu
        assert _outcome(known.read, bytes(data), head) == _outcome(read_expected, bytes(data), head, names)


def _numbers_packet(varbinds: Iterable[VarBind]) -> bytes:
    return encode_message(Message(Version.V2C, b"x", Pdu(PduType.RESPONSE, 7, tuple(varbinds))))


def _outcome(read: Callable[..., object], *arguments: object) -> object:
    try:
        return read(*arguments)
    except WireError as error:
        return error.facts


@pytest.mark.parametrize("size", [0, 126, 127, 128, 129, 255, 256, 300, 65536])
def test_lengths_of_every_form_are_read_alike(size: int) -> None:
    varbind = VarBind(TABLE[0], Tag.OCTET_STRING, bytes(size))
    packet = encode_message(Message(Version.V2C, b"public", Pdu(PduType.RESPONSE, 1, (varbind,))))
    assert decode_message(packet).pdu.varbinds == (varbind,)
    assert GetTemplate(NAMES[:1]).read(packet, read_head(packet).pdu) == (0, 0, [varbind.value])


@pytest.mark.parametrize("answered", [TABLE[:-1], [*TABLE, TABLE[0]], TABLE[::-1], []])
def test_an_answer_about_other_variables_is_refused(answered: list[tuple[int, ...]]) -> None:
    template = GetTemplate(NAMES)
    pdu = Pdu(PduType.RESPONSE, 1, tuple(VarBind(oid, Tag.COUNTER64, 1) for oid in answered))
    packet = encode_message(Message(Version.V2C, b"public", pdu))
    with pytest.raises(WireError):
        template.read(packet, read_head(packet).pdu)


def test_an_error_answer_gives_its_status_even_without_varbinds() -> None:
    template = GetTemplate(NAMES)
    pdu = Pdu(PduType.RESPONSE, 1, (), ErrorStatus.TOO_BIG, 0)
    packet = encode_message(Message(Version.V2C, b"public", pdu))
    assert template.read(packet, read_head(packet).pdu) == (ErrorStatus.TOO_BIG, 0, [])


# ---- single values


@pytest.mark.parametrize("text", ["", "1", "3.1", "1.40", "0.40.1", "1.3.x", "1.3.-1", "1.3.4294967296"])
def test_what_is_no_object_identifier_is_refused(text: str) -> None:
    with pytest.raises(WireError):
        encode_message(Message(Version.V2C, b"", request(PduType.GET, 1, [parse_oid(text)])))


@pytest.mark.parametrize(
    ("tag", "value"),
    [
        (Tag.INTEGER, 0x80000000),
        (Tag.COUNTER32, -1),
        (Tag.COUNTER32, 0x100000000),
        (Tag.COUNTER64, 1 << 64),
        (Tag.IP_ADDRESS, b"123"),
        (Tag.OCTET_STRING, 1),
        (Tag.INTEGER, b"1"),
        (Tag.INTEGER, None),
        (Tag.OCTET_STRING, (1, 3)),
    ],
)
def test_a_value_that_does_not_fit_its_type_is_refused(tag: Tag, value: int | bytes | None) -> None:
    with pytest.raises(WireError):
        encode_message(Message(Version.V2C, b"", Pdu(PduType.RESPONSE, 1, (VarBind((1, 3), tag, value),))))


def _answer(value: bytes) -> Message:
    """An answer for 1.3 with these octets for a value, decoded."""
    varbind = element(0x30, element(Tag.OBJECT_IDENTIFIER, b"\x2b") + value)
    numbers = element(Tag.INTEGER, b"\1") + 2 * element(Tag.INTEGER, b"\0")
    pdu = element(PduType.RESPONSE, numbers + element(0x30, varbind))
    return decode_message(element(0x30, element(Tag.INTEGER, b"\1") + element(Tag.OCTET_STRING, b"") + pdu))


def test_a_counter_without_its_leading_zero_octet_is_read_as_positive() -> None:
    assert _answer(b"\x41\x04\xff\xff\xff\xff").pdu.varbinds == (VarBind((1, 3), Tag.COUNTER32, 0xFFFFFFFF),)


@pytest.mark.parametrize("value", ["4100", "0200", "41050100000000", "4003010203", "060180", "06028001", "45020101"])
def test_a_value_that_its_type_forbids_is_refused(value: str) -> None:
    with pytest.raises(WireError):
        _answer(bytes.fromhex(value))


def test_an_empty_object_identifier_reads_as_zero_dot_zero() -> None:
    assert _answer(b"\x06\x00").pdu.varbinds[0].value == (0, 0)


def test_missing_values_are_told_apart() -> None:
    varbinds = tuple(missing((1, 3, index), why) for index, why in enumerate(Missing))
    message = Message(Version.V2C, b"", Pdu(PduType.RESPONSE, 1, varbinds))
    assert [varbind.value for varbind in decode_message(encode_message(message)).pdu.varbinds] == list(Missing)


def test_dotted_is_the_inverse_of_parse_oid() -> None:
    assert dotted(parse_oid(".1.3.6.1.4.1.2011")) == "1.3.6.1.4.1.2011"


def test_version_three_is_not_mistaken_for_a_community_message() -> None:
    packet = encode_message(Message(Version.V2C, b"", Pdu(PduType.GET, 1)))
    with pytest.raises(WireError):
        decode_message(packet.replace(b"\x02\x01\x01\x04", b"\x02\x01\x03\x04", 1))
