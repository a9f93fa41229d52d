"""Accounts whose person an office's own directory recognises."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0021_directory"
down_revision: Final[str | None] = "0020_ledger"


def upgrade() -> None:
    op.execute(
        "ALTER TABLE account ADD COLUMN source VARCHAR(8) DEFAULT 'local' NOT NULL"
        " CONSTRAINT ck_account_source CHECK (source IN ('local', 'ldap', 'oidc'))"
    )
    op.add_column("account", sa.Column("subject", sa.String(200)))
    op.create_index("uq_account_source_subject", "account", ["source", "subject"], unique=True)


def downgrade() -> None:
    op.drop_index("uq_account_source_subject", "account")
    op.drop_column("account", "subject")
    op.execute("ALTER TABLE account DROP COLUMN source")
