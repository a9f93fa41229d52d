"""Links that persons state, beside those that devices tell. Pure, and the same whatever the order.

A statement stays, whatever is told:

nobody tells of it                          unconfirmed
a device tells of the same cable            one link with both evidences; its standing is what the devices make of it
LLDP or CDP names another neighbour there   conflicting; what is told is kept beside it

MAC tables contradict nobody: a device behind an unmanaged switch is learnt at the port that is wired to the switch.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from inventory.kinds import LinkEvidence, LinkStanding
from inventory.topology.found import End, FoundLink

# Who speaks of what is at the other end of the cable.
NAMING: Final = frozenset({LinkEvidence.LLDP, LinkEvidence.CDP})
Pair = frozenset[int | None]
_SUREST: Final = (LinkStanding.AGREED, LinkStanding.ONE_END, LinkStanding.CONFLICTING)


def with_stated(told: Sequence[FoundLink], stated: Iterable[FoundLink]) -> list[FoundLink]:
    """Ordered by their keys. No two statements may name the same port."""
    statements = sorted(stated, key=lambda one: one.key)
    between: defaultdict[Pair, list[FoundLink]] = defaultdict(list)
    for statement in statements:
        between[pair(statement)].append(statement)
    confirming: defaultdict[str, list[FoundLink]] = defaultdict(list)
    others = []
    for one in told:
        near = between.get(pair(one), ())
        exact = [statement for statement in near if statement.key == one.key]
        fits = exact or [statement for statement in near if same_cable(one, statement)]
        if len(fits) == 1:
            confirming[fits[0].key].append(one)
        else:
            others.append(one)
    naming = _at_devices(one for one in others if one.evidence & NAMING)
    merged = [_merged(statement, confirming[statement.key], naming) for statement in statements]
    return sorted([*others, *merged], key=lambda link: link.key)


def pair(link: FoundLink) -> Pair:
    return frozenset({link.a.device_id, link.b.device_id})


def same_cable(one: FoundLink, other: FoundLink) -> bool:
    """Whether both join the same two devices, at a port that both name, and disagree about neither port.

    A port that the inventory does not know may be any: its device calls it otherwise than people do.
    """
    straight, crossed = ((one.a, one.b), (other.a, other.b)), ((one.a, one.b), (other.b, other.a))
    return any(_fit(*ends) for ends in (straight, crossed))


def same_port(one: End, other: End) -> bool:
    if one.device_id is None or one.device_id != other.device_id:
        return False
    if one.port_id is not None and other.port_id is not None:
        return one.port_id == other.port_id
    return bool(one.port) and one.key == other.key


def _fit(ends: tuple[End, End], others: tuple[End, End]) -> bool:
    pairs = list(zip(ends, others, strict=True))
    alike = [same_port(end, other) for end, other in pairs]
    return any(alike) and all(same or _may_be(end, other) for same, (end, other) in zip(alike, pairs, strict=True))


def _may_be(end: End, other: End) -> bool:
    unknown = end.port_id is None or other.port_id is None
    return unknown and end.device_id is not None and end.device_id == other.device_id


def _merged(
    statement: FoundLink, confirming: Sequence[FoundLink], naming: Mapping[int, Sequence[FoundLink]]
) -> FoundLink:
    if confirming:
        return replace(
            statement,
            evidence=statement.evidence.union(*(one.evidence for one in confirming)),
            standing=min((one.standing for one in confirming), key=_SUREST.index),
            seen=max(one.seen for one in confirming),
        )
    denied = any(_denied(end, naming) for end in (statement.a, statement.b))
    return replace(statement, standing=LinkStanding.CONFLICTING if denied else LinkStanding.UNCONFIRMED)


def _denied(end: End, naming: Mapping[int, Sequence[FoundLink]]) -> bool:
    there = naming.get(end.device_id or 0, ())
    return any(same_port(told, end) for one in there for told in (one.a, one.b))


def _at_devices(links: Iterable[FoundLink]) -> Mapping[int, Sequence[FoundLink]]:
    found: defaultdict[int, list[FoundLink]] = defaultdict(list)
    for one in links:
        for device in {one.a.device_id, one.b.device_id}:
            if device is not None:
                found[device].append(one)
    return found
