"""One-time codes, pure: the vectors of RFC 6238, the drift, what is typed."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from security.factors import totp

# RFC 6238, appendix B, SHA-1: the last six of its eight digits.
KEY = b"12345678901234567890"
VECTORS = [
    (59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037"),
    (20000000000, "353130"),
]  # fmt: skip
moments = st.integers(0, 20_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
secrets = st.binary(min_size=totp.SECRET_BYTES, max_size=totp.SECRET_BYTES)


@pytest.mark.parametrize(("seconds", "code"), VECTORS)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    now = datetime.fromtimestamp(seconds, UTC)
    assert totp.code_of(KEY, totp.step_of(now)) == code
    assert totp.matching_step(KEY, code, now) == seconds // 30


@given(secrets, moments, st.integers(-3, 3))
def test_a_code_counts_one_step_early_or_late_and_no_further(secret: bytes, now: datetime, away: int) -> None:
    step = totp.step_of(now) + away
    if step < 0:
        return
    near = {totp.code_of(secret, totp.step_of(now) + drift) for drift in (-1, 0, 1) if totp.step_of(now) + drift >= 0}
    code = totp.code_of(secret, step)
    assert (totp.matching_step(secret, code, now) is not None) == (code in near)
    if abs(away) <= 1:
        assert code in near


@given(secrets, moments)
def test_a_step_that_was_used_and_all_before_it_count_no_more(secret: bytes, now: datetime) -> None:
    step = totp.step_of(now)
    for earlier in (step - 1, step):
        if earlier >= 0:
            found = totp.matching_step(secret, totp.code_of(secret, earlier), now, after=step)
            assert found is None or found > step, "another step may have the same digits"


@given(secrets, st.text(max_size=20))
def test_any_text_is_a_code_or_none(secret: bytes, typed: str) -> None:
    found = totp.matching_step(secret, typed, datetime(2026, 11, 23, tzinfo=UTC))
    assert found is None or totp.looks_like_code(typed)


def test_spaces_in_a_code_do_not_matter() -> None:
    assert totp.matching_step(KEY, " 287 082", datetime.fromtimestamp(59, UTC)) == 1


@given(secrets)
def test_what_is_written_is_read(secret: bytes) -> None:
    assert totp.read(totp.written(secret)) == secret
    assert totp.read(totp.written(secret).lower().replace(" ", "")) == secret


@pytest.mark.parametrize("text", ["", "ABCD", "0189", "密钥", "A" * 40, "A" * 24])
def test_what_was_not_shown_is_not_read(text: str) -> None:
    assert totp.read(text) is None


def test_the_address_is_one_that_authenticators_read() -> None:
    address = totp.address(KEY, "zhang.wei", "关津 青岚县")
    assert address == (
        "otpauth://totp/zhang.wei?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
        "&issuer=%E5%85%B3%E6%B4%A5%20%E9%9D%92%E5%B2%9A%E5%8E%BF"
    )


def test_a_secret_has_the_length_of_the_hash_and_comes_once() -> None:
    made = {totp.new_secret() for _ in range(20)}
    assert len(made) == 20
    assert {len(secret) for secret in made} == {20}
