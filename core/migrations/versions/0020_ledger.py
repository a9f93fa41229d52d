"""The whole ledger: racks, purchases, VLANs, subnets, addresses, tags, custom fields, history, documents."""

from typing import Final

import sqlalchemy as sa
from alembic import op

from core.database import Json, JsonOrNothing, UtcDateTime

revision: Final = "0020_ledger"
down_revision: Final[str | None] = "0018_tokens"

NAME = sa.String(120)
CODE = sa.String(64)
PLACE = sa.String(240)
ADDRESS_KEY = sa.String(33)

ENTRIES = ("region", "site", "unit", "contact", "room", "device", "line", "business_system")
KINDS = "region site unit contact room rack device line vlan subnet address system"
OLD_KINDS = "region site unit contact room device line system"
MARK = "inventory_maintenance"


def upgrade() -> None:
    for kind in ENTRIES:
        op.add_column(f"inventory_{kind}", sa.Column("tags", sa.String(480), nullable=False, server_default=""))
        op.add_column(f"inventory_{kind}", sa.Column("custom", Json, nullable=False, server_default="{}"))
        op.add_column(f"inventory_{kind}", sa.Column("initials", NAME, nullable=False, server_default=""))
    _create_racks()
    _extend_devices()
    _create_addressing()
    _create_history()
    _create_additions()
    _rebuild_marks(KINDS)


def downgrade() -> None:
    _rebuild_marks(OLD_KINDS)
    for table in ("document", "custom_field", "change", "change_set", "address", "subnet", "vlan"):
        op.drop_table(f"inventory_{table}")
    _restore_devices()
    op.drop_table("inventory_rack")
    for kind in ENTRIES:
        op.drop_column(f"inventory_{kind}", "initials")
        op.drop_column(f"inventory_{kind}", "custom")
        op.drop_column(f"inventory_{kind}", "tags")


def _table(name: str, *parts: sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Integer, nullable=False),
        *parts,
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
        sqlite_autoincrement=True,
    )


def _entry(name: str, *parts: sa.schema.SchemaItem) -> None:
    own: list[sa.schema.SchemaItem] = [
        sa.Column("notes", sa.Text, nullable=False),
        sa.Column("tags", sa.String(480), nullable=False),
        sa.Column("custom", Json, nullable=False),
    ]
    _table(name, *own, *parts)


def _text(name: str, kind: sa.String) -> sa.Column[str]:
    return sa.Column(name, kind, nullable=False)


def _one_of(table: str, name: str, words: str) -> tuple[sa.Column[str], sa.CheckConstraint]:
    allowed = ", ".join(f"'{word}'" for word in words.split())
    return sa.Column(name, sa.String(24), nullable=False), _check(table, name, f"{name} IN ({allowed})")


def _check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def _reference(
    table: str, name: str, target: str, *, required: bool = False
) -> tuple[sa.Column[int], sa.ForeignKeyConstraint]:
    return (
        sa.Column(name, sa.Integer, nullable=not required),
        sa.ForeignKeyConstraint([name], [f"{target}.id"], name=f"fk_{table}_{name}"),
    )


def _index(table: str, *columns: str) -> None:
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))


def _create_racks() -> None:
    table = "inventory_rack"
    _entry(
        table,
        *_reference(table, "room_id", "inventory_room", required=True),
        _text("name", CODE),
        sa.Column("height", sa.Integer, nullable=False),
        _check(table, "height", "height BETWEEN 1 AND 60"),
        sa.UniqueConstraint("room_id", "name", name=f"uq_{table}_room_id_name"),
    )


def _extend_devices() -> None:
    """A rack's name becomes a rack of the device's room; where there is no room, it is kept in the notes."""
    table = "inventory_device"
    op.execute(
        f"ALTER TABLE {table} ADD COLUMN rack_id INTEGER CONSTRAINT fk_{table}_rack_id REFERENCES inventory_rack (id)"
    )
    op.execute(
        f"ALTER TABLE {table} ADD COLUMN rack_units INTEGER DEFAULT 1 NOT NULL"
        f" CONSTRAINT ck_{table}_rack_units CHECK (rack_units BETWEEN 1 AND 60)"
    )
    op.add_column(table, sa.Column("asset_number", CODE, nullable=False, server_default=""))
    for name in ("purchased_on", "warranty_until", "end_of_life"):
        op.add_column(table, sa.Column(name, sa.Date))
    op.execute(
        "INSERT INTO inventory_rack (room_id, name, height, notes, tags, custom)"
        " SELECT DISTINCT room_id, rack, 42, '', '', custom FROM inventory_device"
        " WHERE rack <> '' AND room_id IS NOT NULL"
    )
    op.execute(
        "UPDATE inventory_device SET rack_id = (SELECT id FROM inventory_rack"
        " WHERE inventory_rack.room_id = inventory_device.room_id AND inventory_rack.name = inventory_device.rack)"
    )
    op.execute("UPDATE inventory_device SET notes = notes || ' 机柜: ' || rack WHERE rack <> '' AND room_id IS NULL")
    op.drop_column(table, "rack")
    _index(table, "rack_id")


def _restore_devices() -> None:
    table = "inventory_device"
    op.add_column(table, sa.Column("rack", CODE, nullable=False, server_default=""))
    op.execute(
        "UPDATE inventory_device SET rack ="
        " COALESCE((SELECT name FROM inventory_rack WHERE id = inventory_device.rack_id), '')"
    )
    op.drop_index(f"ix_{table}_rack_id", table)
    for name in ("end_of_life", "warranty_until", "purchased_on", "asset_number", "rack_units", "rack_id"):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {name}")


def _create_addressing() -> None:
    table = "inventory_vlan"
    _entry(
        table,
        _text("name", NAME),
        sa.Column("vid", sa.Integer, nullable=False),
        *_reference(table, "site_id", "inventory_site"),
        *_reference(table, "unit_id", "inventory_unit"),
        _check(table, "vid", "vid BETWEEN 1 AND 4094"),
        sa.UniqueConstraint("name", name=f"uq_{table}_name"),
        sa.UniqueConstraint("vid", "site_id", name=f"uq_{table}_vid_site_id"),
    )
    _index(table, "site_id")
    _index(table, "unit_id")
    table = "inventory_subnet"
    _entry(
        table,
        _text("name", CODE),
        _text("first", ADDRESS_KEY),
        _text("last", ADDRESS_KEY),
        _text("purpose", NAME),
        sa.Column("gateway", sa.String(45)),
        *_reference(table, "vlan_id", "inventory_vlan"),
        *_reference(table, "site_id", "inventory_site"),
        *_reference(table, "unit_id", "inventory_unit"),
        sa.UniqueConstraint("name", name=f"uq_{table}_name"),
    )
    for column in ("first", "vlan_id", "site_id", "unit_id"):
        _index(table, column)
    table = "inventory_address"
    _entry(
        table,
        _text("name", sa.String(45)),
        _text("place", ADDRESS_KEY),
        *_one_of(table, "use", "assigned reserved dynamic"),
        _text("purpose", NAME),
        *_reference(table, "device_id", "inventory_device"),
        *_reference(table, "unit_id", "inventory_unit"),
        sa.UniqueConstraint("name", name=f"uq_{table}_name"),
    )
    for column in ("place", "device_id", "unit_id"):
        _index(table, column)


def _create_history() -> None:
    table = "inventory_change_set"
    _table(
        table,
        sa.Column("at", UtcDateTime, nullable=False),
        _text("actor", NAME),
        *_one_of(table, "origin", "form ledger discovery api undo"),
        _text("subject", PLACE),
        *_reference(table, "undoes_id", table),
        sa.UniqueConstraint("undoes_id", name=f"uq_{table}_undoes_id"),
    )
    _index(table, "at")
    table = "inventory_change"
    _table(
        table,
        *_reference(table, "change_set_id", "inventory_change_set", required=True),
        *_one_of(table, "kind", KINDS),
        sa.Column("object_id", sa.Integer, nullable=False),
        _text("name", PLACE),
        sa.Column("before", JsonOrNothing),
        sa.Column("after", JsonOrNothing),
    )
    _index(table, "change_set_id")
    _index(table, "kind", "object_id")


def _create_additions() -> None:
    table = "inventory_custom_field"
    _table(
        table,
        *_one_of(table, "kind", KINDS),
        _text("name", CODE),
        *_one_of(table, "format", "text number date choice"),
        sa.Column("choices", Json, nullable=False),
        _text("help", PLACE),
        sa.UniqueConstraint("kind", "name", name=f"uq_{table}_kind_name"),
    )
    table = "inventory_document"
    _table(
        table,
        *_one_of(table, "kind", KINDS),
        sa.Column("object_id", sa.Integer, nullable=False),
        _text("name", NAME),
        _text("media_type", NAME),
        sa.Column("size", sa.Integer, nullable=False),
        _text("sha256", CODE),
        sa.Column("content", sa.LargeBinary, nullable=False),
        _text("added_by", NAME),
        sa.Column("added_at", UtcDateTime, nullable=False),
    )
    _index(table, "kind", "object_id")


def _rebuild_marks(kinds: str) -> None:
    """SQLite changes a constraint only with its table."""
    op.rename_table(MARK, f"{MARK}_kept")
    op.drop_index(f"ix_{MARK}_kind_subject_id_until", f"{MARK}_kept")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER INDEX pk_inventory_maintenance RENAME TO pk_inventory_maintenance_kept")
    op.create_table(
        MARK,
        sa.Column("id", sa.Integer, nullable=False),
        *_one_of(MARK, "kind", kinds),
        sa.Column("subject_id", sa.Integer, nullable=False),
        sa.Column("since", UtcDateTime, nullable=False),
        sa.Column("until", UtcDateTime, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("marked_by", NAME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{MARK}"),
    )
    # Without the numbers, which nothing refers to, so that PostgreSQL's sequence needs no care.
    op.execute(
        "INSERT INTO inventory_maintenance (kind, subject_id, since, until, note, marked_by)"
        " SELECT kind, subject_id, since, until, note, marked_by FROM inventory_maintenance_kept ORDER BY id"
    )
    op.drop_table(f"{MARK}_kept")
    op.create_index(f"ix_{MARK}_kind_subject_id_until", MARK, ["kind", "subject_id", "until"])
