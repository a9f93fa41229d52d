"""Tables of security."""

from typing import Final

import sqlalchemy as sa
from alembic import op

from core.database import UtcDateTime

revision: Final = "0002_security"
down_revision: Final[str | None] = "0001_jobs"

_SEQUENCE = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    _create_audit()
    _forbid_changes()
    _create_vault()
    _create_accounts()
    _create_login()


def downgrade() -> None:
    for table in ("setup", "login_failure", "login_session", "role_grant", "account"):
        op.drop_table(table)
    op.drop_table("vault_secret")
    op.drop_table("vault_key")
    op.drop_table("audit_head")
    op.drop_table("audit_record")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_record_forbid()")


def _create_audit() -> None:
    op.create_table(
        "audit_record",
        sa.Column("sequence", _SEQUENCE, autoincrement=False, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("event", sa.String(64), nullable=False),
        sa.Column("actor_name", sa.String(100), nullable=False),
        sa.Column("actor_kind", sa.String(8), nullable=False),
        sa.Column("account_id", sa.Integer()),
        sa.Column("address", sa.String(64)),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("result", sa.String(8), nullable=False),
        sa.Column("before", sa.Text()),
        sa.Column("after", sa.Text()),
        sa.Column("detail", sa.Text()),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_audit_record"),
        sa.CheckConstraint("sequence > 0", name="ck_audit_record_sequence"),
        sa.CheckConstraint("result IN ('ok', 'refused', 'failed')", name="ck_audit_record_result"),
    )
    for column in ("at", "event", "actor_name", "subject"):
        op.create_index(f"ix_audit_record_{column}", "audit_record", [column])
    head = op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", _SEQUENCE, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_head"),
        sa.CheckConstraint("id = 1", name="ck_audit_head_single"),
    )
    op.bulk_insert(head, [{"id": 1, "sequence": 0, "hash": "0" * 64}])


def _forbid_changes() -> None:
    """Records are added and read; a program's mistake cannot change them (an intruder's change shows in the chain)."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION audit_record_forbid() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'audit records are neither changed nor deleted'; END $$"
        )
        op.execute(
            "CREATE TRIGGER audit_record_forbid BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_record "
            "FOR EACH STATEMENT EXECUTE FUNCTION audit_record_forbid()"
        )
        return
    for action in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER audit_record_forbid_{action.lower()} BEFORE {action} ON audit_record "
            "BEGIN SELECT RAISE(ABORT, 'audit records are neither changed nor deleted'); END"
        )


def _create_vault() -> None:
    op.create_table(
        "vault_key",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("realm", sa.String(16), nullable=False),
        sa.Column("master_id", sa.String(16), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("created", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_vault_key"),
    )
    op.create_index("ix_vault_key_realm", "vault_key", ["realm"])
    op.create_table(
        "vault_secret",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("realm", sa.String(16), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("key_id", sa.String(32), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.Column("created", UtcDateTime(), nullable=False),
        sa.Column("changed", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_vault_secret"),
        sa.UniqueConstraint("realm", "name", name="uq_vault_secret_realm_name"),
        sa.ForeignKeyConstraint(["key_id"], ["vault_key.id"], name="fk_vault_secret_key_id_vault_key"),
    )
    op.create_index("ix_vault_secret_key_id", "vault_secret", ["key_id"])


def _create_accounts() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login", sa.String(64), nullable=False),
        sa.Column("display_name", sa.String(100), nullable=False),
        sa.Column("unit_id", sa.Integer()),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("password_changed", UtcDateTime(), nullable=False),
        sa.Column("created", UtcDateTime(), nullable=False),
        sa.Column("last_login", UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name="pk_account"),
        sa.UniqueConstraint("login", name="uq_account_login"),
    )
    op.create_index("ix_account_display_name", "account", ["display_name"])
    op.create_table(
        "role_grant",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("administrator", sa.SmallInteger()),
        sa.Column("granted", UtcDateTime(), nullable=False),
        sa.Column("granted_by", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "role", name="pk_role_grant"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_role_grant_account_id_account", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("account_id", "administrator", name="uq_role_grant_one_administrator"),
        sa.CheckConstraint(
            "COALESCE(administrator, 0) = CASE WHEN role IN ('system_admin', 'security_admin', 'audit_admin') "
            "THEN 1 ELSE 0 END",
            name="ck_role_grant_administrator",
        ),
    )


def _create_login() -> None:
    op.create_table(
        "login_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("created", UtcDateTime(), nullable=False),
        sa.Column("last_seen", UtcDateTime(), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("user_agent", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_login_session"),
        sa.UniqueConstraint("token_hash", name="uq_login_session_token_hash"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_login_session_account_id_account", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_login_session_account_id", "login_session", ["account_id"])
    op.create_table(
        "login_failure",
        sa.Column("login_hash", sa.String(64), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("first", UtcDateTime(), nullable=False),
        sa.Column("last", UtcDateTime(), nullable=False),
        sa.Column("locked_until", UtcDateTime()),
        sa.PrimaryKeyConstraint("login_hash", "address", name="pk_login_failure"),
    )
    op.create_index("ix_login_failure_last", "login_failure", ["last"])
    op.create_table(
        "setup",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("token_hash", sa.String(64)),
        sa.Column("expires", UtcDateTime()),
        sa.Column("completed", UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name="pk_setup"),
        sa.CheckConstraint("id = 1", name="ck_setup_single"),
    )
