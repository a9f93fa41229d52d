"""From where an account may be used: networks in CIDR notation (RFC 4632, RFC 4291 for IPv6). Pure."""

from collections.abc import Iterable
from ipaddress import IPv6Address, ip_address, ip_network

from security.errors import AddressRangeError, AddressRangesError

MOST = 50


def parse(text: str) -> tuple[str, ...]:
    """Networks and single addresses, separated by spaces, commas or lines, in their usual form and sorted.

    Raises AddressRangeError naming the entry that is none; AddressRangesError where there are too many.
    """
    found = {_network(entry) for entry in text.replace(",", " ").replace("，", " ").replace("、", " ").split()}
    if len(found) > MOST:
        raise AddressRangesError(most=MOST)
    return tuple(sorted(found))


def permits(networks: Iterable[str], address: str) -> bool:
    """Whether the address lies in one of the networks; where there are none, every address does."""
    allowed = [ip_network(network) for network in networks]
    if not allowed:
        return True
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return any(found in network for network in allowed)


def _network(entry: str) -> str:
    try:
        return str(ip_network(entry))
    except ValueError:
        raise AddressRangeError(entry=entry[:50]) from None
