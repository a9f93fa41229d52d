"""What may stand in the ledger as the address of a device, and so may be asked, probed and logged in to.

Whoever maintains the ledger decides whom this machine talks to; that power ends at the addresses that stand for no
device of the network: many at once, nobody, or what lives on the local link only, where the metadata services of
virtual machines hand out secrets (169.254.169.254). This machine itself (127.0.0.0/8) may be watched like any other.
"""

from ipaddress import IPv4Address, IPv6Address, ip_address

Address = IPv4Address | IPv6Address


def is_of_one_device(address: Address) -> bool:
    """RFC 6890: unicast, and beyond the local link."""
    if isinstance(address, IPv6Address):
        if address.scope_id is not None:
            return False
        if address.ipv4_mapped is not None:
            address = address.ipv4_mapped
    # 240.0.0.0/4 with the broadcast address; IPv6 calls its own loopback address reserved.
    reserved = address.is_reserved and not address.is_loopback
    return not (address.is_multicast or address.is_unspecified or address.is_link_local or reserved)


def sort_key(address: Address) -> str:
    """33 characters that sort as the addresses do, IPv4 before IPv6: what a query compares to find a subnet's own."""
    return f"{address.version}{int(address):032x}"


def usable(text: str) -> bool:
    """Whether anything may be sent to what stands in the ledger."""
    try:
        return is_of_one_device(ip_address(text))
    except ValueError:
        return False


def instance_of(address: str, snmp_port: int) -> str:
    """As Prometheus writes a target."""
    host = f"[{address}]" if ":" in address else address
    return host if snmp_port == 161 else f"{host}:{snmp_port}"  # noqa: PLR2004  # SNMP's own port


def place_of(text: str | None) -> str | None:
    """The sort key of an address as it is written; None for what is none."""
    try:
        return sort_key(ip_address(text or ""))
    except ValueError:
        return None
