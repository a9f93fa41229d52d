"""Which PINs a signing key takes, and what locking it under one is worth."""

import string
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from security.ferry import approver_key, pins
from security.ferry.approver_key import LockedKey
from security.ferry.errors import (
    ApproverKeyDamagedError,
    PinLengthError,
    PinSameError,
    PinTrivialError,
    PinWrongError,
)
from security.ferry.levels import Level
from security.ferry.statement import Binding, Decision, SignedStatement, Statement

BOUND = Binding("11" * 16, "22" * 16, Level.INTERNAL, "li", "33" * 32, "44" * 32, "55" * 32, "66" * 32, "77" * 32)
GIVEN = Statement(BOUND, Decision.APPROVE, "zhang", "security_officer", 1, 2, "88" * 16)
PIN, NEW = "246810", "石板桥-97"
WHOLE_HEADER = 6 + 16 + 12  # cost, salt, nonce


@pytest.mark.parametrize("pin", ["", "24681", "x" * 65])
def test_a_pin_is_neither_too_short_nor_too_long(pin: str) -> None:
    with pytest.raises(PinLengthError):
        pins.check(pin, person="zhang")


@pytest.mark.parametrize(
    "pin",
    [
        "123456",
        "987654",
        "111111",
        "１２３４５６",
        "121212",
        "123123",
        "aabbaa",
        "acegik",
        "zhangsan",
        "nasgnahz",
        "Password",
        "900317",
        "19900317",
        "199003",
        "20261126",
    ],
)
def test_what_is_guessed_first_is_refused(pin: str) -> None:
    with pytest.raises(PinTrivialError):
        pins.check(pin, person="ZhangSan")


@pytest.mark.parametrize("pin", [PIN, NEW, "807142", "lanzhou 9"])
def test_an_ordinary_pin_is_taken(pin: str) -> None:
    pins.check(pin, person="zhang")


def signed_with(key: LockedKey, pin: str) -> SignedStatement:
    return approver_key.sign(key, pin, GIVEN)


good_pins = st.text(string.ascii_letters + string.digits + "竹篮打水", min_size=8, max_size=20).filter(
    lambda pin: len(set(pin)) > 6
)


@settings(max_examples=15)
@given(good_pins, good_pins)
def test_a_key_opens_with_its_pin_and_no_other(pin: str, other: str) -> None:
    try:
        key = approver_key.create("zhang", pin)
    except PinTrivialError:
        return
    assert approver_key.holds(key.public, signed_with(key, pin))
    if pins.normal(pin) != pins.normal(other):
        with pytest.raises(PinWrongError):
            signed_with(key, other)


@settings(max_examples=40)
@given(data=st.data())
def test_a_stored_key_that_was_changed_anywhere_signs_nothing(data: st.DataObject) -> None:
    """Cost, salt, nonce or ciphertext: no change is survived, and none asks for more memory than is bearable."""
    key = approver_key.create("zhang", PIN)
    place = data.draw(st.integers(0, len(key.locked) - 1))
    mask = data.draw(st.integers(1, 255))
    if place in range(2):
        mask &= 1  # a cost that is only higher would make the test slow
    altered = bytearray(key.locked)
    altered[place] ^= mask or 1
    with pytest.raises((PinWrongError, ApproverKeyDamagedError)):
        signed_with(replace(key, locked=bytes(altered)), PIN)


@pytest.mark.parametrize("length", [0, 5, 21, WHOLE_HEADER - 8, WHOLE_HEADER, WHOLE_HEADER + 20])
def test_a_stored_key_that_was_cut_signs_nothing(length: int) -> None:
    key = approver_key.create("zhang", PIN)
    with pytest.raises((PinWrongError, ApproverKeyDamagedError)):
        signed_with(replace(key, locked=key.locked[:length]), PIN)


def test_a_locked_key_beside_another_public_key_is_damaged() -> None:
    one, other = approver_key.create("zhang", PIN), approver_key.create("zhang", PIN)
    with pytest.raises(ApproverKeyDamagedError):
        signed_with(replace(one, public=other.public), PIN)


def test_another_pin_leaves_the_key_and_what_it_signed_as_they_are() -> None:
    before = approver_key.create("zhang", PIN)
    earlier = signed_with(before, PIN)
    after = approver_key.change_pin(before, PIN, NEW)
    assert after.public == before.public
    assert after.locked != before.locked
    assert approver_key.holds(after.public, earlier)
    assert signed_with(after, NEW) == earlier
    with pytest.raises(PinWrongError):
        signed_with(after, PIN)


def test_the_pin_is_changed_with_the_old_one_only_and_to_another() -> None:
    key = approver_key.create("zhang", PIN)
    with pytest.raises(PinWrongError):
        approver_key.change_pin(key, "807142", NEW)
    with pytest.raises(PinSameError):
        approver_key.change_pin(key, PIN, "２４６８１０")
    with pytest.raises(PinTrivialError):
        approver_key.change_pin(key, PIN, "123456")
