"""Whoever writes to the database, past every service: what the rules of separation forbid does not get in."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import permutations, product
from threading import Barrier, Thread

import pytest
from sqlalchemy import insert, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from core.database import Database
from security import accounts
from security.accounts import NewAccount
from security.audit import SYSTEM
from security.models import Account, RoleGrant, RoleProposal
from security.passwords import HashedPassword
from security.roles import THREE_ADMINISTRATORS, Role, conflict

HASHED = HashedPassword("$argon2id$test")
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def person(database: Database, login: str, name: str = "张伟", number: str = "") -> tuple[int, str]:
    with database.write() as session:
        new = NewAccount(login, name, personnel_number=number)
        made = accounts.create(session, new, HASHED, actor=SYSTEM)
        return made.id, made.person


def write(database: Database, holder: tuple[int, str], role: Role, **columns: object) -> None:
    row = {
        "account_id": holder[0],
        "person": holder[1],
        "role": role.value,
        "administrator": 1 if role in THREE_ADMINISTRATORS else None,
        "granted": NOW,
        "granted_by": "intruder",
        "confirmed_by": "intruder",
        "limits": {"everywhere": True},
    }
    with database.write_engine.begin() as connection:
        connection.execute(insert(RoleGrant).values(**(row | columns)))


@pytest.mark.parametrize("holder", ["one account", "namesakes", "one number"])
def test_every_pair_that_excludes_itself_is_refused_and_no_other(database: Database, holder: str) -> None:
    """The database's rule is written out in SQL: this holds it against that of `security.roles`, pair by pair."""
    for count, (held, wanted) in enumerate(permutations(Role, 2)):
        number = f"{count}" if holder == "one number" else ""
        first = second = person(database, f"first{count}", f"name {count}", number)
        if holder != "one account":
            second = person(database, f"second{count}", "other" if number else f"name {count}", number)
        write(database, first, held)
        if conflict([held, wanted]) is None:
            write(database, second, wanted)
        else:
            with pytest.raises(DBAPIError):
                write(database, second, wanted)


@pytest.mark.parametrize("role", THREE_ADMINISTRATORS)
def test_a_person_is_one_administrator_by_one_account(database: Database, role: Role) -> None:
    write(database, person(database, "first"), role)
    with pytest.raises(IntegrityError):
        write(database, person(database, "second"), role)


def test_an_administrators_mark_cannot_be_left_out_or_forged(database: Database) -> None:
    holder = person(database, "first")
    for role, mark in product(THREE_ADMINISTRATORS, (None, 0, 2)):
        with pytest.raises(IntegrityError):
            write(database, holder, role, administrator=mark)
    with pytest.raises(IntegrityError):
        write(database, holder, Role.OPERATOR, administrator=1)


def test_a_grant_cannot_claim_another_person(database: Database) -> None:
    first, second = person(database, "first"), person(database, "second", "李强")
    write(database, first, Role.SYSTEM_ADMIN)
    with pytest.raises(IntegrityError):
        write(database, (first[0], second[1]), Role.AUDIT_ADMIN)


def test_two_accounts_that_turn_out_to_be_one_person_are_refused(database: Database) -> None:
    """Whoever corrects a personnel number meets the rule too: the grants follow the account."""
    first, second = person(database, "first"), person(database, "second", "李强")
    write(database, first, Role.SECURITY_ADMIN)
    write(database, second, Role.OPERATOR)
    with pytest.raises(DBAPIError), database.write_engine.begin() as connection:
        connection.execute(update(Account).where(Account.id == second[0]).values(person=first[1]))
    with database.write_engine.begin() as connection:
        connection.execute(update(Account).where(Account.id == second[0]).values(person="number:7"))
    with database.read() as session:
        assert session.scalar(text(f"SELECT person FROM role_grant WHERE account_id = {second[0]}")) == "number:7"  # type: ignore[call-overload]  # noqa: S608  # a number of ours


def test_a_role_cannot_be_changed_into_one_that_conflicts(database: Database) -> None:
    holder = person(database, "first")
    write(database, holder, Role.SYSTEM_ADMIN)
    write(database, holder, Role.SUBMITTER)
    with pytest.raises(DBAPIError), database.write_engine.begin() as connection:
        change = update(RoleGrant).where(RoleGrant.role == "submitter").values(role="audit_admin", administrator=1)
        connection.execute(change)


def test_nobody_confirms_the_own_proposal_or_the_own_grant(database: Database) -> None:
    (holder, _), (proposer, _), (third, _) = (person(database, name, name) for name in ("first", "second", "third"))

    def proposal(proposer_id: int | None, decider_id: int | None) -> None:
        row = {
            "account_id": holder,
            "change": "grant",
            "role": "operator",
            "limits": {"everywhere": True},
            "reason": "",
            "proposed": NOW,
            "proposed_by": "x",
            "proposer_id": proposer_id,
            "expires": NOW,
            "state": "confirmed",
            "decider_id": decider_id,
        }
        with database.write_engine.begin() as connection:
            connection.execute(insert(RoleProposal).values(**row))

    for proposer_id, decider_id in ((proposer, proposer), (proposer, holder), (holder, third), (proposer, None)):
        with pytest.raises(IntegrityError):
            proposal(proposer_id, decider_id)
    proposal(proposer, third)
    proposal(None, third)


def test_two_at_the_same_moment_cannot_give_one_person_two_keys(database: Database) -> None:
    for attempt in range(10):
        first, second = (person(database, f"{side}{attempt}", f"name {attempt}") for side in ("first", "second"))
        start, refused = Barrier(2), []

        def give(holder: tuple[int, str], role: Role, wait: Callable[[], int], failures: list[Role]) -> None:
            wait()
            try:
                write(database, holder, role)
            except DBAPIError:
                failures.append(role)

        threads = [
            Thread(target=give, args=(first, Role.SECURITY_ADMIN, start.wait, refused)),
            Thread(target=give, args=(second, Role.OPERATOR, start.wait, refused)),
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(refused) == 1
