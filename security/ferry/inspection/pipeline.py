"""The pipeline: one file through every stage, in order, each leaving a verdict.

    type -> structure -> archive (and each member through all of this) -> active content -> marks

A stage that blocks ends the file's way; what did not run is said, not assumed.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from security.ferry.inspection import marks, ooxml, pdf, pictures, sniff, text, ziplist
from security.ferry.inspection.findings import STAGES, Blocked, Buffer, Finding, Outcome, Verdict
from security.ferry.inspection.limits import ArchiveBudget
from security.ferry.levels import Level

_PACKAGES = frozenset({"docx", "xlsx", "pptx"})
_PICTURES = frozenset({"png", "jpg"})
_SMALL = 1 << 20  # below this the ratio of a well-compressing text says nothing


@dataclass(frozen=True)
class Result:
    """`kind` is empty where the type stage blocked; `detected` is the highest level that is marked in text."""

    kind: str
    detected: Level
    verdicts: tuple[Verdict, ...]


class Pipeline:
    """Inspects one submitted file. The budget is shared by all archives inside it."""

    def __init__(self, formats: frozenset[str], budget: ArchiveBudget, declared: Level) -> None:
        self._formats = formats
        self._budget = budget
        self._declared = declared
        self._members_left = budget.members
        self._bytes_left = budget.total_bytes
        self._found: dict[str, list[tuple[Outcome, Finding]]] = {stage: [] for stage in STAGES}
        self._detected = Level.PUBLIC

    def run(self, name: str, data: Buffer) -> Result:
        kind, reached = self._file(name, data, 0)
        return Result(kind, self._detected, tuple(self._verdict(stage, reached) for stage in STAGES))

    def _verdict(self, stage: str, reached: frozenset[str]) -> Verdict:
        found = self._found[stage]
        outcome = Outcome.PASS if stage in reached else Outcome.NOT_RUN
        for given in (Outcome.LOOK, Outcome.BLOCK):
            if any(one is given for one, _ in found):
                outcome = given
        return Verdict(stage, outcome, tuple(finding for _, finding in found))

    def _file(self, where: str, data: Buffer, depth: int) -> tuple[str, frozenset[str]]:
        """Kind of the file, and the stages that it got through."""
        way = _Way(self, where, data, depth)
        reached: list[str] = []
        for stage, run in zip(STAGES, (way.type, way.structure, way.archive, way.active, way.marks), strict=True):
            try:
                run()
            except Blocked as blocked:
                self.note(stage, Outcome.BLOCK, Finding(blocked.code, where, blocked.facts))
                break
            reached.append(stage)
        return way.kind, frozenset(reached)

    def member(self, where: str, data: Buffer, depth: int) -> None:
        if depth > self._budget.depth:
            raise Blocked("archive.too_deep", limit=self._budget.depth)
        self._file(where, data, depth)

    def note(self, stage: str, outcome: Outcome, finding: Finding) -> None:
        self._found[stage].append((outcome, finding))

    def accept(self, kind: str) -> None:
        if kind not in self._formats:
            raise Blocked("type.not_allowed", found=kind)

    def spend(self, entries: tuple[ziplist.Entry, ...]) -> None:
        """Take an archive's claims out of the budget before anything of it is unpacked."""
        self._members_left -= len(entries)
        self._bytes_left -= sum(entry.size for entry in entries)
        if self._members_left < 0:
            raise Blocked("archive.too_many", found=len(entries), limit=self._budget.members)
        if self._bytes_left < 0:
            raise Blocked("archive.too_large", limit=self._budget.total_bytes)
        for entry in entries:
            if entry.size > _SMALL and entry.size > self._budget.ratio * max(entry.packed, 1):
                raise Blocked("archive.ratio", member=entry.name, limit=self._budget.ratio)

    @property
    def bytes_left(self) -> int:
        return self._bytes_left

    def judge_marks(self, blocks: Iterable[str]) -> None:
        level = marks.highest(blocks)
        self._detected = max(self._detected, level)
        if level.classified:
            raise Blocked("marks.classified", level=level.label)
        if level > self._declared:
            raise Blocked("marks.above_declared", level=level.label, declared=self._declared.label)


class _Way:
    """The way of one file, or archive member, through the stages."""

    def __init__(self, pipeline: Pipeline, where: str, data: Buffer, depth: int) -> None:
        self._pipeline = pipeline
        self._where = where
        self._data = data
        self._depth = depth
        self._entries: tuple[ziplist.Entry, ...] = ()
        self._blocks: list[str] = []
        self.kind = ""

    def type(self) -> None:
        kind = sniff.kind(self._data, self._where)
        self._pipeline.accept(kind)
        self.kind = kind

    def structure(self) -> None:
        if self.kind == "png":
            pictures.check_png(self._data)
        elif self.kind == "jpg":
            pictures.check_jpeg(self._data)
        elif self.kind == "pdf":
            pdf.check_structure(self._data)
        if self.kind in _PICTURES | {"pdf"} and self._data[-65_557:].rfind(b"PK\5\6") >= 0:
            raise Blocked("structure.polyglot", found="zip")
        if self.kind in _PACKAGES | {"zip"}:
            self._entries = ziplist.entries(self._data, most=65_535)

    def archive(self) -> None:
        self._pipeline.spend(self._entries)
        for entry in self._entries:
            if entry.folder or (self.kind in _PACKAGES and not ooxml.nested(entry)):
                continue
            content = ziplist.read(self._data, entry)
            self._pipeline.member(f"{self._where}/{entry.name}", content, self._depth + 1)

    def active(self) -> None:
        if self.kind == "pdf":
            pdf.check_active(self._data, budget=self._pipeline.bytes_left)
        elif self.kind == "csv":
            text.check_formulas(self._data, text.encoding(self._data) or "utf-8")
        elif self.kind in _PACKAGES:
            self._blocks = list(ooxml.check_parts(self._data, self._entries))

    def marks(self) -> None:
        if self.kind in ("txt", "csv"):
            windows = text.windows(self._data, text.encoding(self._data) or "utf-8")
            self._pipeline.judge_marks(marks.lines(windows))
        elif self.kind in _PACKAGES:
            self._pipeline.judge_marks(self._blocks)
        elif self.kind in _PICTURES | {"pdf"}:
            self._pipeline.note("marks", Outcome.LOOK, Finding("marks.not_readable", self._where))
        self._pipeline.judge_marks([self._where.rsplit("/", 1)[-1].rsplit(".", 1)[0]])
