"""One thing that is not as it should be."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from core.i18n import N_, Translate, untranslated


class Severity(StrEnum):
    """CRITICAL lets somebody in or something out today; WARNING takes away a protection; NOTE is to be known."""

    CRITICAL = "critical"
    WARNING = "warning"
    NOTE = "note"

    @property
    def rank(self) -> int:
        return list(Severity).index(self)


SEVERITY_LABELS: Mapping[Severity, str] = {
    Severity.CRITICAL: N_("critical"),
    Severity.WARNING: N_("warning"),
    Severity.NOTE: N_("note"),
}


@dataclass(frozen=True)
class Finding:
    """`message` and `hint` are msgids that may name `facts` and `subject`; `code` never changes its meaning."""

    code: str
    severity: Severity
    subject: str
    message: str
    hint: str
    facts: Mapping[str, object] = field(default_factory=dict)

    def render(self, translate: Translate = untranslated) -> str:
        return translate(self.message) % self._readable(translate)

    def render_hint(self, translate: Translate = untranslated) -> str:
        return translate(self.hint) % self._readable(translate)

    def _readable(self, translate: Translate) -> dict[str, object]:
        """A fact may itself be a message, such as the reason of a refusal."""
        facts = {"subject": self.subject, **self.facts}
        return {name: translate(fact) if isinstance(fact, str) else fact for name, fact in facts.items()}
