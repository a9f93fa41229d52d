"""`guanjin vault`: where the master keys come from, and renewing keys."""

import click

from core.commandline import Application, json_option, pass_application, print_json, print_table
from core.events import Event
from core.i18n import N_
from security.audit import console_actor, record
from security.commands.display import local, translated, zone_of
from security.commands.passphrase import AskAtTerminal
from security.vault import Realm, sources
from security.vault.ciphers import Cipher
from security.vault.keyfolder import alone
from security.vault.rotation import Rotator
from security.vault.sources import Source
from security.vault.status import RealmStatus, status

SOURCES = {
    Source.FILE: N_("key files"),
    Source.PASSPHRASE: N_("passphrase"),
    Source.CREDENTIAL: N_("systemd credential"),
    Source.PKCS11: N_("PKCS#11 token"),
}
REALM = click.Choice([realm.value for realm in Realm])


@click.group(help=N_("The vault: where its master keys come from, and renewing keys."))
def vault() -> None:
    pass


@vault.command("status", help=N_("Show the source, the realms, the age of their keys and what is unfinished."))
@json_option
@pass_application
def vault_status(application: Application, *, as_json: bool) -> None:
    there = sources.found(application.settings.storage.data)
    with application.database.read() as session:
        realms = status(session)
    if as_json:
        source = None if there is None else there.value
        print_json({"source": source, "cipher": application.settings.vault.cipher, "realms": realms})
        return
    where = application.translate(SOURCES[there]) if there else "-"
    application.say(N_("master keys: %(source)s; cipher: %(cipher)s"), source=where, cipher=_cipher(application))
    headings = (N_("realm"), N_("master key since"), N_("data key since"), N_("credentials"), N_("state"))
    print_table(translated(application, headings), [_row(application, entry) for entry in realms])


@vault.command("rotate", help=N_("Renew the data keys and seal every credential anew, or renew the master keys."))
@click.option("--master", is_flag=True, help=N_("renew the master keys instead of the data keys"))
@click.option("--realm", "only", type=REALM, multiple=True, help=N_("only this realm; may be given several times"))
@pass_application
def vault_rotate(application: Application, *, master: bool, only: tuple[str, ...]) -> None:
    settings = application.settings
    with alone(settings.storage.data, wait=False):
        rotator = Rotator(
            application.database,
            sources.open_keys(settings, AskAtTerminal(application)),
            Cipher(settings.vault.cipher),
            console_actor(),
            application.clock,
        )
        for realm in map(Realm, only or [realm.value for realm in Realm]):
            for done in rotator.rotate(realm, "master" if master else "data"):
                message = _MASTER_DONE if done.kind == "master" else _DATA_DONE
                application.say(message, realm=done.realm, count=done.resealed)


_DATA_DONE = N_("realm %(realm)s: new data key; %(count)s credentials sealed anew")
_MASTER_DONE = N_("realm %(realm)s: new master key; %(count)s keys wrapped anew")


@vault.command("source", help=N_("Move the master keys to another source, or set a new passphrase."))
@click.argument("source", type=click.Choice([source.value for source in Source]))
@pass_application
def vault_source(application: Application, source: str) -> None:
    settings = application.settings
    data = settings.storage.data
    before = sources.found(data)
    with alone(data, wait=False):
        move = sources.moving(settings, Source(source), AskAtTerminal(application))
        with application.database.write() as session:
            record(
                session,
                Event.VAULT_MOVED,
                console_actor(),
                subject="vault:master-keys",
                before={"source": before},
                after={"source": source},
                clock=application.clock,
            )
            move()
    application.say(
        N_("the master keys are kept by: %(source)s"), source=application.translate(SOURCES[Source(source)])
    )
    if settings.vault.source != source:
        application.hint(N_('set vault.source = "%(source)s" before the next start'), source=source)


def _cipher(application: Application) -> str:
    return application.settings.vault.cipher.upper()


def _row(application: Application, entry: RealmStatus) -> tuple[str, ...]:
    zone = zone_of(application)
    since, data = entry.master_since, entry.data_key_since
    return (
        entry.realm,
        local(since, zone) if since else "-",
        local(data, zone) if data else "-",
        str(entry.secrets),
        application.translate(_state(application, entry)),
    )


def _state(application: Application, entry: RealmStatus) -> str:
    if entry.unfinished:
        return N_("a rotation is unfinished: `guanjin vault rotate` goes on with it")
    if any(cipher != application.settings.vault.cipher for cipher in entry.ciphers):
        return N_("sealed with another cipher than the settings say: `guanjin vault rotate`")
    if entry.master_id and not entry.escrowed:
        return N_("no recovery key: `guanjin backup key`")
    return N_("in order")
