"""Two persons for every role: who may propose, who may confirm, and what happens in between."""

from dataclasses import dataclass
from itertools import product

import pytest

from core.database import Database
from core.events import Event
from security import accounts, grants, proposals
from security.accounts import NewAccount
from security.audit import Actor, Filter, console_actor, find
from security.errors import (
    ConfirmerError,
    LastAdministratorError,
    OwnRoleError,
    ProposalNotFoundError,
    ProposalOpenError,
    ProposalOverError,
    ReachEmptyError,
    ReachRefusedError,
    RoleConflictError,
    RoleHeldError,
    RoleMissingError,
)
from security.models import Account, RoleProposal
from security.passwords import HashedPassword
from security.proposals import LIFE, Change, State
from security.reach import EVERYWHERE, LIMITABLE, NOWHERE, Reach
from security.roles import Role
from tests.security.conftest import HeldClock

HASHED = HashedPassword("$argon2id$test")
TOWNSHIP = Reach.to(units=[7])


@dataclass
class Office:
    """Three administrators, a second security administrator, and somebody who is to get a role."""

    database: Database
    clock: HeldClock
    subject: int

    def actor(self, login: str) -> Actor:
        with self.database.read() as session:
            return Actor(login, "person", accounts.by_login(session, login).id, "10.1.1.9")

    def propose(self, role: Role = Role.OPERATOR, reach: Reach = EVERYWHERE, *, by: Actor | None = None) -> int:
        with self.database.write() as session:
            by = by or self.actor("security_admin")
            return proposals.propose(
                session, self.subject, Change.GRANT, role, reach, reason="轮岗", actor=by, clock=self.clock
            ).id

    def confirm(self, number: int, login: str) -> None:
        with self.database.write() as session:
            proposals.confirm(session, number, actor=self.actor(login), clock=self.clock)

    def state(self, number: int) -> State:
        with self.database.read() as session:
            return proposals.state_of(session.get_one(RoleProposal, number), self.clock.now())

    def roles(self, account_id: int | None = None) -> frozenset[Role]:
        with self.database.read() as session:
            return accounts.get(session, account_id or self.subject).roles

    def add(self, login: str, name: str, *roles: Role) -> int:
        with self.database.write() as session:
            made = accounts.create(session, NewAccount(login, name), HASHED, actor=Actor("x", "person", 99))
            for role in roles:
                grants.grant(session, made.id, role, actor=Actor("x", "person", 99))
            return made.id

    def events(self) -> list[str]:
        with self.database.read() as session:
            return [one.event for one in find(session, Filter(event="security:role:", subject="account:zhou")).records]


@pytest.fixture
def office(installed: Database, clock: HeldClock) -> Office:
    found = Office(installed, clock, 0)
    found.add("second_security", "孙二", Role.SECURITY_ADMIN)
    found.subject = found.add("zhou", "周子墨")
    return found


def test_nothing_changes_until_somebody_else_confirms(office: Office) -> None:
    number = office.propose(reach=TOWNSHIP)
    assert office.roles() == frozenset()
    office.confirm(number, "system_admin")
    assert office.roles() == {Role.OPERATOR}
    assert office.state(number) is State.CONFIRMED
    with office.database.read() as session:
        (given,) = accounts.get(session, office.subject).grants
        assert (given.granted_by, given.confirmed_by, given.reach) == ("security_admin", "system_admin", TOWNSHIP)
        entry = find(session, Filter(event=Event.ROLE_GRANTED, subject="account:zhou")).records[0]
    assert entry.actor_name == "system_admin"
    assert entry.detail == {"proposal": number, "proposed_by": "security_admin", "reason": "轮岗"}
    assert entry.before == {"roles": {}}
    assert entry.after == {"roles": {"operator": {"units": [7]}}}
    assert office.events() == [Event.ROLE_GRANTED, Event.ROLE_PROPOSED]


@pytest.mark.parametrize(
    ("login", "may"),
    [
        ("system_admin", True),
        ("second_security", True),
        ("security_admin", False),
        ("audit_admin", False),
        ("zhou", False),
    ],
)
def test_who_may_confirm_and_who_may_refuse(office: Office, login: str, *, may: bool) -> None:
    number = office.propose()
    with office.database.read() as session:
        found = session.get_one(RoleProposal, number)
        assert proposals.may_confirm(session, found, office.actor(login)) == may
    if may:
        office.confirm(number, login)
        return
    with pytest.raises(ConfirmerError):
        office.confirm(number, login)
    with pytest.raises(ConfirmerError), office.database.write() as session:
        proposals.refuse(session, number, reason="x", actor=office.actor(login), clock=office.clock)
    assert office.roles() == frozenset()


def test_nobody_confirms_by_another_account_of_the_same_person(office: Office) -> None:
    namesake = office.add("zhou2", "周子墨", Role.SECURITY_ADMIN)
    assert office.roles(namesake) == {Role.SECURITY_ADMIN}
    number = office.propose(Role.SUBMITTER)
    with pytest.raises(ConfirmerError):
        office.confirm(number, "zhou2")
    with pytest.raises(OwnRoleError):
        office.propose(Role.RECEIVER, by=office.actor("zhou2"))
    third = office.add("qian", "钱三", Role.SECURITY_ADMIN)
    with office.database.write() as session:  # found out later: two accounts, one person
        session.get_one(Account, third).display_name = "name of security_admin"
    with pytest.raises(ConfirmerError):
        office.confirm(number, "qian")


def test_the_terminal_proposes_and_never_confirms(office: Office) -> None:
    number = office.propose(by=console_actor())
    with pytest.raises(ConfirmerError), office.database.write() as session:
        proposals.confirm(session, number, actor=console_actor(), clock=office.clock)
    with pytest.raises(ConfirmerError):  # the terminal is the system administrator's own seat
        office.confirm(number, "system_admin")
    office.confirm(number, "security_admin")
    assert office.roles() == {Role.OPERATOR}


def test_a_proposal_expires_after_seven_days_and_makes_room(office: Office) -> None:
    number = office.propose()
    office.clock.forward(seconds=LIFE.total_seconds() - 1)
    assert office.state(number) is State.OPEN
    office.clock.forward(seconds=1)
    assert office.state(number) is State.EXPIRED
    with pytest.raises(ProposalOverError):
        office.confirm(number, "system_admin")
    with office.database.read() as session:
        assert proposals.waiting(session, office.clock.now()) == []
        assert [one.id for one in proposals.over(session, office.clock.now())] == [number]
    office.confirm(office.propose(), "system_admin")


def test_one_proposal_waits_for_an_account_and_a_role(office: Office) -> None:
    number = office.propose()
    with pytest.raises(ProposalOpenError):
        office.propose()
    with office.database.write() as session:
        proposals.withdraw(session, number, actor=office.actor("security_admin"), clock=office.clock)
    assert office.state(number) is State.WITHDRAWN
    with pytest.raises(ProposalOverError):
        office.confirm(number, "system_admin")
    again = office.propose()
    with office.database.write() as session:
        proposals.refuse(session, again, reason="不需要", actor=office.actor("system_admin"), clock=office.clock)
    assert office.state(again) is State.REFUSED
    assert office.events() == [
        Event.ROLE_PROPOSAL_REFUSED,
        Event.ROLE_PROPOSED,
        Event.ROLE_PROPOSAL_WITHDRAWN,
        Event.ROLE_PROPOSED,
    ]
    with pytest.raises(ProposalNotFoundError):
        office.confirm(999, "system_admin")


def test_the_rules_of_separation_are_checked_again_when_it_is_confirmed(office: Office) -> None:
    """Each of two proposals is lawful by itself; the second to be confirmed is not."""
    operator, auditor = office.propose(Role.OPERATOR), office.propose(Role.AUDIT_ADMIN)
    office.confirm(operator, "system_admin")
    with pytest.raises(RoleConflictError):
        office.confirm(auditor, "system_admin")
    assert office.roles() == {Role.OPERATOR}
    assert office.state(auditor) is State.OPEN


def test_a_revocation_takes_two_persons_too(office: Office) -> None:
    office.confirm(office.propose(), "system_admin")
    with office.database.write() as session:
        by = office.actor("security_admin")
        found = proposals.propose(session, office.subject, Change.REVOKE, Role.OPERATOR, actor=by, clock=office.clock)
    assert office.roles() == {Role.OPERATOR}
    office.confirm(found.id, "second_security")
    assert office.roles() == frozenset()
    with pytest.raises(RoleMissingError), office.database.write() as session:
        proposals.propose(session, office.subject, Change.REVOKE, Role.OPERATOR, actor=by, clock=office.clock)


def test_the_last_administrator_is_not_even_proposed_away(office: Office) -> None:
    with pytest.raises(LastAdministratorError), office.database.write() as session:
        auditor = accounts.by_login(session, "audit_admin").id
        by = office.actor("security_admin")
        proposals.propose(session, auditor, Change.REVOKE, Role.AUDIT_ADMIN, actor=by, clock=office.clock)


def test_a_held_role_is_proposed_again_only_with_another_reach(office: Office) -> None:
    office.confirm(office.propose(reach=TOWNSHIP), "system_admin")
    with pytest.raises(RoleHeldError):
        office.propose(reach=TOWNSHIP)
    office.confirm(office.propose(reach=Reach.to(sites=[1])), "system_admin")
    with office.database.read() as session:
        (given,) = accounts.get(session, office.subject).grants
    assert given.reach == Reach.to(sites=[1])


def test_only_what_is_done_to_devices_and_lines_is_limited(office: Office) -> None:
    for role, reach in product(Role, (TOWNSHIP, NOWHERE)):
        if role not in LIMITABLE:
            with pytest.raises(ReachRefusedError):
                office.propose(role, reach)
        elif not reach:
            with pytest.raises(ReachEmptyError):
                office.propose(role, reach)


def test_what_is_decided_is_not_decided_again(office: Office) -> None:
    number = office.propose()
    office.confirm(number, "system_admin")
    with pytest.raises(ProposalOverError):
        office.confirm(number, "second_security")
    with pytest.raises(ProposalOverError), office.database.write() as session:
        proposals.withdraw(session, number, actor=office.actor("security_admin"), clock=office.clock)
    assert office.events().count(Event.ROLE_GRANTED) == 1
