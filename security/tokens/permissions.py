"""What a program may be entitled to at all.

A list of what is allowed and not of what is forbidden, so that a permission that is added some day belongs to persons
until somebody decides otherwise. Handing out roles, deciding about transfers, accounts and credentials are acts of a
person who is present: no token carries them, whoever owns it.
"""

from collections.abc import Iterable
from typing import Final

from security.roles import Permission

FOR_TOKENS: Final = frozenset(
    {
        Permission.VIEW_MONITORING,
        Permission.VIEW_OWN_UNIT,
        Permission.MARK_MAINTENANCE,
        Permission.MANAGE_INVENTORY,
        Permission.READ_CONFIGS,
        Permission.RUN_BACKUP,
        Permission.VIEW_JOBS,
        Permission.MANAGE_JOBS,
        Permission.VIEW_TRANSFERS,
        Permission.READ_AUDIT,
        Permission.VIEW_ACCOUNTS,
    }
)


def to_choose_from(held: Iterable[Permission]) -> tuple[Permission, ...]:
    """Of what a person holds, what a token of theirs may carry; in the order of the declaration."""
    allowed = FOR_TOKENS & frozenset(held)
    return tuple(permission for permission in Permission if permission in allowed)


def effective(given: Iterable[str], held: Iterable[Permission]) -> frozenset[Permission]:
    """What a token may do now: given to it, held by its owner, and still meant for tokens. Unknown words count not."""
    known = {permission.value: permission for permission in FOR_TOKENS}
    return frozenset(known[name] for name in given if name in known) & frozenset(held)
