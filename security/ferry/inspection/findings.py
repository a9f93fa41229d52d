"""What an inspection has to say: findings, and one verdict for each stage of the pipeline."""

from dataclasses import dataclass, field
from enum import StrEnum
from mmap import mmap
from typing import TypeAlias

Buffer: TypeAlias = bytes | mmap
Fact: TypeAlias = str | int

# Linear, in this order; a file passes when every stage has left a verdict and none of them blocks.
STAGES = ("type", "structure", "archive", "active", "marks")


class Outcome(StrEnum):
    """LOOK is a pass that names what only a person can judge, such as marks in a picture."""

    PASS = "pass"  # noqa: S105  # a verdict
    LOOK = "look"
    BLOCK = "block"
    NOT_RUN = "not_run"


@dataclass(frozen=True)
class Finding:
    """`code` is stable ("type.executable"); `where` names the file, or the member as `outer/inner`."""

    code: str
    where: str
    facts: dict[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    stage: str
    outcome: Outcome
    findings: tuple[Finding, ...] = ()


class Blocked(Exception):  # noqa: N818  # not an error: the way a check says no
    """Raised by a check; the pipeline turns it into a finding of the stage that runs."""

    def __init__(self, code: str, **facts: Fact) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts
