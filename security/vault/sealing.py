"""One secret's row: what its ciphertext is bound to, how it is sealed and opened."""

from security.vault.ciphers import Cipher
from security.vault.datakeys import unwrap
from security.vault.envelope import Sealed, associated, seal, unseal
from security.vault.keyring import Keyring
from security.vault.models import DEPOSITED, VaultKey, VaultSecret
from security.vault.recipient import RecipientPrivate


def seal_row(row: VaultSecret, data_key: bytes, plaintext: bytes, cipher: Cipher) -> None:
    """With the key that `key_id` already names."""
    sealed = seal(data_key, plaintext, *bound(row), cipher=cipher)
    row.nonce, row.ciphertext, row.cipher = sealed.nonce, sealed.ciphertext, sealed.cipher


def open_row(keyring: Keyring, row: VaultSecret, key: VaultKey) -> bytes | None:
    """None where a byte of it, its key or anything that it is bound to is not what it was."""
    opened = unwrap(keyring, key)
    if opened is None or key.realm != row.realm or (row.cipher == DEPOSITED) != (key.public is not None):
        return None
    if row.cipher == DEPOSITED:
        return RecipientPrivate(opened).open(row.ciphertext, associated(bound(row)))
    return unseal(opened, Sealed(row.nonce, row.ciphertext, row.cipher), *bound(row))


def bound(row: VaultSecret) -> tuple[str, ...]:
    return ("secret", row.realm, row.name, row.kind, row.id, row.key_id)
