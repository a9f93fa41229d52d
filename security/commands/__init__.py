"""`guanjin audit`, `guanjin account`, `guanjin credential`, `guanjin directory`, `guanjin emergency`, `guanjin vault`.

Whoever may run these is already master of the machine, so they ask for no log-in; but the rules of separation hold
here too: roles are only proposed, everything is recorded under `console:<user>`, and no secret is ever an argument or
an output.
"""

from security.commands.accounts import account
from security.commands.auditing import audit
from security.commands.credentials import credential
from security.commands.directory import directory
from security.commands.emergency import emergency
from security.commands.vaulting import vault

__all__ = ["account", "audit", "credential", "directory", "emergency", "vault"]
