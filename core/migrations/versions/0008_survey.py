"""Tables of surveys: who is behind which port, and what devices are made of."""

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

from core.database import UtcDateTime

revision: Final = "0008_survey"
down_revision: Final[str | None] = "0007_lines"

COMPONENT_TEXTS = {
    "kind": 16,
    "name": 255,
    "descr": 255,
    "model": 255,
    "serial": 128,
    "maker": 128,
    "hardware": 64,
    "firmware": 64,
    "software": 128,
}


def upgrade() -> None:
    _create(
        "station_state",
        ("device_id", "mac", "vlan"),
        _text("mac", 17),
        sa.Column("vlan", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("port_id", sa.Integer()),
        _text("port", 120),
    )
    _create("binding_state", ("device_id", "address"), _text("address", 45), _text("mac", 17), _text("port", 120))
    _create(
        "component_state",
        ("device_id", "number"),
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("parent", sa.Integer(), nullable=False),
        *(_text(name, length) for name, length in COMPONENT_TEXTS.items()),
    )
    for table, column in INDEXES:
        op.create_index(f"ix_{table}_{column}", table, [column])


def downgrade() -> None:
    for table in ("component_state", "binding_state", "station_state"):
        op.drop_table(table)


INDEXES: Final = (
    ("station_state", "mac"),
    ("station_state", "port_id"),
    ("binding_state", "address"),
    ("binding_state", "mac"),
    ("component_state", "serial"),
)


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False)


def _create(table: str, key: tuple[str, ...], *columns: sa.Column[Any]) -> None:
    op.create_table(
        table,
        sa.Column("device_id", sa.Integer(), nullable=False, autoincrement=False),
        *columns,
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("seen", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint(*key, name=f"pk_{table}"),
    )
