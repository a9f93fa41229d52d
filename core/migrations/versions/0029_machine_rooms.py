"""Lists, rounds and findings of machine rooms, and their entry register."""

from typing import Final

import sqlalchemy as sa
from alembic import op

from core.database import Json, UtcDateTime

revision: Final = "0029_machine_rooms"
down_revision: Final[str | None] = "0028_sweep"

NAME = sa.String(120)
CODE = sa.String(64)
PLACE = sa.String(240)
PURPOSES = "('round', 'acceptance')"


def upgrade() -> None:
    table = "inventory_checklist"
    _create(
        table,
        _text("name", CODE),
        *_purpose(table),
        sa.Column("items", Json, nullable=False),
        sa.Column("every_days", sa.Integer),
        sa.Column("retired", sa.Boolean, nullable=False),
        sa.UniqueConstraint("name", name=f"uq_{table}_name"),
    )
    table = "inventory_checklist_room"
    op.create_table(
        table,
        *_reference(table, "checklist_id", "inventory_checklist", on_delete="CASCADE"),
        *_reference(table, "room_id", "inventory_room", on_delete="CASCADE"),
        sa.PrimaryKeyConstraint("checklist_id", "room_id", name=f"pk_{table}"),
    )
    _index(table, "room_id")
    table = "inventory_round"
    _create(
        table,
        *_reference(table, "checklist_id", "inventory_checklist"),
        *_reference(table, "room_id", "inventory_room"),
        _text("name", CODE),
        *_purpose(table),
        sa.Column("answers", Json, nullable=False),
        sa.Column("wrong", sa.Integer, nullable=False),
        _text("remarks", sa.Text()),
        sa.Column("done_at", UtcDateTime, nullable=False),
        _text("done_by", NAME),
    )
    _index(table, "checklist_id")
    _index(table, "room_id", "done_at")
    table = "inventory_finding"
    _create(
        table,
        *_reference(table, "round_id", "inventory_round"),
        *_reference(table, "room_id", "inventory_room"),
        _text("item", PLACE),
        _text("found", PLACE),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("closed_at", UtcDateTime),
        _text("closed_by", NAME),
        _text("remedy", sa.Text()),
    )
    _index(table, "round_id")
    _index(table, "room_id", "closed_at")
    table = "inventory_visit"
    _create(
        table,
        *_reference(table, "room_id", "inventory_room"),
        _text("name", NAME),
        _text("organisation", NAME),
        _text("phone", CODE),
        _text("purpose", PLACE),
        _text("escort", NAME),
        _text("brought", PLACE),
        _text("taken", PLACE),
        sa.Column("entered_at", UtcDateTime, nullable=False),
        sa.Column("left_at", UtcDateTime),
        _text("registered_by", NAME),
        _text("seen_out_by", NAME),
    )
    _index(table, "room_id", "entered_at")
    _index(table, "left_at")


def downgrade() -> None:
    for table in ("visit", "finding", "round", "checklist_room", "checklist"):
        op.drop_table(f"inventory_{table}")


def _create(name: str, *parts: sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Integer, nullable=False),
        *parts,
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
        sqlite_autoincrement=True,
    )


def _text(name: str, kind: sa.String) -> sa.Column[str]:
    return sa.Column(name, kind, nullable=False)


def _purpose(table: str) -> tuple[sa.Column[str], sa.CheckConstraint]:
    rule = sa.CheckConstraint(f"purpose IN {PURPOSES}", name=op.f(f"ck_{table}_purpose"))
    return sa.Column("purpose", sa.String(24), nullable=False), rule


def _reference(
    table: str, name: str, target: str, on_delete: str | None = None
) -> tuple[sa.Column[int], sa.ForeignKeyConstraint]:
    return (
        sa.Column(name, sa.Integer, nullable=False),
        sa.ForeignKeyConstraint([name], [f"{target}.id"], name=f"fk_{table}_{name}", ondelete=on_delete),
    )


def _index(table: str, *columns: str) -> None:
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))
