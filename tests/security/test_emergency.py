"""Emergency access: sealed by two, opened by two, loud, and never more than network administration."""

import logging
from dataclasses import dataclass

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError

from core.database import Database
from core.events import Event
from security import accounts, emergency, grants
from security.accounts import NewAccount
from security.audit import Actor, console_actor, find
from security.emergency import seal
from security.emergency.errors import (
    BearerError,
    EmergencyNotOpenError,
    EmergencyOpenError,
    HalfWrongError,
    NotSealedError,
    ReasonMissingError,
    SamePersonError,
    SealerError,
)
from security.emergency.models import EmergencySeal
from security.emergency.power import POWERS
from security.emergency.seal import LIFE, PATIENCE, Half
from security.login import Door, log_in
from security.models import Account
from security.passwords import PasswordPolicy
from security.reach import EVERYWHERE, NOWHERE
from security.roles import Permission, Role
from security.sessions import SignedIn, identify
from tests.security.conftest import PASSWORD, HeldClock

REASON = "核心交换机故障，网管联系不上"


@dataclass
class Office:
    database: Database
    clock: HeldClock
    door: Door

    def actor(self, login: str) -> Actor:
        with self.database.read() as session:
            return Actor(login, "person", accounts.by_login(session, login).id, "10.1.1.9")

    def make(self, login: str) -> str:
        with self.database.write() as session:
            return seal.seal_half(session, actor=self.actor(login), clock=self.clock)

    def sealed(self) -> tuple[str, str]:
        return self.make("system_admin"), self.make("security_admin")

    def enter(self, login: str, half: str, reason: str = REASON) -> bool:
        with self.database.write() as session:
            return seal.enter(session, half, reason, actor=self.actor(login), clock=self.clock)

    def end(self, login: str) -> None:
        with self.database.write() as session:
            seal.end(session, actor=self.actor(login), clock=self.clock)

    def bearer(self) -> str | None:
        with self.database.read() as session:
            opened = emergency.current(session, self.clock.now())
            return opened.login if opened else None

    def due(self) -> set[Half]:
        with self.database.read() as session:
            return set(seal.standing(session, self.clock.now()).due)

    def signed_in(self, login: str) -> SignedIn:
        token = log_in(self.door, login, PASSWORD).token
        found = identify(self.database, token, active=True, settings=self.door.settings, clock=self.clock)
        assert found
        return found

    def events(self) -> list[str]:
        with self.database.read() as session:
            return [one.event for one in find(session).records if one.event.startswith("security:emergency:")]


@pytest.fixture
def office(installed: Database, clock: HeldClock, door: Door) -> Office:
    """Besides the three: somebody on duty without a role, and a submitter."""
    with installed.write() as session:
        for login, name, roles in (("duty", "值班员", ()), ("submitter", "申请人", (Role.SUBMITTER,))):
            hashed = PasswordPolicy(12).accept(PASSWORD, login=login)
            new = NewAccount(login, name, must_change_password=False)
            made = accounts.create(session, new, hashed, actor=Actor("x", "person", 99))
            for role in roles:
                grants.grant(session, made.id, role, actor=Actor("x", "person", 99))
    return Office(installed, clock, door)


def test_two_halves_two_persons_and_a_reason_open_it_for_four_hours(office: Office) -> None:
    first, second = office.sealed()
    assert office.enter("duty", first) is False
    assert office.bearer() is None
    assert office.enter("submitter", second) is True
    assert office.bearer() == "duty"
    person = office.signed_in("duty")
    assert person.permissions == POWERS
    assert {person.reach(one) for one in POWERS} == {EVERYWHERE}
    assert office.signed_in("submitter").permissions == {Permission.SUBMIT_TRANSFER}, "the other person gets nothing"
    office.clock.forward(seconds=LIFE.total_seconds() - 1)
    assert office.bearer() == "duty"
    office.clock.forward(seconds=1)
    assert office.bearer() is None
    assert office.signed_in("duty").permissions == frozenset()
    assert office.events() == [
        Event.EMERGENCY_OPENED,
        Event.EMERGENCY_HALF_ENTERED,
        Event.EMERGENCY_SEALED,
        Event.EMERGENCY_SEALED,
    ]


def test_the_power_never_includes_audit_grants_accounts_secrets_or_the_ferry() -> None:
    assert {
        Permission.VIEW_MONITORING,
        Permission.MARK_MAINTENANCE,
        Permission.KEEP_ROOMS,
        Permission.READ_CONFIGS,
        Permission.RUN_BACKUP,
        Permission.VIEW_JOBS,
        Permission.MANAGE_JOBS,
    } == POWERS


def test_it_is_loud(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    first, second = office.sealed()
    office.enter("duty", first)
    with caplog.at_level(logging.WARNING):
        office.enter("submitter", second)
    assert "EMERGENCY ACCESS OPEN for duty" in caplog.text
    with office.database.read() as session:
        entry = find(session).records[0]
    assert (entry.event, entry.actor_name) == (Event.EMERGENCY_OPENED, "submitter")
    assert entry.after == {
        "bearer": "duty",
        "first_half_by": "duty",
        "reason": REASON,
        "until": "2026-11-23 12:00:00+00:00",
    }


def test_the_halves_are_nowhere(office: Office) -> None:
    halves = office.sealed()
    office.enter("duty", halves[0])
    with office.database.read() as session:
        kept = " ".join(
            str(value)
            for table in ("emergency_seal", "audit_record")
            for row in session.execute(text(f"SELECT * FROM {table}"))  # noqa: S608  # names of our tables
            for value in row
        )
    for half in halves:
        assert half not in kept
        assert half.replace("-", "") not in kept


def test_a_half_is_typed_as_people_type(office: Office) -> None:
    first, second = office.sealed()
    office.enter("duty", f"  {first.lower().replace('-', ' ')} ")
    assert office.enter("submitter", second.replace("-", ""))


def test_one_half_alone_or_twice_opens_nothing(office: Office) -> None:
    first, _second = office.sealed()
    office.enter("duty", first)
    with pytest.raises(HalfWrongError):
        office.enter("submitter", first)
    for wrong in ("", "AAAAA-AAAAA-AAAAA-AAAAA", first[:-1]):
        with pytest.raises(HalfWrongError):
            office.enter("submitter", wrong)
    assert office.bearer() is None


def test_one_person_does_not_enter_both_halves(office: Office) -> None:
    first, second = office.sealed()
    office.enter("duty", first)
    with pytest.raises(SamePersonError):
        office.enter("duty", second)
    with office.database.write() as session:
        session.scalars(select(Account).where(Account.login == "submitter")).one().display_name = "值班员"
    with pytest.raises(SamePersonError):
        office.enter("submitter", second)
    assert office.bearer() is None


@pytest.mark.parametrize("login", ["security_admin", "audit_admin"])
def test_who_keeps_the_keys_or_the_log_does_not_get_it(office: Office, login: str) -> None:
    first, second = office.sealed()
    with pytest.raises(BearerError):
        office.enter(login, first)
    office.enter("duty", first)
    assert office.enter("security_admin", second), "who keeps the other sheet may well be the second"


def test_the_first_half_waits_half_an_hour(office: Office) -> None:
    first, second = office.sealed()
    office.enter("duty", first)
    office.clock.forward(seconds=PATIENCE.total_seconds())
    assert office.enter("submitter", second) is False, "it is the first again, and now the submitter asks for it"
    assert office.enter("duty", first) is True
    assert office.bearer() == "submitter"


def test_without_a_reason_nothing_opens(office: Office) -> None:
    first, second = office.sealed()
    with pytest.raises(ReasonMissingError):
        office.enter("duty", first, "  ")
    with pytest.raises(ReasonMissingError), office.database.write() as session:
        seal.open_at_terminal(session, "duty", (first, second), "", actor=console_actor(), clock=office.clock)


def test_sealing_takes_both_administrators_and_nobody_else(office: Office) -> None:
    assert office.due() == set(), "nobody is urged before the first seal"
    office.make("system_admin")
    assert office.due() == {Half.SECURITY}
    with pytest.raises(NotSealedError):
        office.enter("duty", "x")
    again = office.make("system_admin")  # a sheet was lost: made anew
    for login in ("audit_admin", "duty"):
        with pytest.raises(SealerError):
            office.make(login)
    with pytest.raises(SealerError), office.database.write() as session:
        seal.seal_half(session, actor=console_actor(), clock=office.clock)
    second = office.make("security_admin")
    assert office.due() == set()
    office.enter("duty", again)
    assert office.enter("submitter", second)


def test_after_opening_the_halves_are_spent_and_new_ones_are_due(office: Office) -> None:
    first, second = office.sealed()
    office.enter("duty", first)
    office.enter("submitter", second)
    with pytest.raises(EmergencyOpenError):
        office.make("system_admin")
    with pytest.raises(EmergencyOpenError):
        office.enter("duty", first)
    office.end("duty")
    assert office.bearer() is None
    assert office.due() == set(Half)
    with pytest.raises(NotSealedError):
        office.enter("duty", first)
    office.sealed()
    assert office.due() == set()
    with pytest.raises(HalfWrongError):
        office.enter("duty", first)


def test_a_new_seal_replaces_the_old_one_only_when_it_is_whole(office: Office) -> None:
    first, second = office.sealed()
    newer = office.make("system_admin")
    office.enter("duty", first)
    with pytest.raises(HalfWrongError):
        office.enter("submitter", newer)
    office.make("security_admin")
    with pytest.raises(HalfWrongError):
        office.enter("submitter", second)


@pytest.mark.parametrize("login", ["duty", "system_admin", "security_admin"])
def test_the_bearer_and_the_sealing_administrators_end_it(office: Office, login: str) -> None:
    first, second = office.sealed()
    with pytest.raises(EmergencyNotOpenError):
        office.end(login)
    office.enter("duty", first)
    office.enter("submitter", second)
    for stranger in ("submitter", "audit_admin"):
        with pytest.raises(SealerError):
            office.end(stranger)
    office.end(login)
    assert office.bearer() is None
    assert office.events()[0] == Event.EMERGENCY_ENDED


def test_a_disabled_bearer_has_nothing(office: Office) -> None:
    first, second = office.sealed()
    office.enter("duty", first)
    office.enter("submitter", second)
    person = office.signed_in("duty")
    with office.database.write() as session:
        accounts.disable(session, person.account_id, actor=office.actor("system_admin"))
    assert office.bearer() is None


def test_a_clock_set_back_does_not_bring_it_back(office: Office) -> None:
    first, second = office.sealed()
    office.enter("duty", first)
    office.enter("submitter", second)
    office.clock.forward(hours=-1)
    assert office.bearer() is None


def test_at_the_terminal_two_sheets_open_it_for_an_account(office: Office) -> None:
    first, second = office.sealed()
    for halves in ((first, first), (first, "x"), (second, second)):
        with pytest.raises(HalfWrongError), office.database.write() as session:
            seal.open_at_terminal(session, "duty", halves, REASON, actor=console_actor(), clock=office.clock)
    with pytest.raises(BearerError), office.database.write() as session:
        seal.open_at_terminal(
            session, "audit_admin", (first, second), REASON, actor=console_actor(), clock=office.clock
        )
    with office.database.write() as session:
        seal.open_at_terminal(session, "duty", (second, first), REASON, actor=console_actor(), clock=office.clock)
    assert office.bearer() == "duty"
    assert office.signed_in("duty").reach(Permission.READ_AUDIT) == NOWHERE


def test_the_database_itself_wants_two_persons_and_a_reason(office: Office) -> None:
    account = office.actor("duty").account_id
    now = office.clock.now()
    opened = {"state": "open", "reason": "x", "bearer_id": account, "opened": now, "opened_until": now}
    for wrong in (
        {"state": "sealed", "system_id": 1, "security_id": 1},
        {**opened, "reason": ""},
        {**opened, "bearer_id": None},
        {**opened, "opened_until": None},
        {**opened, "entered_id": 7, "opener_id": 7},
        {"state": "ajar"},
    ):
        with pytest.raises(IntegrityError), office.database.write_engine.begin() as connection:
            connection.execute(insert(EmergencySeal).values(**({"reason": ""} | wrong)))
