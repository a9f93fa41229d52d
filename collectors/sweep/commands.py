"""`guanjin sweep`: looking for devices that the ledger does not know.

A range goes by its prefix, what answered in it by its address; of several sweeps the latest is meant.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import click

from collectors.errors import explain
from collectors.labels import label
from collectors.sweep import services
from collectors.sweep.accepting import Choice, Known, known, suggested_name, take_over
from collectors.sweep.errors import FindMissingError, FindUnclearError
from collectors.sweep.models import Sweep, SweepFind, SweepRange
from core.commandline import Application, json_option, pass_application, print_json, print_table
from core.i18n import N_
from inventory.kinds import DeviceRole
from inventory.labels import label as word
from security import audit
from security.vault import Keyring, Vault

PORT = 161
Finds = Mapping[str, SweepFind]


@click.group(help=N_("Look for devices that the ledger does not know, in ranges that are allowed."))
def sweep() -> None:
    pass


@sweep.command("ranges", help=N_("List the ranges that may be swept."))
@json_option
@pass_application
def list_ranges(application: Application, *, as_json: bool) -> None:
    with application.database.read() as session:
        found = [_range_facts(one) for one in services.allowed(session)]
    if as_json:
        print_json(found)
        return
    translate, zone = application.translate, ZoneInfo(application.settings.site.timezone)
    headings = (N_("range"), N_("credentials"), N_("allowed by"), N_("last sweep"), N_("state"), N_("notes"))
    print_table(
        [translate(heading) for heading in headings],
        [
            (
                one["prefix"],
                " ".join(one["credentials"]),
                one["allowed_by"],
                f"{one['last_sweep'].astimezone(zone):%Y-%m-%d %H:%M}" if one["last_sweep"] else "",
                label(one["state"], translate) if one["state"] else "",
                one["note"],
            )
            for one in found
        ],
    )


@sweep.command("allow", help=N_("Allow a range to be swept; without a credential, by ICMP only."))
@click.argument("prefix")
@click.option("--credential", "credentials", multiple=True, help=N_("a credential for SNMP; repeat, in their order"))
@click.option("--snmp-port", type=click.IntRange(1, 65535), default=PORT, help=N_("port of the agents"))
@click.option("--note", default="", help=N_("what is expected there"))
@pass_application
def allow(application: Application, prefix: str, *, credentials: Sequence[str], snmp_port: int, note: str) -> None:
    with application.database.write() as session:
        made = services.allow(
            session,
            prefix,
            credentials,
            services.offered(session, Vault(Keyring())),
            note=note[:200],
            snmp_port=snmp_port,
            actor=audit.console_actor(),
            now=application.clock.now(),
        )
        text = made.prefix
    application.say(N_("%(text)s may be swept"), text=text)
    application.hint(N_("`guanjin sweep start %(text)s` begins"), text=text)


@sweep.command("withdraw", help=N_("Allow a range no longer; what was found in it is forgotten."))
@click.argument("prefix")
@pass_application
def withdraw(application: Application, prefix: str) -> None:
    with application.database.write() as session:
        found = services.range_named(session, prefix)
        services.withdraw(session, found.id, actor=audit.console_actor())
        text = found.prefix
    application.say(N_("%(text)s may not be swept any more"), text=text)


@sweep.command("start", help=N_("Ask the poller to sweep a range; it begins within seconds."))
@click.argument("prefix")
@pass_application
def start(application: Application, prefix: str) -> None:
    with application.database.write() as session:
        found = services.range_named(session, prefix)
        made = services.ask(session, found.id, actor=audit.console_actor(), now=application.clock.now())
        facts = {"text": found.prefix, "count": made.addresses}
    application.say(N_("%(count)s addresses of %(text)s will be asked"), **facts)
    application.hint(N_("`guanjin sweep show %(text)s` tells how far it is and what has answered"), **facts)


@sweep.command("stop", help=N_("Stop the sweep of a range; what was found so far stays."))
@click.argument("prefix")
@pass_application
def stop(application: Application, prefix: str) -> None:
    with application.database.write() as session:
        found = services.latest_of(services.range_named(session, prefix))
        services.stop(session, found.id, actor=audit.console_actor(), now=application.clock.now())
        text = found.range.prefix
    application.say(N_("the sweep of %(text)s is stopped"), text=text)


@sweep.command("show", help=N_("Show what answered in the latest sweep of a range."))
@click.argument("prefix")
@json_option
@pass_application
def show(application: Application, prefix: str, *, as_json: bool) -> None:
    with application.database.read() as session:
        found = services.latest_of(services.range_named(session, prefix))
        who = known(session, found)
        finds = [_find_facts(find, who.get(find.id, Known())) for find in found.finds]
        facts = {**_sweep_facts(found), "finds": finds}
        failed = explain(found.error_code, found.error_facts, application.translate) if found.error_code else None
    if as_json:
        print_json(facts)
        return
    translate = application.translate
    state = label(facts["state"], translate)
    application.say(N_("%(state)s; %(asked)s of %(addresses)s addresses asked"), **{**facts, "state": state})
    if failed:
        application.say(failed.text)
    headings = (N_("address"), N_("name"), N_("role"), N_("vendor"), N_("model"), N_("credential"), N_("ledger"))
    print_table(
        [translate(heading) for heading in headings],
        [
            (
                one["address"],
                one["name"],
                word(one["role"], translate) if one["role"] else "",
                one["vendor"],
                one["model"],
                one["credential"],
                one["device"] or (one["same_as"] and f"= {one['same_as']}") or "",
            )
            for one in finds
        ],
    )


@sweep.command("accept", help=N_("Take finds into the ledger: the addresses given, or all new ones that answer SNMP."))
@click.argument("prefix")
@click.argument("addresses", nargs=-1)
@click.option("--unit", default="", help=N_("the unit of all of them"))
@click.option("--site", default="", help=N_("the site of all of them"))
@click.option("--name", "names", multiple=True, help=N_("another name than the device's own: ADDRESS=NAME; repeat"))
@click.option("--role", "roles", multiple=True, help=N_("another role than was recognised: ADDRESS=ROLE; repeat"))
@pass_application
def accept(
    application: Application,
    prefix: str,
    addresses: Sequence[str],
    *,
    unit: str,
    site: str,
    names: Sequence[str],
    roles: Sequence[str],
) -> None:
    shared = {field: text for field, text in (("unit", unit), ("site", site)) if text}
    with application.database.write() as session:
        found = services.latest_of(services.range_named(session, prefix))
        finds = {find.address: find for find in found.finds}
        named, meant = _said(finds, names), _said(finds, roles)
        chosen = [_find(finds, one) for one in addresses] or [find for find in found.finds if find.credential]
        choices = {
            find.id: Choice(named.get(find.address, suggested_name(find)), _role(find, meant.get(find.address)))
            for find in chosen
        }
        before = known(session, found)
        kept = take_over(session, found, choices, shared, actor=audit.console_actor(), now=application.clock.now()).id
    application.say(N_("%(count)s devices are in the ledger now"), count=len(choices.keys() - before.keys()))
    application.hint(N_("`guanjin inventory undo %(number)s` takes it back"), number=kept)


def _find(finds: Finds, address: str) -> SweepFind:
    if address not in finds:
        raise FindMissingError(address=address)
    return finds[address]


def _said(finds: Finds, words: Sequence[str]) -> dict[str, str]:
    """`ADDRESS=TEXT` by address."""
    said: dict[str, str] = {}
    for one in words:
        address, found, text = one.partition("=")
        if not found or not text.strip():
            raise FindUnclearError(text=one)
        said[_find(finds, address.strip()).address] = text.strip()
    return said


def _role(find: SweepFind, said: str | None) -> DeviceRole:
    if said is None:
        return find.role or DeviceRole.ACCESS_SWITCH
    if said not in {role.value for role in DeviceRole}:
        raise FindUnclearError(text=f"{find.address}={said}")
    return DeviceRole(said)


def _range_facts(one: SweepRange) -> dict[str, Any]:
    last = one.sweeps[0] if one.sweeps else None
    return {
        "prefix": one.prefix,
        "note": one.note,
        "credentials": list(one.credentials),
        "snmp_port": one.snmp_port,
        "allowed_by": one.allowed_by,
        "allowed_at": one.allowed_at,
        "last_sweep": last and last.asked_at,
        "state": last and last.state,
    }


def _sweep_facts(found: Sweep) -> dict[str, Any]:
    return {
        "prefix": found.range.prefix,
        "state": found.state,
        "asked_by": found.asked_by,
        "asked_at": found.asked_at,
        "ended_at": found.ended_at,
        "addresses": found.addresses,
        "asked": found.asked,
        "error": found.error_code,
    }


def _find_facts(find: SweepFind, who: Known) -> dict[str, Any]:
    """`device`: the device of the ledger that it is; `same_as`: the address under which it stands here already."""
    return {
        "address": find.address,
        "name": find.name,
        "role": find.role,
        "vendor": find.vendor,
        "model": find.model,
        "serial": find.serial,
        "credential": find.credential,
        "rtt_ms": find.rtt_ms,
        "device": who.device and who.device.name,
        "same_as": who.twin and who.twin.address,
    }
