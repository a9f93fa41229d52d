"""One record of another system: fields are taken from it by name, and what nobody took is known afterwards."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from inventory.foreign.documents import Plain
from inventory.foreign.spots import Spot


@dataclass
class Record:
    file: str
    spot: Spot
    data: Mapping[str, Plain]
    _taken: set[str] = field(default_factory=set)

    def take(self, *names: str) -> Plain:
        """The first of these fields that says something; all of them count as taken."""
        self._taken.update(names)
        return next((value for name in names if (value := self.data.get(name)) not in (None, "", [], {})), None)

    def text(self, *names: str) -> str:
        return text_of(self.take(*names))

    def nested(self, *names: str) -> Mapping[str, Plain]:
        """An object that this one refers to, or nothing."""
        found = self.take(*names)
        return found if isinstance(found, Mapping) else {}

    def rest(self) -> Iterator[str]:
        """The names of what says something and was not taken; false and 0 say nothing."""
        return (name for name, value in self.data.items() if value and name not in self._taken)


def text_of(value: Plain) -> str:
    """Text and numbers; a whole number without its .0, as NetBox writes positions."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def whole_of(value: Plain) -> int | None:
    """A whole number, however it is written; None for anything else."""
    text = text_of(value).removesuffix(".0")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None  # noqa: PLR2004  # fits 32 bits
