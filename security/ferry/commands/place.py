"""What every command of the ferry begins with: this installation's ferry, and who types."""

from core.commandline import Application
from security.audit import console_actor as operator
from security.commands.passphrase import AskAtTerminal
from security.ferry.site import Ferry, open_ferry
from security.vault import Realm, sources


def ferry_of(application: Application) -> Ferry:
    """Without the private keys."""
    return open_ferry(application.settings, clock=application.clock)


def ferry_with_keys(application: Application) -> Ferry:
    keyring = sources.keyring(application.settings, [Realm.FERRY], AskAtTerminal(application))
    return open_ferry(application.settings, clock=application.clock, keyring=keyring)


__all__ = ["ferry_of", "ferry_with_keys", "operator"]
