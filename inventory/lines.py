"""One line (专线), as readers ask for it."""

from typing import Final

from sqlalchemy.orm import Session, joinedload

from inventory.kinds import ObjectKind
from inventory.listing import Listing
from inventory.models import Line, Site, Unit
from inventory.scope import ALL, Scope

LINES: Final = Listing(
    ObjectKind.LINE,
    Line,
    name=Line.name,
    number=Line.id,
    loaded=(
        joinedload(Line.unit).joinedload(Unit.region),
        joinedload(Line.unit).joinedload(Unit.site).joinedload(Site.region),
        joinedload(Line.a_device),
        joinedload(Line.a_port),
        joinedload(Line.b_device),
        joinedload(Line.b_port),
        joinedload(Line.backup_of),
    ),
)


def line(session: Session, number: int, scope: Scope = ALL) -> Line:
    return LINES.get(session, number, scope)


def line_named(session: Session, name: str, scope: Scope = ALL) -> Line:
    return LINES.named(session, name, scope)
