"""Whether what runs here is what was shipped.

Two lists: the lock of the dependencies, and the manifest of the program's own files (`make manifest`, the format of
sha256sum). A list that lies beside the program can be changed together with it; `--manifest` reads one from a medium
that was kept elsewhere.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import distributions
from pathlib import Path
from typing import Final

from core.i18n import N_, ROOT
from security.posture.check import Check, Installation
from security.posture.finding import Finding, Severity

LOCK: Final = ROOT / "requirements" / "runtime.txt"
MANIFEST: Final = ROOT / "MANIFEST.sha256"
PACKAGES: Final = ("core", "security", "inventory", "collectors", "automation", "web")
SUFFIXES: Final = frozenset({".py", ".po", ".toml", ".html", ".js", ".css", ".svg", ".mako", ".txt", ".ini"})
_PINNED: Final = re.compile(r"^([a-z0-9._-]+)==([^ \\;]+)", re.MULTILINE | re.IGNORECASE)
SHOWN: Final = 20


@dataclass(frozen=True)
class Difference:
    """Names by what is wrong with them."""

    missing: tuple[str, ...] = ()
    other: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def difference(wanted: Mapping[str, str], found: Mapping[str, str], *, unknown: bool) -> Difference:
    return Difference(
        tuple(sorted(set(wanted) - set(found))),
        tuple(sorted(name for name in set(wanted) & set(found) if wanted[name] != found[name])),
        tuple(sorted(set(found) - set(wanted))) if unknown else (),
    )


def look_at_lock(_site: Installation) -> Difference | None:
    if not LOCK.exists():
        return None
    locked = {_folded(name): version for name, version in _PINNED.findall(LOCK.read_text(encoding="utf-8"))}
    return difference(locked, {_folded(one.name): one.version for one in distributions()}, unknown=False)


def _folded(name: str) -> str:
    """PEP 503."""
    return re.sub(r"[-_.]+", "-", name).lower()


def judge_lock(found: Difference) -> Iterator[Finding]:
    for name in (*found.missing, *found.other)[:SHOWN]:
        yield Finding(
            "software.lock",
            Severity.WARNING,
            name,
            N_("the installed version of %(subject)s is not the locked and tested one"),
            N_("install from the lock again: `make install`"),
        )


@dataclass(frozen=True)
class Files:
    manifest: str
    found: Difference = field(default_factory=Difference)


def look_at_files(site: Installation) -> Files | None:
    path = site.manifest or MANIFEST
    if not path.exists() and site.manifest is None:
        return None
    return Files(str(path), difference(parse(path.read_text(encoding="utf-8")), digests(ROOT), unknown=True))


def parse(text: str) -> dict[str, str]:
    """`digest  name` a line."""
    pairs = (line.split("  ", 1) for line in text.splitlines() if "  " in line)
    return {name: digest for digest, name in pairs}


def digests(root: Path) -> dict[str, str]:
    """Every file that the program is made of."""
    found = {"guanjin.py": root / "guanjin.py", "requirements/runtime.txt": root / "requirements" / "runtime.txt"}
    for package in PACKAGES:
        for path in (root / package).rglob("*"):
            if path.suffix in SUFFIXES and path.is_file() and "__pycache__" not in path.parts:
                found[path.relative_to(root).as_posix()] = path
    return {
        name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in sorted(found.items()) if path.is_file()
    }


def written(found: Mapping[str, str]) -> str:
    return "".join(f"{digest}  {name}\n" for name, digest in found.items())


_WRONG: Final = (
    ("missing", N_("the program's file %(subject)s is missing")),
    ("other", N_("the program's file %(subject)s is not what was shipped")),
    ("unknown", N_("the file %(subject)s does not belong to the program")),
)


def judge_files(files: Files) -> Iterator[Finding]:
    for name, message in _WRONG:
        for path in getattr(files.found, name)[:SHOWN]:
            yield Finding(
                "software.altered",
                Severity.CRITICAL,
                path,
                message,
                N_("stop the service, keep the file for the investigation, and install the program anew"),
            )


CHECKS: Final = (
    Check("dependencies", N_("versions of the dependencies"), look_at_lock, judge_lock, needs_schema=False),
    Check("program-files", N_("files of the program"), look_at_files, judge_files, needs_schema=False),
)
