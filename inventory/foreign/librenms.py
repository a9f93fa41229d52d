"""LibreNMS's devices: the answer of /api/v0/devices (JSON), or a CSV file with the same names as headings.

What LibreNMS polls (uptime, versions, states) this program finds out itself; it is left out and told as such.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from core.i18n import N_
from inventory.foreign.documents import MOST_RECORDS, Plain, json_of, table_of
from inventory.foreign.errors import ForeignEmptyError, ForeignTooManyError
from inventory.foreign.gathering import Source
from inventory.foreign.intake import Intake, Said, address_of, word
from inventory.foreign.records import Record
from inventory.foreign.router_db import NO_ADDRESS
from inventory.foreign.sites import NamedSites
from inventory.foreign.spots import at_line, at_pointer
from inventory.foreign.words import Topic
from inventory.kinds import ObjectKind

FOUND_OUT: Final = N_("what LibreNMS polls (versions, states, times) was left out; it is found out here by polling")
DISABLED: Final = N_("%(count)s devices are disabled and were left out: %(names)s")
POLLED: Final = frozenset(
    {
        "agent_uptime", "authalgo", "authlevel", "bgpLocalAs", "cryptoalgo", "dependency_parent_hostname",
        "dependency_parent_id", "device_id", "disable_notify", "disabled", "features", "icon",
        "ignore", "ignore_status", "inserted", "last_discovered", "last_discovered_timetaken", "last_ping",
        "last_ping_timetaken", "last_poll_attempted", "last_polled", "last_polled_timetaken",
        "location_id", "max_depth", "mtu_status", "override_sysLocation", "poller_group", "port_association_mode",
        "retries", "snmp_disable", "status", "status_reason", "sysDescr", "sysObjectID", "timeout", "transport",
        "uptime", "version",
    }
)  # fmt: skip
# LibreNMS keeps coordinates behind the name of a place: 行政中心 [26.40,112.39]
COORDINATES: Final = re.compile(r"\s*\[[-0-9., ]*\]\s*$")
NOWHERE: Final = frozenset({"", "unknown", "<private>"})


def read(files: Sequence[Source], intake: Intake) -> None:
    """Raises ForeignError."""
    records = [record for source in files for record in _records(source)]
    if len(records) > MOST_RECORDS:
        raise ForeignTooManyError(file=files[0].name, limit=MOST_RECORDS)
    names = Counter(str(record.data.get("sysName") or "").strip().casefold() for record in records)
    sites = NamedSites(intake)
    told: set[str] = set()
    for record in records:
        _device(intake, record, names, sites, told)
    for text in told:
        intake.note(text)


def _records(source: Source) -> Iterable[Record]:
    if source.content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"{", b"["}:
        whole = json_of(source)
        prefix, devices = ("/devices", whole.get("devices")) if isinstance(whole, Mapping) else ("", whole)
        if not isinstance(devices, list):
            raise ForeignEmptyError(file=source.name, system="LibreNMS")
        return [
            Record(source.name, at_pointer(source.name, number, f"{prefix}/{number - 1}"), data)
            for number, data in enumerate(devices, 1)
            if isinstance(data, Mapping)
        ]
    return [Record(source.name, at_line(source.name, line), data) for line, data in table_of(source)]


def _device(intake: Intake, record: Record, names: Counter[str], sites: NamedSites, told: set[str]) -> None:
    hostname, name = record.text("hostname"), record.text("sysName")
    if not name or names[name.casefold()] > 1:
        name = hostname or name  # factory names, such as HUAWEI, are many devices'
    address = next(filter(None, (address_of(record.text(one)) for one in ("overwrite_ip", "ip"))), address_of(hostname))
    if record.text("disabled") == "1" or record.data.get("disabled") is True:
        intake.name(DISABLED, name)
        return
    if not address:
        intake.name(NO_ADDRESS, name)
    intake.add(ObjectKind.DEVICE, record.spot, [*_said(record, name, address), _site(record, sites)])
    if any(name in POLLED for name in record.rest()):
        told.add(FOUND_OUT)
    record.take("display")  # the host name in another spelling
    intake.finish(record, POLLED)


def _said(record: Record, name: str, address: str) -> list[Said]:
    """The purpose is a person's own words, as the notes are."""
    kind = record.text("type")
    notes = "\n".join(filter(None, (record.text("purpose"), record.text("notes"))))
    return [
        Said("name", "sysName", name),
        Said("address", "ip", address),
        word("role", "type" if kind else "role", Topic.ROLE, kind, asked=bool(kind)),
        word("platform", "os", Topic.PLATFORM, record.text("os")),
        Said("model", "hardware", record.text("hardware")),
        Said("serial", "serial", record.text("serial")),
        Said("snmp_port", "port", record.text("port")),
        Said("snmp_version", "snmpver", record.text("snmpver")),
        Said("notes", "notes", notes),
    ]


def _site(record: Record, sites: NamedSites) -> Said:
    location: Plain = record.take("location")
    if isinstance(location, Mapping):
        location = location.get("location")
    name = COORDINATES.sub("", location).strip() if isinstance(location, str) else ""
    return sites.said(record.spot, "location", "" if name.casefold() in NOWHERE else name)
