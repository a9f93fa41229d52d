"""Who is hit when something fails. Pure: needs are compared with and without it.

cut off            everything that it needs reached the management station, and none of that does any more
partly cut off     some of it does
loses redundancy   all of it does, over something that can now cut it off alone and could not before
not to be told     it needs what fails, and that is on an island: no way to the station is known
"""

from collections import defaultdict
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import TypeVar

from inventory.kinds import Effect
from inventory.topology.cuts import Cuts, Graph, Vertex, cuts, weakened

Key = TypeVar("Key")


def effects(graph: Graph, root: Vertex, failing: Vertex, needs: Mapping[Key, AbstractSet[Vertex]]) -> dict[Key, Effect]:
    """`needs`: the vertices that each unit or system wants to reach. Those that feel nothing are left out."""
    return effects_after(graph, cuts(graph, root), failing, needs, needing(needs))


def needing(needs: Mapping[Key, AbstractSet[Vertex]]) -> dict[Vertex, set[Key]]:
    """Who needs each vertex."""
    found: defaultdict[Vertex, set[Key]] = defaultdict(set)
    for key, wanted in needs.items():
        for vertex in wanted:
            found[vertex].add(key)
    return dict(found)


def effects_after(
    graph: Graph,
    before: Cuts,
    failing: Vertex,
    needs: Mapping[Key, AbstractSet[Vertex]],
    needed_by: Mapping[Vertex, AbstractSet[Key]],
) -> dict[Key, Effect]:
    """Of a network whose cuts are known already: only what hangs on the failing vertex is walked and asked again."""
    return _felt(before, failing, weakened(graph, before, failing), needs, needed_by)


def cut_off_after(
    before: Cuts,
    failing: Vertex,
    needs: Mapping[Key, AbstractSet[Vertex]],
    needed_by: Mapping[Vertex, AbstractSet[Key]],
) -> dict[Key, Effect]:
    """As `effects_after`, without those that lose redundancy: to find them, a whole mesh may have to be walked."""
    return _felt(before, failing, frozenset(), needs, needed_by)


def _felt(
    before: Cuts,
    failing: Vertex,
    weaker: AbstractSet[Vertex],
    needs: Mapping[Key, AbstractSet[Vertex]],
    needed_by: Mapping[Vertex, AbstractSet[Key]],
) -> dict[Key, Effect]:
    lost = before.below(failing)
    concerned = {key for vertex in lost | weaker | {failing} for key in needed_by.get(vertex, ())}
    found = {key: _effect(needs[key], failing, before, lost, weaker) for key in concerned}
    return {key: effect for key, effect in found.items() if effect is not None}


def _effect(
    wanted: AbstractSet[Vertex], failing: Vertex, before: Cuts, lost: AbstractSet[Vertex], weaker: AbstractSet[Vertex]
) -> Effect | None:
    gone = wanted & lost
    if gone:
        left = any(before.reaches(vertex) for vertex in wanted - gone)
        return Effect.PARTLY_CUT_OFF if left else Effect.CUT_OFF
    if wanted & weaker:
        return Effect.LESS_REDUNDANT
    return Effect.UNKNOWN if failing in wanted and not before.reaches(failing) else None
