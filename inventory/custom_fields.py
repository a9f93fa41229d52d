"""The office's own fields (自定义字段) of a kind: adding one, changing it, ending it with everything that it held.

They are columns like the sheet's own: in lists, forms, ledgers, history. Values stand in each row's `custom` by the
field's name, so a new name moves them; a new format or other words leave what does not fit as it is, until somebody
changes it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import String, cast, select
from sqlalchemy.orm import Session

from core.database import flush_unique
from core.events import Event
from inventory.errors import FieldChoicesError, FieldInUseError, FieldNameError, FieldNotFoundError, FieldTakenError
from inventory.kinds import FieldFormat, ObjectKind
from inventory.ledger.layout import layout_of
from inventory.ledger.state import MODELS
from inventory.ledger.text import clean, fold
from inventory.models import CustomField
from security import audit

MOST_NAME: Final = 40
MOST_HELP: Final = 200
FEWEST_WORDS: Final = 2
MOST_WORDS: Final = 60
MOST_WORD: Final = 60
SHOWN: Final = 20
# In the path of a JSON value or between the parts of a name they would mean something else.
REFUSED: Final = frozenset("\"'\\/.、,，;；*[]$")


@dataclass(frozen=True)
class Draft:
    """A field as somebody wants it; `choices` count only for the format of one word of several.

    `listed`: whether the list of its kind shows it, which can be searched and sorted by it in any case.
    """

    name: str
    format: FieldFormat
    choices: Sequence[str] = ()
    help: str = ""
    listed: bool = True


@dataclass(frozen=True)
class Held:
    """What a field holds: how many objects, and the first of them as number, name and value."""

    count: int
    first: Sequence[tuple[int, str, str]]


def every(session: Session) -> Sequence[CustomField]:
    return session.scalars(select(CustomField).order_by(CustomField.kind, CustomField.id)).all()


def get(session: Session, number: int) -> CustomField:
    """Raises FieldNotFoundError."""
    found = session.get(CustomField, number)
    if found is None:
        raise FieldNotFoundError(number=number)
    return found


def add(session: Session, kind: ObjectKind, draft: Draft, *, actor: audit.Actor) -> CustomField:
    """Raises FieldNameError, FieldTakenError, FieldChoicesError."""
    field = CustomField(kind=kind, name=_free(session, kind, draft.name))
    _fill(field, draft)
    session.add(field)
    flush_unique(session, FieldTakenError(kind=kind, name=field.name))
    audit.record(session, Event.CUSTOM_FIELD_CREATED, actor, subject=_subject(field), after=_told(field))
    return field


def change(session: Session, number: int, draft: Draft, *, actor: audit.Actor) -> CustomField:
    """What changes nothing is not recorded. Raises FieldNotFoundError and the errors of `add`."""
    field = get(session, number)
    before, subject = _told(field), _subject(field)
    name = _free(session, field.kind, draft.name, but=field)
    if name != field.name:
        _move(session, field, name)
    _fill(field, draft)
    session.flush()
    if _told(field) != before:
        audit.record(session, Event.CUSTOM_FIELD_CHANGED, actor, subject=subject, before=before, after=_told(field))
    return field


def held(session: Session, field: CustomField, *, most: int = SHOWN) -> Held:
    rows = list(_holding(session, field))
    return Held(len(rows), [(row.id, row.name, row.custom[field.name]) for row in rows[:most]])


def end(session: Session, number: int, *, losing: int, actor: audit.Actor) -> str:
    """Take the field and its values away, which cannot be undone; `losing` is how many values the person was shown.

    Raises FieldNotFoundError; FieldInUseError where it holds more by now.
    """
    field = get(session, number)
    lost = held(session, field, most=0).count
    if lost > losing:
        raise FieldInUseError(name=field.name, count=lost)
    name = field.name
    _move(session, field, None)
    session.delete(field)
    session.flush()
    detail = {"values": lost}
    audit.record(session, Event.CUSTOM_FIELD_ENDED, actor, subject=_subject(field), before=_told(field), detail=detail)
    return name


def _move(session: Session, field: CustomField, name: str | None) -> None:
    """Every value under another name, or away."""
    for row in _holding(session, field):
        kept = {key: text for key, text in row.custom.items() if key != field.name}
        row.custom = kept if name is None else {**kept, name: row.custom[field.name]}
    if name is None:
        session.flush()
        return
    field.name = name
    flush_unique(session, FieldTakenError(kind=field.kind, name=name))


def _holding(session: Session, field: CustomField) -> Iterator[Any]:
    """Objects with a value of the field, by name.

    Looked for here: SQLite does not find a key by its path where the text of the JSON has it escaped, as ours has.
    """
    model = MODELS[field.kind]
    filled = select(model).where(cast(model.custom, String) != "{}")
    for row in session.scalars(filled.order_by(model.name, model.id)):
        if field.name in row.custom:
            yield row


def _free(session: Session, kind: ObjectKind, name: str, but: CustomField | None = None) -> str:
    plain = clean(name)
    if not plain or len(plain) > MOST_NAME or REFUSED & set(plain):
        raise FieldNameError(name=plain[:MOST_NAME], most=MOST_NAME)
    # What a person once said of a heading gives way to a field of that name.
    known = replace(layout_of(session)[kind], chosen={}).meanings.get(fold(plain))
    if known is not None and (but is None or known.custom != but.name):
        raise FieldTakenError(kind=kind, name=known.heading)
    return plain


def _fill(field: CustomField, draft: Draft) -> None:
    field.format, field.listed = draft.format, draft.listed
    field.help = clean(draft.help)[:MOST_HELP]
    field.choices = _choices(draft) if draft.format is FieldFormat.CHOICE else []


def _choices(draft: Draft) -> list[str]:
    words = list(dict.fromkeys(word for text in draft.choices if (word := clean(text))))
    folded = {fold(word) for word in words}
    too_long = any(len(word) > MOST_WORD for word in words)
    if not FEWEST_WORDS <= len(words) <= MOST_WORDS or len(folded) < len(words) or too_long:
        raise FieldChoicesError(least=FEWEST_WORDS, most=MOST_WORDS, limit=MOST_WORD)
    return words


def _subject(field: CustomField) -> str:
    return f"custom-field:{field.kind}:{field.name}"


def _told(field: CustomField) -> dict[str, Any]:
    return {
        "name": field.name,
        "format": field.format.value,
        "choices": list(field.choices),
        "help": field.help,
        "listed": field.listed,
    }
