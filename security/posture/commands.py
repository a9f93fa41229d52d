"""`guanjin check`, made of the checks that it is given: only the topmost package knows all of them."""

from collections.abc import Iterable
from pathlib import Path

import click

from core.commandline import Application, json_option, pass_application, print_json
from core.database import Database
from core.errors import GuanjinError
from core.i18n import N_, Translate
from security.posture.check import Check, Installation, Outcome, Report, run
from security.posture.finding import SEVERITY_LABELS, Severity
from security.vault import Keyring, Realm


def command(checks: Iterable[Check]) -> click.Command:
    @click.command(help=N_("Report how this installation stands: what is wrong, with what, and what to do about it."))
    @click.option("--full", is_flag=True, help=N_("also what takes long: the whole audit log, passwords, the database"))
    @click.option(
        "--manifest",
        type=click.Path(path_type=Path, dir_okay=False, exists=True),
        help=N_("compare the program's files with this list, kept elsewhere"),
    )
    @json_option
    @pass_application
    def check(application: Application, *, full: bool, manifest: Path | None, as_json: bool) -> None:
        settings = application.settings
        database = Database(settings.database_url)
        try:
            site = Installation(
                settings, database, application.clock, _config(), _keyring(settings.storage.data), full, manifest
            )
            report = run(checks, site)
        finally:
            database.close()
        if as_json:
            print_json(as_data(report, application.translate))
        else:
            _print(application, report, full=full)
        click.get_current_context().exit(report.exit_code)

    return check


def _config() -> Path | None:
    """The settings file that counts, as `core.settings.load` finds it."""
    given = click.get_current_context().find_root().params.get("config")
    path = Path(given) if given else Path("guanjin.toml")
    return path if path.exists() else None


def _keyring(data: Path) -> Keyring:
    """The monitoring realm's key, where whoever types may read it; without it one check is left out."""
    try:
        return Keyring.load(data, [Realm.MONITOR])
    except GuanjinError:
        return Keyring()


def as_data(report: Report, translate: Translate) -> dict[str, object]:
    return {
        "exit_code": report.exit_code,
        "findings": [
            {
                "code": one.code,
                "severity": one.severity,
                "object": one.subject,
                "message": one.render(translate),
                "hint": one.render_hint(translate),
                "facts": one.facts,
            }
            for one in report.findings
        ],
        "checks": [
            {"name": one.check, "title": translate(one.title), "outcome": one.outcome} for one in report.results
        ],
    }


def _print(application: Application, report: Report, *, full: bool) -> None:
    translate = application.translate
    for finding in report.findings:
        click.echo(f"[{translate(SEVERITY_LABELS[finding.severity])}] {finding.render(translate)} [{finding.code}]")
        click.echo(f"    {finding.render_hint(translate)}")
    passed = sum(one.outcome is Outcome.PASSED for one in report.results)
    skipped = [translate(one.title) for one in report.results if one.outcome is Outcome.SKIPPED]
    application.say(
        N_("%(critical)s critical, %(warning)s warnings, %(note)s notes; %(passed)s of %(total)s checks found nothing"),
        **{severity.value: report.count(severity) for severity in Severity},
        passed=passed,
        total=len(report.results),
    )
    if skipped:
        application.say(N_("left out: %(names)s"), names=", ".join(skipped))
    if not full:
        application.hint(N_("`guanjin check --full` also looks at what takes long"))
