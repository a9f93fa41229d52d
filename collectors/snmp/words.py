"""What profiles call things, in the reader's language.

A name is a word of the profile or the device's own, then perhaps the number of a row, then perhaps a label: "Fan 1.2",
"Te1/0/1 Rx", "Power supply 2 output". Words are known in the context `device`, so that "on" of a relay need not be
"on" of anything else; whatever is no word is the device's own and stays as it is.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from collectors.snmp.schema import Profile, SensorEntry
from core.i18n import Translate, in_context

CONTEXT: Final = "device"
SECTIONS: Final = ("processors", "mempools", "sensors", "storage")
NUMBERED: Final = re.compile(r"(.+?)( [\d.]+)")


def words(profiles: Iterable[Profile]) -> Iterator[str]:
    """Every text of theirs that a reader may come to see, some more than once."""
    for profile in profiles:
        for section in SECTIONS:
            for entry in getattr(profile, section):
                if isinstance(entry.name, str):
                    yield entry.name
                yield entry.label
                if isinstance(entry, SensorEntry):
                    yield from (word for word, _ in entry.states.values())


def told(name: str, translate: Translate) -> str:
    """A name, or the word of a state."""
    whole = in_context(translate, CONTEXT, name)
    if whole != name:
        return whole
    if numbered := NUMBERED.fullmatch(name):
        return in_context(translate, CONTEXT, numbered[1]) + numbered[2]
    for space in (found.start() for found in re.finditer(" ", name)):
        label = in_context(translate, CONTEXT, name[space + 1 :])
        if label != name[space + 1 :]:
            return f"{told(name[:space], translate)} {label}"
    return name
