"""Former passwords, allowed addresses, second factors."""

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

from core.database import Json, UtcDateTime

revision: Final = "0009_identity"
down_revision: Final[str | None] = "0008_survey"

_NUMBERED: Final = ("former_password", "recovery_code", "security_key", "client_certificate")


def upgrade() -> None:
    op.add_column("account", sa.Column("allowed_addresses", Json, nullable=False, server_default="[]"))
    op.add_column("login_session", sa.Column("factor", sa.String(16)))
    op.add_column("login_session", sa.Column("factor_at", UtcDateTime()))
    op.add_column("login_session", sa.Column("challenge", sa.String(64)))
    op.add_column("login_session", sa.Column("challenge_at", UtcDateTime()))
    _create(
        "former_password",
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("replaced", UtcDateTime(), nullable=False),
    )
    _create_totp()
    _create(
        "recovery_code",
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("created", UtcDateTime(), nullable=False),
        sa.Column("used", UtcDateTime()),
    )
    _create_security_keys()
    _create_certificates()
    for table in _NUMBERED:
        op.create_index(f"ix_{table}_account_id", table, ["account_id"])


def downgrade() -> None:
    for table in (*reversed(_NUMBERED), "totp_factor"):
        op.drop_table(table)
    for column in ("challenge_at", "challenge", "factor_at", "factor"):
        op.drop_column("login_session", column)
    op.drop_column("account", "allowed_addresses")


def _create_totp() -> None:
    op.create_table(
        "totp_factor",
        sa.Column("account_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("created", UtcDateTime(), nullable=False),
        sa.Column("last_used", UtcDateTime()),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk_totp_factor"),
        _of_account("totp_factor"),
    )


def _create_security_keys() -> None:
    _create(
        "security_key",
        sa.Column("credential_id", sa.String(1400), nullable=False),
        sa.Column("credential_data", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("created", UtcDateTime(), nullable=False),
        sa.Column("last_used", UtcDateTime()),
        sa.UniqueConstraint("credential_id", name="uq_security_key_credential_id"),
    )


def _create_certificates() -> None:
    _create(
        "client_certificate",
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("expires", UtcDateTime(), nullable=False),
        sa.Column("created", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(100), nullable=False),
        sa.Column("last_used", UtcDateTime()),
        sa.UniqueConstraint("fingerprint", name="uq_client_certificate_fingerprint"),
    )


def _create(table: str, *columns: Any) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        _of_account(table),
    )


def _of_account(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["account_id"], ["account.id"], name=f"fk_{table}_account_id_account", ondelete="CASCADE"
    )
