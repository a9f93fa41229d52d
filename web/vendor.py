"""Other people's files that are served from here: which, under what licence, and still the bytes that were published.

`VENDOR.toml` beside them is the record. `make vendor` fetches each package anew from the npm registry, refuses what
does not have the recorded integrity, and writes the digests; a test re-hashes the files without any network.
"""

import base64
import hashlib
import subprocess
import sys
import tarfile
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

FOLDER = Path(__file__).parent / "static" / "vendor"
RECORD = "VENDOR.toml"


@dataclass(frozen=True)
class Package:
    """One npm package; `files` maps a path in the tarball to the SHA-256 of the copy that lies flat in `folder`."""

    name: str
    version: str
    licence: str
    folder: str
    integrity: str
    files: Mapping[str, str]


def packages(folder: Path = FOLDER) -> tuple[Package, ...]:
    record = tomllib.loads((folder / RECORD).read_text(encoding="utf-8"))
    return tuple(Package(**entry) for entry in record["package"])


def differing(folder: Path = FOLDER) -> Iterator[Path]:
    """Files that are missing, or are not those that the record names."""
    for package in packages(folder):
        for source, digest in package.files.items():
            path = folder / package.folder / Path(source).name
            if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != digest:
                yield path


def fetch(package: Package, folder: Path) -> Package:
    """Copy a package's files here; returns the record with the digests found."""
    target = folder / package.folder
    target.mkdir(exist_ok=True)
    digests = {}
    with TemporaryDirectory() as scratch:
        tarball = _pack(package, Path(scratch))
        found = "sha512-" + base64.b64encode(hashlib.sha512(tarball.read_bytes()).digest()).decode()
        if found != package.integrity:
            raise ValueError(f"{package.name} {package.version}: {found} is not the recorded {package.integrity}")
        with tarfile.open(tarball) as archive:
            for source in package.files:
                member = archive.extractfile(source)
                content = member.read() if member else b""
                (target / Path(source).name).write_bytes(content)
                digests[source] = hashlib.sha256(content).hexdigest()
    return replace(package, files=digests)


def _pack(package: Package, scratch: Path) -> Path:
    command = ["npm", "pack", "--silent", "--pack-destination", str(scratch), f"{package.name}@{package.version}"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603  # arguments from our own record
    return next(scratch.glob("*.tgz"))


def render(entries: tuple[Package, ...]) -> str:
    lines = ["# Written by `make vendor`. To take a new version, change version, folder and integrity, and run it."]
    for entry in entries:
        lines += ["", "[[package]]"]
        lines += [f'{key} = "{getattr(entry, key)}"' for key in ("name", "version", "licence", "folder", "integrity")]
        lines += ["[package.files]", *(f'"{source}" = "{digest}"' for source, digest in entry.files.items())]
    return "\n".join(lines) + "\n"


def main(folders: list[str]) -> None:
    for folder in map(Path, folders):
        entries = tuple(fetch(package, folder) for package in packages(folder))
        (folder / RECORD).write_text(render(entries), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
