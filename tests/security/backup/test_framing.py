"""Whatever happens to the file, it is refused by name and nothing of it is used."""

import io
import os
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Category
from security.backup import framing
from security.backup.errors import BackupAlteredError, BackupError, NotABackupError, VersionUnknownError
from security.backup.framing import CHUNK, Sealer
from security.ferry.keys import SigningPrivate
from security.vault.ciphers import TAG_BYTES, Cipher
from security.vault.envelope import new_key
from security.vault.recipient import RecipientPrivate

PATH = Path("a.backup")
RECOVERY, SIGNER = RecipientPrivate(new_key()), SigningPrivate.generate()
CONTENT = os.urandom(2 * CHUNK + 77)


def sealed(content: bytes = CONTENT, cipher: Cipher = Cipher.AES_256_GCM) -> bytes:
    sink = io.BytesIO()
    sealer = Sealer(sink, RECOVERY.public, SIGNER, 1_800_000_000, cipher)
    for at in range(0, len(content), 300_000):
        sealer.write(content[at : at + 300_000])
    sealer.finish()
    return sink.getvalue()


SEALED = sealed()
HEADER = len(framing.check(PATH, io.BytesIO(SEALED)).header.encode())


def opened(data: bytes) -> bytes:
    source = io.BytesIO(data)
    checked = framing.check(PATH, source)
    assert checked.signer == SIGNER.public.key_id
    return b"".join(framing.content(source, checked, RECOVERY))


@pytest.mark.parametrize("cipher", list(Cipher))
@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 77])
def test_what_goes_in_comes_out(size: int, cipher: Cipher) -> None:
    assert opened(sealed(CONTENT[:size], cipher)) == CONTENT[:size]


@given(st.integers(0, len(SEALED) - 1), st.integers(1, 255))
def test_a_changed_byte_is_noticed(place: int, change: int) -> None:
    broken = bytearray(SEALED)
    broken[place] ^= change
    with pytest.raises(BackupError) as caught:
        opened(bytes(broken))
    assert caught.value.category is Category.INTEGRITY


@given(st.integers(0, len(SEALED) - 1))
def test_a_file_that_was_cut_off_is_noticed(length: int) -> None:
    with pytest.raises(BackupError):
        opened(SEALED[:length])


@given(st.binary(max_size=300))
def test_bytes_from_anywhere_are_no_backup(data: bytes) -> None:
    with pytest.raises(NotABackupError):
        opened(data)
    with pytest.raises((NotABackupError, VersionUnknownError)):
        opened(framing.MAGIC + data)
    with pytest.raises(NotABackupError):
        opened(struct.pack(">8sBI", framing.MAGIC, framing.VERSION, len(data)) + data + bytes(5000))


def test_another_version_is_named() -> None:
    with pytest.raises(VersionUnknownError) as caught:
        opened(SEALED[:8] + b"\x02" + SEALED[9:])
    assert caught.value.found == 2


def chunks() -> list[bytes]:
    end = len(SEALED) - framing._TRAILER.size
    body, step = SEALED[HEADER:end], CHUNK + TAG_BYTES
    return [body[at : at + step] for at in range(0, len(body), step)]


@pytest.mark.parametrize(
    "change",
    [
        lambda parts: [parts[1], parts[0], parts[2]],
        lambda parts: [parts[0], parts[0], parts[2]],
        lambda parts: parts[:2],
        lambda parts: [parts[1], parts[2]],
        lambda parts: [*parts[:2], parts[1], parts[2]],
    ],
    ids=["swapped", "doubled", "last left out", "first left out", "one more"],
)
def test_chunks_stay_where_they_were_even_for_who_signs(change: Callable[[list[bytes]], list[bytes]]) -> None:
    """With the signing key, which a thief of the machine has, and without the recovery key."""
    from security.ferry import merkle

    moved = change(chunks())
    root = merkle.root_of_hashes([merkle.leaf(part) for part in moved])
    header = framing.check(PATH, io.BytesIO(SEALED)).header
    signatures = SIGNER.sign(framing._signed(header.digest, len(moved), root), framing.CONTEXT)
    trailer = framing._TRAILER.pack(framing.TRAILER_MAGIC, len(moved), root, *signatures)
    with pytest.raises(BackupAlteredError):
        opened(SEALED[:HEADER] + b"".join(moved) + trailer)
