"""What the poller reads and writes of a sweep. Short, synchronous, called from the thread of the database."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from collectors.sweep.asking import Access
from collectors.sweep.models import Sweep, SweepFind, SweepState
from collectors.sweep.ranges import Range
from collectors.targets import access_by
from core.errors import GuanjinError
from inventory.addresses import sort_key
from inventory.kinds import SnmpVersion
from inventory.models import Device
from security.vault import Kind, Realm, Vault

UNFINISHED = (SweepState.RUNNING, SweepState.STOPPING, SweepState.ASKED)


@dataclass(frozen=True)
class Order:
    """A sweep to be done. `known` are the ledger's own addresses in the range."""

    number: int
    range: Range
    port: int
    accesses: Sequence[Access]
    known: frozenset[str]


def waiting(session: Session) -> int | None:
    """The one to do now: of a poller that was stopped in the middle, or the one that was asked for first."""
    return session.scalar(select(Sweep.id).where(Sweep.state.in_(UNFINISHED)).order_by(Sweep.id).limit(1))


def begin(session: Session, number: int, vault: Vault, now: datetime) -> Order | None:
    """None where somebody stopped it meanwhile. Raises what opening a credential raises."""
    sweep = session.get_one(Sweep, number)
    if sweep.state is SweepState.STOPPING:
        end(session, number, SweepState.STOPPED, now)
        return None
    if sweep.state not in UNFINISHED:
        return None
    session.execute(delete(SweepFind).where(SweepFind.sweep_id == number))
    sweep.state, sweep.began_at, sweep.asked = SweepState.RUNNING, now, 0
    wanted = Range.read(sweep.range.prefix)
    known = session.scalars(select(Device.address).where(Device.address.is_not(None)))
    return Order(
        number,
        wanted,
        sweep.range.snmp_port,
        [_access(session, vault, name) for name in sweep.range.credentials],
        frozenset(address for address in known if address and ip_address(address) in wanted.network),
    )


def keep(session: Session, number: int, finds: Iterable[Mapping[str, Any]], asked: int) -> bool:
    """Whether to go on."""
    sweep = session.get(Sweep, number)
    if sweep is None:
        return False
    session.add_all(
        SweepFind(sweep_id=number, place=sort_key(ip_address(found["address"])), **found) for found in finds
    )
    sweep.asked = asked
    return sweep.state is SweepState.RUNNING


def end(session: Session, number: int, state: SweepState, now: datetime, error: GuanjinError | None = None) -> None:
    sweep = session.get(Sweep, number)
    if sweep is None:
        return
    sweep.state, sweep.ended_at = state, now
    if error is not None:
        sweep.error_code = error.code
        sweep.error_facts = {name: str(value) for name, value in error.facts.items()}


def _access(session: Session, vault: Vault, name: str) -> Access:
    """Raises what opening raises, and WrongCredentialError."""
    kinds = {entry.name: entry.kind for entry in vault.list(session, Realm.MONITOR)}
    version = SnmpVersion.V3 if kinds.get(name) is Kind.SNMP_V3 else SnmpVersion.V2C
    access = access_by(version, vault.open(session, Realm.MONITOR, name), name)
    return Access(name, community=access) if isinstance(access, bytes) else Access(name, user=access)
