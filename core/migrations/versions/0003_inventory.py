"""Tables of inventory."""

from typing import Final

import sqlalchemy as sa
from alembic import op

from core.database import UtcDateTime

revision: Final = "0003_inventory"
down_revision: Final[str | None] = "0002_security"

NAME = sa.String(120)
CODE = sa.String(64)
PLACE = sa.String(240)

LEVELS = "province city county township village"
CONTACT_ROLES = "network_admin leader information_officer other"
DEVICE_ROLES = (
    "core_switch aggregation_switch access_switch router firewall gatekeeper exchange server ups environment camera"
    " recorder"
)
SNMP_VERSIONS = "1 2c 3"
LIFE_CYCLES = "planned stock service retired"
CARRIERS = "telecom mobile unicom broadnet own"
LINE_KINDS = "mstp dark_fibre pon mpls_vpn cellular internet"

TABLES = (
    "inventory_region",
    "inventory_site",
    "inventory_unit",
    "inventory_contact",
    "inventory_room",
    "inventory_device",
    "inventory_port",
    "inventory_line",
    "inventory_business_system",
    "inventory_business_system_unit",
    "inventory_business_system_line",
    "inventory_business_system_device",
)


def _table(name: str, *parts: sa.schema.SchemaItem) -> None:
    """A table of one kind: number, notes, its own parts."""
    op.create_table(
        name,
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("notes", sa.Text, nullable=False),
        *parts,
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
        sqlite_autoincrement=True,
    )


def _text(name: str, kind: sa.String) -> sa.Column[str]:
    return sa.Column(name, kind, nullable=False)


def _one_of(table: str, name: str, words: str) -> tuple[sa.Column[str], sa.CheckConstraint]:
    allowed = ", ".join(f"'{word}'" for word in words.split())
    return (
        sa.Column(name, sa.String(24), nullable=False),
        sa.CheckConstraint(f"{name} IN ({allowed})", name=op.f(f"ck_{table}_{name}")),
    )


def _reference(
    table: str, name: str, target: str, *, required: bool = False, on_delete: str | None = None
) -> tuple[sa.Column[int], sa.ForeignKeyConstraint]:
    return (
        sa.Column(name, sa.Integer, nullable=not required),
        sa.ForeignKeyConstraint([name], [f"{target}.id"], name=f"fk_{table}_{name}", ondelete=on_delete),
    )


def _check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=f"uq_{table}_{'_'.join(columns)}")


def _index(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(f"ix_{table}_{column}", table, [column])


def _maintenance() -> list[sa.Column[object]]:
    return [
        sa.Column("maintenance_since", UtcDateTime),
        sa.Column("maintenance_until", UtcDateTime),
        sa.Column("maintenance_note", sa.Text, nullable=False),
        sa.Column("maintenance_by", NAME, nullable=False),
    ]


def upgrade() -> None:
    _places()
    _units()
    _devices()
    _lines()
    _business_systems()


def _places() -> None:
    table = "inventory_region"
    _table(
        table,
        _text("name", NAME),
        *_one_of(table, "level", LEVELS),
        sa.Column("code", CODE),
        *_reference(table, "parent_id", "inventory_region"),
        _unique(table, "parent_id", "name"),
        _unique(table, "code"),
    )
    table = "inventory_site"
    _table(
        table,
        _text("name", NAME),
        _text("address", PLACE),
        *_reference(table, "region_id", "inventory_region"),
        _unique(table, "name"),
    )
    _index(table, "region_id")
    table = "inventory_room"
    _table(
        table,
        *_reference(table, "site_id", "inventory_site", required=True),
        _text("name", NAME),
        _text("floor", CODE),
        _unique(table, "site_id", "name"),
    )


def _units() -> None:
    table = "inventory_unit"
    _table(
        table,
        _text("name", NAME),
        _text("short_name", NAME),
        *_reference(table, "region_id", "inventory_region"),
        *_reference(table, "site_id", "inventory_site"),
        _unique(table, "name"),
    )
    _index(table, "region_id", "site_id")
    table = "inventory_contact"
    _table(
        table,
        *_reference(table, "unit_id", "inventory_unit", required=True, on_delete="CASCADE"),
        _text("name", NAME),
        *_one_of(table, "role", CONTACT_ROLES),
        _text("phone", CODE),
        _text("email", NAME),
        _unique(table, "unit_id", "name"),
    )


def _devices() -> None:
    table = "inventory_device"
    _table(
        table,
        _text("name", NAME),
        *_one_of(table, "role", DEVICE_ROLES),
        _text("vendor", NAME),
        _text("model", NAME),
        _text("platform", CODE),
        _text("serial", CODE),
        sa.Column("address", sa.String(45)),
        sa.Column("snmp_port", sa.Integer, nullable=False),
        *_one_of(table, "snmp_version", SNMP_VERSIONS),
        _text("snmp_credential", CODE),
        sa.Column("ssh_port", sa.Integer, nullable=False),
        _text("ssh_credential", CODE),
        *_one_of(table, "life_cycle", LIFE_CYCLES),
        *_reference(table, "unit_id", "inventory_unit"),
        *_reference(table, "site_id", "inventory_site"),
        *_reference(table, "room_id", "inventory_room"),
        _text("rack", CODE),
        sa.Column("rack_position", sa.Integer),
        *_maintenance(),
        _unique(table, "name"),
        _unique(table, "address", "snmp_port"),
        _check(table, "snmp_port", "snmp_port BETWEEN 1 AND 65535"),
        _check(table, "ssh_port", "ssh_port BETWEEN 1 AND 65535"),
    )
    _index(table, "role", "serial", "unit_id", "site_id", "room_id", "maintenance_until")
    table = "inventory_port"
    _table(
        table,
        *_reference(table, "device_id", "inventory_device", required=True, on_delete="CASCADE"),
        _text("name", NAME),
        _text("alias", PLACE),
        _unique(table, "device_id", "name"),
    )


def _lines() -> None:
    table = "inventory_line"
    _table(
        table,
        _text("name", NAME),
        *_one_of(table, "carrier", CARRIERS),
        sa.Column("circuit_number", CODE),
        *_one_of(table, "kind", LINE_KINDS),
        sa.Column("bandwidth_bps", sa.BigInteger),
        *_reference(table, "a_device_id", "inventory_device"),
        *_reference(table, "a_port_id", "inventory_port"),
        *_reference(table, "b_device_id", "inventory_device"),
        *_reference(table, "b_port_id", "inventory_port"),
        _text("b_address", PLACE),
        *_reference(table, "unit_id", "inventory_unit"),
        *_reference(table, "backup_of_id", "inventory_line"),
        sa.Column("monthly_fee_fen", sa.BigInteger),
        sa.Column("contract_start", sa.Date),
        sa.Column("contract_end", sa.Date),
        sa.Column("promised_availability_ppm", sa.Integer),
        sa.Column("promised_repair_hours", sa.Integer),
        *_maintenance(),
        _unique(table, "name"),
        _unique(table, "carrier", "circuit_number"),
        _check(table, "bandwidth_bps", "bandwidth_bps >= 0"),
        _check(table, "promised_availability_ppm", "promised_availability_ppm BETWEEN 0 AND 1000000"),
        _check(table, "backup_of_another", "backup_of_id <> id"),
    )
    _index(table, "a_device_id", "a_port_id", "b_device_id", "b_port_id")
    _index(table, "unit_id", "backup_of_id", "maintenance_until")


def _business_systems() -> None:
    table = "inventory_business_system"
    _table(
        table,
        _text("name", NAME),
        *_reference(table, "owner_id", "inventory_unit"),
        sa.Column("protection_level", sa.Integer),
        _unique(table, "name"),
        _check(table, "protection_level", "protection_level BETWEEN 1 AND 5"),
    )
    _index(table, "owner_id")
    for kind in ("unit", "line", "device"):
        _uses(f"inventory_business_system_{kind}", kind)


def _uses(table: str, kind: str) -> None:
    system = _reference(table, "business_system_id", "inventory_business_system", required=True, on_delete="CASCADE")
    used = _reference(table, f"{kind}_id", f"inventory_{kind}", required=True)
    key = sa.PrimaryKeyConstraint("business_system_id", f"{kind}_id", name=f"pk_{table}")
    op.create_table(table, *system, *used, key)
    _index(table, f"{kind}_id")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
