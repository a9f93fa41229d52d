"""Who asks, and how far this operation reaches for them."""

from typing import cast

from flask import current_app, request

from inventory.scope import Scope
from security.audit import Actor
from security.roles import Permission
from security.tokens import TokenHolder
from web.access import permissions_of
from web.scope import scope_of
from web.state import me


def holder() -> TokenHolder:
    return cast("TokenHolder", me())


def actor() -> Actor:
    """The log names the person and the token."""
    return holder().actor(request.remote_addr)


def scope() -> Scope:
    """The permission by which the operation was opened decides, and not whatever else the token carries: one that may
    only back up reaches the devices that its owner may back up.
    """
    needed = permissions_of(current_app.view_functions[request.endpoint or ""]) or frozenset()
    return scope_of(*(Permission(one) for one in needed))
