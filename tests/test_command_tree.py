"""What a command may do to who may what. A command that nobody listed fails the run, as a route does.

Whoever runs them is master of the machine and could write to the database as well; but no command makes a superuser.
"""

import ast
from collections.abc import Iterator
from enum import Enum, auto

import click

from core.i18n import ROOT
from guanjin import cli


class Power(Enum):
    READS = auto()
    CHANGES = auto()  # recorded under `console:<user>`
    PROPOSES = auto()  # roles: somebody confirms it in the console
    TWO_SHEETS = auto()  # needs both halves of the emergency access
    RUNS = auto()  # the program itself, and what prepares it


P = Power
EXPECTED = {
    "account allow-addresses": P.CHANGES,
    "account create": P.PROPOSES,
    "account disable": P.CHANGES,
    "account enable": P.CHANGES,
    "account grant": P.PROPOSES,
    "account link": P.CHANGES,
    "account list": P.READS,
    "account proposals": P.READS,
    "account reset-factors": P.CHANGES,
    "account reset-password": P.CHANGES,
    "account revoke": P.PROPOSES,
    "audit checkpoint": P.READS,
    "audit export": P.READS,
    "audit key": P.READS,
    "audit list": P.READS,
    "audit prove": P.READS,
    "audit verify": P.READS,
    "audit witness": P.READS,
    "backup create": P.CHANGES,
    "backup key": P.CHANGES,
    "backup restore": P.RUNS,
    "backup verify": P.READS,
    "check": P.READS,
    "config backup": P.CHANGES,
    "config diff": P.READS,
    "config forget-key": P.CHANGES,
    "config list": P.READS,
    "config show": P.READS,
    "credential delete": P.CHANGES,
    "credential list": P.READS,
    "credential set": P.CHANGES,
    "database status": P.READS,
    "database upgrade": P.RUNS,
    "directory secret": P.CHANGES,
    "directory try": P.READS,
    "emergency end": P.CHANGES,
    "emergency open": P.TWO_SHEETS,
    "emergency status": P.READS,
    "ferry collect": P.CHANGES,
    "ferry gaps": P.READS,
    "ferry hand-off": P.CHANGES,
    "ferry init": P.CHANGES,
    "ferry key approver": P.CHANGES,
    "ferry key approvers": P.READS,
    "ferry key export": P.READS,
    "ferry key revoke": P.CHANGES,
    "ferry key show": P.READS,
    "ferry link add": P.CHANGES,
    "ferry link list": P.READS,
    "ferry list": P.READS,
    "ferry peer pin": P.CHANGES,
    "ferry receipt": P.CHANGES,
    "ferry receive": P.CHANGES,
    "ferry release": P.CHANGES,
    "ferry show": P.READS,
    "ferry submit": P.CHANGES,
    "ferry verify": P.READS,
    "health availability": P.READS,
    "health line": P.READS,
    "health list": P.READS,
    "health locate": P.READS,
    "health overview": P.READS,
    "health parts": P.READS,
    "health show": P.READS,
    "init": P.RUNS,
    "inventory changes": P.READS,
    "inventory find": P.READS,
    "inventory forget-heading": P.CHANGES,
    "inventory headings": P.READS,
    "inventory hand-over": P.CHANGES,
    "inventory impact": P.READS,
    "inventory export": P.CHANGES,
    "inventory import": P.CHANGES,
    "inventory key-port": P.CHANGES,
    "inventory link add": P.CHANGES,
    "inventory link remove": P.CHANGES,
    "inventory links": P.READS,
    "inventory list": P.READS,
    "inventory show": P.READS,
    "inventory template": P.READS,
    "inventory undo": P.CHANGES,
    "job cancel": P.CHANGES,
    "job list": P.READS,
    "job resolve": P.CHANGES,
    "job retry": P.CHANGES,
    "job show": P.READS,
    "process": P.RUNS,
    "settings": P.READS,
    "snmp probe": P.READS,
    "sweep accept": P.CHANGES,
    "sweep allow": P.CHANGES,
    "sweep ranges": P.READS,
    "sweep show": P.READS,
    "sweep start": P.CHANGES,
    "sweep stop": P.CHANGES,
    "sweep withdraw": P.CHANGES,
    "up": P.RUNS,
    "vault rotate": P.CHANGES,
    "vault source": P.CHANGES,
    "vault status": P.READS,
}
# Confirmed by somebody else, and the first set-up, which names the three.
MAY_GIVE_ROLES = {"security/grants.py", "security/proposals.py", "security/setup.py"}


def commands(command: click.Command | None, *path: str) -> Iterator[str]:
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            yield from commands(command.get_command(context, name), *path, name)
    else:
        yield " ".join(path)


def test_every_command_is_listed() -> None:
    assert set(commands(cli)) == set(EXPECTED)


def test_nothing_gives_or_takes_a_role_past_the_second_person() -> None:
    """`grants.grant` and `grants.revoke` are what a confirmed proposal does; nobody else calls them."""
    callers = set()
    for package in ("core", "security", "inventory", "collectors", "automation", "web", "demo"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                called = node.func if isinstance(node, ast.Call) else None
                direct = isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name)
                if direct and (called.value.id, called.attr) in {("grants", "grant"), ("grants", "revoke")}:
                    callers.add(path.relative_to(ROOT).as_posix())
                if isinstance(called, ast.Name) and called.id == "RoleGrant":
                    callers.add(path.relative_to(ROOT).as_posix())
    assert callers == MAY_GIVE_ROLES
