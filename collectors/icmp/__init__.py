"""ICMP echo for thousands of addresses from one socket a family, timed by the kernel.

packet.py   echo messages, as octets
pinger.py   the sockets: `Pinger.open()`, `await pinger.ping(address)`
pulse.py    what a row of answers means: losses in a row, loss and round trip of the last minute
"""

from collectors.icmp.pinger import Pinger
from collectors.icmp.pulse import Pulse

__all__ = ["Pinger", "Pulse"]
