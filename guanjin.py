"""Composition root: the command line, and what each process is made of. The only file that knows every package."""

import logging
import os
import socket
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click
from sqlalchemy.orm import Session

from core import memory, schema
from core.clock import Clock
from core.commandline import (
    Application,
    LazyGroup,
    explain,
    pass_application,
    run,
    translate_help,
)
from core.database import Database
from core.errors import Category, GuanjinError
from core.events import Event
from core.i18n import N_, language_of, translator
from core.jobs.errors import WorkerLostError
from core.supervisor import REFUSED, FolderUnusableError, Supervisor, die_with_parent, only_one, stop_on_signals

if TYPE_CHECKING:
    from automation.archive import ArchiveKeys
    from security.audit.archive import Archive
    from security.backup.place import Place
    from security.ferry.site import Ferry
    from security.vault import Keyring, Realm, Vault
    from security.vault.agent import KeyAgent

VERSION = "0.1.0"
PARENT = "GUANJIN_PARENT"
KEY_AGENT = "GUANJIN_KEY_AGENT"
# After `kill -9` of a supervisor, the processes of the next one wait for those of the last one to end.
PREDECESSOR_S = 20.0

# One line a noun; each is imported when it is used.
GROUPS: dict[str, str] = {
    "account": "security.commands:account",
    "audit": "security.commands:audit",
    "backup": "security.backup.commands:backup",
    "check": "web.posture:check",
    "config": "automation.commands:config",
    "credential": "security.commands:credential",
    "database": "core.commands:database",
    "directory": "security.commands:directory",
    "emergency": "security.commands:emergency",
    "ferry": "security.ferry.commands:ferry",
    "health": "collectors.commands:health",
    "inventory": "inventory.commands:inventory",
    "job": "core.jobs.commands:job",
    "settings": "core.commands:settings",
    "snmp": "collectors.snmp.commands:snmp",
    "sweep": "collectors.sweep.commands:sweep",
    "vault": "security.commands:vault",
}


class AlreadyInitialisedError(GuanjinError):
    code = "guanjin.already_initialised"
    category = Category.CONFLICT
    message = N_("the data folder %(path)s already holds an installation")
    hint = N_("start it with `guanjin up`, or choose another folder by storage.data")


@click.group(
    cls=LazyGroup,
    members=GROUPS,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=N_("Guanjin, the network and infrastructure management of e-government networks."),
)
@click.option(
    "--config", type=click.Path(path_type=Path, dir_okay=False), help=N_("settings file instead of ./guanjin.toml")
)
@click.option(
    "--passphrase-fd", type=click.IntRange(min=3), help=N_("descriptor to read the vault's passphrase or PIN from")
)
@click.version_option(VERSION, prog_name="guanjin")
@click.pass_context
def cli(ctx: click.Context, config: Path | None, passphrase_fd: int | None) -> None:
    ctx.obj = Application(config, recorder=_record, passphrase_fd=passphrase_fd)
    ctx.call_on_close(ctx.obj.close)


def _record(session: Session, event: Event, subject: str, before: object, after: object) -> str:
    from security import audit  # noqa: PLC0415  # commands load what they need

    actor = audit.console_actor()
    audit.record(session, event, actor, subject=subject, before=before, after=after)
    return actor.name


@cli.command(help=N_("Make a new installation in the data folder and print its one-time set-up token."))
@pass_application
def init(application: Application) -> None:
    """Until the set-up is done, another `init` prints another token: it may be lost, too old, or never printed."""
    from security import setup  # noqa: PLC0415  # commands load what they need

    database = Database(application.settings.database_url)
    if schema.current(database) is None:
        _install(application, database)
    schema.require(database)
    with database.write() as session:
        if setup.is_set_up(session):
            raise AlreadyInitialisedError(path=application.settings.storage.data)
        _note_installation(session)
        token = setup.issue_token(session, clock=application.clock)
    database.close()
    application.say(N_("installed in %(path)s"), path=application.settings.storage.data)
    application.say(N_("set-up token, needed once in the browser, valid for a day:"))
    click.echo(token)
    application.hint(N_("start with `guanjin up`, then open %(url)s"), url=_address(application))


def _install(application: Application, database: Database) -> None:
    """Keys before the schema: a folder without its schema is begun again, and keys are never made beside one."""
    from security.commands.passphrase import AskAtTerminal  # noqa: PLC0415  # commands load what they need
    from security.vault import sources  # noqa: PLC0415  # likewise

    folder = application.settings.storage.data
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        sources.create(application.settings, AskAtTerminal(application))
    except OSError as error:
        raise FolderUnusableError(path=folder, reason=error.strerror) from error
    schema.upgrade(database)


def _note_installation(session: Session) -> None:
    from security import audit  # noqa: PLC0415  # commands load what they need

    event = Event.SYSTEM_INITIALISED
    if not audit.find(session, audit.Filter(event=event), limit=1).records:
        audit.record(session, event, audit.SYSTEM, subject="installation", detail={"version": VERSION})


@cli.command(help=N_("Run the installation: console, poller and worker, until Ctrl-C."))
@pass_application
def up(application: Application) -> None:
    _log_to_stderr("supervisor")
    memory.keep_private()
    settings = application.settings
    application.database.close()
    agent = _key_agent(application)
    command = [sys.executable, str(Path(__file__).resolve())]
    config = click.get_current_context().find_root().params["config"]
    if config:
        command += ["--config", str(config)]
    supervisor = Supervisor(
        {name: [*command, "process", name] for name in PROCESSES},
        application.clock,
        {**os.environ, PARENT: str(os.getpid())},
        descriptors=agent.descriptors,
        descriptor_variable=KEY_AGENT,
    )
    stop_on_signals(supervisor.stop)
    with only_one(settings.storage.data / "run"):
        application.say(N_("console: %(url)s (stop with Ctrl-C)"), url=_address(application))
        _note(application, Event.SYSTEM_STARTED)
        with agent:
            code = supervisor.run()
        _note(application, Event.SYSTEM_STOPPED)
    click.get_current_context().exit(code)


def _key_agent(application: Application) -> "KeyAgent":
    """Opens the source of the master keys, here and nowhere else, and asks for the passphrase if it needs one."""
    from security.commands.passphrase import AskAtTerminal  # noqa: PLC0415
    from security.vault import sources  # noqa: PLC0415
    from security.vault.agent import KeyAgent  # noqa: PLC0415

    keys = sources.open_keys(application.settings, AskAtTerminal(application))
    for realm in {realm for realms in _realms().values() for realm in realms}:
        keys.load(realm)
    return KeyAgent(keys.load, _realms())


def _realms() -> "Mapping[str, tuple[Realm, ...]]":
    """What each process may open; the web process nothing that reaches a device or crosses a network."""
    from security.vault import Realm  # noqa: PLC0415

    return {"web": (Realm.IDENTITY,), "poller": (Realm.MONITOR,), "worker": (Realm.CHANGE, Realm.FERRY, Realm.AUDIT)}


def _keyring(application: Application, name: str) -> "Keyring":
    """From the supervisor; by itself where a process runs without one, as on a machine of its own."""
    from security.commands.passphrase import AskAtTerminal  # noqa: PLC0415
    from security.vault import agent, sources  # noqa: PLC0415

    descriptor = os.environ.pop(KEY_AGENT, "")
    if descriptor:
        return agent.keyring(int(descriptor))
    return sources.keyring(application.settings, _realms()[name], AskAtTerminal(application))


def _note(application: Application, event: Event) -> None:
    """In the audit log: when the installation ran, and which version of it."""
    from security import audit  # noqa: PLC0415

    with application.database.write() as session:
        audit.record(session, event, audit.SYSTEM, subject="installation", detail={"version": VERSION})


@cli.command(hidden=True)
@click.argument("name", type=click.Choice(["web", "poller", "worker"]))
@pass_application
def process(application: Application, name: str) -> None:
    """One process of `guanjin up`; each opens only the secrets that it needs."""
    _log_to_stderr(name)
    memory.keep_private()
    stop = threading.Event()
    stop_on_signals(stop)
    if parent := os.environ.get(PARENT):
        die_with_parent(int(parent))
    try:
        with only_one(application.settings.storage.data / "run", name, wait_s=PREDECESSOR_S):
            PROCESSES[name](application, stop)
    except WorkerLostError:
        raise  # a new worker may well do better
    except GuanjinError as error:
        _refuse(application, error)
    except OSError as error:
        if error.filename is None:
            raise
        _refuse(application, FolderUnusableError(path=error.filename, reason=error.strerror))


def _refuse(application: Application, error: GuanjinError) -> NoReturn:
    click.get_current_context().exit(REFUSED + explain(error, application.translate))


def _web(application: Application, stop: threading.Event) -> None:
    from web import server  # noqa: PLC0415

    server.run(application.settings, application.database, stop, keyring=_keyring(application, "web"))


def _poller(application: Application, stop: threading.Event) -> None:
    from collectors.poller.process import run as watch  # noqa: PLC0415
    from security.vault import Vault  # noqa: PLC0415

    keyring = _keyring(application, "poller")
    Vault(keyring, application.clock, cipher=application.settings.vault.cipher).prepare(application.database)
    watch(application.settings, application.database, keyring, stop)


def _worker(application: Application, stop: threading.Event) -> None:
    import automation.jobs  # noqa: PLC0415  # registers its kinds of jobs
    import collectors.topology  # noqa: PLC0415  # likewise
    import security.audit.jobs  # noqa: PLC0415  # likewise
    import security.backup.schedule  # noqa: PLC0415  # likewise
    import security.ferry.jobs  # noqa: PLC0415  # likewise
    from core import jobs  # noqa: PLC0415
    from core.jobs import upkeep  # noqa: PLC0415  # likewise

    settings, database = application.settings, application.database
    services = _worker_services(application)
    _keep_audit_log(application, services.vault, stop)
    worker = jobs.Worker(
        database,
        threads=settings.worker.threads,
        lease_s=settings.worker.lease_s,
        poll_s=settings.worker.poll_s,
        services=services,
        storage=settings.storage.data,
        reserve_bytes=settings.storage.reserve_bytes,
        clock=application.clock,
    )
    with database.write() as session:
        upkeep.install_schedules(session, settings.worker.job_days, settings.site.timezone)
        automation.jobs.install_schedules(session, settings.worker.backup_cron, settings.site.timezone)
        collectors.topology.install_schedules(session, settings.site.timezone)
        security.audit.jobs.install_schedules(session, settings.site.timezone)
        security.backup.schedule.install_schedules(session, settings)
        security.ferry.jobs.install_schedules(session, services.ferry, settings.site.timezone)

    def end() -> None:
        stop.wait()
        worker.stop()

    threading.Thread(target=end, daemon=True).start()
    worker.run()


def _keep_audit_log(application: Application, vault: "Vault", stop: threading.Event) -> None:
    """The worker is the one process that holds the key which signs the log's checkpoints; it also tells the witness."""
    from security.audit.forwarding import Forwarder, server_of  # noqa: PLC0415
    from security.audit.keeping import Keeper, open_key  # noqa: PLC0415

    database, clock = application.database, application.clock
    with database.write() as session:
        key = open_key(session, vault, clock)
    threading.Thread(target=Keeper(database, key, clock).run, args=(stop,), daemon=True).start()
    if server := server_of(application.settings.audit):
        forwarder = Forwarder(database, server, clock, socket.gethostname())
        threading.Thread(target=forwarder.run, args=(stop,), daemon=True).start()


@dataclass(frozen=True)
class WorkerServices:
    """What jobs may reach: the clock, the ferry, the audit's archive, what backups hold, and the secrets of the change
    and ferry realms.
    """

    clock: Clock
    database: Database
    vault: "Vault"
    archive_keys: "ArchiveKeys"
    ferry: "Ferry"
    audit_archive: "Archive"
    place: "Place"

    def ssh_secret(self, credential: str) -> Mapping[str, str]:
        from security.vault import Realm  # noqa: PLC0415

        with self.database.write() as session:
            return self.vault.open(session, Realm.CHANGE, credential, purpose="ssh")


def _worker_services(application: Application) -> WorkerServices:
    from automation.archive import ArchiveKeys  # noqa: PLC0415
    from security.audit import archive  # noqa: PLC0415
    from security.backup.place import Place  # noqa: PLC0415
    from security.ferry.site import open_ferry  # noqa: PLC0415
    from security.vault import Vault  # noqa: PLC0415

    settings, database, clock = application.settings, application.database, application.clock
    keyring = _keyring(application, "worker")
    vault = Vault(keyring, clock, cipher=settings.vault.cipher)
    vault.prepare(database)
    with database.write() as session:
        keys = ArchiveKeys.open(session, vault)
    ferry = open_ferry(settings, clock=clock, keyring=keyring)
    place = Place(settings, database, clock, VERSION, application.settings_file)
    return WorkerServices(clock, database, vault, keys, ferry, archive.of(settings, clock), place)


PROCESSES = {"web": _web, "poller": _poller, "worker": _worker}


def _address(application: Application) -> str:
    return f"http://{application.settings.web.listen_host}:{application.settings.web.listen_port}/"


def _log_to_stderr(name: str) -> None:
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.basicConfig(
        level=logging.INFO, stream=sys.stderr, format=f"%(asctime)s {name} %(levelname)s %(name)s: %(message)s"
    )


def main() -> None:
    translate_help(cli, translator(language_of()))
    run(cli)


if __name__ == "__main__":
    main()
