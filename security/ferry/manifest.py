"""The manifest: what a transfer consists of, and its root, the one hash that an approval stands for."""

from dataclasses import dataclass

from security.ferry import canonical, merkle
from security.ferry.errors import MalformedError
from security.ferry.fields import Fields
from security.ferry.levels import Level

MAX_FILES = 500
MAX_BYTES = 1024 * 1024
MAX_NAME = 255
MAX_PURPOSE = 1000
MAX_RECIPIENTS = 50
MAX_WITNESS = 4096


@dataclass(frozen=True)
class Entry:
    """One file. `name` is what the submitter called it: data to be shown, never a path to be written."""

    name: str
    kind: str
    size: int
    sha256: str
    sm3: str
    level: Level

    def value(self) -> canonical.Value:
        return {
            "kind": self.kind,
            "level": self.level.code,
            "name": self.name,
            "sha256": self.sha256,
            "size": self.size,
            "sm3": self.sm3,
        }


@dataclass(frozen=True)
class Manifest:
    """`transfer` is the source's identifier of the transfer, 32 hexadecimal digits.

    `witness` is the newest checkpoint of the source's audit log, which the destination keeps: so each side can be held
    to its log by the other. It is added when the bundle is sealed, and no approval is about it.
    """

    transfer: str
    link: str
    level: Level
    submitter: str
    purpose: str
    recipients: tuple[str, ...]
    files: tuple[Entry, ...]
    witness: str = ""

    @property
    def root(self) -> str:
        """Merkle root over the files in order; order, names, sizes, both hashes and levels are all part of it."""
        return merkle.root([canonical.encode(entry.value()) for entry in self.files]).hex()

    @property
    def size(self) -> int:
        return sum(entry.size for entry in self.files)

    def encode(self) -> bytes:
        return canonical.encode(
            {
                "files": [entry.value() for entry in self.files],
                "level": self.level.code,
                "link": self.link,
                "purpose": self.purpose,
                "recipients": list(self.recipients),
                "submitter": self.submitter,
                "transfer": self.transfer,
                "v": 1,
                "witness": self.witness,
            }
        )


def decode(data: bytes) -> Manifest:
    fields = Fields(canonical.decode(data, part="manifest", limit=MAX_BYTES), "manifest")
    fields.number("v", low=1, high=1)
    manifest = Manifest(
        transfer=fields.octets("transfer", 16).hex(),
        link=fields.octets("link", 16).hex(),
        level=fields.level("level"),
        submitter=fields.text("submitter", limit=200),
        purpose=fields.text("purpose", limit=MAX_PURPOSE),
        recipients=fields.texts("recipients", limit=MAX_RECIPIENTS, each=200),
        files=tuple(_entry(part) for part in fields.parts("files", limit=MAX_FILES)),
        witness=fields.text("witness", limit=MAX_WITNESS),
    )
    fields.done()
    if not manifest.files:
        raise MalformedError(part="manifest", field="files")
    return manifest


def _entry(fields: Fields) -> Entry:
    entry = Entry(
        name=fields.text("name", limit=MAX_NAME),
        kind=fields.text("kind", limit=8),
        size=fields.number("size"),
        sha256=fields.octets("sha256", 32).hex(),
        sm3=fields.octets("sm3", 32).hex(),
        level=fields.level("level"),
    )
    fields.done()
    return entry
