"""What the demonstration says at the terminal, Chinese first and English below: both kinds of reader try it out."""

import sys
from pathlib import Path

from core.i18n import N_, translator
from demo.cast import PERSONS
from demo.instance import Instance, Secrets
from security.roles import Role

LANGUAGES = ("zh", "en")
PREPARING = N_("preparing two instances and their devices; the first start takes some seconds")
STOPPING = N_("stopping")


def say(message: str, **facts: object) -> None:
    for language in LANGUAGES:
        _write(translator(language)(message) % facts)


def ready(instances: tuple[Instance, ...], given: Secrets, medium: Path) -> None:
    for instance in instances:
        _write(f"\n  {instance.site}  {instance.address}")
        for person in PERSONS[instance.zone]:
            roles = " / ".join(_labels(role) for role in person.roles)
            _write(f"    {person.login:<10} {roles}")
    _write("")
    say(N_("password of every account: %(password)s    PIN of every approver: %(pin)s"), **vars(given))
    say(N_("the folder %(disc)s stands for the disc between the networks"), disc=medium)
    say(N_("press Ctrl-C to stop; the next start goes on from here"))


def _labels(role: Role) -> str:
    return ", ".join(translator(language)(role.label) for language in LANGUAGES)


def _write(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
