"""Second factors, whom a policy asks for one, and what a session with a password still has to do. Pure."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType

from core.i18n import N_
from security.roles import Role


class Factor(StrEnum):
    """With what a session proved, after the password, that its person is there."""

    TOTP = "totp"
    RECOVERY = "recovery"
    SECURITY_KEY = "security-key"
    CERTIFICATE = "certificate"

    @property
    def label(self) -> str:
        """The msgid of its name."""
        return FACTOR_LABELS[self]


class SecondStep(StrEnum):
    """What follows the password: nothing, a factor that the account has, or setting one up."""

    NONE = "none"
    PROVE = "prove"
    ENROL = "enrol"


class Reach(StrEnum):
    """Whom the policy asks for a second factor (setting `security.second_factor`)."""

    OFF = "off"
    PRIVILEGED = "privileged"
    EVERYONE = "everyone"


# These hand in and fetch their own files, or look at their own unit; everybody else administers, operates or approves.
UNPRIVILEGED = frozenset({Role.SUBMITTER, Role.RECEIVER, Role.UNIT_ADMIN})


def demanded(reach: Reach, roles: Iterable[Role]) -> bool:
    """Whether the policy asks the holder of these roles for a second factor."""
    return reach is Reach.EVERYONE or (reach is Reach.PRIVILEGED and not set(roles) <= UNPRIVILEGED)


def next_step(*, proven: bool, enrolled: bool, demanded: bool) -> SecondStep:
    """A factor that was set up is always asked for, whatever the policy: its owner counts on that."""
    if proven:
        return SecondStep.NONE
    return SecondStep.PROVE if enrolled else SecondStep.ENROL if demanded else SecondStep.NONE


FACTOR_LABELS: Mapping[Factor, str] = MappingProxyType(
    {
        Factor.TOTP: N_("one-time code"),
        Factor.RECOVERY: N_("recovery code"),
        Factor.SECURITY_KEY: N_("security key"),
        Factor.CERTIFICATE: N_("client certificate"),
    }
)
