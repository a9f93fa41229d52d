"""Makes the test vectors of docs/ferry-format.md: `python -m tests.security.ferry.vectors.generate FOLDER`.

Wrapping and ML-DSA-65 are randomised, so a new run gives other bytes; the committed files are the reference, and what
stands in `keys.json` and `expected.json` is enough for another implementation to open them.
"""

import hashlib
import io
import json
import sys
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from security.ferry import statement
from security.ferry.bundle import stream
from security.ferry.bundle.payload import Documents
from security.ferry.bundle.seal import Place, Sealed, seal
from security.ferry.inspection.findings import STAGES, Outcome, Verdict
from security.ferry.inspection.report import FileReport, Report
from security.ferry.keys import SigningPrivate, WrappingPrivate
from security.ferry.levels import Level
from security.ferry.manifest import Entry, Manifest
from security.ferry.statement import Decision, SignedStatement, Statement
from security.ferry.store import ObjectStore

FILES = {"说明.txt": "专线台账说明\n".encode(), "空.txt": b""}
SENDER = SigningPrivate(bytes(range(32)), bytes(range(32, 64)))
RECIPIENT = WrappingPrivate(bytes(range(64, 96)), bytes(range(96, 160)))
APPROVERS = {"zhang": ("department_approver", bytes([7]) * 32), "wang": ("security_officer", bytes([8]) * 32)}
CONTENT_KEY = hashlib.sha256(b"ferry test vector content key").digest()
CREATED, NOT_AFTER = 1_795_420_800, 1_795_680_000
PLACE = Place(bytes([1]) * 16, bytes([2]) * 16, 3, bytes([4]) * 32, (2,), CREATED, NOT_AFTER, bytes([5]) * 32)


def entries(store: ObjectStore) -> tuple[Entry, ...]:
    made = []
    for name, data in FILES.items():
        stored = store.put(io.BytesIO(data), limit=len(data) or 1)
        assert stored
        made.append(Entry(name, "txt", stored.size, stored.sha256, stored.sm3, Level.INTERNAL))
    return tuple(made)


def documents(store: ObjectStore) -> Documents:
    files = entries(store)
    content = Manifest("aa" * 16, PLACE.link.hex(), Level.INTERNAL, "li", "季度台账报送", ("信息中心",), files)
    verdicts = tuple(Verdict(stage, Outcome.PASS) for stage in STAGES)
    found = Report("bb" * 32, tuple(FileReport(one.sha256, "txt", Level.PUBLIC, verdicts) for one in files))
    bound = statement.binding(content, inspection=found.digest, policy=found.policy)
    signed = tuple(_signed(bound, person, role, seed) for person, (role, seed) in APPROVERS.items())
    return Documents(content, signed, found.encode())


def bundle(store: ObjectStore, inside: Documents) -> tuple[bytes, Sealed]:
    sink = io.BytesIO()
    recipients = [RECIPIENT.public]
    sealed = seal(PLACE, inside, store.open, sink, sender=SENDER, recipients=recipients, content_key=CONTENT_KEY)
    return sink.getvalue(), sealed


def expected(inside: Documents, data: bytes, sealed: Sealed) -> dict[str, Any]:
    derived = stream.derive(CONTENT_KEY, PLACE.bundle)
    return {
        "content_key": CONTENT_KEY.hex(),
        "stream_key": derived.stream.hex(),
        "nonce_prefix": derived.prefix.hex(),
        "commitment": derived.commitment.hex(),
        "receipt_key": derived.receipt.hex(),
        "header_sha256": sealed.header_digest.hex(),
        "chunk_root": sealed.root.hex(),
        "file_sha256": hashlib.sha256(data).hexdigest(),
        "file_size": len(data),
        "manifest_root": inside.manifest.root,
        "manifest": inside.manifest.encode().decode(),
        "inspection": hashlib.sha256(b"ferry/inspection/v1\0" + inside.summary).hexdigest(),
        "receipt_code": sealed.receipt_code,
        "files": {name: content.hex() for name, content in FILES.items()},
    }


def keys() -> dict[str, Any]:
    return {
        "sender_ed25519_seed": SENDER.ed25519.hex(),
        "sender_mldsa65_seed": SENDER.mldsa65.hex(),
        "sender_key_id": SENDER.public.key_id.hex(),
        "recipient_x25519_private": RECIPIENT.x25519.hex(),
        "recipient_mlkem768_seed": RECIPIENT.mlkem768.hex(),
        "recipient_key_id": RECIPIENT.public.key_id.hex(),
        "approvers": {person: public_of(seed).hex() for person, (_, seed) in APPROVERS.items()},
    }


def public_of(seed: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def spoiled(data: bytes, start: int) -> dict[str, bytes]:
    """Files that must be refused, by the field or part that is wrong. `start` is where the chunks begin."""

    def flipped(place: int) -> bytes:
        changed = bytearray(data)
        changed[place] ^= 1
        return bytes(changed)

    return {
        "magic": flipped(0),
        "suite": flipped(8),
        "header": flipped(40),
        "chunk": flipped(start + 100),
        "root": flipped(len(data) - 3400),
        "ed25519": flipped(len(data) - 3330),
        "mldsa65": flipped(len(data) - 5),
        "truncated": data[:-1],
        "extended": data + b"\0",
    }


def _signed(bound: statement.Binding, person: str, role: str, seed: bytes) -> SignedStatement:
    nonce = hashlib.sha256(person.encode()).hexdigest()[:32]
    given = Statement(bound, Decision.APPROVE, person, role, CREATED, NOT_AFTER, nonce)
    return SignedStatement(given.encode(), Ed25519PrivateKey.from_private_bytes(seed).sign(given.signed_bytes))


def main(folder: Path) -> None:
    store = ObjectStore(folder / "objects")
    inside = documents(store)
    data, sealed = bundle(store, inside)
    (folder / "good.fry").write_bytes(data)
    for name, content in (("keys.json", keys()), ("expected.json", expected(inside, data, sealed))):
        (folder / name).write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
