"""Inspecting files in the sandbox and judging the report, at the source before review and at the destination again."""

from collections.abc import Iterable
from dataclasses import dataclass

from security.ferry import canonical
from security.ferry.inspection import report
from security.ferry.inspection.report import FileReport, Report
from security.ferry.inspection.sandbox import Question
from security.ferry.levels import Level
from security.ferry.policy import Rules
from security.ferry.site import Ferry


@dataclass(frozen=True)
class Subject:
    """One file to be inspected: where its bytes are, what it claims to be."""

    position: int
    name: str
    sha256: str
    level: Level


def inspect_file(ferry: Ferry, rules: Rules, subject: Subject) -> str:
    """The file's report as canonical text, to be stored in its row."""
    question = Question(subject.sha256, subject.name, subject.level, rules.formats, ferry.policy.archive)
    with ferry.store.open(subject.sha256) as file:
        found = ferry.sandbox.inspect(file, question)
    return canonical.encode(found.value()).decode()


def read_file_report(text: str, sha256: str) -> FileReport:
    return report.read_file(canonical.decode(text.encode(), part="inspection", limit=report.MAX_BYTES), sha256)


def compose(ferry: Ferry, stored: Iterable[tuple[str | None, str]]) -> Report:
    """The transfer's report from (stored text, sha256) of each file; a file without one was not inspected."""
    return Report(
        policy=ferry.policy.digest,
        files=tuple(
            read_file_report(text, sha256) if text else report.not_inspected(sha256, "missing")
            for text, sha256 in stored
        ),
    )
