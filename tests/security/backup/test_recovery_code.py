import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from security.backup.errors import RecoveryCodeError
from security.backup.recovery_code import RecoveryKey, decode
from security.vault.recipient import RecipientPrivate

CODE = RecoveryKey(RecipientPrivate(bytes(range(32))), bytes(range(16))).encode()
LETTERS = CODE.replace("-", "")


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=16, max_size=16))
def test_what_is_written_can_be_typed(seed: bytes, signer: bytes) -> None:
    code = RecoveryKey(RecipientPrivate(seed), signer).encode()
    for typed in (
        code,
        code.lower(),
        code.replace("-", " "),
        code.replace("0", "o").replace("1", "l"),
        f"\n{code}\r\n",
    ):
        found = decode(typed)
        assert (found.private.seed, found.signer) == (seed, signer)


@given(st.integers(0, len(LETTERS) - 1), st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZ"))
def test_a_wrong_character_is_noticed(place: int, letter: str) -> None:
    typed = LETTERS[:place] + letter + LETTERS[place + 1 :]
    if typed != LETTERS:
        with pytest.raises(RecoveryCodeError):
            decode(typed)


@given(st.text(max_size=120))
def test_anything_else_is_refused(typed: str) -> None:
    with pytest.raises(RecoveryCodeError):
        decode(typed)


def test_it_does_not_show_itself() -> None:
    key = RecoveryKey(RecipientPrivate(os.urandom(32)), bytes(16))
    assert key.private.seed.hex() not in repr(key)
    assert key.encode() not in repr(key)
