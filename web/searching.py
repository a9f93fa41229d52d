"""One forgiving search: names, pinyin initials, addresses with a mask, any MAC notation, ports, circuit numbers.

An IP address finds the port that has it. A MAC or IP address that is no device's is looked for behind the switches'
ports.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

from flask import url_for
from sqlalchemy import ColumnElement, case, false, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from collectors.models import PortState
from collectors.survey.models import InterfaceAddress
from collectors.survey.whereabouts import Whereabouts, address_of, locate, mac_of
from core.i18n import N_
from inventory.models import Device, Line, Port, Unit
from inventory.ports import spellings
from inventory.scope import Scope
from web.i18n import gettext

MOST: Final = 60
MIN_INITIALS: Final = 2
HitKind = Literal["device", "line", "port", "station"]
KINDS: Final[dict[HitKind, str]] = {
    "device": N_("device"),
    "line": N_("line"),
    "port": N_("port"),
    "station": N_("station"),
}


@dataclass(frozen=True)
class Hit:
    """`link` is the page of the console."""

    kind: HitKind
    name: str
    detail: str
    link: str
    exact: bool


def find(session: Session, words: str, scope: Scope) -> list[Hit]:
    """Everything that fits, the exact ones first; nothing outside the scope exists."""
    hits = list(_hits(session, words, scope))
    hits += _interfaces(session, words, scope, known=any(hit.exact for hit in hits))
    hits += _stations(session, words, scope, known=any(hit.exact for hit in hits))
    return sorted(hits, key=lambda hit: (not hit.exact, hit.name))


def _hits(session: Session, words: str, scope: Scope) -> Iterator[Hit]:
    text = words.casefold()
    plain = re.sub(r"(\d)/\d{1,3}$", r"\1", text) if text.count(".") == 3 else text  # noqa: PLR2004  # an IPv4 address
    yield from _devices(session, text, plain, scope)
    yield from _lines(session, text, scope)
    yield from _ports(session, words, scope)


def _devices(session: Session, text: str, plain: str, scope: Scope) -> Iterator[Hit]:
    texts = (Device.name, Device.address, Device.serial, Device.model, Unit.name)
    exact = or_(*(func.lower(column) == plain for column in (Device.name, Device.address, Device.serial)))
    wanted = (
        select(Device.id, Device.name, Device.address, Device.model, exact)
        .outerjoin(Unit, Unit.id == Device.unit_id)
        .where(or_(*_contain(texts, plain), _by_initials(Device.initials, text)))
        .order_by(case((exact, 0), else_=1), Device.name)
        .limit(MOST)
    )
    for number, name, address, model, same in session.execute(scope.apply(wanted, Device)):
        yield Hit("device", name, f"{address or ''} {model}", url_for("devices.show", number=number), bool(same))


def _lines(session: Session, text: str, scope: Scope) -> Iterator[Hit]:
    exact = or_(func.lower(Line.name) == text, func.lower(Line.circuit_number) == text)
    texts = (Line.name, Line.circuit_number, Line.b_address)
    wanted = (
        select(Line.id, Line.name, Line.circuit_number, exact)
        .where(or_(*_contain(texts, text), _by_initials(Line.initials, text)))
        .order_by(case((exact, 0), else_=1), Line.name)
        .limit(MOST)
    )
    for number, name, circuit, same in session.execute(scope.apply(wanted, Line)):
        yield Hit("line", name, circuit or "", url_for("lines.show", number=number), bool(same))


def _ports(session: Session, words: str, scope: Scope) -> Iterator[Hit]:
    mac = mac_of(words)
    alike = func.lower(Port.name).in_(spellings(words))
    condition = PortState.mac == mac if mac else or_(alike, *_contain((Port.name, Port.alias), words))
    wanted = (
        select(Port, Device.name, PortState.alias)
        .join(Device, Device.id == Port.device_id)
        .outerjoin(PortState, PortState.port_id == Port.id)
        .where(condition)
        .order_by(case((alike, 0), else_=1), Device.name, Port.name)
        .limit(MOST)
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


def _contain(columns: Iterable[InstrumentedAttribute[Any]], text: str) -> list[ColumnElement[bool]]:
    return [column.icontains(text, autoescape=True) for column in columns]


def _by_initials(column: InstrumentedAttribute[str], text: str) -> ColumnElement[bool]:
    """`zwzx` finds 政务中心; one letter would find half the county."""
    spoken = len(text) >= MIN_INITIALS and text.isascii() and text.isalnum()
    return column.contains(text, autoescape=True) if spoken else false()
