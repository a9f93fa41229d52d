"""The committed vectors of docs/ferry-format.md, and an independent reading of them that uses none of our modules."""

import hashlib
import io
import json
import struct
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from security.ferry import approver_key
from security.ferry.bundle.open import open_bundle, verify
from security.ferry.errors import FerryError
from security.ferry.store import ObjectStore
from tests.security.ferry.vectors import generate

HERE = Path(__file__).parent / "vectors"
GOOD = (HERE / "good.fry").read_bytes()
EXPECTED: dict[str, Any] = json.loads((HERE / "expected.json").read_text(encoding="utf-8"))
KEYS: dict[str, Any] = json.loads((HERE / "keys.json").read_text(encoding="utf-8"))
SENDERS = {generate.SENDER.public.key_id: generate.SENDER.public}


def test_the_vector_opens_to_what_is_expected(tmp_path: Path) -> None:
    source, store = io.BytesIO(GOOD), ObjectStore(tmp_path)
    verified = verify(source, len(GOOD), SENDERS)
    opened = open_bundle(source, verified, generate.RECIPIENT, store)
    assert verified.header.digest.hex() == EXPECTED["header_sha256"]
    assert verified.root.hex() == EXPECTED["chunk_root"]
    assert opened.receipt_code == EXPECTED["receipt_code"]
    assert opened.documents.manifest.root == EXPECTED["manifest_root"]
    for entry in opened.documents.manifest.files:
        with store.open(entry.sha256) as file:
            assert file.read().hex() == EXPECTED["files"][entry.name]
    for signed in opened.documents.approvals:
        assert approver_key.holds(bytes.fromhex(KEYS["approvers"][signed.statement.approver]), signed)


def test_what_is_not_random_is_made_again_the_same(tmp_path: Path) -> None:
    store = ObjectStore(tmp_path)
    inside = generate.documents(store)
    data, sealed = generate.bundle(store, inside)
    made = generate.expected(inside, data, sealed)
    random = {"header_sha256", "chunk_root", "file_sha256", "receipt_code"}
    assert {k: v for k, v in made.items() if k not in random} == {k: v for k, v in EXPECTED.items() if k not in random}
    assert generate.keys() == KEYS


@pytest.mark.parametrize("part", list(generate.spoiled(GOOD, 0)))
def test_a_spoiled_vector_is_refused(part: str, tmp_path: Path) -> None:
    start = 13 + struct.unpack(">I", GOOD[9:13])[0]
    data = generate.spoiled(GOOD, start)[part]
    source = io.BytesIO(data)
    with pytest.raises(FerryError):
        open_bundle(source, verify(source, len(data), SENDERS), generate.RECIPIENT, ObjectStore(tmp_path))
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_another_reader_that_follows_the_document_gets_the_same() -> None:
    """Written from docs/ferry-format.md alone."""
    assert GOOD[:9] == b"FERRY1\r\n\x01"
    length = struct.unpack(">I", GOOD[9:13])[0]
    front, header = GOOD[: 13 + length], json.loads(GOOD[13 : 13 + length])
    digest = hashlib.sha256(front).digest()
    bare = json.dumps(header | {"wraps": []}, sort_keys=True, separators=(",", ":")).encode()
    info = b"ferry/wrap/v1\0" + hashlib.sha256(GOOD[:9] + struct.pack(">I", len(bare)) + bare).digest()
    private = hpke.MLKEM768X25519PrivateKey(
        MLKEM768PrivateKey.from_seed_bytes(bytes.fromhex(KEYS["recipient_mlkem768_seed"])),
        X25519PrivateKey.from_private_bytes(bytes.fromhex(KEYS["recipient_x25519_private"])),
    )
    suite = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
    key = suite.decrypt(bytes.fromhex(header["wraps"][0]["wrap"]), private, info)
    assert key.hex() == EXPECTED["content_key"]
    nonce = bytes.fromhex(EXPECTED["nonce_prefix"]) + struct.pack(">IB", 0, 1)
    chunk = GOOD[13 + length : 13 + length + header["size"] + 16]
    assert hashlib.sha256(b"\0" + chunk).hexdigest() == EXPECTED["chunk_root"]
    plain = AESGCM(bytes.fromhex(EXPECTED["stream_key"])).decrypt(nonce, chunk, digest)
    magic, version, manifest, approvals, summary = struct.unpack(">4sBIII", plain[:17])
    assert (magic, version) == (b"FRYP", 1)
    assert plain[17 : 17 + manifest].decode() == EXPECTED["manifest"]
    start = 17 + manifest + approvals + summary
    content = b"".join(bytes.fromhex(one) for one in EXPECTED["files"].values())
    assert plain[start:] == content.ljust(len(plain) - start, b"\0")
