"""Tokens as text: unguessable, recognisable, one spelling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from security.tokens import form


@given(st.binary(min_size=32, max_size=32))
def test_every_token_is_well_formed_and_says_its_bytes(random: bytes) -> None:
    token = form.spelled(random)
    assert len(token) == 52
    assert token.isascii()
    assert form.well_formed(token)


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_different_bytes_make_different_tokens(one: bytes, other: bytes) -> None:
    assert (form.spelled(one) == form.spelled(other)) == (one == other)


@given(st.binary(min_size=32, max_size=32), st.integers(3, 51), st.sampled_from("0Az9"))
def test_a_mistyped_character_is_noticed_without_the_database(random: bytes, place: int, wrong: str) -> None:
    token = form.spelled(random)
    mistyped = token[:place] + wrong + token[place + 1 :]
    assert form.well_formed(mistyped) == (mistyped == token)


@pytest.mark.parametrize("text", ["", "gj_", "gj_" + "0" * 49, "GJ_" + "0" * 49, "gj_" + "é" * 49, "x" * 10_000])
def test_other_text_is_no_token(text: str) -> None:
    assert not form.well_formed(text)


def test_a_line_break_behind_a_token_is_no_part_of_it() -> None:
    assert not form.well_formed(form.generate() + "\n")


def test_the_largest_number_fits() -> None:
    assert form.well_formed(form.spelled(b"\xff" * 32))
    assert form.spelled(b"\xff" * 32)[3:46] != form.spelled(b"\x00" * 32)[3:46]


def test_the_hint_keeps_the_token_unknown() -> None:
    token = form.generate()
    assert token.startswith(form.hint(token))
    assert len(form.hint(token)) == 7
