"""Tables of ferry."""

from typing import Final

import sqlalchemy as sa
from alembic import op

from core.database import Json, UtcDateTime

revision: Final = "0006_ferry"
down_revision: Final[str | None] = "0005_automation"

_TABLES: Final = (
    "ferry_approver_key",
    "ferry_nonce",
    "ferry_peer",
    "ferry_site",
    "ferry_link",
    "ferry_peer_approver",
    "ferry_gap",
    "ferry_incoming",
    "ferry_transfer",
    "ferry_approval",
    "ferry_bundle",
    "ferry_file",
    "ferry_incoming_approval",
    "ferry_incoming_file",
)


def upgrade() -> None:
    _create_approver_key()
    _create_nonce()
    _create_peer()
    _create_site()
    _create_link()
    _create_peer_approver()
    _create_gap()
    _create_incoming()
    _create_transfer()
    _create_approval()
    _create_bundle()
    _create_file()
    _create_incoming_approval()
    _create_incoming_file()


def downgrade() -> None:
    for table in reversed(_TABLES):
        op.drop_table(table)


def _create_approver_key() -> None:
    op.create_table(
        "ferry_approver_key",
        sa.Column("person", sa.String(100), nullable=False),
        sa.Column("roles", Json, nullable=False),
        sa.Column("public", sa.LargeBinary(), nullable=False),
        sa.Column("locked", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("person", name="pk_ferry_approver_key"),
    )


def _create_nonce() -> None:
    op.create_table(
        "ferry_nonce",
        sa.Column("nonce", sa.String(32), nullable=False),
        sa.Column("transfer", sa.String(32), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("nonce", name="pk_ferry_nonce"),
    )


def _create_peer() -> None:
    op.create_table(
        "ferry_peer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("zone", sa.String(16), nullable=False),
        sa.Column("sender", sa.String(32), nullable=False),
        sa.Column("ed25519", sa.LargeBinary(), nullable=False),
        sa.Column("mldsa65", sa.LargeBinary(), nullable=False),
        sa.Column("x25519", sa.LargeBinary(), nullable=False),
        sa.Column("mlkem768", sa.LargeBinary(), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("pinned_at", UtcDateTime(), nullable=False),
        sa.Column("pinned_by", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ferry_peer"),
        sa.UniqueConstraint("name", name="uq_ferry_peer_name"),
        sa.UniqueConstraint("sender", name="uq_ferry_peer_sender"),
    )


def _create_site() -> None:
    op.create_table(
        "ferry_site",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("zone", sa.String(16), nullable=False),
        sa.Column("ed25519", sa.LargeBinary(), nullable=False),
        sa.Column("mldsa65", sa.LargeBinary(), nullable=False),
        sa.Column("x25519", sa.LargeBinary(), nullable=False),
        sa.Column("mlkem768", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ferry_site"),
        sa.CheckConstraint("id = 1", name="ck_ferry_site_ck_ferry_site_single"),
    )


def _create_link() -> None:
    op.create_table(
        "ferry_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(32), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("outgoing", sa.Boolean(), nullable=False),
        sa.Column("peer_id", sa.Integer(), nullable=False),
        sa.Column("carrier", sa.String(16), nullable=False),
        sa.Column("ceiling", sa.String(16), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("header", sa.String(64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ferry_link"),
        sa.ForeignKeyConstraint(["peer_id"], ["ferry_peer.id"], name="fk_ferry_link_peer_id"),
        sa.UniqueConstraint("name", "outgoing", name="uq_ferry_link_name_outgoing"),
        sa.UniqueConstraint("uid", name="uq_ferry_link_uid"),
    )


def _create_peer_approver() -> None:
    op.create_table(
        "ferry_peer_approver",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("peer_id", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(100), nullable=False),
        sa.Column("roles", Json, nullable=False),
        sa.Column("public", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ferry_peer_approver"),
        sa.ForeignKeyConstraint(["peer_id"], ["ferry_peer.id"], name="fk_ferry_peer_approver_peer_id"),
        sa.UniqueConstraint("peer_id", "person", name="uq_ferry_peer_approver_peer_id_person"),
    )


def _create_gap() -> None:
    op.create_table(
        "ferry_gap",
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("noticed_at", UtcDateTime(), nullable=False),
        sa.Column("closed_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("link_id", "sequence", name="pk_ferry_gap"),
        sa.ForeignKeyConstraint(["link_id"], ["ferry_link.id"], name="fk_ferry_gap_link_id"),
    )


def _create_incoming() -> None:
    op.create_table(
        "ferry_incoming",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(500), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("offered_size", sa.BigInteger(), nullable=False),
        sa.Column("offered_sha256", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("link_id", sa.Integer()),
        sa.Column("sequence", sa.BigInteger()),
        sa.Column("uid", sa.String(32)),
        sa.Column("header", sa.String(64)),
        sa.Column("previous", sa.String(64)),
        sa.Column("audit_anchor", sa.String(64)),
        sa.Column("sealed_at", UtcDateTime()),
        sa.Column("not_after", UtcDateTime()),
        sa.Column("transfer", sa.String(32)),
        sa.Column("level", sa.String(16)),
        sa.Column("submitter", sa.String(200)),
        sa.Column("purpose", sa.Text()),
        sa.Column("recipients", Json),
        sa.Column("manifest", sa.Text()),
        sa.Column("summary", sa.Text()),
        sa.Column("report", sa.Text()),
        sa.Column("receipt_code", sa.String(20)),
        sa.Column("refusal", Json),
        sa.Column("released_by", sa.String(100)),
        sa.Column("released_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name="pk_ferry_incoming"),
        sa.ForeignKeyConstraint(["link_id"], ["ferry_link.id"], name="fk_ferry_incoming_link_id"),
        sa.UniqueConstraint("link_id", "sequence", name="uq_ferry_incoming_link_id_sequence"),
        sa.UniqueConstraint("place", "name", "offered_sha256", name="uq_ferry_incoming_place_name_offered_sha256"),
        sa.UniqueConstraint("uid", name="uq_ferry_incoming_uid"),
    )
    op.create_index("ix_ferry_incoming_seen_at", "ferry_incoming", ["seen_at"])
    op.create_index("ix_ferry_incoming_state", "ferry_incoming", ["state"])


def _create_transfer() -> None:
    op.create_table(
        "ferry_transfer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(32), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("level", sa.String(16), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("recipients", Json, nullable=False),
        sa.Column("submitter", sa.String(100), nullable=False),
        sa.Column("account_id", sa.Integer()),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("report", sa.Text()),
        sa.Column("root", sa.String(64)),
        sa.Column("inspection", sa.String(64)),
        sa.Column("policy", sa.String(64)),
        sa.Column("ended_by", sa.String(100)),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("refusal", Json),
        sa.Column("handed_off_at", UtcDateTime()),
        sa.Column("receipted_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name="pk_ferry_transfer"),
        sa.ForeignKeyConstraint(["link_id"], ["ferry_link.id"], name="fk_ferry_transfer_link_id"),
        sa.UniqueConstraint("id", "submitter", name="uq_ferry_transfer_id_submitter"),
        sa.UniqueConstraint("uid", name="uq_ferry_transfer_uid"),
    )
    op.create_index("ix_ferry_transfer_created_at", "ferry_transfer", ["created_at"])
    op.create_index("ix_ferry_transfer_state", "ferry_transfer", ["state"])
    op.create_index("ix_ferry_transfer_submitter", "ferry_transfer", ["submitter"])


def _create_approval() -> None:
    op.create_table(
        "ferry_approval",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("transfer_id", sa.Integer(), nullable=False),
        sa.Column("submitter", sa.String(100), nullable=False),
        sa.Column("person", sa.String(100), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("nonce", sa.String(32), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ferry_approval"),
        sa.CheckConstraint("lower(person) <> lower(submitter)", name="ck_ferry_approval_ck_ferry_approval_separation"),
        sa.ForeignKeyConstraint(
            ["transfer_id", "submitter"],
            ["ferry_transfer.id", "ferry_transfer.submitter"],
            name="fk_ferry_approval_transfer_id_submitter",
        ),
        sa.UniqueConstraint("nonce", name="uq_ferry_approval_nonce"),
        sa.UniqueConstraint("transfer_id", "person", name="uq_ferry_approval_transfer_id_person"),
        sa.UniqueConstraint("transfer_id", "role", name="uq_ferry_approval_transfer_id_role"),
    )


def _create_bundle() -> None:
    op.create_table(
        "ferry_bundle",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(32), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("transfer_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("not_after", UtcDateTime(), nullable=False),
        sa.Column("header", sa.String(64)),
        sa.Column("sha256", sa.String(64)),
        sa.Column("size", sa.BigInteger()),
        sa.Column("receipt", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id", name="pk_ferry_bundle"),
        sa.ForeignKeyConstraint(["link_id"], ["ferry_link.id"], name="fk_ferry_bundle_link_id"),
        sa.ForeignKeyConstraint(["transfer_id"], ["ferry_transfer.id"], name="fk_ferry_bundle_transfer_id"),
        sa.UniqueConstraint("link_id", "sequence", name="uq_ferry_bundle_link_id_sequence"),
        sa.UniqueConstraint("transfer_id", name="uq_ferry_bundle_transfer_id"),
        sa.UniqueConstraint("uid", name="uq_ferry_bundle_uid"),
    )
    op.create_index(
        "ix_ferry_bundle_sealing",
        "ferry_bundle",
        ["link_id"],
        unique=True,
        sqlite_where=sa.text("state = 'sealing'"),
        postgresql_where=sa.text("state = 'sealing'"),
    )


def _create_file() -> None:
    op.create_table(
        "ferry_file",
        sa.Column("transfer_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("sm3", sa.String(64), nullable=False),
        sa.Column("report", sa.Text()),
        sa.PrimaryKeyConstraint("transfer_id", "position", name="pk_ferry_file"),
        sa.ForeignKeyConstraint(["transfer_id"], ["ferry_transfer.id"], name="fk_ferry_file_transfer_id"),
    )


def _create_incoming_approval() -> None:
    op.create_table(
        "ferry_incoming_approval",
        sa.Column("incoming_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person", sa.String(200), nullable=False),
        sa.Column("role", sa.String(64), nullable=False),
        sa.Column("issued_at", UtcDateTime(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("incoming_id", "position", name="pk_ferry_incoming_approval"),
        sa.ForeignKeyConstraint(["incoming_id"], ["ferry_incoming.id"], name="fk_ferry_incoming_approval_incoming_id"),
    )


def _create_incoming_file() -> None:
    op.create_table(
        "ferry_incoming_file",
        sa.Column("incoming_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("claimed_name", sa.String(255), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("sm3", sa.String(64), nullable=False),
        sa.Column("report", sa.Text()),
        sa.PrimaryKeyConstraint("incoming_id", "position", name="pk_ferry_incoming_file"),
        sa.ForeignKeyConstraint(["incoming_id"], ["ferry_incoming.id"], name="fk_ferry_incoming_file_incoming_id"),
    )
