"""One forgiving search: the inventory, ports, any MAC notation, and stations behind the switches' ports.

An IP address finds the port that has it. A MAC or IP address that is no device's is looked for behind the switches'
ports.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

from flask import url_for
from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from collectors.models import PortState
from collectors.survey.models import InterfaceAddress
from collectors.survey.whereabouts import Whereabouts, address_of, locate, mac_of
from core.i18n import N_
from inventory.changes.recording import shown_key
from inventory.kinds import ObjectKind
from inventory.labels import label
from inventory.ledger.sheets import SHEET_OF
from inventory.ledger.single import key_of
from inventory.models import Device, Port
from inventory.ports import spellings
from inventory.scope import Scope
from inventory.search import Found, search
from web.i18n import gettext
from web.objects import cells, grouping

HitKind = ObjectKind | Literal["port", "station"]
MOST: Final = 60  # of a kind
MOST_DETAILS: Final = 3
# In the order in which a reader looks for them; as words of an address, too.
KINDS: Final[tuple[HitKind, ...]] = (
    ObjectKind.DEVICE,
    ObjectKind.LINE,
    ObjectKind.UNIT,
    ObjectKind.SITE,
    ObjectKind.SYSTEM,
    ObjectKind.CONTACT,
    ObjectKind.ROOM,
    ObjectKind.RACK,
    ObjectKind.SUBNET,
    ObjectKind.ADDRESS,
    ObjectKind.VLAN,
    ObjectKind.REGION,
    "port",
    "station",
)
PORT_LABELS: Final = {"port": N_("port"), "station": N_("station")}


@dataclass(frozen=True)
class Hit:
    """`link` is the page of the console."""

    kind: HitKind
    name: str
    detail: str
    link: str
    exact: bool


def find(session: Session, words: str, scope: Scope, most: int = MOST) -> list[Hit]:
    """What fits, at most so much of each kind, the exact ones first; nothing outside the scope exists."""
    found = list(search(session, words, scope, most))
    known = any(one.exact and one.kind is ObjectKind.DEVICE for one in found)
    hits = [_hit(one, known=known) for one in found]
    hits += _ports(session, words, scope, most)
    hits += _interfaces(session, words, scope, known=known)
    hits += _stations(session, words, scope, known=known or any(hit.kind == "port" and hit.exact for hit in hits))
    # The order among those of one kind is the query's.
    return sorted(hits, key=lambda hit: (not hit.exact, KINDS.index(hit.kind)))


def label_of(kind: HitKind) -> str:
    return label(kind, gettext) if isinstance(kind, ObjectKind) else gettext(PORT_LABELS[kind])


def _hit(found: Found, *, known: bool) -> Hit:
    """Of an address that a device has, the device is meant and not the row of the ledger."""
    kind, row = found.kind, found.row
    exact = found.exact and not (known and kind is ObjectKind.ADDRESS)
    return Hit(kind, shown_key(key_of(kind, row)), _detail(kind, row), _link(kind, row.id), exact)


def _link(kind: ObjectKind, number: int) -> str:
    page = {ObjectKind.DEVICE: "devices.show", ObjectKind.LINE: "lines.show"}.get(kind)
    return url_for(page, number=number) if page else url_for("inventory.show", kind=kind, number=number)


def _detail(kind: ObjectKind, row: Any) -> str:
    """What tells it from others of a similar name: the first filled cells of its list."""
    if kind is ObjectKind.DEVICE:
        return " ".join(filter(None, (row.address, row.model)))
    if kind is ObjectKind.LINE:
        return row.circuit_number or ""
    columns = [column for column in grouping.listed(SHEET_OF[kind]) if column.field != "name"]
    texts = ("、".join(part.text for part in cells.cell(kind, one, row, frozenset()).parts[:2]) for one in columns)
    return " · ".join([text for text in texts if text][:MOST_DETAILS])


def _ports(session: Session, words: str, scope: Scope, most: int) -> Iterator[Hit]:
    mac = mac_of(words)
    alike = func.lower(Port.name).in_(spellings(words))
    condition = (
        PortState.mac == mac
        if mac
        else or_(alike, *(text.icontains(words, autoescape=True) for text in (Port.name, Port.alias)))
    )
    wanted = (
        select(Port, Device.name, PortState.alias)
        .join(Device, Device.id == Port.device_id)
        .outerjoin(PortState, PortState.port_id == Port.id)
        .where(condition)
        .order_by(case((alike, 0), else_=1), Device.name, Port.name)
        .limit(most)
    )
    for port, device, alias in session.execute(scope.apply(wanted, Device)):
        link = url_for("devices.port", number=port.device_id, port=port.id)
        yield Hit("port", f"{device} {port.name}", port.alias or alias or "", link, exact=mac is not None)


def _interfaces(session: Session, words: str, scope: Scope, *, known: bool) -> Iterator[Hit]:
    """The ports that have an address; a management address has led to its device before."""
    address = address_of(words)
    if address is None:
        return
    wanted = (
        select(InterfaceAddress, Device.name)
        .join(Device, Device.id == InterfaceAddress.device_id)
        .where(InterfaceAddress.address == address)
        .order_by(Device.name)
        .limit(MOST)
    )
    for place, (one, device) in enumerate(session.execute(scope.apply(wanted, Device))):
        exact = place == 0 and not known
        yield Hit("port", f"{device} {one.port}", one.text, _port_link(one.device_id, one.port_id), exact)


def _stations(session: Session, words: str, scope: Scope, *, known: bool) -> Iterator[Hit]:
    """Where a MAC or IP address was learnt; the likeliest is the exact hit, unless a device or port has the address."""
    mac, address = mac_of(words), address_of(words)
    found = locate(session, mac=mac, address=address, scope=scope) if mac or address else []
    for place, one in enumerate(found):
        exact = place == 0 and not known
        link = _port_link(one.device_id, one.port_id)
        yield Hit("station", f"{one.device} {one.port}", _station_detail(one), link, exact)


def _station_detail(one: Whereabouts) -> str:
    vlan = "" if one.vlan is None else f"VLAN {one.vlan}"
    beside = gettext("%(number)d others behind the port") % {"number": one.others} if one.others else ""
    return " · ".join(filter(None, (one.mac, *one.addresses, vlan, beside)))


def _port_link(device: int, port: int | None) -> str:
    """The device's page where its port is not in the inventory."""
    if port is None:
        return url_for("devices.show", number=device)
    return url_for("devices.port", number=device, port=port)
