"""Whose objects a person sees and may act on: each permission reaches as far as the grants that give it."""

from functools import reduce
from operator import or_

from inventory.scope import Scope
from security.reach import NOWHERE
from security.roles import Permission
from web.state import me

SEEING = (Permission.VIEW_MONITORING, Permission.VIEW_OWN_UNIT)


def scope_of(*permissions: Permission) -> Scope:
    """Where the person of this request holds any of these permissions."""
    return Scope(reduce(or_, map(me().reach, permissions), NOWHERE))


def seen() -> Scope:
    """What the pages of devices and lines show."""
    return scope_of(*SEEING)
