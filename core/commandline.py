"""The command line's shared manners: one context, lazy groups, two languages, exit codes, machine-readable output.

Exit codes: 0 ok, 1 failed, 2 usage, 3 refused by policy, 4 integrity, 5 unreachable. Results go to stdout, messages
to stderr, with `hint:` lines that say what to do. Every reading command takes `--json`.
"""

import dataclasses
import json
import os
import sys
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from enum import Enum
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

import click
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from core import schema, settings
from core.clock import Clock, SystemClock
from core.database import Database
from core.errors import Category, GuanjinError
from core.events import Event
from core.i18n import N_, Translate, language_of, translator

json_option = click.option("--json", "as_json", is_flag=True, help=N_("print JSON for other programs"))


# The audit log is above this package, so the composition root hands it in.
Recorder = Callable[[Session, Event, str, object, object], str]


class StorageFailedError(GuanjinError):
    code = "core.storage_failed"
    category = Category.UNREACHABLE
    message = N_("the storage failed: %(reason)s")
    hint = N_("look for a full disk, a database server that has stopped, or a file that belongs to another user")


class Application:
    """What a command may reach, made when it is first asked for, so that `--help` needs no settings."""

    def __init__(
        self,
        config: Path | None = None,
        clock: Clock | None = None,
        recorder: Recorder | None = None,
        passphrase_fd: int | None = None,
    ) -> None:
        self._config = config
        self.passphrase_fd = passphrase_fd
        self._recorder = recorder
        self.clock: Clock = clock or SystemClock()
        self.language = language_of()
        self.translate: Translate = translator(self.language)

    @cached_property
    def settings(self) -> settings.Settings:
        return settings.load(self._config)

    @property
    def settings_file(self) -> Path | None:
        return settings.file_of(self._config)

    @cached_property
    def database(self) -> Database:
        """The migrated database; raises SchemaMissingError and its kin where it is not what this program needs."""
        database = Database(self.settings.database_url)
        schema.require(database)
        return database

    def record(
        self, session: Session, event: Event, subject: str, *, before: object = None, after: object = None
    ) -> str:
        """Put what the person at the terminal does into the audit log, in the change's transaction; his name there."""
        if self._recorder is None:
            raise LookupError("nothing that must be recorded can be done without a recorder")
        return self._recorder(session, event, subject, before, after)

    def close(self) -> None:
        if "database" in self.__dict__:
            self.database.close()

    def say(self, message: str, **facts: object) -> None:
        """A message for the person at the terminal, translated, on stderr."""
        click.echo(self.translate(message) % facts, err=True)

    def hint(self, message: str, **facts: object) -> None:
        click.echo(f"{self.translate(N_('hint:'))} {self.translate(message) % facts}", err=True)


pass_application = click.make_pass_decorator(Application)


class LazyGroup(click.Group):
    """A group whose members are imported when they are used: `name -> "package.module:attribute"`."""

    def __init__(self, *args: Any, members: Mapping[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._members = members or {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *self._members})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        command = super().get_command(ctx, cmd_name)
        if command is None and cmd_name in self._members:
            module, _, attribute = self._members[cmd_name].partition(":")
            command = getattr(import_module(module), attribute)
        if command is not None:
            translate_help(command, translator(language_of()))
        return command


def translate_help(command: click.Command, translate: Translate) -> None:
    """Help texts are msgids where they are declared; a terminal shows them in its language."""
    if command.help:
        command.help = translate(command.help)
    for parameter in command.params:
        if isinstance(parameter, click.Option) and parameter.help:
            parameter.help = translate(parameter.help)
    if isinstance(command, click.Group) and not isinstance(command, LazyGroup):
        for member in command.commands.values():
            translate_help(member, translate)


def run(command: click.Command, arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and leave with the documented exit code."""
    translate = translator(language_of())
    try:
        code = command.main(args=None if arguments is None else list(arguments), standalone_mode=False)
    except click.exceptions.Exit as left:
        code = left.exit_code
    except click.Abort:
        code = 1
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except GuanjinError as error:
        code = explain(error, translate)
    except BrokenPipeError:
        # The reader (`| head`) has had enough; that is no failure, and stdout must not complain again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except (SQLAlchemyError, OSError) as error:
        code = explain(storage_error(error), translate)
    sys.exit(code if isinstance(code, int) else 0)


def explain(error: GuanjinError, translate: Translate) -> int:
    """Tell the person at the terminal, and give the exit code."""
    click.echo(f"guanjin: {error.render(translate)} [{error.code}]", err=True)
    if hint := error.render_hint(translate):
        click.echo(f"{translate(N_('hint:'))} {hint}", err=True)
    return error.category.exit_code


def storage_error(error: SQLAlchemyError | OSError) -> StorageFailedError:
    """Trouble with disk or database in words; raises `error` again where it is a mistake in the program."""
    from core.jobs.storage import is_trouble  # noqa: PLC0415  # only when something is wrong

    if not is_trouble(error):
        raise error
    reason = getattr(error, "orig", None) or error
    return StorageFailedError(reason=" ".join(str(reason).split()))


def plain(value: Any) -> Any:
    """A value as JSON knows it: datetimes in ISO 8601, enums by value, dataclasses as objects."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def print_json(value: Any) -> None:
    click.echo(json.dumps(plain(value), ensure_ascii=False, indent=2))


def print_table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Columns aligned by what a terminal shows: a Chinese character is two cells wide."""
    table = [list(headings), *([("" if cell is None else str(cell)) for cell in row] for row in rows)]
    widths = [max(_cells(row[column]) for row in table) for column in range(len(headings))]
    for row in table:
        click.echo(
            "  ".join(cell + " " * (width - _cells(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()
        )


def _cells(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
