"""What every carrier can do. It moves sealed bytes and is trusted with nothing: it can lose, never alter unseen."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol


@dataclass(frozen=True)
class Parcel:
    """A finished bundle on its way: its name on the carrier, its size in bytes, its SHA-256 (hexadecimal)."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Health:
    """`problem` is a stable word ("missing", "read_only", "full"), empty where all is well; `free` in bytes."""

    problem: str
    free: int


class Carrier(Protocol):
    def preflight(self, size: int) -> None:
        """Raise a named error if a bundle of this size cannot be handed over now."""
        ...

    def offer(self, parcel: Parcel, source: BinaryIO) -> None:
        """Put a bundle on the carrier, whole or not at all; offering the same one again changes nothing."""
        ...

    def offered(self, parcel: Parcel) -> bool:
        """Whether the bundle is on the carrier, complete and unchanged."""
        ...

    def poll(self) -> Iterator[Parcel]:
        """The finished bundles that lie ready, at most a bounded number; what is half there is passed over."""
        ...

    def fetch(self, parcel: Parcel) -> BinaryIO:
        """The bytes of a bundle that `poll` named; they are as foreign as anything."""
        ...

    def health(self) -> Health: ...
