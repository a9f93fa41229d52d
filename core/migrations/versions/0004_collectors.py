"""Tables of collectors: the current state of devices, ports, sensors, lines and the poller, and the outages."""

from typing import Final

import sqlalchemy as sa
from alembic import op

from core.database import Json, UtcDateTime

revision: Final = "0004_collectors"
down_revision: Final[str | None] = "0003_inventory"


def upgrade() -> None:
    _device_state()
    _port_state()
    _readings()
    _line_state()
    _poller_status()


def downgrade() -> None:
    for table in (
        "poller_status",
        "outage",
        "line_state",
        "discovered_neighbour",
        "sensor_state",
        "port_state",
        "device_state",
    ):
        op.drop_table(table)


def _device_state() -> None:
    op.create_table(
        "device_state",
        sa.Column("device_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("reachability", sa.String(16), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("judged_by", sa.String(16)),
        sa.Column("last_poll", UtcDateTime()),
        sa.Column("last_answer", UtcDateTime()),
        sa.Column("rtt_ms", sa.Double()),
        sa.Column("loss_percent", sa.Double()),
        sa.Column("sys_name", sa.String(255)),
        sa.Column("sys_descr", sa.String(1024)),
        sa.Column("sys_object_id", sa.String(255)),
        sa.Column("sys_location", sa.String(255)),
        sa.Column("sys_contact", sa.String(255)),
        sa.Column("booted", UtcDateTime()),
        sa.Column("vendor", sa.String(64)),
        sa.Column("hardware", sa.String(255)),
        sa.Column("version", sa.String(255)),
        sa.Column("serial", sa.String(128)),
        sa.Column("profile", sa.String(64)),
        sa.Column("cpu_percent", sa.Double()),
        sa.Column("memory_percent", sa.Double()),
        sa.Column("temperature_c", sa.Double()),
        sa.Column("error_code", sa.String(64)),
        sa.Column("error_facts", Json),
        sa.Column("updated", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("device_id", name="pk_device_state"),
    )


def _port_state() -> None:
    op.create_table(
        "port_state",
        sa.Column("port_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("device_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("ifindex", sa.Integer(), nullable=False),
        sa.Column("mac", sa.String(17)),
        sa.Column("alias", sa.String(255)),
        sa.Column("if_type", sa.Integer()),
        sa.Column("admin", sa.String(16), nullable=False),
        sa.Column("oper", sa.String(16), nullable=False),
        sa.Column("speed_bps", sa.BigInteger()),
        sa.Column("in_bps", sa.BigInteger()),
        sa.Column("out_bps", sa.BigInteger()),
        sa.Column("in_errors", sa.Double()),
        sa.Column("out_errors", sa.Double()),
        sa.Column("in_discards", sa.Double()),
        sa.Column("out_discards", sa.Double()),
        sa.Column("last_change", UtcDateTime()),
        sa.Column("updated", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("port_id", name="pk_port_state"),
    )
    op.create_index("ix_port_state_device_id", "port_state", ["device_id"])


def _readings() -> None:
    op.create_table(
        "sensor_state",
        sa.Column("device_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("key", sa.String(128), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("value", sa.Double()),
        sa.Column("unit", sa.String(16), nullable=False),
        sa.Column("state", sa.String(32)),
        sa.Column("updated", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("device_id", "kind", "key", name="pk_sensor_state"),
    )
    op.create_table(
        "discovered_neighbour",
        sa.Column("device_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("local_port", sa.String(255), nullable=False),
        sa.Column("remote_name", sa.String(255), nullable=False),
        sa.Column("remote_port", sa.String(255), nullable=False),
        sa.Column("protocol", sa.String(16), nullable=False),
        sa.Column("seen", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint(
            "device_id", "local_port", "remote_name", "remote_port", name="pk_discovered_neighbour"
        ),
    )


def _line_state() -> None:
    op.create_table(
        "line_state",
        sa.Column("line_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("cause", sa.String(32)),
        sa.Column("rtt_ms", sa.Double()),
        sa.Column("loss_percent", sa.Double()),
        sa.Column("in_bps", sa.BigInteger()),
        sa.Column("out_bps", sa.BigInteger()),
        sa.Column("utilisation_percent", sa.Double()),
        sa.Column("updated", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("line_id", name="pk_line_state"),
    )
    op.create_table(
        "outage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject_kind", sa.String(16), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("subject_name", sa.String(255), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("began", UtcDateTime(), nullable=False),
        sa.Column("ended", UtcDateTime()),
        sa.Column("cause", sa.String(32)),
        sa.Column("in_maintenance", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outage"),
    )
    op.create_index("ix_outage_subject_kind_subject_id_began", "outage", ["subject_kind", "subject_id", "began"])
    op.create_index("ix_outage_ended", "outage", ["ended"])


def _poller_status() -> None:
    op.create_table(
        "poller_status",
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("started", UtcDateTime(), nullable=False),
        sa.Column("heartbeat", UtcDateTime(), nullable=False),
        sa.Column("stopped", UtcDateTime()),
        sa.Column("icmp", sa.String(16), nullable=False),
        sa.Column("icmp_error", sa.String(64)),
        sa.Column("icmp_facts", Json),
        sa.Column("interval_s", sa.Integer(), nullable=False),
        sa.Column("devices", sa.Integer(), nullable=False),
        sa.Column("ports", sa.Integer(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("polls", sa.BigInteger(), nullable=False),
        sa.Column("failed_polls", sa.BigInteger(), nullable=False),
        sa.Column("late_polls", sa.BigInteger(), nullable=False),
        sa.Column("busy_percent", sa.Double()),
        sa.PrimaryKeyConstraint("name", name="pk_poller_status"),
    )
