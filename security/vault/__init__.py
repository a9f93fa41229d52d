"""What is secret: SNMP communities, device passwords, the ferry's keys. Encrypted in the database, keys outside it.

    <data>/keys/<realm>.key     one file a realm, mode 0600: the realm's master key; not in the database's backup
      wraps  vault_key          data keys, one or more a realm; changing the master key rewraps these few rows
      seals  vault_secret       the secrets; each bound to its realm, name, kind and row, so it opens nowhere else

A process loads the keys of its own realms only: the poller `monitor`, the worker `change` and `ferry`, the
console `identity`, with which it checks one-time codes and reaches no device.
"""

from security.vault.keyring import Keyring
from security.vault.kinds import Kind, Realm
from security.vault.store import SecretEntry, Vault

__all__ = ["Keyring", "Kind", "Realm", "SecretEntry", "Vault"]
