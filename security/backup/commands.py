"""`guanjin backup`: the whole system, not the configuration of a device (`guanjin config`)."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from core.commandline import Application, json_option, pass_application, print_json
from core.database import Database
from core.i18n import N_
from core.version import VERSION
from security.audit import console_actor
from security.backup import restoring, signing
from security.backup.creating import create
from security.backup.errors import TargetExistsError
from security.backup.folder import SETTINGS
from security.backup.place import Place
from security.backup.recovery_code import RecoveryKey, decode
from security.backup.walking import Content
from security.commands.passphrase import AskAtTerminal
from security.vault import Realm, Vault, sources
from security.vault.keyfolder import alone
from security.vault.keyring import Keys
from security.vault.sources import Source

FILE = click.Path(path_type=Path, dir_okay=False)
THERE = click.Path(path_type=Path, dir_okay=False, exists=True)
key_option = click.option(
    "--key", "key_file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True, exists=True),
    help=N_("file with the recovery key, - for standard input; asked for otherwise"),
)  # fmt: skip


@click.group(help=N_("System backups: the whole installation in one sealed and signed file."))
def backup() -> None:
    pass


@backup.command("key", help=N_("Make the recovery key and print it; only who holds it can open a backup."))
@click.option("--out", type=FILE, help=N_("write it to this file instead, for a medium that is locked away"))
@click.option("--replace", is_flag=True, help=N_("make another although there is one"))
@pass_application
def backup_key(application: Application, *, out: Path | None, replace: bool) -> None:
    if out is not None and out.exists():
        raise TargetExistsError(path=out)
    keyring = sources.keyring(application.settings, Realm, AskAtTerminal(application))
    place = _place(application, application.database)
    with application.database.write() as session:
        key = signing.make_recovery_key(session, place, keyring, replace=replace, actor=console_actor())
        if out is not None:
            _write_key(out, key)
    if out is None:
        application.say(N_("recovery key, shown this once; print it or write it down, and lock it away elsewhere:"))
        click.echo(key.encode())
    else:
        application.say(N_("the recovery key is in %(path)s; take it off this machine"), path=out)
    application.hint(N_("try it: `guanjin backup create FILE`, then `guanjin backup verify FILE`"))


def _write_key(path: Path, key: RecoveryKey) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(f"{key.encode()}\n")
        file.flush()
        os.fsync(file.fileno())


@backup.command("create", help=N_("Back up the whole system into a new file, while it runs."))
@click.argument("file", type=FILE)
@click.option("--history", is_flag=True, help=N_("with the measurements for charts"))
@json_option
@pass_application
def backup_create(application: Application, file: Path, *, history: bool, as_json: bool) -> None:
    settings = application.settings
    keyring = sources.keyring(settings, [Realm.CHANGE], AskAtTerminal(application))
    vault = Vault(keyring, application.clock, cipher=settings.vault.cipher)
    place = _place(application, application.database)
    made = create(place, vault, file, history=history, actor=console_actor())
    if as_json:
        print_json(made)
        return
    application.say(
        N_("%(path)s: %(rows)s rows of %(tables)s tables and %(files)s files, %(size)s bytes"),
        path=made.path,
        rows=made.rows,
        tables=made.tables,
        files=made.files,
        size=made.size,
    )


@backup.command("verify", help=N_("Read a backup to its end and compare everything; nothing is written."))
@click.argument("file", type=THERE)
@key_option
@json_option
@pass_application
def backup_verify(application: Application, file: Path, *, key_file: Path | None, as_json: bool) -> None:
    content = restoring.verify(file, _recovery_key(application, key_file))
    _tell(application, content, as_json=as_json)
    if not as_json:
        application.say(N_("every signature, row and file is what the backup says"))


@backup.command("restore", help=N_("Fill the empty data folder and database of the settings from a backup."))
@click.argument("file", type=THERE)
@key_option
@json_option
@pass_application
def backup_restore(application: Application, file: Path, *, key_file: Path | None, as_json: bool) -> None:
    settings = application.settings
    key = _recovery_key(application, key_file)
    keys_at = sources.new_keys(settings, Source(settings.vault.source), AskAtTerminal(application))

    def store_keys(folder: Path, keys: Mapping[Realm, Keys]) -> None:
        with alone(folder, wait=True):
            keys_at(folder).replace(keys)

    database = Database(settings.database_url)
    try:
        restored = restoring.restore(
            _place(application, database),
            file,
            key,
            store_keys,
            actor=console_actor(),
        )
    finally:
        database.close()
    _tell(application, restored.content, as_json=as_json)
    if not as_json:
        application.say(N_("restored into %(path)s; every row digest is the same"), path=settings.storage.data)
        beside = settings.storage.data / SETTINGS
        if beside.exists():
            application.hint(N_("settings files of the backup are in %(path)s"), path=beside)


def _tell(application: Application, content: Content, *, as_json: bool) -> None:
    if as_json:
        print_json(content)
        return
    manifest = content.manifest
    application.say(
        N_("backup of %(site)s (%(zone)s) from %(at)s by program %(program)s: %(rows)s rows, %(files)s files"),
        site=manifest.site or "-",
        zone=manifest.zone,
        at=manifest.at,
        program=manifest.program,
        rows=content.rows,
        files=content.files,
    )


def _recovery_key(application: Application, file: Path | None) -> RecoveryKey:
    """From a file, standard input or the terminal: never an argument, which every user of the machine could read."""
    if file is None:
        typed: str = click.prompt(application.translate(N_("recovery key")), hide_input=True, err=True)
        return decode(typed)
    return decode(sys.stdin.read() if str(file) == "-" else file.read_text(encoding="ascii", errors="replace"))


def _place(application: Application, database: Database) -> Place:
    return Place(application.settings, database, application.clock, VERSION, application.settings_file)
