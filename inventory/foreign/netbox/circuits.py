"""Circuits (lines here), with what their two ends are cabled to."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from core.i18n import N_
from inventory.foreign.documents import Plain
from inventory.foreign.intake import Intake, Said, word
from inventory.foreign.netbox.lists import Export, choice, end, notes
from inventory.foreign.records import Record, text_of, whole_of
from inventory.foreign.words import Topic
from inventory.kinds import ObjectKind

NOT_THERE: Final = frozenset({"planned", "deprovisioning", "decommissioned"})
NOT_THERE_NOTICE: Final = N_("%(count)s circuits are planned or given up and were left out: %(names)s")
SITE: Final = "dcim.site"


Side = Mapping[str, Plain]


def read(export: Export, intake: Intake) -> None:
    numbers = Counter(text_of(record.data.get("cid")) for record in export.list("circuits/circuits"))
    sides: dict[int, dict[str, Side]] = {}
    for one in export.list("circuits/circuit-terminations"):
        if (circuit := _number(one.data.get("circuit"))) is not None:
            sides.setdefault(circuit, {})[text_of(one.data.get("term_side"))] = one.data
    for record in export.list("circuits/circuits"):
        full = sides.get(whole_of(record.data.get("id")) or 0, {})
        _line(export, intake, record, numbers, full)


def _line(export: Export, intake: Intake, record: Record, numbers: Counter[str], full: Mapping[str, Side]) -> None:
    """A circuit's number is its own at its provider only; where two are alike, the provider stands before it."""
    number = record.text("cid")
    if choice(record.take("status")) in NOT_THERE:
        intake.name(NOT_THERE_NOTICE, number)
        return
    slug, provider = export.words("circuits/providers", record.take("provider"))
    ends = _ends(record, full)
    said = [
        Said("name", "cid", number if numbers[number] == 1 else f"{provider or slug} {number}"),
        word("carrier", "provider", Topic.CARRIER, slug, provider),
        Said("circuit_number", "cid", number),
        word("kind", "type", Topic.LINE, *export.words("circuits/circuit-types", record.take("type"))),
        Said("bandwidth_bps", "commit_rate", _bandwidth(record, ends)),
        Said("unit", "tenant", export.name("tenancy/tenants", record.take("tenant"))),
        Said("contract_start", "install_date", record.text("install_date")),
        Said("contract_end", "termination_date", record.text("termination_date")),
        Said("notes", "description", notes(record)),
    ]
    end(intake, ObjectKind.LINE, record, [*said, *_both(export, ends)])


def _ends(record: Record, full: Mapping[str, Side]) -> Mapping[str, Side]:
    """The terminations by their side, A or Z: from their own list, which knows the cables, else from the circuit."""
    return {"A": record.nested("termination_a"), "Z": record.nested("termination_z"), **full}


def _bandwidth(record: Record, ends: Mapping[str, Side]) -> str:
    """The committed rate, else the speed of a port; NetBox keeps both in kbit/s."""
    speeds = (ends[side].get("port_speed") for side in ("A", "Z"))
    rate = next(filter(None, (whole_of(one) for one in (record.take("commit_rate"), *speeds))), None)
    return f"{rate}K" if rate else ""


def _both(export: Export, ends: Mapping[str, Side]) -> Iterator[Said]:
    for side, ours in (("A", "a"), ("Z", "b")):
        at = f"termination_{side.lower()}"
        device, port = _peer(ends[side])
        yield Said(f"{ours}_device", at, device)
        yield Said(f"{ours}_port", at, port if device else "")
    yield Said("b_address", "termination_z", _site(export, ends["Z"]))


def _peer(termination: Side) -> tuple[str, str]:
    """The device and the port at the other end of the cable (`link_peer` before NetBox 3.3)."""
    found = termination.get("link_peers") or termination.get("link_peer")
    peer = found[0] if isinstance(found, list) and found else found
    if not isinstance(peer, Mapping):
        return "", ""
    device = peer.get("device")
    return (text_of(device.get("name")) if isinstance(device, Mapping) else ""), text_of(peer.get("name"))


def _site(export: Export, termination: Side) -> str:
    found = termination.get("site")
    if not found and text_of(termination.get("termination_type")) == SITE:
        found = termination.get("termination") or termination.get("termination_id")
    return export.name("dcim/sites", found)


def _number(value: Plain) -> int | None:
    return whole_of(value.get("id")) if isinstance(value, Mapping) else whole_of(value)
