"""The checks of this package, in the order in which they are shown. Each packages above adds its own."""

from typing import Final

from security.posture import (
    activity,
    api_tokens,
    approvers,
    backups,
    crossing,
    directory,
    machine,
    master_keys,
    people,
    records,
    second_factors,
    secrets,
    software,
    storage,
    transport,
    witnessing,
)

CHECKS: Final = (
    *storage.CHECKS,
    *machine.CHECKS,
    *transport.CHECKS,
    *people.CHECKS,
    *second_factors.CHECKS,
    *api_tokens.CHECKS,
    *directory.CHECKS,
    *records.CHECKS,
    *witnessing.CHECKS,
    *secrets.CHECKS,
    *master_keys.CHECKS,
    *backups.CHECKS,
    *crossing.CHECKS,
    *approvers.CHECKS,
    *activity.CHECKS,
    *software.CHECKS,
)
