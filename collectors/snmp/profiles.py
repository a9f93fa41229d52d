"""The profile files, and which of them fits a device."""

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from collectors.snmp.errors import ProfileError
from collectors.snmp.facts import SystemFacts
from collectors.snmp.schema import Match, Profile
from collectors.snmp.wire import Oid, parse_oid

FOLDER: Final = Path(__file__).resolve().parent.parent / "profiles"
GENERIC: Final = "generic"


class Profiles:
    """A set of profiles that refer to each other by name."""

    def __init__(self, profiles: Iterable[Profile]) -> None:
        self.by_name = {profile.name: profile for profile in profiles}

    def choose(self, system: SystemFacts) -> Profile:
        """The most specific that matches; the generic one when none does."""
        object_id = parse_oid(system.object_id) if system.object_id else ()
        fitting = [
            (_specificity(match), profile.name)
            for profile in self.by_name.values()
            for match in profile.match
            if _fits(match, object_id, system.descr)
        ]
        return self.by_name[max(fitting)[1] if fitting else GENERIC]

    def chain(self, profile: Profile) -> tuple[Profile, ...]:
        """The profile and those it extends, itself first."""
        found: list[Profile] = []
        current: Profile | None = profile
        while current is not None and current not in found:
            found.append(current)
            current = self.by_name.get(current.extends) if current.extends else None
        return tuple(found)


def _fits(match: Match, object_id: Oid, descr: str) -> bool:
    if match.object_id is not None and object_id[: len(match.object_id)] != match.object_id:
        return False
    return match.descr is None or re.search(match.descr, descr) is not None


def _specificity(match: Match) -> tuple[int, bool]:
    return len(match.object_id or ()), match.descr is not None


def read_profile(path: Path) -> Profile:
    """One file; what is wrong with it is told by its place."""
    try:
        return Profile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(path=path.name, place="-", reason=str(error)) from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "-"
        raise ProfileError(path=path.name, place=place, reason=first["msg"]) from None


@cache
def shipped() -> Profiles:
    """The profiles that come with the product."""
    return Profiles(read_profile(path) for path in sorted(FOLDER.glob("*.toml")))
