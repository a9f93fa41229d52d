"""The inspection report of a transfer: canonical, hashed into every approval, carried inside the bundle."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from security.ferry import canonical
from security.ferry.errors import MalformedError
from security.ferry.fields import Fields
from security.ferry.inspection.findings import STAGES, Fact, Finding, Outcome, Verdict
from security.ferry.levels import Level

MAX_BYTES = 4 * 1024 * 1024
MAX_FILES = 500
_MAX_FINDINGS = 50


@dataclass(frozen=True)
class FileReport:
    sha256: str
    kind: str
    detected: Level
    verdicts: tuple[Verdict, ...]

    @property
    def passes(self) -> bool:
        """Every stage has spoken, in order, and none blocked. A missing verdict is no verdict, and blocks."""
        stages = tuple(verdict.stage for verdict in self.verdicts)
        return stages == STAGES and all(one.outcome in (Outcome.PASS, Outcome.LOOK) for one in self.verdicts)

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(finding for verdict in self.verdicts for finding in verdict.findings)

    def value(self) -> canonical.Value:
        return {
            "detected": self.detected.code,
            "kind": self.kind,
            "sha256": self.sha256,
            "verdicts": [_verdict_value(verdict) for verdict in self.verdicts],
        }


@dataclass(frozen=True)
class Report:
    """`policy` is the digest of the policy that was in force; another policy needs another inspection."""

    policy: str
    files: tuple[FileReport, ...]

    @property
    def passes(self) -> bool:
        return bool(self.files) and all(file.passes for file in self.files)

    def encode(self) -> bytes:
        return canonical.encode({"files": [file.value() for file in self.files], "policy": self.policy, "v": 1})

    @property
    def digest(self) -> str:
        return hashlib.sha256(b"ferry/inspection/v1\0" + self.encode()).hexdigest()


def not_inspected(sha256: str, reason: str) -> FileReport:
    """What stands in for the report of a file whose inspection crashed, ran out of time, or answered nonsense."""
    finding = Finding("inspection.not_inspected", "", {"reason": reason})
    return FileReport(sha256, "", Level.PUBLIC, (Verdict(STAGES[0], Outcome.BLOCK, (finding,)),))


def decode(data: bytes) -> Report:
    fields = Fields(canonical.decode(data, part="inspection", limit=MAX_BYTES), "inspection")
    fields.number("v", low=1, high=1)
    report = Report(
        policy=fields.octets("policy", 32).hex(),
        files=tuple(_file(part) for part in fields.parts("files", limit=MAX_FILES)),
    )
    fields.done()
    return report


def from_answer(value: canonical.Value, sha256: str) -> FileReport:
    """The report that the sandboxed child gave; what comes out of the sandbox is as foreign as what went in."""
    return _read(Fields(value, "inspection"), sha256)


def read_file(value: canonical.Value, sha256: str) -> FileReport:
    """The report of one file as it was stored; raises MalformedError when it is another file's."""
    found = _file(Fields(value, "inspection"))
    if found.sha256 != sha256:
        raise MalformedError(part="inspection", field="sha256")
    return found


def _file(fields: Fields) -> FileReport:
    return _read(fields, fields.octets("sha256", 32).hex())


def _read(fields: Fields, sha256: str) -> FileReport:
    report = FileReport(
        sha256=sha256,
        kind=fields.text("kind", limit=8),
        detected=fields.level("detected"),
        verdicts=tuple(_verdict(part) for part in fields.parts("verdicts", limit=len(STAGES))),
    )
    fields.done()
    return report


def _verdict(fields: Fields) -> Verdict:
    outcome = fields.text("outcome", limit=8)
    if outcome not in frozenset(Outcome):
        raise MalformedError(part="inspection", field="outcome")
    verdict = Verdict(
        stage=fields.text("stage", limit=16),
        outcome=Outcome(outcome),
        findings=tuple(_finding(part) for part in fields.parts("findings", limit=_MAX_FINDINGS)),
    )
    fields.done()
    return verdict


def _finding(fields: Fields) -> Finding:
    finding = Finding(fields.text("code", limit=64), fields.text("where", limit=2000), fields.facts("facts"))
    fields.done()
    return finding


def _verdict_value(verdict: Verdict) -> canonical.Value:
    findings: list[canonical.Value] = [
        {"code": one.code, "facts": _facts_value(one.facts), "where": one.where} for one in verdict.findings
    ]
    return {"findings": findings, "outcome": verdict.outcome.value, "stage": verdict.stage}


def _facts_value(facts: Mapping[str, Fact]) -> canonical.Value:
    return dict(facts)
