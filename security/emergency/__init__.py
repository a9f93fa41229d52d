"""Break-glass (应急授权): network administration for four hours, when nobody who holds it can be reached.

                    system administrator's half ─┐
                                                 ├─> sealed ──> one half entered ──> open ──> spent
                  security administrator's half ─┘       (30 minutes)   (another person, the other half)

Sealing makes two secrets of 100 bits, each shown once, to the administrator who keeps its sheet: nobody ever sees both.
The database has their hashes only. A vault would be weaker: it keeps what must be read again, under a key that lies on
the same machine; here nothing has to be recovered, so there is nothing to steal.

There is no emergency account, whose password somebody would know and whose records would name nobody: the power goes to
a person's own account. It never includes reading the audit log, granting, approving or releasing, nor what decides how
far others reach; and who keeps the keys or the log (security and audit administrator) cannot get it. While it lasts a
red bar says so on every page to everybody; then the halves are spent and two new ones are to be made.
"""

from security.emergency.power import Opened, current, powers

__all__ = ["Opened", "current", "powers"]
