"""Files for other programs, written whole or not at all, and YAML that every reader takes for the same text."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import yaml

from inventory.handover.errors import FolderError

# Prometheus and Ansible often run as somebody else of the same group; nobody else has to know what there is.
MODE: Final = 0o640
ASIDE: Final = ".part"


@dataclass(frozen=True)
class Text:
    name: str
    text: str

    @property
    def content(self) -> bytes:
        return self.text.encode()

    @property
    def digest(self) -> str:
        return sha256(self.content).hexdigest()


class Unsafe(str):
    """Text that Ansible must not take for a template, whatever it looks like."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    """Every text in quotes: bare, `0o17`, `no` and `1e3` are numbers and truths to one reader and text to another."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  # written out, each time
        return True


def _text(dumper: yaml.SafeDumper, data: str) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", data, style='"')


def _unsafe(dumper: yaml.SafeDumper, data: Unsafe) -> yaml.Node:
    return dumper.represent_scalar("!unsafe", str(data), style='"')


_Dumper.add_representer(str, _text)
_Dumper.add_representer(Unsafe, _unsafe)


def yaml_text(name: str, value: Mapping[str, Any]) -> Text:
    text: str = yaml.dump(dict(value), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10**6)
    return Text(name, f"---\n{text}")


def write(folder: Path, files: Sequence[Text]) -> None:
    """All of them are written aside first, so that a full disk leaves the old ones. Raises FolderError."""
    asides: list[tuple[Path, Path]] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file in files:
            target = folder / file.name
            aside = target.with_name(file.name + ASIDE)
            asides.append((aside, target))
            _write_aside(aside, file.content)
        for aside, target in asides:
            aside.replace(target)
        _sync(folder)
    except OSError as error:
        for aside, _ in asides:
            aside.unlink(missing_ok=True)
        raise FolderError(folder=folder, detail=error.strerror or error) from error


def _write_aside(path: Path, content: bytes) -> None:
    path.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
    with os.fdopen(os.open(path, flags, MODE), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
