"""`guanjin ferry`: set a site up, submit, look, carry by hand.

Approving is not here: an approval is signed by a person with their own PIN, in the console. Whoever may run these
commands is master of the machine; the far side checks everything all over again, for that reason among others.
"""

import click

from core.i18n import N_
from security.ferry.commands.carrying import collect, hand_off, receipt, receive, release, submit, verify
from security.ferry.commands.reading import gaps, list_, show
from security.ferry.commands.setting_up import init, key, link, peer


@click.group(help=N_("The ferry: files between isolated networks, inspected, approved, sealed and proven."))
def ferry() -> None:
    pass


for command in (init, key, peer, link, submit, list_, show, gaps, hand_off, receive, verify, release, collect, receipt):
    ferry.add_command(command)

__all__ = ["ferry"]
