"""From what was seen to links. Pure, and the same whatever the order of the facts.

LLDP, CDP   each says which port is at the other end of its own. Both ends say it: agreed; one says it and the other is
            silent: one end; they name others: conflicting, and both links are kept.
MAC tables  what has learnt an address: `leaves`. Only for ports of which no protocol speaks.
addresses   what shares a network for two: `point_to_point`. Only for ports of which nothing else speaks.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from inventory.kinds import LinkEvidence, LinkStanding
from inventory.topology.found import End, FoundLink, end_at
from inventory.topology.leaves import leaves
from inventory.topology.matching import Directory
from inventory.topology.observed import Observed
from inventory.topology.point_to_point import point_to_point


def derive(observed: Observed) -> list[FoundLink]:
    """Ordered by their keys."""
    directory = Directory(observed.devices)
    told = _merged(_completed(_reports(observed, directory)))
    learnt = _unspoken(leaves(observed.stations, directory), told)
    joined = _unspoken(point_to_point(observed.interfaces, observed.answered, directory), [*told, *learnt])
    return sorted([*told, *learnt, *joined], key=lambda link: link.key)


def _unspoken(found: Iterable[FoundLink], surer: Iterable[FoundLink]) -> list[FoundLink]:
    """Those at whose ports nothing surer is known to be wired; of a far end without a port there is nothing to know."""
    spoken = {end.key for link in surer for end in (link.a, link.b) if end.port}
    return [link for link in found if link.a.key not in spoken and link.b.key not in spoken]


def _reports(observed: Observed, directory: Directory) -> list[FoundLink]:
    """One for each neighbour named; `a` is who says it. A device that names itself has a loop, which is no link."""
    found = []
    for one in observed.neighbours:
        match = directory.device(one.remote_name)
        if one.device_id not in directory.devices or match.device_id == one.device_id:
            continue
        here = end_at(directory, one.device_id, one.local_port)
        far = End(None, one.remote_name, None, one.remote_port)
        if match.device_id is not None:
            far = end_at(directory, match.device_id, one.remote_port)
        evidence = frozenset({LinkEvidence(one.protocol)})
        several = match.candidates if match.candidates > 1 else 0
        found.append(FoundLink(here, far, evidence, LinkStanding.ONE_END, one.seen, several))
    return found


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
