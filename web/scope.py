"""Whose objects a person sees, as the lower packages ask for it."""

from security.roles import Permission
from security.sessions import SignedIn

NO_UNIT = 0


def unit_of(person: SignedIn) -> int | None:
    """None for those who see everything; else the one unit, `NO_UNIT` for a person who was given none."""
    if Permission.VIEW_MONITORING in person.permissions:
        return None
    return person.unit_id or NO_UNIT
