"""`guanjin inventory template` and `export`: the ledger on its way out."""

from pathlib import Path

import click

from core.commandline import Application, pass_application
from core.i18n import LANGUAGES, N_
from inventory.errors import LedgerOneKindError, LedgerSuffixError, LedgerUnwritableError
from inventory.kinds import ObjectKind
from inventory.ledger.exporting import Wanted, export, template
from inventory.ledger.opening import LedgerFile
from security import audit

language_option = click.option(
    "--language", type=click.Choice(LANGUAGES), default="zh", help=N_("of headings and words; either is imported")
)


@click.command("template", help=N_("Write an empty ledger (.xlsx) to fill in: every sheet, with drop-downs and help."))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@language_option
@pass_application
def template_file(application: Application, file: Path, language: str) -> None:
    _require_suffix(file, ".xlsx")
    with application.database.read() as session:
        made = template(session, Wanted(file.name, language))
    _write(file, made)
    application.say(N_("%(file)s is ready to fill in"), file=file)
    application.hint(N_("`guanjin inventory import %(file)s` shows what it would change"), file=file)


@click.command(
    "export", help=N_("Write what there is as a ledger (.xlsx, or .csv for one kind), which can be imported.")
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--kind", type=click.Choice([kind.value for kind in ObjectKind]), help=N_("only this kind"))
@language_option
@pass_application
def export_file(application: Application, file: Path, kind: str | None, language: str) -> None:
    _require_suffix(file, ".xlsx", ".csv")
    if file.suffix.lower() == ".csv" and kind is None:
        raise LedgerOneKindError(file=file.name, known=", ".join(word.value for word in ObjectKind))
    wanted = Wanted(file.name, language, ObjectKind(kind) if kind else None)
    with application.database.write() as session:
        _write(file, export(session, wanted, audit.console_actor()))
    application.say(N_("%(file)s is written"), file=file)


def _require_suffix(path: Path, *known: str) -> None:
    if path.suffix.lower() not in known:
        raise LedgerSuffixError(file=path.name, known=", ".join(known))


def _write(path: Path, file: LedgerFile) -> None:
    try:
        path.write_bytes(file.content)
    except OSError as error:
        raise LedgerUnwritableError(file=path, detail=error.strerror or error) from error
