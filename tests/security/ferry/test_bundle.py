"""Seal and open are inverse, and nothing but an untouched bundle opens."""

import io
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from security.ferry import manifest, statement
from security.ferry.bundle import header as framing
from security.ferry.bundle import payload, receipt
from security.ferry.bundle.header import CHUNK, TAG, Header
from security.ferry.bundle.open import Opened, open_bundle, verify
from security.ferry.bundle.seal import seal
from security.ferry.errors import (
    BadSignatureError,
    FerryError,
    HashMismatchError,
    MalformedError,
    UnknownSenderError,
    WrongRecipientError,
)
from security.ferry.keys import SigningPrivate, WrappingPrivate
from security.ferry.store import ObjectStore
from tests.security.ferry.conftest import PLACE, Keys, Seal, documents

QUICK = settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])


def noise(seed: int, size: int) -> bytes:
    return Random(seed).randbytes(size)  # noqa: S311  # repeatable test data


def opened(data: bytes, keys: Keys, target: ObjectStore) -> Opened:
    source = io.BytesIO(data)
    verified = verify(source, len(data), {keys.sender.public.key_id: keys.sender.public})
    return open_bundle(source, verified, keys.recipient, target)


def left(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


@QUICK
@given(sizes=st.lists(st.integers(0, 3000), min_size=1, max_size=5), seed=st.integers())
def test_what_is_sealed_is_what_opens(
    sizes: list[int], seed: int, seal_files: Seal, keys: Keys, tmp_path_factory: pytest.TempPathFactory
) -> None:
    files = {f"文件{i}.txt": noise(seed + i, size) for i, size in enumerate(sizes)}
    data, sealed = seal_files(files)
    target = ObjectStore(tmp_path_factory.mktemp("far"))
    result = opened(data, keys, target)
    for entry, content in zip(result.documents.manifest.files, files.values(), strict=True):
        with target.open(entry.sha256) as file:
            assert file.read() == content
    assert len(data) == sealed.size
    assert result.receipt_code == sealed.receipt_code


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 17])
def test_sizes_around_a_chunk_survive(size: int, seal_files: Seal, keys: Keys, tmp_path: Path) -> None:
    data, _ = seal_files({"a.bin": noise(size, size)})
    target = ObjectStore(tmp_path / "far")
    [entry] = opened(data, keys, target).documents.manifest.files
    assert target.size(entry.sha256) == size


def test_a_flipped_bit_anywhere_is_refused_and_leaves_nothing(seal_files: Seal, keys: Keys, tmp_path: Path) -> None:
    data, _ = seal_files({"a.txt": b"secret words " * 100})
    front = framing.PREFIX.size + 200
    places = {*range(0, front, 7), *range(13, len(data), 521), *range(len(data) - 40, len(data))}
    for place in sorted(places):
        changed = bytearray(data)
        changed[place] ^= 1 << (place % 8)
        with pytest.raises(FerryError):
            opened(bytes(changed), keys, ObjectStore(tmp_path / "far"))
        assert not left(tmp_path / "far"), place


def test_truncation_and_extension_are_refused_before_anything_is_decrypted(
    seal_files: Seal, keys: Keys, tmp_path: Path
) -> None:
    data, _ = seal_files({"a.txt": b"x" * 5000})
    for length in (0, 1, 12, 13, 500, len(data) // 2, len(data) - 3413, len(data) - 1):
        with pytest.raises(MalformedError):
            opened(data[:length], keys, ObjectStore(tmp_path / "far"))
    for tail in (b"\0", b"x" * 100, data):
        with pytest.raises(MalformedError):
            opened(data + tail, keys, ObjectStore(tmp_path / "far"))
    assert not left(tmp_path / "far")


def test_swapped_dropped_and_repeated_chunks_are_refused_even_when_signed(
    seal_files: Seal, keys: Keys, tmp_path: Path
) -> None:
    """The inner defence alone: the signature is skipped, as if the sender's signing key were stolen."""
    data, _ = seal_files({"a.bin": noise(3, 3 * CHUNK)})
    source = io.BytesIO(data)
    verified = verify(source, len(data), {keys.sender.public.key_id: keys.sender.public})
    start, step = len(verified.header.encode()), CHUNK + TAG
    chunks = [data[start + i * step : start + (i + 1) * step] for i in range(3)]
    for order in ((1, 0, 2), (0, 0, 2), (0, 2, 1), (2, 2, 2)):
        forged = data[:start] + b"".join(chunks[i] for i in order) + data[start + 3 * step :]
        with pytest.raises(FerryError):
            open_bundle(io.BytesIO(forged), verified, keys.recipient, ObjectStore(tmp_path / "far"))
        with pytest.raises(BadSignatureError):
            opened(forged, keys, ObjectStore(tmp_path / "far"))
        assert not left(tmp_path / "far")


def test_a_chunk_of_another_bundle_does_not_fit(seal_files: Seal, keys: Keys, tmp_path: Path) -> None:
    one, _ = seal_files({"a.txt": b"1" * 100})
    two, _ = seal_files({"a.txt": b"1" * 100})
    source = io.BytesIO(one)
    verified = verify(source, len(one), {keys.sender.public.key_id: keys.sender.public})
    start = len(verified.header.encode())
    with pytest.raises(FerryError):
        open_bundle(io.BytesIO(one[:start] + two[start:]), verified, keys.recipient, ObjectStore(tmp_path / "far"))


def test_dropping_one_of_the_two_signatures_is_refused(seal_files: Seal, keys: Keys, tmp_path: Path) -> None:
    data, _ = seal_files({"a.txt": b"1"})
    for start, length in ((len(data) - 3309, 3309), (len(data) - 3373, 64)):
        forged = data[:start] + bytes(length) + data[start + length :]
        with pytest.raises(BadSignatureError):
            opened(forged, keys, ObjectStore(tmp_path / "far"))


def test_a_stranger_neither_opens_nor_signs(seal_files: Seal, keys: Keys, tmp_path: Path) -> None:
    data, _ = seal_files({"a.txt": b"1"})
    source = io.BytesIO(data)
    verified = verify(source, len(data), {keys.sender.public.key_id: keys.sender.public})
    with pytest.raises(WrongRecipientError):
        open_bundle(source, verified, WrappingPrivate.generate(), ObjectStore(tmp_path / "far"))
    with pytest.raises(UnknownSenderError):
        verify(source, len(data), {})
    with pytest.raises(BadSignatureError):
        verify(source, len(data), {keys.sender.public.key_id: SigningPrivate.generate().public})


def test_a_file_changed_after_approval_stops_the_seal(store: ObjectStore, keys: Keys) -> None:
    content = documents(store, keys, {"a.txt": b"approved", "b.txt": b"approved too"})
    for other in (b"alteredx", b"approved and more", b"short"):
        with pytest.raises(HashMismatchError):
            seal(
                PLACE,
                content,
                lambda _, other=other: io.BytesIO(other),  # type: ignore[misc]
                io.BytesIO(),
                sender=keys.sender,
                recipients=[keys.recipient.public],
            )


def test_the_clear_header_names_nothing_that_is_inside(seal_files: Seal) -> None:
    data, _ = seal_files({"预算.txt": b"1"})
    head = framing.read(io.BytesIO(data)).encode()
    for word in ('"li"', "zhang", "wang", "预算", "公示材料", "internal", "11" * 16):
        assert word.encode() not in head


@given(st.binary(max_size=400))
def test_a_header_of_any_bytes_is_refused_by_name(data: bytes) -> None:
    for body in (data, framing.PREFIX.pack(framing.MAGIC, 1, len(data)) + data):
        with pytest.raises(FerryError):
            framing.read(io.BytesIO(body))


FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "sequence": st.integers(-5, 5) | st.text(max_size=3),
        "size": st.integers(-5, 2**40),
        "voids": st.lists(st.integers(-1, 5), max_size=3),
        "wraps": st.lists(st.dictionaries(st.sampled_from(["key", "wrap", "x"]), st.text(max_size=4)), max_size=2),
        "chunk": st.integers(0, 2**21),
        "link": st.text("0123456789abcdefABCDEF ", max_size=40),
        "extra": st.text(max_size=3),
    },
)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(FIELDS)
def test_an_edited_header_is_refused_or_reads_back_as_itself(seal_files: Seal, edits: dict[str, object]) -> None:
    import json

    from security.ferry import canonical

    global _SAMPLE  # noqa: PLW0603  # one sealed bundle serves all examples
    _SAMPLE = _SAMPLE or seal_files({"a.txt": b"1"})[0]
    length = framing.PREFIX.unpack(_SAMPLE[: framing.PREFIX.size])[2]
    values = json.loads(_SAMPLE[framing.PREFIX.size : framing.PREFIX.size + length])
    body = canonical.encode(values | edits)
    data = framing.PREFIX.pack(framing.MAGIC, 1, len(body)) + body
    try:
        header: Header = framing.read(io.BytesIO(data))
    except FerryError:
        return
    assert header.encode() == data


_SAMPLE: bytes | None = None


@given(st.binary(max_size=300))
def test_manifest_and_approvals_of_any_bytes_are_refused_by_name(data: bytes) -> None:
    for read in (manifest.decode, statement.decode_all, statement.decode):
        with pytest.raises(FerryError):
            read(data)  # type: ignore[operator]


@given(st.integers(0, 2**33))
def test_padding_adds_at_most_an_eighth_and_hides_the_low_bits(size: int) -> None:
    total = payload.padded(size)
    assert total >= max(size, payload.LEAST)
    assert total <= max(size * 1.125, payload.LEAST)
    assert payload.padded(total) == total


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_a_receipt_code_is_read_as_people_type_it(key: bytes, digest: bytes) -> None:
    code = receipt.code(key, digest)
    assert len(code) == 14
    typed = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert receipt._normal(typed) == receipt._normal(code)


def test_the_source_recognises_the_code_from_its_verifier_only() -> None:
    code = receipt.code(b"k" * 32, b"h" * 32)
    kept = receipt.verifier(code)
    assert code.encode() not in kept
    assert receipt.matches(kept, code.replace("-", "").lower())
    assert not receipt.matches(kept, code[:-1] + ("0" if code[-1] != "0" else "1"))
    assert not receipt.matches(kept, "")
