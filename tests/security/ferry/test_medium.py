"""A medium that may be full, gone, half written, or prepared by somebody who means harm."""

import hashlib
import io
import os
from pathlib import Path

import pytest

from security.ferry import canonical
from security.ferry.carriers import medium
from security.ferry.carriers.base import Parcel
from security.ferry.carriers.medium import MediumCarrier
from security.ferry.errors import MediumFullError, MediumUnusableError

DATA = b"sealed bytes" * 1000
PARCEL = Parcel("ab" * 16, len(DATA), hashlib.sha256(DATA).hexdigest())


@pytest.fixture
def carrier(tmp_path: Path) -> MediumCarrier:
    (tmp_path / "disc").mkdir()
    return MediumCarrier(tmp_path / "disc" / "ferry-1")


def put(carrier: MediumCarrier, parcel: Parcel = PARCEL, data: bytes = DATA) -> None:
    carrier.preflight(parcel.size)
    carrier.offer(parcel, io.BytesIO(data))


def test_what_is_offered_is_found_whole(carrier: MediumCarrier) -> None:
    assert list(carrier.poll()) == []
    assert not carrier.offered(PARCEL)
    put(carrier)
    put(carrier)
    assert carrier.offered(PARCEL)
    assert list(carrier.poll()) == [PARCEL]
    with carrier.fetch(PARCEL) as file:
        assert file.read() == DATA
    assert sorted(path.suffix for path in carrier.folder.iterdir()) == [".fry", ".ok"]


def test_a_copy_that_reads_back_differently_is_not_announced(carrier: MediumCarrier) -> None:
    with pytest.raises(MediumUnusableError):
        put(carrier, PARCEL, DATA[:-1] + b"x")
    assert list(carrier.folder.iterdir()) == []


def test_a_missing_or_full_medium_is_named(carrier: MediumCarrier, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(MediumUnusableError, match="missing"):
        MediumCarrier(Path("/nowhere/at/all")).preflight(1)
    real = os.statvfs(carrier.folder.parent)
    monkeypatch.setattr(medium.os, "statvfs", lambda _: os.statvfs_result((*real[:4], 0, *real[5:])))
    with pytest.raises(MediumFullError):
        carrier.preflight(1)


def test_half_written_renamed_and_foreign_files_are_passed_over(carrier: MediumCarrier) -> None:
    put(carrier)
    folder = carrier.folder
    (folder / "half.fry").write_bytes(b"x")
    (folder / "half.ok").write_bytes(canonical.encode({"sha256": "00" * 32, "size": 2}))
    (folder / "lonely.ok").write_bytes(canonical.encode({"sha256": "00" * 32, "size": 2}))
    (folder / "garbage.ok").write_bytes(b"\xff" * 10_000)
    (folder / "bad name!.ok").write_bytes(canonical.encode({"sha256": "00" * 32, "size": 2}))
    (folder / "other.txt").write_bytes(b"x")
    assert list(carrier.poll()) == [PARCEL]


def test_links_on_a_medium_lead_nowhere(carrier: MediumCarrier) -> None:
    put(carrier)
    (carrier.folder / "link.fry").symlink_to("/etc/passwd")
    size = (carrier.folder / "link.fry").lstat().st_size
    (carrier.folder / "link.ok").write_bytes(canonical.encode({"sha256": "00" * 32, "size": size}))
    (carrier.folder / "other.ok").symlink_to(carrier.folder / "link.ok")
    [_, trap] = sorted(carrier.poll(), key=lambda parcel: parcel.name)
    with pytest.raises(MediumUnusableError):
        carrier.fetch(trap)


def test_one_poll_looks_at_a_bounded_number(carrier: MediumCarrier, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(medium, "MOST", 3)
    carrier.folder.mkdir()
    for number in range(5):
        (carrier.folder / f"{number}.fry").write_bytes(b"")
        (carrier.folder / f"{number}.ok").write_bytes(canonical.encode({"sha256": "00" * 32, "size": 0}))
    assert len(list(carrier.poll())) == 3


def test_an_unwritable_medium_is_an_error_of_its_own(carrier: MediumCarrier, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(medium.os, "fsync", full)
    with pytest.raises(MediumUnusableError, match="No space"):
        put(carrier)
    assert [path for path in carrier.folder.iterdir() if path.suffix != ".part"] == []
