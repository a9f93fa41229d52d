"""What is secret: SNMP communities, device passwords, the ferry's keys. Encrypted in the database, keys outside it.

    sources        where the master keys come from: key files, a passphrase, a systemd credential, a PKCS#11 token
      wrap  vault_key      data keys, a few a realm; renewing a master key wraps these few rows anew
      seal  vault_secret   the secrets; each bound to its realm, name, kind and row, so it opens nowhere else

A process gets the keys of its own realms only (agent): the poller `monitor`, the worker `change`, `ferry` and `audit`,
the console `identity`, with which it checks one-time codes and reaches no device. What must be sealed without being
able to open is sealed to a realm's public key (recipient).
"""

from security.vault.keyring import Keyring
from security.vault.kinds import Kind, Realm
from security.vault.store import SecretEntry, Vault

__all__ = ["Keyring", "Kind", "Realm", "SecretEntry", "Vault"]
