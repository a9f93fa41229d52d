"""A checkpoint: at this size the log had this root. Signed, it is what somebody else keeps to hold us to it.

The form is C2SP tlog-checkpoint: a signed note of three lines, origin, size and root.
"""

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from security.audit import note
from security.audit.note import VerifierKey
from security.audit.tree import HASH_BYTES

LINES = 3
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True)
class Checkpoint:
    """`origin` names the log, once and for all; `size` counts its records."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @property
    def short(self) -> str:
        """For print, and short enough to be read out: `size:beginning of the root`, 64 bits of it."""
        return f"{self.size}:{self.root.hex()[:16]}"

    def signed(self, private: Ed25519PrivateKey) -> str:
        return note.sign(self.text, self.origin, private)


def read(signed: str) -> Checkpoint | None:
    """What a signed note claims, whoever signed it; None for what is no checkpoint."""
    found = note.parse(signed)
    return _claim(found.text) if found else None


def accept(signed: str, keys: Iterable[VerifierKey]) -> Checkpoint | None:
    """The checkpoint that one of these keys has signed under the log's own name; None for anything else."""
    found = note.parse(signed)
    claim = _claim(found.text) if found else None
    if found is None or claim is None:
        return None
    return claim if any(key.name == claim.origin for key in found.signers(keys)) else None


def _claim(text: str) -> Checkpoint | None:
    """Lines past the third are extensions, which we neither write nor mind."""
    lines = text.split("\n")[:-1]
    if len(lines) < LINES or not all(lines) or not _SIZE.fullmatch(lines[1]):
        return None
    root = note.octets(lines[2], HASH_BYTES)
    return None if root is None else Checkpoint(lines[0], int(lines[1]), root)
