"""From what was seen to links. Pure, and the same whatever the order of the facts.

LLDP, CDP   each says which port is at the other end of its own. Both ends say it: agreed; one says it and the other is
            silent: one end; they name others: conflicting, and both links are kept.
MAC tables  a port behind which all MAC addresses are those of one managed device, if that is so at one port alone: on
            the way there, ports have learnt other addresses too. Only for ports of which no protocol speaks.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from inventory.kinds import LinkEvidence, LinkStanding
from inventory.ports import port_key
from inventory.topology.matching import Directory
from inventory.topology.observed import Observed, Station


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


def derive(observed: Observed) -> list[FoundLink]:
    """Ordered by their keys."""
    directory = Directory(observed.devices)
    told = _merged(_completed(_reports(observed, directory)))
    spoken = {end.key for link in told for end in (link.a, link.b)}
    learnt = [link for link in _leaves(observed.stations, directory) if link.a.key not in spoken]
    return sorted([*told, *learnt], key=lambda link: link.key)


def _reports(observed: Observed, directory: Directory) -> list[FoundLink]:
    """One for each neighbour named; `a` is who says it. A device that names itself has a loop, which is no link."""
    found = []
    for one in observed.neighbours:
        match = directory.device(one.remote_name)
        if one.device_id not in directory.devices or match.device_id == one.device_id:
            continue
        here = _end(directory, one.device_id, one.local_port)
        far = End(None, one.remote_name, None, one.remote_port)
        if match.device_id is not None:
            far = _end(directory, match.device_id, one.remote_port)
        evidence = frozenset({LinkEvidence(one.protocol)})
        several = match.candidates if match.candidates > 1 else 0
        found.append(FoundLink(here, far, evidence, LinkStanding.ONE_END, one.seen, several))
    return found


def _end(directory: Directory, device_id: int, called: str) -> End:
    port, name = directory.port(device_id, called), directory.devices[device_id].name
    return End(device_id, name, port.id, port.name) if port else End(device_id, name, None, called)


def _completed(reports: list[FoundLink]) -> Iterator[FoundLink]:
    """A far port that the inventory does not know is what its own device says of it, if that leaves no doubt."""
    sayers: defaultdict[tuple[str, int | None], dict[str, End]] = defaultdict(dict)
    for one in reports:
        sayers[one.b.key, one.a.device_id][one.a.key] = one.a
    for one in reports:
        answers = sayers[one.a.key, one.b.device_id]
        if one.b.device_id is not None and one.b.port_id is None and len(answers) == 1:
            yield replace(one, b=next(iter(answers.values())))
        else:
            yield one


def _merged(reports: Iterable[FoundLink]) -> list[FoundLink]:
    by_key: defaultdict[str, list[FoundLink]] = defaultdict(list)
    for one in reports:
        by_key[one.key].append(one)
    sayers = {key: frozenset(one.a.key for one in group) for key, group in by_key.items()}
    links = {key: _one(group, agreed=len(sayers[key]) > 1) for key, group in by_key.items()}
    at: defaultdict[str, set[str]] = defaultdict(set)
    for key, link in links.items():
        for end in (link.a.key, link.b.key):
            at[end].add(key)
    return [
        replace(link, standing=LinkStanding.CONFLICTING) if _contradicted(link, at, sayers) else link
        for link in links.values()
    ]


def _one(group: Sequence[FoundLink], *, agreed: bool) -> FoundLink:
    first = min(group, key=lambda one: one.a.key)
    standing = LinkStanding.AGREED if agreed else LinkStanding.ONE_END
    evidence = frozenset(kind for one in group for kind in one.evidence)
    return replace(first, evidence=evidence, standing=standing, seen=max(one.seen for one in group))


def _contradicted(link: FoundLink, at: Mapping[str, set[str]], sayers: Mapping[str, frozenset[str]]) -> bool:
    """The silent end names somebody else, or somebody else says in vain to be wired to the end that speaks.

    One port that hears several neighbours (behind a hub) contradicts nobody.
    """
    if link.standing is LinkStanding.AGREED:
        return False
    speaks, silent = link.a.key, link.b.key
    named = any(silent in sayers[other] for other in at[silent] - {link.key})
    return named or any(speaks not in sayers[other] for other in at[speaks] - {link.key})


def _leaves(stations: Iterable[Station], directory: Directory) -> Iterator[FoundLink]:
    behind: defaultdict[tuple[int, str], list[Station]] = defaultdict(list)
    for station in stations:
        if station.device_id in directory.devices:
            behind[station.device_id, station.port].append(station)
    at: defaultdict[int, list[FoundLink]] = defaultdict(list)
    for (switch, port), here in behind.items():
        owners = {directory.owner_of_mac.get(station.mac) for station in here}
        owner = owners.pop() if len(owners) == 1 else None
        if owner is not None and owner != switch:
            at[owner].append(_leaf(directory, switch, port, owner, here))
    for links in at.values():
        if len(links) == 1:
            yield links[0]


def _leaf(directory: Directory, switch: int, port: str, owner: int, here: list[Station]) -> FoundLink:
    """Its port is known when one MAC address was learnt, of one of its ports alone."""
    macs = {station.mac for station in here}
    far = _end(directory, owner, macs.pop()) if len(macs) == 1 else End(owner, directory.devices[owner].name, None, "")
    far = far if far.port_id is not None else replace(far, port="")
    seen = max(station.seen for station in here)
    return FoundLink(
        _end(directory, switch, port), far, frozenset({LinkEvidence.MAC_TABLE}), LinkStanding.ONE_END, seen
    )
