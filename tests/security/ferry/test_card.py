import pytest
from hypothesis import given
from hypothesis import strategies as st

from security.ferry import card
from security.ferry.card import Card, CardApprover
from security.ferry.errors import CardInvalidError
from security.ferry.keys import SigningPrivate, WrappingPrivate
from security.ferry.levels import Zone

SIGNING = SigningPrivate(bytes(32), bytes(range(32)))
GIVEN = Card(
    "外网中心",
    Zone.UNCLASSIFIED,
    SIGNING.public,
    WrappingPrivate(bytes(range(32)), bytes(64)).public,
    (CardApprover("zhang", ("department_approver",), bytes(32)),),
)
DATA = card.export(GIVEN, SIGNING)


def test_a_card_reads_back_with_the_fingerprint_that_people_compare() -> None:
    assert card.read(DATA, "x") == GIVEN
    shown = card.grouped(GIVEN.fingerprint)
    assert len(shown.split()) == 16
    assert {len(group) for group in shown.split()} == {4}


@pytest.mark.parametrize("place", range(0, len(DATA), 211))
def test_a_changed_card_is_refused(place: int) -> None:
    changed = bytearray(DATA)
    changed[place] ^= 1
    with pytest.raises(CardInvalidError):
        card.read(bytes(changed), "x")


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_by_name(data: bytes) -> None:
    with pytest.raises(CardInvalidError):
        card.read(data, "x")


def test_a_card_signed_by_another_key_is_refused() -> None:
    with pytest.raises(CardInvalidError):
        card.read(card.export(GIVEN, SigningPrivate.generate()), "x")
