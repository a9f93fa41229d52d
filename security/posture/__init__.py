"""How an installation stands: what `guanjin check` and the console's page on it look at, and what they find.

A check is two functions and one entry: `look` asks the machine or the database and returns a value, `judge` is pure and
turns the value into findings. Whoever adds a feature that can be set up badly adds a check beside it, and the check to
the `CHECKS` of its package.

    finding.py        what is found: a stable code, a severity, the object, what is wrong, what to do
    check.py          the pair of functions, and running them so that one that fails does not hide the others
    machine.py people.py second_factors.py api_tokens.py directory.py records.py witnessing.py storage.py transport.py
    secrets.py master_keys.py backups.py activity.py crossing.py approvers.py software.py
                      the checks of this package, by what they look at
"""

from security.posture.check import Check, Installation, Outcome, Report, Result, run
from security.posture.finding import Finding, Severity

__all__ = ["Check", "Finding", "Installation", "Outcome", "Report", "Result", "Severity", "run"]
