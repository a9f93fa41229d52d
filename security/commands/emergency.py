"""`guanjin emergency`: the way in where nobody can sign in any more. Two people with a sheet each stand here."""

import sys

import click

from core.commandline import Application, json_option, pass_application, print_json
from core.events import Event
from core.i18n import N_
from security.audit import console_actor
from security.audit.recording import record_refusal
from security.commands.display import local, zone_of
from security.emergency import current, seal
from security.emergency.errors import EmergencyError, HalfWrongError


@click.group(help=N_("Emergency access: two halves, two persons, four hours."))
def emergency() -> None:
    pass


@emergency.command("open", help=N_("Open it for an account; both halves are asked for, each from who has its sheet."))
@click.argument("login")
@click.option("--reason", required=True, help=N_("why; everybody sees it"))
@click.option("--stdin", is_flag=True, help=N_("read the halves from two lines of standard input"))
@pass_application
def emergency_open(application: Application, login: str, *, reason: str, stdin: bool) -> None:
    halves = _from_stdin() if stdin else _ask(application)
    actor = console_actor()
    try:
        with application.database.write() as session:
            seal.open_at_terminal(session, login, halves, reason.strip(), actor=actor, clock=application.clock)
    except EmergencyError as error:
        record_refusal(
            application.database, Event.EMERGENCY_REFUSED, actor, error, subject="emergency", clock=application.clock
        )
        raise
    application.say(N_("emergency access is open for %(login)s; its halves are spent, make new ones"), login=login)


@emergency.command("status", help=N_("Is it sealed, is it open, for whom and why."))
@json_option
@pass_application
def emergency_status(application: Application, *, as_json: bool) -> None:
    with application.database.read() as session:
        opened, standing = current(session, application.clock.now()), seal.standing(session, application.clock.now())
    if as_json:
        print_json({"open": opened, "sealed": standing.sealed, "halves_due": sorted(standing.due)})
        return
    zone = zone_of(application)
    if opened is not None:
        until = local(opened.until, zone)
        application.say(
            N_("open for %(login)s until %(until)s: %(reason)s"), login=opened.login, until=until, reason=opened.reason
        )
    elif standing.sealed is not None:
        application.say(N_("sealed since %(since)s"), since=local(standing.sealed, zone))
    else:
        application.say(N_("not sealed: it cannot be opened"))


@emergency.command("end", help=N_("End it before its time."))
@pass_application
def emergency_end(application: Application) -> None:
    with application.database.write() as session:
        seal.end(session, actor=console_actor(), clock=application.clock)
    application.say(N_("emergency access has ended; its halves are spent, make new ones"))


def _ask(application: Application) -> tuple[str, str]:
    """Neither sees what the other types."""
    first: str = click.prompt(application.translate(N_("first half")), hide_input=True, err=True)
    second: str = click.prompt(application.translate(N_("second half, by the other person")), hide_input=True, err=True)
    return first, second


def _from_stdin() -> tuple[str, str]:
    lines = [line.strip() for line in sys.stdin.read().splitlines() if line.strip()]
    if len(lines) != 2:  # noqa: PLR2004  # a half a line
        raise HalfWrongError
    return lines[0], lines[1]
