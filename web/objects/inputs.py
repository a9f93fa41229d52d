"""How a form asks for each column of a sheet: the right control for its format, in the reader's language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from inventory.kinds import ObjectKind
from inventory.labels import choices
from inventory.ledger.columns import Column
from inventory.ledger.formats import Day, Level, Names, Number, OneOf, Text, Words
from inventory.ledger.quantities import Whole
from inventory.ledger.sheets import NOTES
from inventory.ledger.values import Value
from web.i18n import gettext, language
from web.objects.cells import heading

LEVELS: Final = range(1, 6)
MOST_TEXT: Final = 4000


class Control(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    SELECT = "select"
    AREA = "area"
    REFERENCE = "reference"
    NAMES = "names"


@dataclass(frozen=True)
class Input:
    """One field. `error` is what was expected, `theirs` what somebody else wrote there meanwhile, `found` names that
    a search found for it.
    """

    name: str
    label: str
    control: Control
    text: str
    required: bool
    help: str = ""
    options: Sequence[tuple[str, str]] = ()
    attributes: Mapping[str, object] = field(default_factory=dict)
    refers: ObjectKind | None = None
    error: str = ""
    theirs: str | None = None
    found: Sequence[str] | None = None

    @property
    def id(self) -> str:
        """Of the control; a custom field's name may hold blanks, which an id cannot."""
        return "field-" + "-".join(self.name.split())

    @property
    def explained(self) -> bool:
        return bool(self.help or self.error) or self.theirs is not None

    @property
    def html(self) -> Mapping[str, object]:
        """The attributes of its control, of whatever kind that is."""
        about = {"aria-describedby": f"{self.id}-about"} if self.explained else {}
        wrong = {"aria-invalid": "true"} if self.error else {}
        return {"id": self.id, "name": self.name, **about, **wrong, **self.attributes}


def text_of(column: Column, value: Value) -> str:
    """The value as the form sends it back; read again by the column's format, it is the same value."""
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(column.format, Level):
        return "" if value is None else str(value)
    return column.format.show(value)


def ask(
    column: Column,
    text: str,
    *,
    error: str = "",
    theirs: str | None = None,
    found: Sequence[str] | None = None,
) -> Input:
    control = _control(column)
    return Input(
        column.field,
        heading(column),
        control,
        text,
        column.required,
        gettext(column.help) if column.help and column.custom is None else column.help,
        _options(column, text) if control is Control.SELECT else (),
        _attributes(column),
        column.refers,
        error,
        theirs,
        found,
    )


def _control(column: Column) -> Control:
    if column.refers is not None:
        return Control.NAMES if isinstance(column.format, Names) else Control.REFERENCE
    match column.format:
        case Words() | Level() | OneOf():
            return Control.SELECT
        case Day():
            return Control.DATE
        case Whole():
            return Control.NUMBER
        case Text() if column.format == NOTES:
            return Control.AREA
        case _:
            return Control.TEXT


def _options(column: Column, text: str) -> list[tuple[str, str]]:
    """Empty stands first where it says something; a word that the office took out of its field is still there."""
    match column.format:
        case Words():
            words = [(word.value, shown) for word, shown in choices(column.format.kind, gettext)]
        case OneOf():
            words = [(word, word) for word in column.format.words]
        case _:
            words = [(str(level), _level(column, level)) for level in LEVELS]
    if text and text not in {word for word, _ in words}:
        words.append((text, text))
    empty = [("", "—")] if column.default is None else []
    return empty + words


def _level(column: Column, level: int) -> str:
    return column.format.show(level) if language() == "zh" else gettext("level %(level)s") % {"level": level}


def _attributes(column: Column) -> dict[str, object]:
    match column.format:
        case Whole():
            return {"min": column.format.least, "max": column.format.most, "step": 1}
        case Number():
            return {"inputmode": "decimal", "maxlength": 24}
        case Text():
            return {"maxlength": column.format.limit}
        case _:
            return {}
