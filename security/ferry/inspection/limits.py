"""Budgets that bound what an inspection may cost, whatever the file claims about itself."""

from dataclasses import dataclass

MIB = 1024 * 1024
# One archive member that has to be looked at as a whole is held in memory, up to this.
MEMBER_BYTES = 128 * MIB


@dataclass(frozen=True)
class ArchiveBudget:
    """`ratio` is unpacked bytes per packed byte, of a member and of the whole; `depth` counts archives in archives."""

    depth: int
    members: int
    total_bytes: int
    ratio: int

    def as_mapping(self) -> dict[str, int]:
        return {"depth": self.depth, "members": self.members, "ratio": self.ratio, "total_bytes": self.total_bytes}
