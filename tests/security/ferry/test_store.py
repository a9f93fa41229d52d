import hashlib
import io
import time
from pathlib import Path

import pytest

from security.ferry.errors import ObjectAlteredError, ObjectMissingError
from security.ferry.store import ObjectStore


def test_an_object_is_found_by_its_hash_and_by_nothing_else(store: ObjectStore, tmp_path: Path) -> None:
    stored = store.put(io.BytesIO(b"text"), limit=10)
    assert stored is not None
    assert stored.sha256 == hashlib.sha256(b"text").hexdigest()
    with store.open(stored.sha256) as file:
        assert file.read() == b"text"
    [path] = [p for p in (tmp_path / "objects").rglob("*") if p.is_file()]
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.name + path.name == stored.sha256


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "a" * 63, "A" * 64, "a" * 64 + "\n", "/" * 64])
def test_a_name_that_is_no_hash_reaches_no_path(store: ObjectStore, name: str) -> None:
    with pytest.raises(ObjectMissingError):
        store.open(name)


def test_too_long_a_stream_is_not_kept(store: ObjectStore, tmp_path: Path) -> None:
    assert store.put(io.BytesIO(b"12345"), limit=4) is None
    assert store.put(io.BytesIO(b"1234"), limit=4) is not None
    assert len([p for p in (tmp_path / "objects").rglob("*") if p.is_file()]) == 1


def test_an_interrupted_writer_leaves_no_object_and_its_stray_is_swept(store: ObjectStore, tmp_path: Path) -> None:
    with store.writer() as writer:
        writer.write(b"half")
    assert not list((tmp_path / "objects").rglob("*.part"))
    killed = store.writer()
    killed.write(b"half")
    killed._file.close()
    kept, orphan = (store.put(io.BytesIO(data), limit=9) for data in (b"kept", b"orphan"))
    assert kept
    assert orphan
    assert store.sweep(before=0, wanted=lambda _: False) == 0
    assert store.sweep(before=time.time() + 60, wanted=lambda sha256: sha256 == kept.sha256) == 2
    assert [p.name for p in (tmp_path / "objects").rglob("*") if p.is_file()] == [kept.sha256[2:]]


def test_altered_and_linked_objects_are_refused(store: ObjectStore, tmp_path: Path) -> None:
    stored = store.put(io.BytesIO(b"text"), limit=10)
    assert stored
    path = tmp_path / "objects" / stored.sha256[:2] / stored.sha256[2:]
    store.check(stored.sha256)
    path.write_bytes(b"tex!")
    with pytest.raises(ObjectAlteredError):
        store.check(stored.sha256)
    path.unlink()
    path.symlink_to("/etc/passwd")
    with pytest.raises(ObjectMissingError):
        store.open(stored.sha256)
    store.remove(stored.sha256)
    store.remove(stored.sha256)
