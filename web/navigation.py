"""The menu: what this person may open, in the order of the day's work."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import request

from core.i18n import N_
from web.access import allowed


@dataclass(frozen=True)
class Entry:
    endpoint: str
    label: str
    icon: str
    modules: tuple[str, ...] = ()  # whose pages stand below this entry's, beside those of its own module

    @property
    def current(self) -> bool:
        """A page belongs to the entry whose module it is in."""
        module = (request.endpoint or "").partition(".")[0]
        return module in {self.endpoint.partition(".")[0], *self.modules}


@dataclass(frozen=True)
class Group:
    label: str
    entries: tuple[Entry, ...]


GROUPS = (
    Group(
        N_("Monitor"),
        (
            Entry("overview.show", N_("Overview"), "overview"),
            Entry("devices.index", N_("Devices"), "device"),
            Entry("lines.index", N_("Lines"), "line"),
            Entry("rooms.index", N_("Machine rooms"), "room", ("rounds", "visits", "checklists")),
            Entry("topology.index", N_("Topology"), "line"),
            Entry("groups.index", N_("Device groups"), "device"),
        ),
    ),
    Group(
        N_("Operate"),
        (Entry("configs.index", N_("Configurations"), "config"), Entry("jobs.index", N_("Jobs"), "job")),
    ),
    Group(
        N_("Ferry"),
        (
            Entry("transfers.index", N_("My transfers"), "transfer"),
            Entry("approvals.index", N_("To approve"), "approve"),
            Entry("media.index", N_("Media"), "medium"),
            Entry("ledger.index", N_("Ferry ledger"), "ledger"),
        ),
    ),
    Group(
        N_("System"),
        (
            Entry("inventory.index", N_("Inventory"), "ledger", ("imports",)),
            Entry("sweeps.index", N_("Find devices"), "find"),
            Entry("audit.index", N_("Audit log"), "audit"),
            Entry("archives.index", N_("Audit archive"), "ledger"),
            Entry("accounts.index", N_("Accounts"), "account"),
            Entry("grants.index", N_("Grants to confirm"), "approve"),
            Entry("signing_keys.index", N_("Signing keys"), "credential"),
            Entry("sessions.index", N_("Sessions"), "account"),
            Entry("credentials.index", N_("Credentials"), "credential"),
            Entry("emergency.show", N_("Emergency access"), "warn"),
            Entry("check.show", N_("System check"), "check"),
            Entry("tokens.index", N_("My tokens"), "credential"),
            Entry("about.show", N_("About"), "about"),
        ),
    ),
)


def menu() -> Iterator[Group]:
    for group in GROUPS:
        entries = tuple(entry for entry in group.entries if allowed(entry.endpoint))
        if entries:
            yield Group(group.label, entries)
