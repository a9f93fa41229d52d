"""What the setting `security.profile` asks for. Pure.

`default` follows OWASP ASVS 5.0 (6.2): length and a list of common passwords, no character classes, no change without
a reason. `mlps3` adds what assessors of GB/T 22239-2019, level 3, clause 8.1.4.1 ask to see: complexity, a change from
time to time, and two factors for those who administer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType

from core.settings import SecuritySettings
from security.factors.kinds import Reach


@dataclass(frozen=True)
class Profile:
    """`classes` of the four of `security.passwords`; `remembered` passwords that may not come again, the present one
    among them; `longest_use` of a password; `one_session` at a time for each account; who needs a `second_factor`.
    """

    classes: int = 1
    remembered: int = 1
    longest_use: timedelta | None = None
    one_session: bool = False
    second_factor: Reach = Reach.OFF

    def expired(self, changed: datetime, now: datetime) -> bool:
        """Whether a password set at `changed` has to be changed now."""
        return self.longest_use is not None and now - changed >= self.longest_use


PROFILES: Mapping[str, Profile] = MappingProxyType(
    {
        "default": Profile(),
        "mlps3": Profile(
            classes=3,
            remembered=5,
            longest_use=timedelta(days=90),
            one_session=True,
            second_factor=Reach.PRIVILEGED,
        ),
    }
)


def profile_of(settings: SecuritySettings) -> Profile:
    """The profile with what other settings say of it."""
    profile = PROFILES[settings.profile]
    if settings.second_factor == "profile":
        return profile
    return replace(profile, second_factor=Reach(settings.second_factor))
