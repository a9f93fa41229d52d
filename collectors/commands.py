"""`guanjin health`: the state of the devices, at a terminal and for other programs."""

from collections.abc import Mapping, Sequence
from typing import Any

import click
from sqlalchemy import select

from collectors.detail import DeviceDetail, PortHealth, device_detail
from collectors.errors import UnknownDeviceError, explain
from collectors.freshness import Freshness, PollerHealth, poller_health
from collectors.health import DeviceHealth, list_devices
from collectors.labels import label
from collectors.lines.commands import availability_command, line_command
from collectors.overview import Attention, overview, who_is_cut_off
from collectors.survey.commands import locate_command, parts_command
from core.commandline import Application, json_option, pass_application, print_json, print_table
from core.i18n import N_, Translate
from inventory.kinds import ObjectKind
from inventory.labels import label as word
from inventory.models import Device
from inventory.topology.services import Hit


@click.group(help=N_("The state of devices and lines, as the poller last saw it."))
def health() -> None:
    pass


health.add_command(line_command)
health.add_command(availability_command)
health.add_command(locate_command)
health.add_command(parts_command)


@health.command("list", help=N_("List all devices with their state."))
@json_option
@pass_application
def list_command(application: Application, *, as_json: bool) -> None:
    now, translate = application.clock.now(), application.translate
    with application.database.read() as session:
        devices = list_devices(session, now)
        poller = poller_health(session, now)
    if as_json:
        print_json([_device_facts(found) for found in devices])
    else:
        headings = (N_("device"), N_("address"), N_("state"), N_("age"), N_("load"), N_("model"), N_("fault"))
        print_table(
            [translate(heading) for heading in headings], [_device_cells(found, translate) for found in devices]
        )
    _warn_about(poller, application)


@health.command("show", help=N_("Show one device with its ports."))
@click.argument("name")
@json_option
@pass_application
def show_command(application: Application, name: str, *, as_json: bool) -> None:
    now, translate = application.clock.now(), application.translate
    with application.database.read() as session:
        device_id = session.scalar(select(Device.id).where(Device.name == name))
        detail = None if device_id is None else device_detail(session, now, device_id)
        poller = poller_health(session, now)
        if detail is None:
            raise UnknownDeviceError(name=name)
        if as_json:
            print_json(_detail_facts(detail))
        else:
            _print_detail(detail, translate)
    _warn_about(poller, application)


@health.command("overview", help=N_("Show what needs attention, with whom and what it hits."))
@json_option
@pass_application
def overview_command(application: Application, *, as_json: bool) -> None:
    now, translate = application.clock.now(), application.translate
    with application.database.read() as session:
        found = overview(session, now)
        cut_off = who_is_cut_off(session, found.attention, station=application.settings.site.station_device)
        poller = poller_health(session, now)
    if as_json:
        by_subject = [{"kind": kind, "id": number, "hit": hits} for (kind, number), hits in cut_off.items()]
        print_json({"counts": found.counts, "attention": found.attention, "cut_off": by_subject})
    else:
        headings = [translate(text) for text in (N_("severity"), N_("name"), N_("state"), N_("units"), N_("systems"))]
        rows = [
            (item.severity, item.name, item.state, *_hit(item, cut_off.get((item.kind, item.id)), translate))
            for item in found.attention
        ]
        print_table(headings, rows)
    _warn_about(poller, application)


def _hit(item: Attention, hits: Sequence[Hit] | None, translate: Translate) -> tuple[str, str]:
    """Units and business systems, each with what happens to it; its own where that is not known."""
    if hits is None:
        return "、".join(item.units), "、".join(item.systems)
    if not hits:
        return translate(N_("nobody is cut off")), ""
    kinds = (ObjectKind.UNIT, ObjectKind.SYSTEM)
    told = {kind: [f"{hit.name} ({word(hit.effect, translate)})" for hit in hits if hit.kind is kind] for kind in kinds}
    return "、".join(told[ObjectKind.UNIT]), "、".join(told[ObjectKind.SYSTEM])


def _warn_about(poller: PollerHealth, application: Application) -> None:
    """A table of yesterday's state must not pass for today's."""
    if not poller.running:
        application.say(N_("the poller is not running; this is the state that it left"))
        application.hint(N_("start it with `guanjin up`"))


def _device_facts(found: DeviceHealth) -> dict[str, Any]:
    state = found.state
    return {
        "name": found.device.name,
        "address": found.device.address,
        "reachability": found.reachability,
        "since": state.since if state else None,
        "watched": found.watched,
        "in_maintenance": found.in_maintenance,
        "age_s": found.freshness.age_s,
        "stale": found.freshness.stale,
        "cpu_percent": state.cpu_percent if state else None,
        "memory_percent": state.memory_percent if state else None,
        "temperature_c": state.temperature_c if state else None,
        "rtt_ms": state.rtt_ms if state else None,
        "loss_percent": state.loss_percent if state else None,
        "hardware": state.hardware if state else None,
        "version": state.version if state else None,
        "serial": state.serial if state else None,
        "error": state.error_code if state else None,
    }


def _device_cells(found: DeviceHealth, translate: Translate) -> tuple[object, ...]:
    state = found.state
    load = "" if state is None or state.cpu_percent is None else f"{state.cpu_percent:.0f} %"
    return (
        found.device.name,
        found.device.address,
        label(found.reachability, translate) if found.watched else translate(N_("not watched")),
        _age(found.freshness) if found.watched else "",
        load,
        state.hardware if state else "",
        _fault(found, translate),
    )


def _fault(found: DeviceHealth, translate: Translate) -> str:
    state = found.state
    return explain(state.error_code, state.error_facts, translate).text if state and state.error_code else ""


def _age(freshness: Freshness) -> str:
    return "-" if freshness.age_s is None else f"{freshness.age_s:.0f} s" + (" !" if freshness.stale else "")


def _detail_facts(detail: DeviceDetail) -> dict[str, Any]:
    return _device_facts(detail.health) | {
        "ports": [_port_facts(found) for found in detail.ports],
        "sensors": [
            {"kind": one.kind, "name": one.name, "value": one.value, "unit": one.unit, "state": one.state}
            for one in detail.sensors
        ],
        "neighbours": [
            {"local_port": one.local_port, "remote_name": one.remote_name, "remote_port": one.remote_port}
            for one in detail.neighbours
        ],
        "outages": [{"began": one.began, "ended": one.ended, "cause": one.cause} for one in detail.outages],
    }


def _port_facts(found: PortHealth) -> Mapping[str, Any]:
    state = found.state
    names = ("ifindex", "admin", "oper", "speed_bps", "in_bps", "out_bps", "alias", "mac")
    return {"name": found.port.name} | {name: getattr(state, name) if state else None for name in names}


def _print_detail(detail: DeviceDetail, translate: Translate) -> None:
    facts = _device_facts(detail.health)
    facts["reachability"] = label(detail.health.reachability, translate)
    print_table(
        [translate(N_("fact")), translate(N_("value"))],
        [(name, value) for name, value in facts.items() if value not in {None, ""}],
    )
    click.echo()
    headings = (N_("port"), N_("state"), N_("speed"), N_("in"), N_("out"), N_("description"))
    rows = []
    for found in detail.ports:
        state = found.state
        if state is None:
            rows.append((found.port.name, "", "", "", "", found.port.alias))
            continue
        speeds = (_bits(state.speed_bps), _bits(state.in_bps), _bits(state.out_bps))
        rows.append((found.port.name, label(state.oper, translate), *speeds, state.alias or found.port.alias))
    print_table([translate(heading) for heading in headings], rows)


def _bits(value: int | None) -> str:
    if value is None:
        return ""
    for factor, unit in ((10**9, "Gbit/s"), (10**6, "Mbit/s"), (10**3, "kbit/s")):
        if value >= factor:
            return f"{value / factor:.3g} {unit}"
    return f"{value} bit/s"
