"""The root of every error that the product raises on purpose.

An error carries facts, not prose: a stable `code`, a `category` that the edges turn into an exit code or an HTTP
status, and the attributes that its message template names. The template is an English msgid; the edge translates it.
"""

from collections.abc import Mapping
from enum import Enum
from typing import ClassVar

from core.i18n import Translate, untranslated


class Category(Enum):
    """What went wrong, in the terms of the command line's exit codes (exit code, HTTP status)."""

    FAILED = (1, 500)
    USAGE = (2, 400)
    NOT_FOUND = (2, 404)
    CONFLICT = (1, 409)
    REFUSED = (3, 403)
    INTEGRITY = (4, 422)
    UNREACHABLE = (5, 502)
    BUSY = (1, 503)

    @property
    def exit_code(self) -> int:
        return self.value[0]

    @property
    def http_status(self) -> int:
        return self.value[1]


class GuanjinError(Exception):
    """Subclasses set `code`, `category`, `message` and `hint`; facts are keyword arguments kept in `facts`."""

    code: ClassVar[str] = "guanjin.error"
    category: ClassVar[Category] = Category.FAILED
    message: ClassVar[str] = ""
    hint: ClassVar[str] = ""

    def __init__(self, **facts: object) -> None:
        super().__init__()
        self.facts = facts

    def __getattr__(self, name: str) -> object:
        """Let a caller read `error.path` instead of `error.facts["path"]`."""
        try:
            return self.__dict__["facts"][name]
        except KeyError:
            raise AttributeError(name) from None

    def __reduce__(self) -> tuple[object, ...]:
        """Keep the facts when the error crosses a process boundary."""
        return _rebuild, (type(self), self.facts)

    def render(self, translate: Translate = untranslated) -> str:
        """Cause and object, in the reader's language."""
        return translate(self.message) % self._readable(translate)

    def render_hint(self, translate: Translate = untranslated) -> str:
        """What to do about it; empty where nothing general can be said."""
        return translate(self.hint) % self._readable(translate) if self.hint else ""

    def _readable(self, translate: Translate) -> dict[str, object]:
        """A fact may itself be a message, such as the reason of a refusal."""
        return {name: translate(fact) if isinstance(fact, str) else fact for name, fact in self.facts.items()}

    def __str__(self) -> str:
        return f"{self.render()} [{self.code}]"


def remembered(code: str, facts: Mapping[str, object]) -> GuanjinError | None:
    """An error of which the database kept code and facts, to be shown again; None for a code no longer known."""
    kinds = list(GuanjinError.__subclasses__())
    for kind in kinds:
        if kind.code == code:
            return kind(**facts)
        kinds.extend(kind.__subclasses__())
    return None


def _rebuild(kind: type[GuanjinError], facts: dict[str, object]) -> GuanjinError:
    return kind(**facts)
