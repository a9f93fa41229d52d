"""What may be swept: a subnet of one office's own devices, small enough to be meant. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import Final

from collectors.sweep.errors import RangeTooLargeError, RangeUnusableError
from inventory.addresses import is_of_one_device

Network = IPv4Network | IPv6Network
# A /20, or as many addresses of IPv6: a larger one is a slip of the pen, or a network to be swept in parts.
MOST_ADDRESSES: Final = 4096


@dataclass(frozen=True, slots=True)
class Range:
    """Written as a prefix, `10.1.8.0/22`."""

    network: Network

    @classmethod
    def read(cls, text: str) -> "Range":
        """Raises RangeUnusableError, RangeTooLargeError. Bits of a host are refused: they may be a slip."""
        try:
            network = ip_network(text.strip())
        except ValueError as error:
            raise RangeUnusableError(text=text.strip()[:80]) from error
        if network.num_addresses > MOST_ADDRESSES:
            raise RangeTooLargeError(text=str(network), found=network.num_addresses, most=MOST_ADDRESSES)
        if not (is_of_one_device(network[0]) and is_of_one_device(network[-1])):
            raise RangeUnusableError(text=str(network))
        return cls(network)

    def __str__(self) -> str:
        return str(self.network)

    @property
    def size(self) -> int:
        """How many addresses are asked."""
        ends = 2 if self._has_ends else 0
        return self.network.num_addresses - ends

    def addresses(self) -> Iterator[IPv4Address | IPv6Address]:
        """In order, without the network's own and the broadcast address."""
        return iter(self.network.hosts()) if self._has_ends else iter(self.network)

    def overlaps(self, other: "Range") -> bool:
        return self.network.version == other.network.version and self.network.overlaps(other.network)

    @property
    def _has_ends(self) -> bool:
        return isinstance(self.network, IPv4Network) and self.network.prefixlen < 31  # noqa: PLR2004  # RFC 3021
