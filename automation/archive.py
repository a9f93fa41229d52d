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
from security.vault.envelope import NONCE_BYTES, Sealed, new_key, seal, unseal

NAME = "config-archive"


@dataclass(frozen=True)
class ArchiveKeys:
    sealing: bytes = field(repr=False)
    digest: bytes = field(repr=False)

    @classmethod
    def open(cls, session: Session, vault: Vault) -> Self:
        """Needs a writing session: the use is recorded, and the first use makes the keys."""
        actor = audit.SYSTEM
        try:
            found = vault.open(session, Realm.CHANGE, NAME, actor=actor, purpose="config-archive")
        except SecretNotFoundError:
            found = {name: base64.b64encode(new_key()).decode() for name in ("sealing", "digest")}
            vault.put(session, Realm.CHANGE, NAME, found, actor=actor)
        return cls(base64.b64decode(found["sealing"]), base64.b64decode(found["digest"]))

    def seal(self, plaintext: bytes, device_id: int, number: int) -> bytes:
        sealed = seal(self.sealing, plaintext, *_bound(device_id, number))
        return sealed.nonce + sealed.ciphertext

    def unseal(self, sealed: bytes, device_id: int, number: int) -> bytes:
        """Raises ArchiveDamagedError; a text moved to another device or version does not open either."""
        split = Sealed(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:])
        plaintext = unseal(self.sealing, split, *_bound(device_id, number))
        if plaintext is None:
            raise ArchiveDamagedError(device=device_id, number=number)
        return plaintext


def _bound(device_id: int, number: int) -> tuple[str, ...]:
    return ("automation-config", str(device_id), str(number))
