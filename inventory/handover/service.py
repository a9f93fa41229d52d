"""Handing the inventory over: the files of one program, and a record that it was done."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from core.events import Event
from inventory.handover import ansible, nornir, prometheus
from inventory.handover.files import Text, write
from security import audit


class Program(StrEnum):
    """Who reads the files; as it is typed behind --to."""

    NORNIR = "nornir"
    PROMETHEUS = "prometheus"
    ANSIBLE = "ansible"


FILES: Final[Mapping[Program, Callable[[Session], list[Text]]]] = {
    Program.NORNIR: nornir.files,
    Program.PROMETHEUS: prometheus.files,
    Program.ANSIBLE: ansible.files,
}


@dataclass(frozen=True)
class HandedOver:
    files: Sequence[Text]
    left_out: Sequence[str]


def hand_over(session: Session, program: Program, folder: Path, actor: audit.Actor) -> HandedOver:
    """Write all files or raise FolderError; where writing fails, the record is not kept either."""
    files = FILES[program](session)
    left_out = ansible.misread(session) if program is Program.ANSIBLE else []
    audit.record(
        session,
        Event.INVENTORY_HANDED_OVER,
        actor,
        subject=f"program:{program.value}",
        detail={"folder": str(folder), "files": {file.name: file.digest for file in files}, "left_out": left_out},
    )
    write(folder, files)
    return HandedOver(files, left_out)
