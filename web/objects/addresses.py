"""What the uses of an address are called."""

from collections.abc import Mapping
from typing import Final

from core.i18n import N_
from inventory.subnets import Use

LABELS: Final[Mapping[Use, str]] = {
    Use.NETWORK: N_("network or broadcast"),
    Use.GATEWAY: N_("gateway"),
    Use.DEVICE: N_("address of a device"),
    Use.ASSIGNED: N_("given out"),
    Use.RESERVED: N_("reserved"),
    Use.DYNAMIC: N_("DHCP"),
    Use.SEEN: N_("only seen on the network"),
    Use.FREE: N_("free"),
}
