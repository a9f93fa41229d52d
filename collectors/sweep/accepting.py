"""Taking what a sweep found into the ledger, many at once, as one change set that can be undone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from collectors.sweep.errors import NothingChosenError, TakeOverError
from collectors.sweep.models import Sweep, SweepFind
from core.events import Event
from inventory.changes.adding import add
from inventory.changes.recording import Occasion
from inventory.kinds import ChangeOrigin, DeviceRole, ObjectKind
from inventory.models import ChangeSet, Device
from security import audit


@dataclass(frozen=True)
class Known:
    """Who an answer is already: a device of the ledger, by its address or its serial number, or another find."""

    device: Device | None = None
    twin: SweepFind | None = None


@dataclass(frozen=True)
class Choice:
    """What a person decided about one find."""

    name: str
    role: DeviceRole


def known(session: Session, sweep: Sweep) -> Mapping[int, Known]:
    """Of each find that is not new. A router answers at many addresses: the first one stands for it."""
    devices = session.scalars(select(Device)).all()
    by_address = {device.address: device for device in devices if device.address}
    by_serial = {device.serial: device for device in devices if device.serial}
    found: dict[int, Known] = {}
    first: dict[tuple[str, ...], SweepFind] = {}
    for find in sweep.finds:
        device = by_address.get(find.address) or by_serial.get(find.serial or "-")
        same = _one_and_the_same(find)
        if device is not None:
            found[find.id] = Known(device=device)
        elif same in first:
            found[find.id] = Known(twin=first[same])
        if same:
            first.setdefault(same, find)
    return found


def take_over(
    session: Session,
    sweep: Sweep,
    choices: Mapping[int, Choice],
    shared: Mapping[str, str],
    *,
    actor: audit.Actor,
    now: datetime,
) -> ChangeSet:
    """`choices` by the find's number; `shared` texts (unit, site) hold for all of them.

    Raises NothingChosenError, TakeOverError. What the ledger has meanwhile is left out, so that nobody's device is
    changed by this.
    """
    taken = known(session, sweep)
    chosen = {find: choices[find.id] for find in sweep.finds if find.id in choices and find.id not in taken}
    if not chosen:
        raise NothingChosenError
    texts = {find.address: _texts(sweep, find, choice) | dict(shared) for find, choice in chosen.items()}
    occasion = Occasion(actor, now, ChangeOrigin.DISCOVERY, sweep.range.prefix)
    kept = add(session, ObjectKind.DEVICE, texts, occasion)
    if not isinstance(kept, ChangeSet):
        raise TakeOverError(kept)
    after = {"change_set": kept.id, "devices": {find.address: choice.name for find, choice in chosen.items()}}
    audit.record(session, Event.SWEEP_TAKEN_OVER, actor, subject=f"sweep-range:{sweep.range.prefix}", after=after)
    return kept


def suggested_name(find: SweepFind) -> str:
    return find.name or find.address


def _one_and_the_same(find: SweepFind) -> tuple[str, ...]:
    """What two answers of one device have in common; empty where nothing proves it."""
    if find.serial:
        return ("serial", find.vendor, find.serial)
    return ("agent", find.name, find.mac, str(find.ports)) if find.mac and find.name else ()


def _texts(sweep: Sweep, find: SweepFind, choice: Choice) -> dict[str, str]:
    facts = {
        "name": choice.name,
        "role": choice.role.value,
        "address": find.address,
        "vendor": find.vendor,
        "model": find.model,
        "platform": find.platform,
        "serial": find.serial,
        "snmp_credential": find.credential,
        "snmp_version": find.snmp_version.value if find.credential else "",
        "snmp_port": str(sweep.range.snmp_port) if find.credential else "",
    }
    return {field: text for field, text in facts.items() if text}
