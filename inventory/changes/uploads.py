"""What a person uploads: a ledger, or files of another system, read before anything is locked."""

from collections.abc import Sequence
from dataclasses import dataclass

from inventory.foreign.gathering import Source
from inventory.foreign.keeping import as_bytes, from_bytes
from inventory.foreign.systems import foreign_among, gathered_of
from inventory.foreign.understanding import understand
from inventory.foreign.words import vocabulary
from inventory.kinds import ForeignSystem, ObjectKind
from inventory.ledger.columns import Layout
from inventory.ledger.opening import LedgerFile
from inventory.ledger.reading import Reading, read


@dataclass(frozen=True)
class Upload:
    """What is kept of it: a ledger's own bytes, or what was taken out of the files of another system.

    `digest` is that of the files as they came; `words` say what words of that system mean.
    """

    name: str
    digest: str
    content: bytes
    kind: ObjectKind | None = None
    system: ForeignSystem | None = None
    words: tuple[str, ...] = ()


def taken(
    files: Sequence[Source], layout: Layout, kind: ObjectKind | None = None, told: ForeignSystem | None = None
) -> Upload:
    """Raises LedgerSeveralError and ForeignError. Whether a ledger can be read shows when it is."""
    found = foreign_among(files, told)
    if found is None:
        return Upload(files[0].name, files[0].digest, files[0].content, kind)
    sources, system = found
    return Upload(sources.name, sources.digest, as_bytes(gathered_of(sources, system, layout, kind)), kind, system)


def reading_of(upload: Upload, layout: Layout) -> Reading:
    """Raises LedgerError where a ledger cannot be read at all."""
    if upload.system is None:
        return read(LedgerFile(upload.name, upload.content), upload.kind, layout)
    return understand(from_bytes(upload.content), layout, vocabulary(upload.words))
