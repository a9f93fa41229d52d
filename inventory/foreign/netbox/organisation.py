"""Tenants (units here) and their contacts."""

from collections.abc import Mapping
from typing import Final

from core.i18n import N_
from inventory.foreign.intake import Intake, Said
from inventory.foreign.netbox.lists import Export, end, notes
from inventory.foreign.records import Record, text_of, whole_of
from inventory.kinds import ContactRole, ObjectKind
from inventory.ledger.sheets import CONTACTS
from inventory.ledger.values import UnexpectedValueError

TENANT: Final = "tenancy.tenant"
NOBODYS: Final = N_("%(count)s contacts belong to no tenant and were left out: %(names)s")


def read(export: Export, intake: Intake) -> None:
    for record in export.list("tenancy/tenants"):
        said = [Said("name", "name", record.text("name")), Said("notes", "description", notes(record))]
        end(intake, ObjectKind.UNIT, record, said, [export.name("tenancy/tenant-groups", record.take("group"))])
    assigned = _assigned(export)
    for record in export.list("tenancy/contacts"):
        _contact(intake, record, assigned.get(whole_of(record.data.get("id")) or 0, {}))


def _contact(intake: Intake, record: Record, units: Mapping[str, tuple[str, str]]) -> None:
    """One row for each unit that the person answers for."""
    if not units:
        intake.name(NOBODYS, text_of(record.data.get("name")))
        return
    for unit, role in units.items():
        said = [
            Said("unit", "name", unit),
            Said("name", "name", record.text("name")),
            Said("role", "title", _role(role, record.text("title"))),
            Said("phone", "phone", record.text("phone")),
            Said("email", "email", record.text("email")),
            Said("notes", "comments", notes(record)),
        ]
        end(intake, ObjectKind.CONTACT, record, said)


def _assigned(export: Export) -> Mapping[int, Mapping[str, tuple[str, str]]]:
    """The tenants that each contact is assigned to, with the words for its role there."""
    found: dict[int, dict[str, tuple[str, str]]] = {}
    for record in export.list("tenancy/contact-assignments"):
        contact = record.data.get("contact")
        number = whole_of(contact.get("id") if isinstance(contact, Mapping) else contact)
        kind = record.text("object_type", "content_type")  # the latter before NetBox 4.0
        unit = export.name("tenancy/tenants", record.data.get("object") or record.data.get("object_id"))
        if number is not None and kind == TENANT and unit:
            words = export.words("tenancy/contact-roles", record.data.get("role"))
            found.setdefault(number, {})[unit] = words
    return found


def _role(words: tuple[str, str], title: str) -> str:
    """What somebody answers for, where one of the words says it; another contact otherwise."""
    for text in (*words, title):
        try:
            return str(CONTACTS.column("role").format.parse(text)) if text else ContactRole.OTHER.value
        except UnexpectedValueError:
            continue
    return ContactRole.OTHER.value
