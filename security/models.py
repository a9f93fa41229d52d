"""Tables of accounts, their roles and sessions, failed log-ins, and the first set-up.

What must never happen is forbidden by the database too, whoever writes to it: the same person as two of the three
administrators (`uq_role_grant_one_administrator`), two roles that exclude each other (a trigger, see migration 0010),
a grant confirmed by the person who proposed it or who gets it (`ck_role_proposal_two_persons`).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.database import Base
from security.reach import Reach, reaches
from security.roles import THREE_ADMINISTRATORS, Permission, Role

LOGIN_LENGTH = 64
DISPLAY_NAME_LENGTH = 100
PERSON_LENGTH = 120
ADDRESS_LENGTH = 64
USER_AGENT_LENGTH = 200
SUBJECT_LENGTH = 200


class Account(Base):
    """One person's own account. `unit_id` is a row of the inventory, which lies above this package.

    `person` says whose it is: the personnel number (工号), or the display name where there is none, so that namesakes
    are one person until their numbers tell them apart (`security.persons`).
    """

    __tablename__ = "account"
    __table_args__ = (
        UniqueConstraint("login"),
        Index(None, "display_name"),
        Index("uq_account_id_person", "id", "person", unique=True),
        Index("uq_account_source_subject", "source", "subject", unique=True),
        CheckConstraint("source IN ('local', 'ldap', 'oidc')", name="source"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(LOGIN_LENGTH))
    display_name: Mapped[str] = mapped_column(String(DISPLAY_NAME_LENGTH))
    person: Mapped[str] = mapped_column(String(PERSON_LENGTH))
    unit_id: Mapped[int | None]
    disabled: Mapped[bool] = mapped_column(default=False)
    must_change_password: Mapped[bool] = mapped_column(default=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    password_changed: Mapped[datetime]
    created: Mapped[datetime]
    last_login: Mapped[datetime | None]
    # By what the person is recognised (`security.directory`), and under which name there.
    source: Mapped[str] = mapped_column(String(8), default="local", server_default="local")
    subject: Mapped[str | None] = mapped_column(String(SUBJECT_LENGTH))
    # Networks from which this person may come, as CIDR texts; none means from everywhere.
    allowed_addresses: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")

    grants: Mapped[list["RoleGrant"]] = relationship(
        back_populates="account", lazy="selectin", cascade="all, delete-orphan", order_by="RoleGrant.role"
    )

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(Role(grant.role) for grant in self.grants)

    @property
    def permissions(self) -> frozenset[Permission]:
        return frozenset(self.reaches)

    @property
    def reaches(self) -> Mapping[Permission, Reach]:
        return reaches(((Role(grant.role), grant.reach) for grant in self.grants), self.unit_id)


class FormerPassword(Base):
    """A password that was replaced, for profiles under which it may not come again soon."""

    __tablename__ = "former_password"
    __table_args__ = (Index(None, "account_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    password_hash: Mapped[str] = mapped_column(String(200))
    replaced: Mapped[datetime]


class RoleGrant(Base):
    """`administrator` is 1 for one of the three administrators and null otherwise, so that a unique constraint lets a
    person hold one of the three at most. `granted_by` proposed it, `confirmed_by` confirmed it.
    """

    __tablename__ = "role_grant"
    __table_args__ = (
        ForeignKeyConstraint(
            ["account_id", "person"], ["account.id", "account.person"], ondelete="CASCADE", onupdate="CASCADE"
        ),
        UniqueConstraint("person", "administrator", name="uq_role_grant_one_administrator"),
        CheckConstraint(
            "COALESCE(administrator, 0) = CASE WHEN role IN "
            f"({', '.join(repr(role.value) for role in THREE_ADMINISTRATORS)}) THEN 1 ELSE 0 END",
            name="administrator",
        ),
    )

    account_id: Mapped[int] = mapped_column(primary_key=True)
    person: Mapped[str] = mapped_column(String(PERSON_LENGTH))
    role: Mapped[str] = mapped_column(String(32), primary_key=True)
    administrator: Mapped[int | None] = mapped_column(SmallInteger)
    granted: Mapped[datetime]
    granted_by: Mapped[str] = mapped_column(String(100))
    confirmed_by: Mapped[str] = mapped_column(String(100))
    limits: Mapped[dict[str, Any]]  # Reach.public()

    @property
    def reach(self) -> Reach:
        return Reach.read(self.limits)

    account: Mapped[Account] = relationship(back_populates="grants")


class RoleProposal(Base):
    """A grant or a revocation that one person proposed and another one has to confirm; the decided ones stay.

    `proposer_id` is null for the machine's own terminal, which proposes and never confirms.
    """

    __tablename__ = "role_proposal"
    __table_args__ = (
        CheckConstraint("change IN ('grant', 'revoke')", name="change"),
        CheckConstraint("state IN ('open', 'confirmed', 'refused', 'withdrawn', 'expired')", name="state"),
        CheckConstraint(
            "proposer_id <> account_id AND (state <> 'confirmed' OR decider_id IS NOT NULL) AND "
            "(state <> 'confirmed' OR (decider_id <> account_id AND decider_id <> COALESCE(proposer_id, 0)))",
            name="two_persons",
        ),
        Index(
            "uq_role_proposal_open",
            "account_id",
            "role",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    change: Mapped[str] = mapped_column(String(8))
    role: Mapped[str] = mapped_column(String(32))
    limits: Mapped[dict[str, Any]]  # Reach.public()
    reason: Mapped[str] = mapped_column(String(200))
    proposed: Mapped[datetime]
    proposed_by: Mapped[str] = mapped_column(String(100))
    proposer_id: Mapped[int | None]
    expires: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(12))
    decided: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(100))
    decider_id: Mapped[int | None]

    account: Mapped[Account] = relationship(lazy="joined")

    @property
    def reach(self) -> Reach:
        return Reach.read(self.limits)


class LoginSession(Base):
    """A session lives here and not in the cookie, so that it can be ended. The token itself is nowhere.

    `factor` is what it proved besides the password, and when it last did; `challenge` the one that a security key has
    to sign next.
    """

    __tablename__ = "login_session"
    __table_args__ = (UniqueConstraint("token_hash"), Index(None, "account_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    created: Mapped[datetime]
    last_seen: Mapped[datetime]
    address: Mapped[str] = mapped_column(String(ADDRESS_LENGTH))
    user_agent: Mapped[str] = mapped_column(String(USER_AGENT_LENGTH))
    factor: Mapped[str | None] = mapped_column(String(16))
    factor_at: Mapped[datetime | None]
    challenge: Mapped[str | None] = mapped_column(String(64))
    challenge_at: Mapped[datetime | None]

    account: Mapped[Account] = relationship(lazy="joined")


class LoginFailure(Base):
    """Wrong passwords of one account from one address. The name is hashed: people type passwords into that field."""

    __tablename__ = "login_failure"
    __table_args__ = (Index(None, "last"),)

    login_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    address: Mapped[str] = mapped_column(String(ADDRESS_LENGTH), primary_key=True)
    failures: Mapped[int]
    first: Mapped[datetime]
    last: Mapped[datetime]
    locked_until: Mapped[datetime | None]


class Setup(Base):
    """The one row that says whether the three administrators have been named, and until then with which token."""

    __tablename__ = "setup"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    token_hash: Mapped[str | None] = mapped_column(String(64))
    expires: Mapped[datetime | None]
    completed: Mapped[datetime | None]
