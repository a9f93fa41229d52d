"""Classification levels (密级) as a total order, and the two zones that a network can be in.

The order is the whole lattice that the ferry needs: 公开 < 内部 (and 工作秘密) < 秘密 < 机密 < 绝密. Comparisons
read as in the rules: `level >= Level.CONFIDENTIAL` is "秘密 or more", that is, classified information.
"""

from enum import IntEnum, StrEnum


class Level(IntEnum):
    """Values are internal; what is stored, sealed and signed is `code`."""

    PUBLIC = 0
    INTERNAL = 1
    CONFIDENTIAL = 2
    SECRET = 3
    TOP_SECRET = 4

    @property
    def code(self) -> str:
        return self.name.lower()

    @property
    def label(self) -> str:
        """The mark itself; the same in both languages, because it is what stands on the page."""
        return _LABELS[self]

    @property
    def classified(self) -> bool:
        """State secrets in the sense of the law: 秘密, 机密, 绝密. 工作秘密 is not one of them."""
        return self >= Level.CONFIDENTIAL

    @classmethod
    def of(cls, text: str) -> "Level":
        """Read a code or a label; raises KeyError for anything else, so that no unknown level gets a default."""
        return _BY_NAME[text]


class Zone(StrEnum):
    """Whether a network is approved for classified information (涉密). The extranet is not, the intranet is."""

    CLASSIFIED = "classified"
    UNCLASSIFIED = "unclassified"


_LABELS = {
    Level.PUBLIC: "公开",
    Level.INTERNAL: "内部",
    Level.CONFIDENTIAL: "秘密",
    Level.SECRET: "机密",
    Level.TOP_SECRET: "绝密",
}
_BY_NAME = (
    {level.code: level for level in Level}
    | {label: level for level, label in _LABELS.items()}
    | {"工作秘密": Level.INTERNAL}
)
