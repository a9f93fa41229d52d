"""LDAP messages: nothing that is typed changes what is asked, and no answer of a stranger does harm."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyasn1.codec.ber import decoder, encoder
from pyasn1_modules import rfc2251

from security.directory import messages
from security.directory.errors import DirectoryAnswerError


def decoded(octets: bytes) -> rfc2251.LDAPMessage:
    message, rest = decoder.decode(octets, asn1Spec=rfc2251.LDAPMessage())
    assert rest == b""
    return message


@given(st.text(max_size=200))
def test_a_name_is_a_value_whatever_it_says(value: str) -> None:
    try:
        octets = messages.search(1, "dc=a", "uid", value, 5)
    except UnicodeEncodeError:
        return
    wanted = decoded(octets)["protocolOp"]["searchRequest"]["filter"]
    assert wanted.getName() == "equalityMatch"
    assert bytes(wanted["equalityMatch"]["attributeDesc"]) == b"uid"
    assert bytes(wanted["equalityMatch"]["assertionValue"]).decode() == value


def test_a_search_asks_for_no_attribute_and_two_entries_at_most() -> None:
    asked = decoded(messages.search(7, "dc=a", "uid", "x", 5))["protocolOp"]["searchRequest"]
    assert [bytes(one) for one in asked["attributes"]] == [b"1.1"]
    assert int(asked["sizeLimit"]) == 2
    assert str(asked["derefAliases"].prettyPrint()) == "neverDerefAliases"


def test_a_bind_without_a_password_is_never_made() -> None:
    with pytest.raises(ValueError, match="unauthenticated"):
        messages.bind(1, "cn=a", "")
    assert messages.bind(1, "", "")


def answer(code: int, number: int = 3) -> bytes:
    body = rfc2251.BindResponse()
    body["resultCode"], body["matchedDN"], body["errorMessage"] = code, b"", b""
    message = rfc2251.LDAPMessage()
    message["messageID"] = number
    message["protocolOp"]["bindResponse"] = body
    found: bytes = encoder.encode(message)
    return found


def test_an_answer_is_read() -> None:
    found = messages.read(answer(49))
    assert (found.number, found.kind, found.code) == (3, "bindResponse", 49)


@given(st.binary(max_size=300))
def test_strange_octets_are_refused_and_nothing_else(octets: bytes) -> None:
    try:
        messages.read(octets)
    except DirectoryAnswerError:
        return


@given(st.data())
def test_a_damaged_answer_is_read_or_refused(data: st.DataObject) -> None:
    octets = bytearray(answer(0))
    for _ in range(data.draw(st.integers(1, 4))):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    try:
        messages.read(bytes(octets))
    except DirectoryAnswerError:
        return


def test_two_messages_in_one_are_refused() -> None:
    with pytest.raises(DirectoryAnswerError):
        messages.read(answer(0) + answer(0))
