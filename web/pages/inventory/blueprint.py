"""What the inventory's pages have in common: their place in the console, and who may what."""

from typing import Final

from flask import Blueprint, request

from inventory.changes.recording import Occasion
from inventory.kinds import ChangeOrigin
from inventory.scope import Scope
from security.roles import Permission
from web import numbers
from web.scope import scope_of
from web.state import actor, console

blueprint = Blueprint("inventory", __name__, url_prefix="/inventory")

LOOKERS: Final = (Permission.VIEW_MONITORING, Permission.VIEW_OWN_UNIT)


def changeable() -> Scope:
    """What the person of this request may change: as far as importing the ledger reaches."""
    return scope_of(Permission.MANAGE_INVENTORY)


def occasion(name: str) -> Occasion:
    """A change by a form of the object of this name, now."""
    return Occasion(actor(), console().clock.now(), ChangeOrigin.FORM, name)


def version_seen() -> int | None:
    """The version of the object that the form was made from."""
    return numbers.parsed(request.form.get("seen", ""))
