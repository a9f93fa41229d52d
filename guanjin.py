"""Composition root: the command line, and what each process is made of. The only file that knows every package."""

import logging
import os
import signal
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

import click
from sqlalchemy.orm import Session

from core import schema
from core.clock import Clock
from core.commandline import (
    Application,
    LazyGroup,
    explain,
    json_option,
    pass_application,
    print_json,
    print_table,
    run,
    translate_help,
)
from core.database import Database
from core.errors import Category, GuanjinError
from core.events import Event
from core.i18n import N_, language_of, translator
from core.jobs.errors import WorkerLostError
from core.settings import sections, variable
from core.supervisor import REFUSED, FolderUnusableError, Supervisor, die_with_parent, only_one

if TYPE_CHECKING:
    from automation.archive import ArchiveKeys
    from security.ferry.site import Ferry
    from security.vault import Vault

VERSION = "0.1.0"
PARENT = "GUANJIN_PARENT"
# After `kill -9` of a supervisor, the processes of the next one wait for those of the last one to end.
PREDECESSOR_S = 20.0

# One line a noun; each is imported when it is used.
GROUPS: dict[str, str] = {
    "account": "security.commands:account",
    "audit": "security.commands:audit",
    "config": "automation.commands:config",
    "credential": "security.commands:credential",
    "ferry": "security.ferry.commands:ferry",
    "health": "collectors.commands:health",
    "inventory": "inventory.commands:inventory",
    "job": "core.jobs.commands:job",
    "snmp": "collectors.snmp.commands:snmp",
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
@click.version_option(VERSION, prog_name="guanjin")
@click.pass_context
def cli(ctx: click.Context, config: Path | None) -> None:
    ctx.obj = Application(config, recorder=_record)
    ctx.call_on_close(ctx.obj.close)


def _record(session: Session, event: Event, subject: str) -> str:
    from security import audit  # noqa: PLC0415  # commands load what they need

    actor = audit.console_actor()
    audit.record(session, event, actor, subject=subject)
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
    from security.vault.keyring import create_keys  # noqa: PLC0415  # commands load what they need

    folder = application.settings.storage.data
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        create_keys(folder)
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
    settings = application.settings
    application.database.close()
    command = [sys.executable, str(Path(__file__).resolve())]
    config = click.get_current_context().find_root().params["config"]
    if config:
        command += ["--config", str(config)]
    supervisor = Supervisor(
        {name: [*command, "process", name] for name in PROCESSES},
        application.clock,
        {**os.environ, PARENT: str(os.getpid())},
    )
    _stop_on_signals(supervisor.stop)
    with only_one(settings.storage.data / "run"):
        application.say(N_("console: %(url)s (stop with Ctrl-C)"), url=_address(application))
        _note(application, Event.SYSTEM_STARTED)
        code = supervisor.run()
        _note(application, Event.SYSTEM_STOPPED)
    click.get_current_context().exit(code)


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
    stop = threading.Event()
    _stop_on_signals(stop)
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
    from security.vault import Keyring, Realm  # noqa: PLC0415
    from web import server  # noqa: PLC0415

    keyring = Keyring.load(application.settings.storage.data, [Realm.IDENTITY])
    server.run(application.settings, application.database, stop, keyring=keyring)


def _poller(application: Application, stop: threading.Event) -> None:
    from collectors import poller  # noqa: PLC0415
    from security.vault import Keyring, Realm  # noqa: PLC0415

    keyring = Keyring.load(application.settings.storage.data, [Realm.MONITOR])
    poller.run(application.settings, application.database, keyring, stop)


def _worker(application: Application, stop: threading.Event) -> None:
    import automation.jobs  # noqa: PLC0415  # registers its kinds of jobs
    import security.ferry.jobs  # noqa: PLC0415  # likewise
    from core import jobs  # noqa: PLC0415
    from core.jobs import upkeep  # noqa: PLC0415  # likewise

    settings, database = application.settings, application.database
    services = _worker_services(application)
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
        security.ferry.jobs.install_schedules(session, services.ferry, settings.site.timezone)

    def end() -> None:
        stop.wait()
        worker.stop()

    threading.Thread(target=end, daemon=True).start()
    worker.run()


@dataclass(frozen=True)
class WorkerServices:
    """What jobs may reach: the clock, the ferry, and the secrets of the change and ferry realms."""

    clock: Clock
    database: Database
    vault: "Vault"
    archive_keys: "ArchiveKeys"
    ferry: "Ferry"

    def ssh_secret(self, credential: str) -> Mapping[str, str]:
        from security.vault import Realm  # noqa: PLC0415

        with self.database.write() as session:
            return self.vault.open(session, Realm.CHANGE, credential, purpose="ssh")


def _worker_services(application: Application) -> WorkerServices:
    from automation.archive import ArchiveKeys  # noqa: PLC0415
    from security.ferry.site import open_ferry  # noqa: PLC0415
    from security.vault import Keyring, Realm, Vault  # noqa: PLC0415

    settings, database, clock = application.settings, application.database, application.clock
    keyring = Keyring.load(settings.storage.data, [Realm.CHANGE, Realm.FERRY])
    vault = Vault(keyring, clock)
    with database.write() as session:
        keys = ArchiveKeys.open(session, vault)
    return WorkerServices(clock, database, vault, keys, open_ferry(settings, clock=clock, keyring=keyring))


PROCESSES = {"web": _web, "poller": _poller, "worker": _worker}


@cli.command(help=N_("List every setting with its value, its environment variable and its meaning."))
@json_option
@pass_application
def settings(application: Application, *, as_json: bool) -> None:
    rows = [
        (
            f"{section}.{name}",
            getattr(getattr(application.settings, section), name),
            variable(section, name),
            field.description,
        )
        for section, kind in sections()
        for name, field in kind.model_fields.items()
    ]
    if as_json:
        print_json([{"name": a, "value": b, "variable": c, "help": d} for a, b, c, d in rows])
        return
    translate = application.translate
    headings = [
        translate(N_("setting")),
        translate(N_("value")),
        translate(N_("environment variable")),
        translate(N_("meaning")),
    ]
    print_table(headings, [(a, b, c, translate(d or "")) for a, b, c, d in rows])


@cli.group(help=N_("The database's schema."))
def database() -> None:
    pass


@database.command("status", help=N_("Show the schema that the database has and the one that this program needs."))
@json_option
@pass_application
def database_status(application: Application, *, as_json: bool) -> None:
    found = Database(application.settings.database_url)
    status = {"database": found.url.render_as_string(), "schema": schema.current(found), "needed": schema.head()}
    found.close()
    if as_json:
        print_json(status)
    else:
        print_table(list(status), [list(status.values())])


@database.command("upgrade", help=N_("Bring the database to the schema that this program needs."))
@pass_application
def database_upgrade(application: Application) -> None:
    found = Database(application.settings.database_url)
    if schema.current(found) is None:
        raise schema.SchemaMissingError(url=found.url.render_as_string())
    schema.upgrade(found)
    found.close()
    application.say(N_("the database has schema %(schema)s"), schema=schema.head())


def _address(application: Application) -> str:
    return f"http://{application.settings.web.listen_host}:{application.settings.web.listen_port}/"


def _log_to_stderr(name: str) -> None:
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.basicConfig(
        level=logging.INFO, stream=sys.stderr, format=f"%(asctime)s {name} %(levelname)s %(name)s: %(message)s"
    )


def _stop_on_signals(stop: threading.Event) -> None:
    def handler(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup has it so
            signal.signal(number, handler)


def main() -> None:
    translate_help(cli, translator(language_of()))
    run(cli)


if __name__ == "__main__":
    main()
