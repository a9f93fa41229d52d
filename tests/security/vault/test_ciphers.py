import os

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher as Machine
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import GCM
from hypothesis import given
from hypothesis import strategies as st

from security.vault import ciphers
from security.vault.ciphers import Cipher
from security.vault.envelope import Sealed, new_key, seal, unseal


def test_sm4_gcm_is_that_of_rfc_8998(monkeypatch: pytest.MonkeyPatch) -> None:
    """Appendix A.1; the derivation of the key is left out, as the vector states the key of SM4 itself."""
    key = bytes.fromhex("0123456789abcdeffedcba9876543210")
    nonce = bytes.fromhex("00001234567800000000abcd")
    associated = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    plaintext = bytes.fromhex("".join(pair * 8 for pair in ("aa", "bb", "cc", "dd", "ee", "ff", "ee", "aa")))
    sealed = bytes.fromhex(
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735d82710ca5c22f0ccfa7cbf93d496ac15"
        "a56834cbcf98c397b4024a2691233b8d" + "83de3541e4c2b58177e065a9bf7b62ec"
    )
    monkeypatch.setattr(ciphers, "_sm4_key", lambda whole: whole)
    assert Cipher.SM4_GCM.encrypt(key, nonce, plaintext, associated) == sealed
    assert Cipher.SM4_GCM.decrypt(key, nonce, sealed, associated) == plaintext


@pytest.mark.parametrize("cipher", list(Cipher))
@given(plaintext=st.binary(max_size=200), bound=st.lists(st.text(max_size=9), max_size=3))
def test_what_is_sealed_opens_with_the_same_bound_texts_only(
    cipher: Cipher, plaintext: bytes, bound: list[str]
) -> None:
    key = new_key()
    sealed = seal(key, plaintext, *bound, cipher=cipher)
    assert unseal(key, sealed, *bound) == plaintext
    assert unseal(key, sealed, *bound, "x") is None
    assert unseal(new_key(), sealed, *bound) is None


@pytest.mark.parametrize("cipher", list(Cipher))
def test_every_byte_and_the_mark_count(cipher: Cipher) -> None:
    key = new_key()
    sealed = seal(key, b"community", "a", cipher=cipher)
    for place in range(len(sealed.ciphertext)):
        broken = bytearray(sealed.ciphertext)
        broken[place] ^= 1
        assert unseal(key, Sealed(sealed.nonce, bytes(broken), sealed.cipher), "a") is None
    for mark in {*(other.value for other in Cipher), "hpke", "", "none"} - {cipher.value}:
        assert unseal(key, Sealed(sealed.nonce, sealed.ciphertext, mark), "a") is None
    for length in (0, 1, ciphers.TAG_BYTES - 1, ciphers.TAG_BYTES):
        assert unseal(key, Sealed(sealed.nonce, sealed.ciphertext[:length], sealed.cipher), "a") is None


def test_sm4_uses_a_key_of_its_own() -> None:
    """So that one stored key serves both profiles, and neither cipher ever sees the other's key."""
    key, nonce = new_key(), os.urandom(12)
    sealed = Cipher.SM4_GCM.encrypt(key, nonce, b"text", b"")
    opening = Machine(SM4(key[:16]), GCM(nonce, sealed[-16:])).decryptor()
    opening.update(sealed[:-16])
    with pytest.raises(InvalidTag):
        opening.finalize()
