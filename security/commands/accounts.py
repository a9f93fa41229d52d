"""`guanjin account`.

Roles are proposed here and confirmed by a security administrator in the console: whoever is master of the machine must
not be a superuser of the network by one command.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy.orm import Session

from core.commandline import Application, json_option, pass_application, print_json, print_table
from core.i18n import N_
from security import accounts, proposals, setup
from security.accounts import NewAccount
from security.audit import console_actor
from security.commands.display import local, translated, zone_of
from security.directory import linking
from security.directory.kinds import Source
from security.errors import NotSetUpError
from security.factors import setting_up
from security.models import Account, RoleProposal
from security.passwords import HashedPassword, PasswordPolicy
from security.persons import number_of
from security.profile import profile_of
from security.proposals import Change
from security.reach import EVERYWHERE, Reach
from security.roles import Role
from security.vault import Keyring, Vault

ROLE = click.Choice([role.value for role in Role])

password_stdin = click.option(
    "--password-stdin", "stdin", is_flag=True, help=N_("read the password from the first line of standard input")
)


@click.group(help=N_("Accounts and their roles."))
def account() -> None:
    pass


@account.command("create", help=N_("Create an account; the password is asked for."))
@click.argument("login")
@click.option("--name", required=True, help=N_("the person's name"))
@click.option("--role", "roles", multiple=True, type=ROLE, help=N_("role to propose"))
@click.option("--unit-id", type=int, help=N_("number of the person's unit"))
@click.option("--personnel-number", default="", help=N_("personnel number; it tells namesakes apart"))
@click.option("--keep-password", is_flag=True, help=N_("do not demand a new password at the first log-in"))
@password_stdin
@pass_application
def account_create(
    application: Application,
    login: str,
    name: str,
    *,
    roles: tuple[str, ...],
    unit_id: int | None,
    personnel_number: str,
    keep_password: bool,
    stdin: bool,
) -> None:
    hashed = _new_password(application, login, stdin=stdin)
    actor = console_actor()
    with application.database.write() as session:
        _require_set_up(session)
        new = NewAccount(
            login, name, unit_id, must_change_password=not keep_password, personnel_number=personnel_number
        )
        created = accounts.create(session, new, hashed, actor=actor, clock=application.clock)
        for role in roles:
            proposals.propose(session, created.id, Change.GRANT, Role(role), actor=actor, clock=application.clock)
    application.say(N_("account %(login)s created"), login=created.login)
    if roles:
        _hint_confirmation(application)


@account.command("list", help=N_("List the accounts with their roles."))
@json_option
@pass_application
def account_list(application: Application, *, as_json: bool) -> None:
    zone = zone_of(application)
    with application.database.read() as session:
        found = accounts.every(session)
    if as_json:
        print_json([_public(one) for one in found])
        return
    translate = application.translate
    rows = [
        (
            one.login,
            one.display_name,
            ", ".join(translate(role.label) for role in sorted(one.roles)),
            translate(N_("disabled")) if one.disabled else "",
            local(one.last_login, zone) if one.last_login else "",
        )
        for one in found
    ]
    headings = (N_("login name"), N_("name"), N_("roles"), N_("state"), N_("last log-in"))
    print_table(translated(application, headings), rows)


@account.command("disable", help=N_("Lock an account for good and end its sessions."))
@click.argument("login")
@pass_application
def account_disable(application: Application, login: str) -> None:
    with _editing(application, login) as (session, number):
        accounts.disable(session, number, actor=console_actor(), clock=application.clock)
    application.say(N_("account %(login)s disabled"), login=login)


@account.command("enable", help=N_("Let a disabled account log in again."))
@click.argument("login")
@pass_application
def account_enable(application: Application, login: str) -> None:
    with _editing(application, login) as (session, number):
        accounts.enable(session, number, actor=console_actor(), clock=application.clock)
    application.say(N_("account %(login)s enabled"), login=login)


@account.command("grant", help=N_("Propose a role for an account; a security administrator confirms it."))
@click.argument("login")
@click.argument("role", type=ROLE)
@click.option("--unit", "units", type=int, multiple=True, help=N_("only in the unit of this number"))
@click.option("--units-below", type=int, multiple=True, help=N_("only in this unit and those in regions below its own"))
@click.option("--site", "sites", type=int, multiple=True, help=N_("only at the site of this number"))
@click.option("--group", "groups", type=int, multiple=True, help=N_("only for the device group of this number"))
@click.option("--reason", default="", help=N_("why, for whoever confirms it"))
@pass_application
def account_grant(
    application: Application, /, login: str, role: str, *, reason: str, **limits: tuple[int, ...]
) -> None:
    reach = Reach.to(**limits) or EVERYWHERE
    with _editing(application, login) as (session, number):
        proposals.propose(
            session,
            number,
            Change.GRANT,
            Role(role),
            reach,
            reason=reason,
            actor=console_actor(),
            clock=application.clock,
        )
    label = application.translate(Role(role).label)
    application.say(N_("proposed: account %(login)s shall hold %(role)s"), login=login, role=label)
    _hint_confirmation(application)


@account.command("revoke", help=N_("Propose to take a role from an account; a security administrator confirms it."))
@click.argument("login")
@click.argument("role", type=ROLE)
@click.option("--reason", default="", help=N_("why, for whoever confirms it"))
@pass_application
def account_revoke(application: Application, login: str, role: str, *, reason: str) -> None:
    with _editing(application, login) as (session, number):
        proposals.propose(
            session,
            number,
            Change.REVOKE,
            Role(role),
            reason=reason,
            actor=console_actor(),
            clock=application.clock,
        )
    label = application.translate(Role(role).label)
    application.say(N_("proposed: account %(login)s shall no longer hold %(role)s"), login=login, role=label)
    _hint_confirmation(application)


@account.command("proposals", help=N_("List what waits to be confirmed."))
@json_option
@pass_application
def account_proposals(application: Application, *, as_json: bool) -> None:
    zone, translate = zone_of(application), application.translate
    with application.database.read() as session:
        found = proposals.waiting(session, application.clock.now())
    if as_json:
        print_json([_proposed(one) for one in found])
        return
    rows = [
        (
            one.id,
            one.account.login,
            translate(N_("grant") if one.change == Change.GRANT else N_("revoke")),
            translate(Role(one.role).label),
            one.proposed_by,
            local(one.expires, zone),
        )
        for one in found
    ]
    headings = (N_("no."), N_("login name"), N_("change"), N_("role"), N_("proposed by"), N_("expires"))
    print_table(translated(application, headings), rows)


@account.command("reset-password", help=N_("Set a password that the person has to change at the next log-in."))
@click.argument("login")
@password_stdin
@pass_application
def account_reset_password(application: Application, login: str, *, stdin: bool) -> None:
    hashed = _new_password(application, login, stdin=stdin)
    with _editing(application, login) as (session, number):
        actor = console_actor()
        accounts.set_password(
            session,
            number,
            hashed,
            must_change=True,
            actor=actor,
            remembered=profile_of(application.settings.security).remembered,
            clock=application.clock,
        )
    application.say(N_("account %(login)s has a new password"), login=login)


@account.command("reset-factors", help=N_("Remove all second factors of a person who has lost them."))
@click.argument("login")
@pass_application
def account_reset_factors(application: Application, login: str) -> None:
    with _editing(application, login) as (session, number):
        vault = Vault(Keyring(), application.clock)
        setting_up.reset(session, vault, number, actor=console_actor(), clock=application.clock)
    application.say(N_("account %(login)s has no second factor any more"), login=login)


@account.command(
    "allow-addresses", help=N_("Let an account be used from these networks only; from everywhere by none.")
)
@click.argument("login")
@click.argument("networks", nargs=-1)
@pass_application
def account_allow_addresses(application: Application, login: str, networks: tuple[str, ...]) -> None:
    with _editing(application, login) as (session, number):
        text = " ".join(networks)
        accounts.allow_addresses(session, number, text, actor=console_actor(), clock=application.clock)
    application.say(N_("addresses of account %(login)s changed"), login=login)


@account.command("link", help=N_("Say by what an account's person is recognised: a directory, or a password of ours."))
@click.argument("login")
@click.argument("source", type=click.Choice([source.value for source in Source]))
@click.argument("subject", default="")
@pass_application
def account_link(application: Application, login: str, source: str, subject: str) -> None:
    with _editing(application, login) as (session, number):
        linking.link(session, number, Source(source), subject, actor=console_actor(), clock=application.clock)
    application.say(N_("account %(login)s is recognised by: %(source)s"), login=login, source=source)


@contextmanager
def _editing(application: Application, login: str) -> Iterator[tuple[Session, int]]:
    """A writing session and the number of the account to change."""
    with application.database.write() as session:
        _require_set_up(session)
        yield session, accounts.by_login(session, login).id


def _hint_confirmation(application: Application) -> None:
    application.hint(N_("a security administrator has to confirm it in the console within seven days"))


def _require_set_up(session: Session) -> None:
    """Before the three administrators exist there is nobody else either."""
    if not setup.is_set_up(session):
        raise NotSetUpError


def _new_password(application: Application, login: str, *, stdin: bool) -> HashedPassword:
    if stdin:
        text = sys.stdin.readline().rstrip("\r\n")
    else:
        text = click.prompt(application.translate(N_("password")), hide_input=True, confirmation_prompt=True, err=True)
    return PasswordPolicy.of(application.settings.security).accept(text, login=login)


def _proposed(one: RoleProposal) -> dict[str, object]:
    return {
        "id": one.id,
        "login": one.account.login,
        "change": one.change,
        "role": one.role,
        "where": one.limits,
        "reason": one.reason,
        "proposed_by": one.proposed_by,
        "expires": one.expires,
    }


def _public(one: Account) -> dict[str, object]:
    return {
        "login": one.login,
        "name": one.display_name,
        "personnel_number": number_of(one),
        "roles": {given.role: given.limits for given in one.grants},
        "unit_id": one.unit_id,
        "disabled": one.disabled,
        "must_change_password": one.must_change_password,
        "created": one.created,
        "last_login": one.last_login,
    }
