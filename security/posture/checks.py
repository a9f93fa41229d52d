"""The checks of this package, in the order in which they are shown. Each packages above adds its own."""

from typing import Final

from security.posture import (
    activity,
    crossing,
    directory,
    machine,
    people,
    records,
    secrets,
    software,
    storage,
    transport,
)

CHECKS: Final = (
    *storage.CHECKS,
    *machine.CHECKS,
    *transport.CHECKS,
    *directory.CHECKS,
    *people.CHECKS,
    *records.CHECKS,
    *secrets.CHECKS,
    *crossing.CHECKS,
    *activity.CHECKS,
    *software.CHECKS,
)
