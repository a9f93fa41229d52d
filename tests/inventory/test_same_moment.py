"""Of two who take one name in the same moment, each sees it free; the second is told that it is taken."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from core.database import Database
from core.errors import Category
from inventory import custom_fields, groups
from inventory.changes.headings import choose
from inventory.kinds import ChecklistPurpose, FieldFormat, ObjectKind
from inventory.ledger.headings import HeadingRead, KnownBy, SheetHeadings
from inventory.rounds import checklists
from security import accounts
from security.audit import Actor
from security.passwords import HashedPassword
from tests.same_moment import told_to_the_second

WANG, LI = Actor("wang", "person"), Actor("li", "person")
NOW = datetime(2026, 11, 1, tzinfo=UTC)
ITEMS = "冷通道温度 [18-27 ℃]"
LIST = checklists.Draft("日常巡检", ChecklistPurpose.ROUND, ITEMS, 7, frozenset())
FIELD = custom_fields.Draft("采购单价", FieldFormat.NUMBER)
OWN = SheetHeadings("设备", ObjectKind.DEVICE, (HeadingRead("网管口", "", KnownBy.NOTHING),))
SAID = {ObjectKind.DEVICE: {"网管口": "address"}}
PASSWORD = HashedPassword("$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA")
LOGIN = accounts.NewAccount(login="zhao", display_name="赵敏")
Act = Callable[[Session, Actor], object]

TAKING: dict[str, Act] = {
    "inventory.group_taken": lambda session, actor: groups.create(session, "核心设备", [], actor=actor),
    "inventory.checklist_taken": lambda session, actor: checklists.create(session, LIST, actor=actor),
    "inventory.field_taken": lambda session, actor: custom_fields.add(session, ObjectKind.ROOM, FIELD, actor=actor),
    "inventory.written_meanwhile": lambda session, actor: choose(session, [OWN], SAID, actor, now=NOW),
    "security.account_exists": lambda session, actor: accounts.create(session, LOGIN, PASSWORD, actor=actor),
}
# By another name first, and only then by the one that the other one takes.
RENAMING: dict[str, tuple[Act, Act]] = {
    "inventory.group_taken": (
        lambda session, actor: groups.create(session, "旧名", [], actor=actor),
        lambda session, actor: groups.change(session, 1, "核心设备", [], actor=actor),
    ),
    "inventory.field_taken": (
        lambda session, actor: custom_fields.add(
            session, ObjectKind.ROOM, custom_fields.Draft("旧名", FieldFormat.NUMBER), actor=actor
        ),
        lambda session, actor: custom_fields.change(session, 1, FIELD, actor=actor),
    ),
    "inventory.checklist_taken": (
        lambda session, actor: checklists.create(
            session,
            checklists.Draft("旧名", ChecklistPurpose.ROUND, ITEMS, 7, frozenset()),
            actor=actor,
        ),
        lambda session, actor: checklists.change(session, 1, LIST, actor=actor),
    ),
}


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("code", TAKING)
def test_the_second_who_makes_it_is_told(database: Database, code: str) -> None:
    take = TAKING[code]
    error = told_to_the_second(database, lambda session: take(session, WANG), lambda session: take(session, LI))
    assert error is not None
    assert (error.code, error.category) == (code, Category.CONFLICT)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("code", RENAMING)
def test_the_second_who_renames_to_it_is_told(database: Database, code: str) -> None:
    before, rename = RENAMING[code]
    with database.write() as session:
        before(session, LI)
    error = told_to_the_second(
        database, lambda session: TAKING[code](session, WANG), lambda session: rename(session, LI)
    )
    assert error is not None
    assert error.code == code
