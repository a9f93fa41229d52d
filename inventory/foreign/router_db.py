"""Lines of a router.db, as Oxidized and RANCID have them: one device a line.

A column that is taken for another may hold a password, so nothing of a line is shown unless it is what it should be.
"""

import re
from collections.abc import Iterator
from typing import Final

from core.i18n import N_
from inventory.foreign.documents import MOST_RECORDS, text_of
from inventory.foreign.errors import ForeignDamagedError, ForeignTooManyError
from inventory.foreign.gathering import Source
from inventory.foreign.intake import Intake, Said, address_of

HOST: Final = re.compile(r"\w[\w.-]{0,119}")
NO_ADDRESS: Final = N_(
    "%(count)s devices are known by a host name only; their addresses stay empty, for nothing is looked up: %(names)s"
)


def lines_of(source: Source) -> Iterator[tuple[int, str]]:
    """Each line that names a device, with its number; raises ForeignError."""
    text = text_of(source)
    if text.startswith("-----BEGIN PGP"):
        raise ForeignDamagedError(file=source.name, detail="OpenPGP")
    lines = text.splitlines()
    if len(lines) > MOST_RECORDS:
        raise ForeignTooManyError(file=source.name, limit=MOST_RECORDS)
    return (
        (number, line) for number, line in enumerate(lines, 1) if line.strip() and not line.lstrip().startswith("#")
    )


def is_host(text: str) -> bool:
    return bool(HOST.fullmatch(text)) or address_of(text) != ""


def host(intake: Intake, name: str, address: str = "") -> list[Said]:
    """The name, and the address where one is written; a host name is told of, and not looked up."""
    found = address_of(address) or address_of(name)
    if not found:
        intake.name(NO_ADDRESS, name)
    return [Said("name", "name", name), Said("address", "ip" if address else "name", found)]
