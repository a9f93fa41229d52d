"""The profile files, and which of them fits a device."""

import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from collectors.snmp.errors import ProfileError
from collectors.snmp.facts import SystemFacts
from collectors.snmp.schema import Match, Profile
from collectors.snmp.shorthand import ShorthandError, written_out
from collectors.snmp.wire import Oid, parse_oid

FOLDER: Final = Path(__file__).resolve().parent.parent / "profiles"
GENERIC: Final = "generic"


class Profiles:
    """A set of profiles that refer to each other by name."""

    def __init__(self, profiles: Iterable[Profile]) -> None:
        self.by_name = {profile.name: profile for profile in profiles}

    def decisive(self, system: SystemFacts) -> list[Oid]:
        """The objects that the choice may depend on."""
        return sorted({match.has for _, match in self._fitting(system) if match.has is not None})

    def choose(self, system: SystemFacts, has: Collection[Oid] = ()) -> Profile:
        """The most specific that matches; the generic one when none does."""
        fitting = [
            (_specificity(match), profile.name)
            for profile, match in self._fitting(system)
            if match.has is None or match.has in has
        ]
        return self.by_name[max(fitting)[1] if fitting else GENERIC]

    def _fitting(self, system: SystemFacts) -> Iterator[tuple[Profile, Match]]:
        object_id = parse_oid(system.object_id) if system.object_id else ()
        for profile in self.by_name.values():
            for match in profile.match:
                if _fits(match, object_id, system.descr):
                    yield profile, match

    def chain(self, profile: Profile) -> tuple[Profile, ...]:
        """The profile and those it extends, itself first, the nearest relation before its own relations."""
        found: dict[str, Profile] = {}

        def add(name: str) -> None:
            if name in self.by_name and name not in found:
                found[name] = self.by_name[name]
                for other in found[name].extends:
                    add(other)

        add(profile.name)
        return tuple(found.values())


def _fits(match: Match, object_id: Oid, descr: str) -> bool:
    if match.object_id is not None and object_id[: len(match.object_id)] != match.object_id:
        return False
    return match.descr is None or re.search(match.descr, descr) is not None


def _specificity(match: Match) -> tuple[int, bool, bool]:
    return len(match.object_id or ()), match.has is not None, match.descr is not None


def read_profiles(path: Path) -> list[Profile]:
    """Those of one file; what is wrong with it is told by its place."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProfileError(path=path.name, place="-", reason=str(error)) from None
    return checked(raw, path.name)


def checked(raw: Mapping[str, Any], path: str) -> list[Profile]:
    """The profiles that a parsed file means. Raises ProfileError, whatever is in it."""
    try:
        return [Profile.model_validate(each) for each in written_out(raw)]
    except ShorthandError as error:
        raise ProfileError(path=path, place=error.place, reason=error.reason) from None
    except ValidationError as error:
        first = error.errors()[0]
        raise ProfileError(path=path, place=_place(first["loc"]), reason=_reason(first["msg"])) from None


def _place(location: Sequence[int | str]) -> str:
    """`sensors[2].value`: entries are counted from one, as a reader of the file counts them."""
    parts = [f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in location]
    return "".join(parts).removeprefix(".") or "-"


def _reason(message: str) -> str:
    return message.removeprefix("Value error, ")


@cache
def shipped() -> Profiles:
    """The profiles that come with the product."""
    return Profiles(profile for path in sorted(FOLDER.glob("*.toml")) for profile in read_profiles(path))
