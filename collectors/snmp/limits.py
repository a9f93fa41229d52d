"""How much one device can take in a message, learnt from how it behaves.

Nothing in SNMP says how large an answer an agent will give. Small agents answer tooBig, many say nothing at all, some
lose fragments on the way. So we start with what fits one Ethernet frame, halve on refusal, and remember.
"""

from dataclasses import dataclass
from typing import Final

USUAL_VARBINDS: Final = 50
TRUST_AFTER: Final = 256


@dataclass(slots=True)
class Limits:
    """`varbinds` bounds a GET and the answer to a GETBULK alike; `bulk` is false where GETNEXT has to do."""

    varbinds: int = USUAL_VARBINDS
    bulk: bool = True
    ceiling: int = USUAL_VARBINDS
    good: int = 0

    def refused(self, varbinds: int) -> None:
        """The agent said tooBig at this many: never again."""
        self.varbinds = self.ceiling = max(1, min(self.varbinds, varbinds) // 2)
        self.good = 0

    def silent(self, varbinds: int) -> None:
        """No answer to this many while one is answered: too large, or lost on the way, so it may be tried again."""
        self.varbinds = max(1, min(self.varbinds, varbinds) // 2)
        self.good = 0

    def accepted(self) -> None:
        """After long good behaviour, what silence took is given back step by step."""
        if self.varbinds < self.ceiling:
            self.good += 1
            if self.good >= TRUST_AFTER:
                self.varbinds = min(self.ceiling, self.varbinds * 2)
                self.good = 0

    def repetitions(self, columns: int) -> int:
        """Rows to ask for, so that columns times rows fits."""
        return max(1, self.varbinds // columns)
