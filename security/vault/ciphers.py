"""The two ciphers of the vault: AES-256-GCM (NIST SP 800-38D), and SM4-GCM (GB/T 32907-2016, RFC 8998) for sites that
must use the national algorithms. Pure: bytes in, bytes out.

Every key of the vault is 32 random bytes whatever the cipher, so that a site may change its profile and keep its keys;
SM4 takes 16 bytes, which HKDF with SM3 (RFC 5869, GB/T 32905-2016) derives from them.
"""

from enum import StrEnum

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher as Machine
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import GCM
from cryptography.hazmat.primitives.hashes import SM3
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

TAG_BYTES = 16
_SM4_KEY_BYTES = 16
_SM4_INFO = b"guanjin-vault-v1 sm4"


class Cipher(StrEnum):
    """As settings and rows name them."""

    AES_256_GCM = "aes-256-gcm"
    SM4_GCM = "sm4-gcm"

    def encrypt(self, key: bytes, nonce: bytes, plaintext: bytes, associated: bytes) -> bytes:
        """Ciphertext with its tag at the end."""
        if self is Cipher.AES_256_GCM:
            return AESGCM(key).encrypt(nonce, plaintext, associated)
        sealing = Machine(SM4(_sm4_key(key)), GCM(nonce)).encryptor()
        sealing.authenticate_additional_data(associated)
        return sealing.update(plaintext) + sealing.finalize() + sealing.tag

    def decrypt(self, key: bytes, nonce: bytes, ciphertext: bytes, associated: bytes) -> bytes:
        """Raises InvalidTag, and ValueError where the parts cannot be what they are said to be."""
        if self is Cipher.AES_256_GCM:
            return AESGCM(key).decrypt(nonce, ciphertext, associated)
        if len(ciphertext) < TAG_BYTES:
            raise InvalidTag
        body, tag = ciphertext[:-TAG_BYTES], ciphertext[-TAG_BYTES:]
        opening = Machine(SM4(_sm4_key(key)), GCM(nonce, tag)).decryptor()
        opening.authenticate_additional_data(associated)
        return opening.update(body) + opening.finalize()


def _sm4_key(key: bytes) -> bytes:
    return HKDF(algorithm=SM3(), length=_SM4_KEY_BYTES, salt=None, info=_SM4_INFO).derive(key)
