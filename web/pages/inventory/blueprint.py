"""What the inventory's pages have in common: their place in the console, and who may what."""

from typing import Final

from flask import Blueprint

from inventory.scope import Scope
from security.roles import Permission
from web.scope import scope_of

blueprint = Blueprint("inventory", __name__, url_prefix="/inventory")

LOOKERS: Final = (Permission.VIEW_MONITORING, Permission.VIEW_OWN_UNIT)


def changeable() -> Scope:
    """What the person of this request may change: as far as importing the ledger reaches."""
    return scope_of(Permission.MANAGE_INVENTORY)
