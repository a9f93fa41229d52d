"""Lines (专线) as readers ask for them."""

from datetime import date, datetime
from typing import Final

from sqlalchemy import ColumnElement, or_
from sqlalchemy.orm import Session, joinedload

from inventory.kinds import Carrier, LineKind, ObjectKind
from inventory.listing import PAGE_SIZE, Listing, Page
from inventory.models import Line, Site, Unit
from inventory.scope import ALL, Scope

LINES: Final = Listing(
    ObjectKind.LINE,
    Line,
    name=Line.name,
    number=Line.id,
    searched=(Line.name, Line.circuit_number, Line.b_address),
    orders={
        "name": Line.name,
        "carrier": Line.carrier,
        "kind": Line.kind,
        "bandwidth_bps": Line.bandwidth_bps,
        "monthly_fee_fen": Line.monthly_fee_fen,
        "contract_end": Line.contract_end,
    },
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


def find_lines(
    session: Session,
    *,
    scope: Scope = ALL,
    text: str = "",
    carrier: Carrier | None = None,
    kind: LineKind | None = None,
    unit_id: int | None = None,
    device_id: int | None = None,
    contract_ends_by: date | None = None,
    maintained_at: datetime | None = None,
    order: str = "name",
    number: int = 1,
    size: int = PAGE_SIZE,
) -> Page[Line]:
    """`device_id` keeps lines with either end on that device."""
    asked = {Line.carrier: carrier, Line.kind: kind, Line.unit_id: unit_id}
    where: list[ColumnElement[bool]] = [column == value for column, value in asked.items() if value is not None]
    if device_id is not None:
        where.append(or_(Line.a_device_id == device_id, Line.b_device_id == device_id))
    if contract_ends_by is not None:
        where.append(Line.contract_end <= contract_ends_by)
    if maintained_at is not None:
        where.append(Line.maintenance_until > maintained_at)
    return LINES.page(session, scope=scope, text=text, where=where, order=order, number=number, size=size)


def line(session: Session, number: int, scope: Scope = ALL) -> Line:
    return LINES.get(session, number, scope)


def line_named(session: Session, name: str, scope: Scope = ALL) -> Line:
    return LINES.named(session, name, scope)
