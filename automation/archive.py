"""The keys of the configuration archive: one seals full texts, one keys the digests that stand for secrets.

They are a secret of the vault's change realm like any other, made at first use; so whoever rotates the vault's keys
rotates what protects the archive.
"""

import base64
from dataclasses import dataclass, field
from typing import Self

from sqlalchemy.orm import Session

from automation.errors import ArchiveDamagedError
from security import audit
from security.errors import SecretNotFoundError
from security.vault import Realm, Vault
from security.vault.ciphers import Cipher
from security.vault.envelope import NONCE_BYTES, Sealed, new_key, seal, unseal

NAME = "config-archive"
_END_OF_MARK = b"\0"


@dataclass(frozen=True)
class ArchiveKeys:
    """`cipher` seals from now on; each text says in front which one sealed it, as the profile may change."""

    sealing: bytes = field(repr=False)
    digest: bytes = field(repr=False)
    cipher: Cipher = Cipher.AES_256_GCM

    @classmethod
    def open(cls, session: Session, vault: Vault) -> Self:
        """Needs a writing session: the use is recorded, and the first use makes the keys."""
        actor = audit.SYSTEM
        try:
            found = vault.open(session, Realm.CHANGE, NAME, actor=actor, purpose="config-archive")
        except SecretNotFoundError:
            found = {name: base64.b64encode(new_key()).decode() for name in ("sealing", "digest")}
            vault.put(session, Realm.CHANGE, NAME, found, actor=actor)
        return cls(base64.b64decode(found["sealing"]), base64.b64decode(found["digest"]), vault.cipher)

    def seal(self, plaintext: bytes, device_id: int, number: int) -> bytes:
        sealed = seal(self.sealing, plaintext, *_bound(device_id, number), cipher=self.cipher)
        return sealed.cipher.encode() + _END_OF_MARK + sealed.nonce + sealed.ciphertext

    def unseal(self, sealed: bytes, device_id: int, number: int) -> bytes:
        """Raises ArchiveDamagedError; a text moved to another device or version does not open either."""
        mark, _, rest = sealed.partition(_END_OF_MARK)
        split = Sealed(rest[:NONCE_BYTES], rest[NONCE_BYTES:], mark.decode("ascii", "replace"))
        plaintext = unseal(self.sealing, split, *_bound(device_id, number))
        if plaintext is None:
            raise ArchiveDamagedError(device=device_id, number=number)
        return plaintext


def _bound(device_id: int, number: int) -> tuple[str, ...]:
    return ("automation-config", str(device_id), str(number))
