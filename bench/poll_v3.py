"""Polls by SNMPv3, authPriv with SHA-1 and AES-128: what snmp_exporter and every device of the last twenty years know.

Both check what the agent says. The product keeps engine and keys from poll to poll; snmp_exporter makes a new session
for each scrape, as it does in operation.
"""

from typing import Final

from bench import polls
from bench.figures import Figure
from collectors.snmp import Authentication, Privacy, Target, User, Version

MOST_RATIO: Final = 1 / 5
# The farm's one user (usm.c).
NAME, AUTHENTICATION, PRIVACY = "bench", "bench-authentication", "bench-privacy"
USER: Final = User(NAME, Authentication.SHA1, AUTHENTICATION, Privacy.AES128, PRIVACY)
EXPORTER: Final = {
    "version": 3,
    "auth": {
        "security_level": "authPriv",
        "username": NAME,
        "password": AUTHENTICATION,
        "auth_protocol": "SHA",
        "priv_protocol": "AES",
        "priv_password": PRIVACY,
    },
}


def measure(rounds: int) -> list[Figure]:
    return polls.measure("poll_v3", polls.Access(_target, EXPORTER), rounds, MOST_RATIO)


def _target(address: str, port: int) -> Target:
    return Target(address, port, Version.V3, b"", user=USER)
