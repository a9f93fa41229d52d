"""Every check there is, from every package: what `guanjin check` and the console's page run."""

from typing import Final

import automation.posture
import collectors.posture
import inventory.posture
from security.posture.checks import CHECKS as OF_SECURITY
from security.posture.commands import command

CHECKS: Final = (
    *OF_SECURITY,
    *inventory.posture.CHECKS,
    *collectors.posture.CHECKS,
    *automation.posture.CHECKS,
)

check = command(CHECKS)
