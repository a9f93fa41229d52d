"""Which system wrote the files, and its reader."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from inventory.errors import LedgerSeveralError
from inventory.foreign import librenms, netbox, nornir, oxidized, rancid
from inventory.foreign.errors import ForeignEmptyError, ForeignUnclearError
from inventory.foreign.gathering import Source, Sources, gather, unpacked
from inventory.foreign.intake import Gathered, Intake
from inventory.foreign.understanding import understand
from inventory.foreign.words import Vocabulary
from inventory.kinds import ForeignSystem, ObjectKind
from inventory.labels import LABELS
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
LEDGERS: Final = WORKBOOKS | {".csv"}

READERS: Final[Mapping[ForeignSystem, Callable[[Sequence[Source], Intake], None]]] = {
    ForeignSystem.NETBOX: netbox.read,
    ForeignSystem.LIBRENMS: librenms.read,
    ForeignSystem.OXIDIZED: oxidized.read,
    ForeignSystem.RANCID: rancid.read,
    ForeignSystem.NORNIR: nornir.read,
}


def read_foreign(
    sources: Sources,
    system: ForeignSystem,
    layout: Layout,
    vocabulary: Vocabulary = NO_WORDS,
    kind: ObjectKind | None = None,
) -> Reading:
    """Rows for the planner; with `kind`, of that kind only. Raises ForeignError where a file cannot be read at all."""
    return understand(gathered_of(sources, system, layout, kind), layout, vocabulary)


def gathered_of(sources: Sources, system: ForeignSystem, layout: Layout, kind: ObjectKind | None = None) -> Gathered:
    """What the files say, without any credential; with `kind`, of that kind only. Raises ForeignError."""
    intake = Intake(layout)
    READERS[system](sources.files, intake)
    gathered = intake.gathered
    if not gathered.items:
        raise ForeignEmptyError(file=sources.name, system=LABELS[system])
    return gathered if kind is None else replace(gathered, items=[one for one in gathered.items if one.kind is kind])


def foreign_files(paths: Sequence[Path], told: ForeignSystem | None = None) -> tuple[Sources, ForeignSystem] | None:
    """What the paths hold and who wrote it; None for a single file that is a ledger.

    Raises ForeignError, and LedgerSeveralError for more than one ledger.
    """
    names = ["" if path.is_dir() else path.name for path in paths]
    return None if told is None and _is_workbook(names) else _recognised(gather(paths), told, names)


def foreign_among(files: Sequence[Source], told: ForeignSystem | None = None) -> tuple[Sources, ForeignSystem] | None:
    """As `foreign_files`, of files that are here already."""
    names = [file.name for file in files]
    return None if told is None and _is_workbook(names) else _recognised(unpacked(files), told, names)


def _recognised(
    sources: Sources, told: ForeignSystem | None, names: Sequence[str]
) -> tuple[Sources, ForeignSystem] | None:
    system, suffixes = told or certain(sources), [_suffix(name) for name in names]
    if system is not None:
        return sources, system
    if len(names) > 1 and LEDGERS.issuperset(suffixes):
        raise LedgerSeveralError(count=len(names))
    if len(names) == 1 and names[0] and suffixes[0] not in FOREIGN_SUFFIXES:
        return None
    raise ForeignUnclearError(file=sources.name, known=", ".join(ForeignSystem))


def _is_workbook(names: Sequence[str]) -> bool:
    return len(names) == 1 and _suffix(names[0]) in WORKBOOKS


def _suffix(name: str) -> str:
    return Path(name).suffix.lower()


def certain(sources: Sources) -> ForeignSystem | None:
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


MARKS: Final[Mapping[ForeignSystem, Callable[[Sequence[Source]], bool]]] = {
    ForeignSystem.NETBOX: _is_netbox,
    ForeignSystem.LIBRENMS: _is_librenms,
    ForeignSystem.NORNIR: _is_nornir,
    ForeignSystem.OXIDIZED: _is_oxidized,
    ForeignSystem.RANCID: _is_rancid,
}
