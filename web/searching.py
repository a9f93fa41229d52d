"""One forgiving search: names, pinyin initials, addresses with a mask, any MAC notation, ports, circuit numbers.

A MAC or IP address that is no device's is looked for behind the switches' ports.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from collectors.health import list_devices, list_lines
from collectors.models import PortState
from collectors.survey.whereabouts import Whereabouts, address_of, locate, mac_of
from core.i18n import N_
from inventory.models import Device, Port
from inventory.pinyin import initials
from inventory.scope import Scope
from web.i18n import gettext
from web.state import console

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
    hits += _stations(session, words, scope, known=any(hit.exact for hit in hits))
    return sorted(hits, key=lambda hit: (not hit.exact, hit.name))


def _hits(session: Session, words: str, scope: Scope) -> Iterator[Hit]:
    now, text = console().clock.now(), words.casefold()
    plain = re.sub(r"(\d)/\d{1,3}$", r"\1", text) if text.count(".") == 3 else text  # noqa: PLR2004  # an IPv4 address
    for found in list_devices(session, now, scope=scope):
        device = found.device
        texts = (device.name, device.address, device.serial, device.model, device.unit.name if device.unit else "")
        if _matches(plain, *texts) or _by_initials(text, device.name):
            exact = plain in {device.name.casefold(), device.address, device.serial.casefold()}
            link = url_for("devices.show", number=device.id)
            yield Hit("device", device.name, f"{device.address or ''} {device.model}", link, exact)
    for line_found in list_lines(session, now, scope=scope):
        line = line_found.line
        if _matches(text, line.name, line.circuit_number, line.b_address) or _by_initials(text, line.name):
            exact = text in {line.name.casefold(), (line.circuit_number or "").casefold()}
            link = url_for("lines.show", number=line.id)
            yield Hit("line", line.name, line.circuit_number or "", link, exact)
    yield from _ports(session, words, scope)


def _ports(session: Session, words: str, scope: Scope) -> Iterator[Hit]:
    mac = mac_of(words)
    condition = (
        PortState.mac == mac
        if mac
        else Port.name.icontains(words, autoescape=True) | Port.alias.icontains(words, autoescape=True)
    )
    wanted = (
        select(Port, Device.name, PortState.alias)
        .join(Device, Device.id == Port.device_id)
        .outerjoin(PortState, PortState.port_id == Port.id)
        .where(condition)
        .limit(MOST)
    )
    for port, device, alias in session.execute(scope.apply(wanted, Device)):
        link = url_for("devices.port", number=port.device_id, port=port.id)
        yield Hit("port", f"{device} {port.name}", port.alias or alias or "", link, exact=mac is not None)


def _stations(session: Session, words: str, scope: Scope, *, known: bool) -> Iterator[Hit]:
    """Where a MAC or IP address was learnt; the likeliest is the exact hit, unless a device or port has the address."""
    mac, address = mac_of(words), address_of(words)
    found = locate(session, mac=mac, address=address, scope=scope) if mac or address else []
    for place, one in enumerate(found):
        exact = place == 0 and not known
        yield Hit("station", f"{one.device} {one.port}", _station_detail(one), _station_link(one), exact)


def _station_detail(one: Whereabouts) -> str:
    vlan = "" if one.vlan is None else f"VLAN {one.vlan}"
    beside = gettext("%(number)d others behind the port") % {"number": one.others} if one.others else ""
    return " · ".join(filter(None, (one.mac, *one.addresses, vlan, beside)))


def _station_link(one: Whereabouts) -> str:
    if one.port_id is None:
        return url_for("devices.show", number=one.device_id)
    return url_for("devices.port", number=one.device_id, port=one.port_id)


def _matches(text: str, *texts: str | None) -> bool:
    return any(text in (one or "").casefold() for one in texts)


def _by_initials(text: str, name: str) -> bool:
    return len(text) >= MIN_INITIALS and text.isascii() and text.isalnum() and text in initials(name)
