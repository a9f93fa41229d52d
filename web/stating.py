"""Who may take back a link that a person stated: whoever may change the inventory at both of its ends."""

from sqlalchemy.orm import Session

from inventory.models import Link
from security.roles import Permission
from web.scope import scope_of


def may_withdraw(session: Session, link: Link) -> bool:
    if link.stated_by is None:
        return False
    scope = scope_of(Permission.MANAGE_INVENTORY)
    return all(end is not None and scope.covers(session, end) for end in (link.a_device, link.b_device))
