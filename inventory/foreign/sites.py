"""Sites that another system knows only by name, from what stands in them: each becomes one row."""

from dataclasses import dataclass, field

from inventory.foreign.intake import Intake, Said
from inventory.foreign.spots import Spot
from inventory.kinds import ObjectKind


@dataclass
class NamedSites:
    intake: Intake
    _known: set[str] = field(default_factory=set)

    def said(self, spot: Spot, at: str, name: str) -> Said:
        """The site of the device at this place, and the first time the site itself."""
        if name and name not in self._known:
            self._known.add(name)
            self.intake.add(ObjectKind.SITE, spot, [Said("name", at, name)])
        return Said("site", at, name)
