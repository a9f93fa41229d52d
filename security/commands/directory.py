"""`guanjin directory`: the secrets of the office's own directory, and whether it answers."""

import sys

import click

from core.commandline import Application, pass_application
from core.events import Event
from core.i18n import N_
from security.audit import console_actor, record
from security.commands.passphrase import AskAtTerminal
from security.directory.kinds import Source
from security.directory.opening import FIELD, LDAP_SECRET, OIDC_SECRET, open_directories
from security.errors import LoginFailedError
from security.vault import Keyring, Realm, Vault, sources

SECRETS = {Source.LDAP: LDAP_SECRET, Source.OIDC: OIDC_SECRET}
KIND = click.Choice([source.value for source in SECRETS])


@click.group(help=N_("Log-in by the office's own directory: LDAP, OpenID."))
def directory() -> None:
    pass


@directory.command("secret", help=N_("Store the password by which this installation asks the directory."))
@click.argument("kind", type=KIND)
@click.option("--stdin", is_flag=True, help=N_("read it from standard input"))
@pass_application
def directory_secret(application: Application, kind: str, *, stdin: bool) -> None:
    keyring = sources.keyring(application.settings, [Realm.IDENTITY], AskAtTerminal(application))
    label = application.translate(N_("password"))
    if stdin:
        typed = sys.stdin.readline().rstrip("\r\n")
    else:
        typed = click.prompt(label, hide_input=True, confirmation_prompt=True, err=True)
    with application.database.write() as session:
        vault = _vault(application, keyring)
        vault.put(session, Realm.IDENTITY, SECRETS[Source(kind)], {FIELD: typed}, actor=console_actor())
        subject = f"credential:{Realm.IDENTITY}/{SECRETS[Source(kind)]}"
        record(session, Event.CREDENTIAL_STORED, console_actor(), subject=subject, clock=application.clock)
    application.say(N_("stored; it counts from the next log-in on"))


@directory.command("try", help=N_("Ask the LDAP directory whether a password is somebody's; it is asked for."))
@click.argument("name")
@pass_application
def directory_try(application: Application, name: str) -> None:
    """Raises LoginFailedError where the directory says no, DirectoryError where it cannot say."""
    keyring = sources.keyring(application.settings, [Realm.IDENTITY], AskAtTerminal(application))
    found = open_directories(
        application.settings, application.database, _vault(application, keyring), application.clock
    )
    password: str = click.prompt(application.translate(N_("password")), hide_input=True, err=True)
    if not found.passwords(Source.LDAP).holds(name, password):
        raise LoginFailedError
    application.say(N_("the directory knows %(name)s by this password"), name=name)


def _vault(application: Application, keyring: Keyring) -> Vault:
    return Vault(keyring, application.clock, cipher=application.settings.vault.cipher)
