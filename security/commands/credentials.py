"""`guanjin credential`."""

import json
import sys
from pathlib import Path

import click

from core.commandline import Application, json_option, pass_application, print_json, print_table
from core.i18n import N_
from security.audit import console_actor
from security.commands.display import local, translated, zone_of
from security.errors import SecretInputError
from security.vault import Keyring, Kind, Realm, Vault
from security.vault.kinds import CHOICES, ENTERED, FIELDS, OPTIONAL, REQUIRES

REALM = click.Choice([realm.value for realm in ENTERED])
KIND = click.Choice([kind.value for kind in Kind])


LABELS = {
    "community": N_("community"),
    "username": N_("user name"),
    "password": N_("password"),
    "private_key": N_("file with the private key"),
    "authentication": N_("authentication protocol"),
    "auth_password": N_("authentication password"),
    "privacy": N_("privacy protocol"),
    "privacy_password": N_("privacy password"),
    "context": N_("context (empty on nearly all devices)"),
}
# What may be seen while it is typed.
SHOWN = frozenset({"username", "context"})


@click.group(help=N_("Credentials of devices, kept in the vault by realm: monitor, change, ferry."))
def credential() -> None:
    pass


@credential.command("set", help=N_("Store a credential; its values are asked for, and never shown again."))
@click.argument("realm", type=REALM)
@click.argument("name")
@click.option("--kind", required=True, type=KIND, help=N_("what it is for"))
@click.option("--stdin", is_flag=True, help=N_("read the values from standard input as a JSON object"))
@pass_application
def credential_set(application: Application, realm: str, name: str, *, kind: str, stdin: bool) -> None:
    keyring = Keyring.load(application.settings.storage.data, [Realm(realm)])
    values = _values_from_stdin() if stdin or not FIELDS[Kind(kind)] else _ask(application, Kind(kind))
    with application.database.write() as session:
        vault = Vault(keyring, application.clock)
        vault.put(session, Realm(realm), name, values, kind=Kind(kind), actor=console_actor())
    application.say(N_("credential %(name)s stored in realm %(realm)s"), name=name, realm=realm)


@credential.command("list", help=N_("List names and kinds; values are never shown."))
@click.argument("realm", type=REALM, required=False)
@json_option
@pass_application
def credential_list(application: Application, realm: str | None, *, as_json: bool) -> None:
    zone = zone_of(application)
    with application.database.read() as session:
        found = Vault(Keyring()).list(session, Realm(realm) if realm else None)
    if as_json:
        print_json(found)
        return
    headings = (N_("realm"), N_("name"), N_("kind"), N_("changed"))
    rows = [(entry.realm, entry.name, entry.kind, local(entry.changed, zone)) for entry in found]
    print_table(translated(application, headings), rows)


@credential.command("delete", help=N_("Delete a credential."))
@click.argument("realm", type=REALM)
@click.argument("name")
@pass_application
def credential_delete(application: Application, realm: str, name: str) -> None:
    with application.database.write() as session:
        Vault(Keyring(), application.clock).delete(session, Realm(realm), name, actor=console_actor())
    application.say(N_("credential %(name)s deleted from realm %(realm)s"), name=name, realm=realm)


def _values_from_stdin() -> dict[str, str]:
    try:
        values = json.load(sys.stdin)
    except ValueError:
        raise SecretInputError from None
    if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
        raise SecretInputError
    return values


def _ask(application: Application, kind: Kind) -> dict[str, str]:
    values: dict[str, str] = {}
    for field in (*FIELDS[kind], *OPTIONAL.get(kind, ())):
        of_use = all(values[other] for other in REQUIRES.get(field, ()) if other in values)
        label, optional = application.translate(LABELS[field]), field not in FIELDS[kind]
        values[field] = _ask_field(label, field, optional=optional) if of_use else ""
    return {field: value for field, value in values.items() if value}


def _ask_field(label: str, field: str, *, optional: bool) -> str:
    if field == "private_key":
        path: Path = click.prompt(label, type=click.Path(exists=True, dir_okay=False, path_type=Path), err=True)
        return path.read_text(encoding="utf-8")
    if field in CHOICES:
        chosen: str = click.prompt(label, type=click.Choice(["none", *CHOICES[field]]), default="none", err=True)
        return "" if chosen == "none" else chosen
    hidden = field not in SHOWN
    default = "" if optional and not hidden else None
    typed: str = click.prompt(
        label, hide_input=hidden, confirmation_prompt=hidden, default=default, show_default=False, err=True
    )
    return typed
