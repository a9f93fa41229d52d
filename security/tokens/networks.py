"""From where a token may be used: some networks, or anywhere when none is named."""

import ipaddress
from collections.abc import Iterable, Sequence

from security.tokens.errors import TokenNetworkError

MOST = 16


def parse(text: str) -> tuple[str, ...]:
    """Addresses and networks, separated by blanks or commas: `10.1.1.9 10.2.0.0/16`. Raises TokenNetworkError."""
    words = text.replace(",", " ").replace("，", " ").replace("、", " ").split()
    if len(words) > MOST:
        raise TokenNetworkError(text=words[MOST][:60], most=MOST)
    return tuple(dict.fromkeys(_network(word) for word in words))


def admits(networks: Sequence[str], address: str | None) -> bool:
    return not networks or _within(networks, address)


def _within(networks: Iterable[str], address: str | None) -> bool:
    try:
        place = ipaddress.ip_address(address or "")
    except ValueError:
        return False
    # A server that listens on both families sees IPv4 as ::ffff:10.1.1.9.
    place = getattr(place, "ipv4_mapped", None) or place
    return any(place in ipaddress.ip_network(network) for network in networks)


def _network(word: str) -> str:
    try:
        return str(ipaddress.ip_network(word, strict=False))
    except ValueError:
        raise TokenNetworkError(text=word[:60], most=MOST) from None
