"""Polls by SNMPv2c."""

from typing import Final

from bench import polls
from bench.exporter import VERSION_2C
from bench.figures import Figure
from collectors.snmp import Target

MOST_RATIO: Final = 1 / 8


def measure(rounds: int) -> list[Figure]:
    return polls.measure("poll_v2c", polls.Access(Target, VERSION_2C), rounds, MOST_RATIO)
