"""Which system wrote the files, and its reader."""

import re
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Final

from inventory.foreign import librenms, netbox, nornir, oxidized, rancid
from inventory.foreign.errors import ForeignEmptyError, ForeignUnclearError
from inventory.foreign.gathering import Source, Sources, gather
from inventory.foreign.intake import Intake
from inventory.foreign.words import Vocabulary
from inventory.kinds import ObjectKind
from inventory.ledger.columns import Layout
from inventory.ledger.reading import Reading

HEAD: Final = 65536
NETBOX_URL: Final = re.compile(rb'"url":\s*"[^"]*/api/(?:dcim|ipam|circuits|tenancy)/')
LIBRENMS_NAMES: Final = (b'"devices":', b'"hostname":', b'"sysName":')
LIBRENMS_HEADINGS: Final = frozenset({"hostname", "sysName", "os"})
OXIDIZED_SOURCE: Final = (
    re.compile(rb"^source:[ \t]*\r?$", re.MULTILINE),
    re.compile(rb"^[ \t]+csv:[ \t]*\r?$", re.MULTILINE),
)
RANCID_LINE: Final = re.compile(rb"[^;\s]+;[^;\s]+;(?:up|down)(?:;.*)?")


NO_WORDS: Final = Vocabulary()
# A single file of any other name may be a ledger; what a ledger is, is told by its content.
FOREIGN_SUFFIXES: Final = frozenset({".json", ".yaml", ".yml", ".db", ".zip"})
WORKBOOKS: Final = frozenset({".xlsx", ".xls"})


class System(StrEnum):
    """As it is typed behind --from."""

    NETBOX = "netbox"
    LIBRENMS = "librenms"
    OXIDIZED = "oxidized"
    RANCID = "rancid"
    NORNIR = "nornir"


# What people call it, and what reads it.
SYSTEMS: Final[Mapping[System, tuple[str, Callable[[Sequence[Source], Intake], None]]]] = {
    System.NETBOX: ("NetBox", netbox.read),
    System.LIBRENMS: ("LibreNMS", librenms.read),
    System.OXIDIZED: ("Oxidized", oxidized.read),
    System.RANCID: ("RANCID", rancid.read),
    System.NORNIR: ("Nornir", nornir.read),
}


def read_foreign(
    sources: Sources,
    system: System,
    layout: Layout,
    vocabulary: Vocabulary = NO_WORDS,
    kind: ObjectKind | None = None,
) -> Reading:
    """Rows for the planner; with `kind`, of that kind only. Raises ForeignError where a file cannot be read at all."""
    intake = Intake(layout, vocabulary)
    called, reader = SYSTEMS[system]
    reader(sources.files, intake)
    reading = intake.close()
    if not reading.rows and not reading.problems:
        raise ForeignEmptyError(file=sources.name, system=called)
    if kind is not None:
        reading.rows = [row for row in reading.rows if row.kind is kind]
    return reading


def foreign_files(paths: Sequence[Path], told: System | None = None) -> tuple[Sources, System] | None:
    """What the paths hold and who wrote it; None for a single file that is a ledger. Raises ForeignError."""
    single = paths[0] if len(paths) == 1 and not paths[0].is_dir() else None
    suffix = single.suffix.lower() if single else ""
    if told is None and suffix in WORKBOOKS:
        return None
    sources = gather(paths)
    system = told or certain(sources)
    if system is None and single and suffix not in FOREIGN_SUFFIXES:
        return None
    if system is None:
        raise ForeignUnclearError(file=sources.name, known=", ".join(System))
    return sources, system


def certain(sources: Sources) -> System | None:
    """The system that these files can only come from; None where they could be another's, or nobody's."""
    return next((system for system, mark in MARKS.items() if mark(sources.files)), None)


def _is_netbox(files: Sequence[Source]) -> bool:
    return any(NETBOX_URL.search(file.content[:HEAD]) for file in files)


def _is_librenms(files: Sequence[Source]) -> bool:
    def marked(content: bytes) -> bool:
        headings = content.split(b"\n", 1)[0].decode("utf-8-sig", "replace").strip().replace('"', "").split(",")
        return all(name in content[:HEAD] for name in LIBRENMS_NAMES) or set(headings) >= LIBRENMS_HEADINGS

    return any(marked(file.content) for file in files)


def _is_nornir(files: Sequence[Source]) -> bool:
    return any(file.name in nornir.HOSTS for file in files)


def _is_oxidized(files: Sequence[Source]) -> bool:
    return any(all(mark.search(file.content[:HEAD]) for mark in OXIDIZED_SOURCE) for file in files)


def _is_rancid(files: Sequence[Source]) -> bool:
    """Only by its semicolons: with colons, Oxidized's columns look the same."""
    lines = [line.strip() for file in files if file.name == rancid.FILE for line in file.content.splitlines()]
    said = [line for line in lines if line and not line.startswith(b"#")]
    return bool(said) and all(RANCID_LINE.fullmatch(line) for line in said)


MARKS: Final[Mapping[System, Callable[[Sequence[Source]], bool]]] = {
    System.NETBOX: _is_netbox,
    System.LIBRENMS: _is_librenms,
    System.NORNIR: _is_nornir,
    System.OXIDIZED: _is_oxidized,
    System.RANCID: _is_rancid,
}
