"""How a person at the terminal says by which community or user a device is asked."""

from collections.abc import Callable
from typing import Any, Final

import click

from collectors.snmp.errors import AccessMissingError
from collectors.snmp.target import Target
from collectors.snmp.usm.protocols import Authentication, Privacy
from collectors.snmp.usm.user import User
from collectors.snmp.wire import Version
from core.i18n import N_

VERSIONS: Final = {"1": Version.V1, "2c": Version.V2C, "3": Version.V3}


def _secret(name: str, help_text: str) -> Callable[[Any], Any]:
    """Given by its variable rather than on the command line, where every user of the machine can read it."""
    variable = f"GUANJIN_SNMP_{name.upper()}"
    return click.option(f"--{name.replace('_', '-')}", envvar=variable, show_envvar=True, help=help_text)


OPTIONS: Final = (
    _secret("community", N_("the name that the device answers to")),
    click.option(
        "--snmp-version", type=click.Choice(list(VERSIONS)), help=N_("protocol version; 3 with --user, else 2c")
    ),
    click.option("--user", help=N_("SNMPv3: the user's name")),
    click.option(
        "--auth", type=click.Choice([each.value for each in Authentication]), help=N_("SNMPv3: authentication protocol")
    ),
    _secret("auth_password", N_("SNMPv3: authentication password")),
    click.option("--priv", type=click.Choice([each.value for each in Privacy]), help=N_("SNMPv3: privacy protocol")),
    _secret("priv_password", N_("SNMPv3: privacy password")),
    click.option("--context", default="", help=N_("SNMPv3: context, empty on nearly all devices")),
    click.option(
        "--timeout", type=click.FloatRange(min=0.01), default=2.0, show_default=True, help=N_("seconds to wait")
    ),
    click.option("--retries", type=click.IntRange(min=0), default=2, show_default=True, help=N_("further attempts")),
)


def access_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def target_of(address: str, port: int, given: dict[str, Any]) -> Target:
    """`given` are the values of these options. Raises AccessMissingError and UserError."""
    user = _user(given)
    version = VERSIONS[given["snmp_version"] or ("3" if user else "2c")]
    if (version is Version.V3) is (user is None) or not (user or given["community"]):
        raise AccessMissingError
    community = (given["community"] or "").encode()
    return Target(address, port, version, community, given["timeout"], given["retries"], user)


def _user(given: dict[str, Any]) -> User | None:
    """A password without a protocol means the usual one: what a device offers first today."""
    if not given["user"]:
        return None
    auth = given["auth"] or (Authentication.SHA1 if given["auth_password"] else Authentication.NONE)
    priv = given["priv"] or (Privacy.AES128 if given["priv_password"] else Privacy.NONE)
    return User(
        given["user"],
        Authentication(auth),
        given["auth_password"] or "",
        Privacy(priv),
        given["priv_password"] or "",
        given["context"],
    )
