"""The role of a device whose system knows none for certain."""

from typing import Final

from core.i18n import N_
from inventory.foreign.intake import Intake, Said, word
from inventory.foreign.words import Topic

NO_ROLE: Final = N_(
    "%(count)s devices have no role there; a device that is new here needs one, and --word 'role:*=access_switch' "
    "gives it to all of them: %(names)s"
)


def role(intake: Intake, name: str, *words: str) -> list[Said]:
    """By the first word that means a role (a group's name may), else as --word 'role:*=...' says, else told of."""
    found = next((one for one in words if one and intake.vocabulary.known(Topic.ROLE, one)), "")
    if found:
        return [word("role", "role", Topic.ROLE, found)]
    if intake.vocabulary.otherwise(Topic.ROLE) is not None:
        return [word("role", "role", Topic.ROLE, "*")]
    intake.name(NO_ROLE, name)
    return []
