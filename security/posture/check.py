"""Running checks: each by itself, so that one that cannot look says so instead of hiding what the others see."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from core import schema
from core.clock import Clock
from core.database import Database
from core.errors import GuanjinError
from core.i18n import N_
from core.settings import Settings
from security.posture.finding import Finding, Severity
from security.vault import Keyring


@dataclass(frozen=True)
class Installation:
    """What checks may look at. `config` is the settings file, None where there is none; the keyring of the web process
    is empty; `full` allows what takes longer than a page may.
    """

    settings: Settings
    database: Database
    clock: Clock
    config: Path | None = None
    keyring: Keyring = field(default_factory=Keyring)
    full: bool = False
    manifest: Path | None = None


Judge = Callable[[Any], Iterable[Finding]]


@dataclass(frozen=True)
class Check:
    """`title` is a msgid. `look` may raise; it returns None where there is nothing to judge here (another kind of
    database, no key, not `full`), and the check counts as skipped.
    """

    name: str
    title: str
    look: Callable[[Installation], Any]
    judge: Judge
    needs_schema: bool = True


class Outcome(StrEnum):
    PASSED = "passed"
    FOUND = "found"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Result:
    check: str
    title: str
    outcome: Outcome
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Report:
    results: tuple[Result, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The worst first."""
        every = (finding for result in self.results for finding in result.findings)
        return tuple(sorted(every, key=lambda finding: (finding.severity.rank, finding.code, finding.subject)))

    def count(self, severity: Severity) -> int:
        return sum(finding.severity is severity for finding in self.findings)

    @property
    def exit_code(self) -> int:
        """For scripts: 4 where something is critical, 1 where something is to be mended, else 0."""
        if self.count(Severity.CRITICAL):
            return 4
        return 1 if self.count(Severity.WARNING) else 0


def run(checks: Iterable[Check], site: Installation) -> Report:
    return Report(tuple(_results(tuple(checks), site)))


def _results(checks: tuple[Check, ...], site: Installation) -> Iterator[Result]:
    usable = _schema_fits(site.database)
    for check in checks:
        if check.needs_schema and not usable:
            yield Result(check.name, check.title, Outcome.SKIPPED)
        else:
            yield _result(check, site)


def _result(check: Check, site: Installation) -> Result:
    try:
        seen = check.look(site)
    except (GuanjinError, SQLAlchemyError, OSError) as error:
        reason = error.render() if isinstance(error, GuanjinError) else f"{type(error).__name__}: {error}"
        return Result(check.name, check.title, Outcome.FOUND, (_unable(check, reason),))
    if seen is None:
        return Result(check.name, check.title, Outcome.SKIPPED)
    findings = tuple(check.judge(seen))
    return Result(check.name, check.title, Outcome.FOUND if findings else Outcome.PASSED, findings)


def _unable(check: Check, reason: str) -> Finding:
    return Finding(
        "check.unable",
        Severity.WARNING,
        check.name,
        N_("%(subject)s could not be looked at: %(reason)s"),
        N_("run `guanjin check` as the user who owns the data folder; what it says then is the cause"),
        {"reason": " ".join(reason.split())[:300]},
    )


def _schema_fits(database: Database) -> bool:
    try:
        return schema.current(database) == schema.head()
    except GuanjinError:
        return False
