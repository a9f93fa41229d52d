"""ICMP echo for thousands of addresses from one socket a family, timed by the kernel.

packet.py   echo messages, as octets
pinger.py   the sockets: `Pinger.open()`, `await pinger.ping(address)`
sieve.py    keeps other people's pings out of a raw socket
path.py     the way to an address: `await trace(address)`
offence.py  what the kernel's error queue says of a probe that died on the way
pulse.py    what a row of answers means: losses in a row, loss and round trip of the last minute
"""

from collectors.icmp.path import Hop, Path, trace
from collectors.icmp.pinger import Pinger
from collectors.icmp.pulse import Pulse

__all__ = ["Hop", "Path", "Pinger", "Pulse", "trace"]
