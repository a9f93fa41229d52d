"""Links of what speaks no protocol to the switch that has learnt its address.

A port behind which all MAC addresses are those of one managed device, if that is so at one port alone: on the way
there, ports have learnt other addresses too.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from inventory.kinds import LinkEvidence, LinkStanding
from inventory.topology.found import End, FoundLink, end_at
from inventory.topology.matching import Directory
from inventory.topology.observed import Station


def leaves(stations: Iterable[Station], directory: Directory) -> Iterator[FoundLink]:
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
    far = (
        end_at(directory, owner, macs.pop()) if len(macs) == 1 else End(owner, directory.devices[owner].name, None, "")
    )
    far = far if far.port_id is not None else replace(far, port="")
    seen = max(station.seen for station in here)
    return FoundLink(
        end_at(directory, switch, port), far, frozenset({LinkEvidence.MAC_TABLE}), LinkStanding.ONE_END, seen
    )
