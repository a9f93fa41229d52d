"""Links as values: what a look at everything found."""

from dataclasses import dataclass
from datetime import datetime

from inventory.kinds import LinkEvidence, LinkStanding
from inventory.ports import port_key
from inventory.topology.matching import Directory


@dataclass(frozen=True, slots=True)
class End:
    """One end of a link. `device_id` is None for what is not managed, or not to be told apart; `port` may be empty."""

    device_id: int | None
    name: str
    port_id: int | None
    port: str

    @property
    def key(self) -> str:
        """The same for every spelling."""
        who = f"#{self.device_id}" if self.device_id is not None else self.name.casefold()
        return f"{who} {port_key(self.port)}"


@dataclass(frozen=True, slots=True)
class FoundLink:
    """`a` is a managed device's end always. `candidates`: how many devices the far end's name fits, when several."""

    a: End
    b: End
    evidence: frozenset[LinkEvidence]
    standing: LinkStanding
    seen: datetime
    candidates: int = 0

    @property
    def key(self) -> str:
        return " = ".join(sorted((self.a.key, self.b.key)))


def end_at(directory: Directory, device_id: int, called: str) -> End:
    """The end at a port however it is called; one that the inventory does not know keeps the name given."""
    port, name = directory.port(device_id, called), directory.devices[device_id].name
    return End(device_id, name, port.id, port.name) if port else End(device_id, name, None, called)
