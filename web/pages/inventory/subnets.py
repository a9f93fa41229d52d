"""A subnet's addresses, with what was seen of them on the network; and what has an address in no subnet."""

from dataclasses import dataclass
from ipaddress import IPv4Network, ip_network
from typing import Final

from flask import render_template
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from collectors.survey.models import BindingState
from inventory import subnets
from inventory.models import Subnet
from inventory.scope import Scope
from inventory.strays import strays
from inventory.subnets import GRID, Contradiction, Plan, Use
from web.access import requires
from web.i18n import gettext
from web.objects.addresses import LABELS
from web.pages.inventory.blueprint import LOOKERS, blueprint
from web.scope import seen
from web.state import console

MOST_OUTSIDE: Final = 500
OCTET: Final = 8


@dataclass(frozen=True)
class Shown:
    """A subnet's plan for its page."""

    plan: Plan
    contradictions: list[tuple[Contradiction, str]]
    around: list[Subnet]
    within: list[Subnet]
    labels: dict[Use, str]


def plan_of(session: Session, subnet: Subnet, scope: Scope) -> Shown:
    sighted = _sighted(session, subnet.name) if scope.whole else {}
    plan = subnets.plan(session, subnet, sighted, scope=scope)
    around, within = subnets.neighbours(session, subnet, scope)
    told = [(one, gettext(one.reason) % one.facts) for one in plan.contradictions()]
    return Shown(plan, told, around, within, {use: gettext(label) for use, label in LABELS.items()})


@blueprint.get("/subnets/outside")
@requires(*LOOKERS)
def outside() -> str:
    with console().database.read() as session:
        found = strays(session, seen())
    return render_template("inventory/outside.html", strays=found[:MOST_OUTSIDE], total=len(found), most=MOST_OUTSIDE)


def _sighted(session: Session, prefix: str) -> dict[str, frozenset[str]]:
    """MAC addresses by IP address. Only of subnets that are drawn: a larger one is not worth reading all bindings."""
    network = ip_network(prefix)
    if not isinstance(network, IPv4Network) or network.num_addresses > GRID:
        return {}
    # Text of addresses that share their first octets; what the network does not hold is left out afterwards.
    octets = sorted({str(part.network_address).rpartition(".")[0] for part in _by_24(network)})
    wanted = select(BindingState.address, BindingState.mac).where(
        or_(*(BindingState.address.startswith(f"{part}.") for part in octets))
    )
    found: dict[str, set[str]] = {}
    for address, mac in session.execute(wanted):
        found.setdefault(address, set()).add(mac)
    return {address: frozenset(macs) for address, macs in found.items()}


def _by_24(network: IPv4Network) -> list[IPv4Network]:
    most = 3 * OCTET
    return list(network.subnets(new_prefix=most)) if network.prefixlen < most else [network]
