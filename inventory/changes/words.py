"""What words of another system mean is said once: its next files are read as its newest import was."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from inventory.foreign.errors import WordError
from inventory.foreign.words import ANY, told_words
from inventory.kinds import ForeignSystem
from inventory.models import ForeignWords


def remembered(session: Session, system: ForeignSystem) -> tuple[str, ...]:
    """As they are typed behind --word; without those whose meaning is none any more."""
    found = session.get(ForeignWords, system)
    return tuple(_understood(found.words)) if found else ()


def remember(session: Session, system: ForeignSystem, words: Sequence[str], person: str, now: datetime) -> None:
    """In place of what was said before: what this import was not told is forgotten.

    What was said of all other words (`*`) is not kept: of the next file's devices that would undo what was corrected.
    """
    kept = [str(one) for one in told_words(words) if one.word != ANY]
    session.merge(ForeignWords(system=system, words=kept, at=now, person=person))


def _understood(words: Sequence[str]) -> Iterator[str]:
    for one in words:
        try:
            told_words([one])
        except WordError:
            continue
        yield one
