"""Looking for anything in the inventory by what a person types or pastes, forgivingly.

Any text of an object is searched, its tags and own fields too, pinyin initials, and the name of a device's or line's
unit. An address also finds the subnets around it, a prefix what lies in it, `vlan 100` the VLANs of that number.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_interface
from typing import Any, Final

from sqlalchemy import ColumnElement, String, and_, case, false, func, or_, select, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session

from inventory import own_values
from inventory.addresses import Address as IpAddress
from inventory.addresses import sort_key
from inventory.catalogue import catalogue
from inventory.kinds import ObjectKind
from inventory.ledger.sheets import SHEET_OF
from inventory.ledger.state import MODELS
from inventory.listing import Column
from inventory.models import Address, Contact, Device, Line, Subnet, Unit, Vlan
from inventory.scope import Scope

MIN_INITIALS: Final = 2
VLAN: Final = re.compile(r"vlan\s*0*([1-9][0-9]{0,3})", re.IGNORECASE)
# What is searched where a list reads more than a person looks for here: credentials, platforms.
TEXTS: Final[Mapping[ObjectKind, Sequence[InstrumentedAttribute[Any]]]] = {
    ObjectKind.DEVICE: (
        Device.name, Device.address, Device.serial, Device.vendor, Device.model, Device.asset_number, Device.initials,
    ),
    ObjectKind.LINE: (Line.name, Line.circuit_number, Line.b_address, Line.initials),
}  # fmt: skip
# Besides its name, what names an object by its whole text.
IDENTITIES: Final[Mapping[ObjectKind, Sequence[InstrumentedAttribute[Any]]]] = {
    ObjectKind.DEVICE: (Device.address, Device.serial, Device.asset_number),
    ObjectKind.LINE: (Line.circuit_number,),
    ObjectKind.UNIT: (Unit.short_name,),
    ObjectKind.CONTACT: (Contact.phone,),
}


@dataclass(frozen=True)
class Found:
    """`exact`: what was typed is the whole of something that names the object."""

    kind: ObjectKind
    row: Any
    exact: bool


@dataclass(frozen=True)
class Typed:
    """`host` and `network` where it is an address or a prefix; 10.1.1.1/24 is the host in its network."""

    text: str
    host: IpAddress | None = None
    network: IPv4Network | IPv6Network | None = None


def search(session: Session, words: str, scope: Scope, most: int) -> Iterator[Found]:
    """Of each kind the first ones, the likeliest before others; nothing outside the scope exists."""
    typed = understood(words)
    for kind in SHEET_OF:
        if scope.may_hold(MODELS[kind]):
            yield from _of_kind(session, kind, typed, scope, most)


def understood(words: str) -> Typed:
    text = words.strip()
    try:
        found = ip_interface(text)
    except ValueError:
        return Typed(text)
    network = found.network if "/" in text and found.ip == found.network.network_address else None
    if network is not None and network.num_addresses > 1:
        return Typed(str(network), network=network)
    return Typed(str(found.ip), host=found.ip)


def _of_kind(session: Session, kind: ObjectKind, typed: Typed, scope: Scope, most: int) -> Iterator[Found]:
    """Chosen by their numbers first: what is loaded with a row is not carried through the sorting of everything."""
    listing = catalogue(SHEET_OF[kind])
    exact = _exact(kind, typed)
    rule = or_(exact, _around(kind, typed), _contains(kind, typed))
    wanted = (
        scope.apply(select(listing.number, exact), listing.model)
        .where(rule)
        .order_by(_rank(listing.name, exact, typed.text), *_first(kind, typed), listing.name, listing.number)
        .limit(most)
    )
    chosen = {number: bool(same) for number, same in session.execute(wanted)}
    if not chosen:
        return
    rows = select(listing.model).where(listing.number.in_(chosen)).options(*listing.loaded)
    by_number = {row.id: row for row in session.scalars(rows)}
    for number, same in chosen.items():
        yield Found(kind, by_number[number], same)


def _exact(kind: ObjectKind, typed: Typed) -> ColumnElement[bool]:
    named = (MODELS[kind].name, *IDENTITIES.get(kind, ()))
    same = or_(*(func.lower(column) == typed.text.casefold() for column in named))
    number = VLAN.fullmatch(typed.text)
    return or_(same, Vlan.vid == int(number[1])) if kind is ObjectKind.VLAN and number else same


def _rank(name: InstrumentedAttribute[str], exact: ColumnElement[bool], text: str) -> ColumnElement[int]:
    """A name that begins so is likelier meant than one that has it inside, and that than any other text."""
    begins, holds = name.istartswith(text, autoescape=True), name.icontains(text, autoescape=True)
    return case((exact, 0), (begins, 1), (holds, 2), else_=3)


def _contains(kind: ObjectKind, typed: Typed) -> ColumnElement[bool]:
    model = MODELS[kind]
    texts: list[Column] = list(catalogue(SHEET_OF[kind]).searched)
    if kind in TEXTS:
        texts = [*TEXTS[kind], type_coerce(model.tags, String), own_values.every(model.custom)]
    initials = getattr(model, "initials", None)
    found = [text.icontains(typed.text, autoescape=True) for text in texts if text is not initials]
    if initials is not None and len(typed.text) >= MIN_INITIALS:  # one letter would find half the county
        found.append(initials.icontains(typed.text, autoescape=True))
    if kind in {ObjectKind.DEVICE, ObjectKind.LINE}:
        units = select(Unit.id).where(Unit.name.icontains(typed.text, autoescape=True))
        found.append(model.unit_id.in_(units))
    return or_(*found)


def _around(kind: ObjectKind, typed: Typed) -> ColumnElement[bool]:
    """What an address lies in, and what lies in a prefix or around it."""
    if typed.network is not None:
        first, last = sort_key(typed.network.network_address), sort_key(typed.network.broadcast_address)
    elif typed.host is not None:
        first = last = sort_key(typed.host)
    else:
        return false()
    if kind is ObjectKind.SUBNET:
        return and_(Subnet.first <= last, Subnet.last >= first)
    if typed.network is None or kind not in {ObjectKind.DEVICE, ObjectKind.ADDRESS}:
        return false()
    return (Device if kind is ObjectKind.DEVICE else Address).place.between(first, last)


def _first(kind: ObjectKind, typed: Typed) -> tuple[Column, ...]:
    """Of the subnets around an address the narrowest, which begins last; what a prefix holds in order of addresses."""
    if kind is ObjectKind.SUBNET:
        return (Subnet.first.desc(), Subnet.last) if typed.network is None else (Subnet.first, Subnet.last.desc())
    if kind is ObjectKind.DEVICE and typed.network is not None:
        return (Device.place,)
    return (Address.place,) if kind is ObjectKind.ADDRESS else ()
