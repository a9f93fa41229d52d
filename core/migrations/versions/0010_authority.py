"""Who may what, and where: persons behind accounts, limited grants, grants by two persons, device groups.

The rules of separation stand in the database too, so that they hold whoever writes to it.
"""

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

from core.database import Json, UtcDateTime

revision: Final = "0010_authority"
down_revision: Final[str | None] = "0009_identity"

_ADMINISTRATOR: Final = (
    "COALESCE(administrator, 0) = CASE WHEN role IN ('system_admin', 'security_admin', 'audit_admin') THEN 1 ELSE 0 END"
)
# As `security.roles` has it; a test compares the two, pair by pair.
_EXCLUDE_EACH_OTHER: Final = """held.person = NEW.person AND held.role <> NEW.role AND (
    'audit_admin' IN (held.role, NEW.role)
    OR (held.role IN ('system_admin', 'security_admin') AND NEW.role IN ('system_admin', 'security_admin'))
    OR (held.role = 'security_admin' AND NEW.role IN ('network_admin', 'operator', 'media_operator'))
    OR (NEW.role = 'security_admin' AND held.role IN ('network_admin', 'operator', 'media_operator'))
)"""
_REFUSAL: Final = "one person may not hold these roles together"


def upgrade() -> None:
    _add_persons()
    _replace_grants()
    _forbid_conflicts()
    _create_proposals()
    _create_groups()
    _create_emergency()


def downgrade() -> None:
    op.drop_table("emergency_seal")
    op.drop_table("inventory_device_group_device")
    op.drop_table("inventory_device_group")
    op.drop_table("role_proposal")
    _allow_conflicts()
    _restore_grants()
    op.drop_index("uq_account_id_person", "account")
    op.drop_column("account", "person")


def _add_persons() -> None:
    """Namesakes are one person until they get numbers."""
    op.add_column("account", sa.Column("person", sa.String(120), nullable=False, server_default=""))
    op.execute("UPDATE account SET person = 'name:' || display_name")
    op.create_index("uq_account_id_person", "account", ["id", "person"], unique=True)


def _replace_grants() -> None:
    _rebuild_grants(
        "INSERT INTO role_grant "
        "SELECT kept.account_id, account.person, role, administrator, granted, granted_by, granted_by, {everywhere} "
        "FROM role_grant_kept AS kept JOIN account ON account.id = kept.account_id",
        sa.Column("person", sa.String(120), nullable=False),
        _GRANT_END,
        sa.Column("confirmed_by", sa.String(100), nullable=False),
        sa.Column("limits", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "person"],
            ["account.id", "account.person"],
            name="fk_role_grant_account_id_person_account",
            ondelete="CASCADE",
            onupdate="CASCADE",
        ),
        sa.UniqueConstraint("person", "administrator", name="uq_role_grant_one_administrator"),
    )


def _restore_grants() -> None:
    """A limited grant cannot be told in the older schema and would become one for everywhere: it is left out."""
    _rebuild_grants(
        "INSERT INTO role_grant SELECT account_id, role, administrator, granted, granted_by "
        "FROM role_grant_kept WHERE CAST(limits AS TEXT) LIKE '%everywhere%'",
        _GRANT_END,
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_role_grant_account_id_account", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("account_id", "administrator", name="uq_role_grant_one_administrator"),
    )


_GRANT_END: Final = "role to granted_by"


def _rebuild_grants(fill: str, *parts: Any) -> None:
    """SQLite changes no constraint of a table that exists."""
    op.execute("CREATE TABLE role_grant_kept AS SELECT * FROM role_grant")
    op.drop_table("role_grant")
    same: tuple[sa.Column[Any], ...] = (
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("administrator", sa.SmallInteger()),
        sa.Column("granted", UtcDateTime(), nullable=False),
        sa.Column("granted_by", sa.String(100), nullable=False),
    )
    columns = [one for part in parts for one in (same if part is _GRANT_END else (part,))]
    op.create_table(
        "role_grant",
        sa.Column("account_id", sa.Integer(), nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("account_id", "role", name="pk_role_grant"),
        sa.CheckConstraint(_ADMINISTRATOR, name="ck_role_grant_administrator"),
    )
    json = "'{\"everywhere\": true}'"
    op.execute(fill.replace("{everywhere}", f"{json}::jsonb" if _on_postgresql() else json))
    op.drop_table("role_grant_kept")


def _forbid_conflicts() -> None:
    exists = f"SELECT 1 FROM role_grant AS held WHERE {_EXCLUDE_EACH_OTHER}"  # noqa: S608  # constants
    if _on_postgresql():
        # Two transactions that give one person two roles at once must see each other: the lock makes one wait.
        op.execute(
            "CREATE FUNCTION role_grant_conflict() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "PERFORM pg_advisory_xact_lock(hashtext('role_grant'), hashtext(NEW.person)); "
            f"IF EXISTS ({exists}) THEN RAISE EXCEPTION '{_REFUSAL}' USING ERRCODE = 'check_violation'; END IF; "
            "RETURN NULL; END $$"
        )
        op.execute(
            "CREATE TRIGGER role_grant_conflict AFTER INSERT OR UPDATE ON role_grant "
            "FOR EACH ROW EXECUTE FUNCTION role_grant_conflict()"
        )
        return
    for action in ("INSERT", "UPDATE"):
        op.execute(
            f"CREATE TRIGGER role_grant_conflict_{action.lower()} AFTER {action} ON role_grant "
            f"WHEN EXISTS ({exists}) BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        )


def _allow_conflicts() -> None:
    if _on_postgresql():
        op.execute("DROP TRIGGER role_grant_conflict ON role_grant")
        op.execute("DROP FUNCTION role_grant_conflict()")
        return
    for action in ("insert", "update"):
        op.execute(f"DROP TRIGGER role_grant_conflict_{action}")


def _create_proposals() -> None:
    op.create_table(
        "role_proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("change", sa.String(8), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("limits", Json, nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("proposed", UtcDateTime(), nullable=False),
        sa.Column("proposed_by", sa.String(100), nullable=False),
        sa.Column("proposer_id", sa.Integer()),
        sa.Column("expires", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("decided", UtcDateTime()),
        sa.Column("decided_by", sa.String(100)),
        sa.Column("decider_id", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_role_proposal"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_role_proposal_account_id_account", ondelete="CASCADE"
        ),
        sa.CheckConstraint("change IN ('grant', 'revoke')", name="ck_role_proposal_change"),
        sa.CheckConstraint(
            "state IN ('open', 'confirmed', 'refused', 'withdrawn', 'expired')", name="ck_role_proposal_state"
        ),
        sa.CheckConstraint(
            "proposer_id <> account_id AND (state <> 'confirmed' OR decider_id IS NOT NULL) AND "
            "(state <> 'confirmed' OR (decider_id <> account_id AND decider_id <> COALESCE(proposer_id, 0)))",
            name="ck_role_proposal_two_persons",
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_role_proposal_open",
        "role_proposal",
        ["account_id", "role"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )


def _create_groups() -> None:
    op.create_table(
        "inventory_device_group",
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_inventory_device_group"),
        sa.UniqueConstraint("name", name="uq_inventory_device_group_name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "inventory_device_group_device",
        sa.Column("device_group_id", sa.Integer(), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("device_group_id", "device_id", name="pk_inventory_device_group_device"),
        sa.ForeignKeyConstraint(
            ["device_group_id"],
            ["inventory_device_group.id"],
            name="fk_inventory_device_group_device_device_group_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["inventory_device.id"],
            name="fk_inventory_device_group_device_device_id",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_inventory_device_group_device_device_id", "inventory_device_group_device", ["device_id"])


def _create_emergency() -> None:
    op.create_table(
        "emergency_seal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        *(
            column
            for half in ("system", "security")
            for column in (
                sa.Column(f"{half}_hash", sa.String(64)),
                sa.Column(f"{half}_id", sa.Integer()),
                sa.Column(f"{half}_by", sa.String(100)),
            )
        ),
        sa.Column("sealed", UtcDateTime()),
        sa.Column("entered_half", sa.String(8)),
        sa.Column("entered", UtcDateTime()),
        sa.Column("entered_by", sa.String(100)),
        sa.Column("entered_id", sa.Integer()),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("bearer_id", sa.Integer()),
        sa.Column("opened", UtcDateTime()),
        sa.Column("opened_by", sa.String(100)),
        sa.Column("opener_id", sa.Integer()),
        sa.Column("opened_until", UtcDateTime()),
        sa.Column("ended", UtcDateTime()),
        sa.Column("ended_by", sa.String(100)),
        sa.PrimaryKeyConstraint("id", name="pk_emergency_seal"),
        sa.ForeignKeyConstraint(["bearer_id"], ["account.id"], name="fk_emergency_seal_bearer_id_account"),
        sa.CheckConstraint("state IN ('half', 'sealed', 'open', 'spent', 'replaced')", name="ck_emergency_seal_state"),
        sa.CheckConstraint("system_id <> security_id", name="ck_emergency_seal_sealed_by_two"),
        sa.CheckConstraint("opener_id <> entered_id", name="ck_emergency_seal_opened_by_two"),
        sa.CheckConstraint(
            "state <> 'open' OR (opened_until IS NOT NULL AND bearer_id IS NOT NULL AND reason <> '')",
            name="ck_emergency_seal_open",
        ),
        sqlite_autoincrement=True,
    )


def _on_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"
