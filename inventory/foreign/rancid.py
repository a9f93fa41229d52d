"""RANCID's router.db: hostname;type;state[;comments], with colons before RANCID 3 (router.db(5))."""

import re
from collections.abc import Sequence
from typing import Final

from core.i18n import N_
from inventory.foreign.errors import ForeignEmptyError
from inventory.foreign.gathering import Source
from inventory.foreign.intake import Intake, Said, word
from inventory.foreign.router_db import host, is_host, lines_of
from inventory.foreign.spots import at_line
from inventory.foreign.words import Topic
from inventory.kinds import ObjectKind

FILE: Final = "router.db"
LEAST: Final = 3  # columns
TYPE: Final = re.compile(r"[a-z0-9][a-z0-9_.-]{0,39}", re.IGNORECASE)
STATES: Final = frozenset({"up", "down"})
SHAPE: Final = N_("hostname;type;state, the state up or down (what stands here is not shown)")
DOWN: Final = N_("%(count)s devices are marked down and were left out: %(names)s")


def read(files: Sequence[Source], intake: Intake) -> None:
    chosen = [source for source in files if source.name == FILE] or list(files)
    if not chosen:
        raise ForeignEmptyError(file=FILE, system="RANCID")
    intake.gathered.ignored += [source.name for source in files if source not in chosen]
    for source in chosen:
        for number, line in lines_of(source):
            _device(intake, source.name, number, line)


def _device(intake: Intake, file: str, number: int, line: str) -> None:
    columns = [column.strip() for column in line.split(";" if ";" in line else ":", LEAST)]
    spot = at_line(file, number)
    if len(columns) < LEAST or not _shaped(columns):
        intake.refuse(ObjectKind.DEVICE, spot, SHAPE)
        return
    name, kind, state, comments = (*columns, "")[: LEAST + 1]
    if state.lower() == "down":
        intake.name(DOWN, name)
        return
    said = [
        *host(intake, name),
        word("platform", "type", Topic.PLATFORM, kind),
        word("role", "role", Topic.ROLE, asked=False),
        Said("notes", "comments", comments),
    ]
    intake.add(ObjectKind.DEVICE, spot, said)


def _shaped(columns: Sequence[str]) -> bool:
    name, kind, state = columns[:LEAST]
    return is_host(name) and TYPE.fullmatch(kind) is not None and state.lower() in STATES
