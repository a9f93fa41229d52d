"""The life of a token: made by a person for themselves, used within what they hold, ended in five ways."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from core.database import Database
from core.events import Event
from core.settings import SecuritySettings
from security import accounts, grants, sessions, tokens
from security.accounts import NewAccount
from security.audit import Actor, AuditRecord
from security.errors import AddressRangeError
from security.passwords import PasswordPolicy
from security.reach import Reach
from security.roles import Permission, Role
from security.sessions import SignedIn
from security.tokens import NewToken, TokenHolder
from security.tokens.errors import (
    TokenAddressError,
    TokenError,
    TokenExpiredError,
    TokenLifeError,
    TokenNameError,
    TokenNotFoundError,
    TokenOwnerError,
    TokenPasswordError,
    TokenPermissionError,
    TokenRevokedError,
    TokensTooManyError,
    TokenUnknownError,
)
from security.tokens.models import ApiToken
from security.tokens.permissions import FOR_TOKENS, effective
from tests.security.conftest import PASSWORD, HeldClock

SECURITY_ADMIN = Actor("security_admin", "person", 2)
SYSTEM_ADMIN = Actor("system_admin", "person", 1)
VIEW = frozenset({Permission.VIEW_MONITORING})


@pytest.fixture
def owner(installed: Database, clock: HeldClock) -> SignedIn:
    """An operator."""
    with installed.write() as session:
        hashed = PasswordPolicy(12).accept(PASSWORD, login="zhangwei")
        new = NewAccount("zhangwei", "张伟", must_change_password=False)
        account = accounts.create(session, new, hashed, actor=SYSTEM_ADMIN, clock=clock)
        grants.grant(session, account.id, Role.OPERATOR, actor=SECURITY_ADMIN, clock=clock)
        return sessions.principal_of(account, session_id=1)


def make(database: Database, owner: SignedIn, clock: HeldClock, **wanted: object) -> str:
    new = NewToken(**({"name": "夜间巡检", "permissions": VIEW} | wanted))  # type: ignore[arg-type]
    with database.write() as session:
        return tokens.create(session, owner, new, actor=owner.actor("10.1.1.9"), clock=clock).text


def use(
    database: Database,
    text: str,
    clock: HeldClock,
    address: str = "10.1.1.9",
    settings: SecuritySettings | None = None,
) -> TokenHolder:
    settings = settings or SecuritySettings()
    return tokens.identify(database, text, address=address, settings=settings, clock=clock)


def only(database: Database) -> ApiToken:
    with database.read() as session:
        return session.scalars(select(ApiToken)).one()


def events(database: Database, event: Event) -> list[AuditRecord]:
    with database.read() as session:
        return list(session.scalars(select(AuditRecord).where(AuditRecord.event == event.value)))


def test_a_token_is_its_owner_with_less_in_hand(installed: Database, owner: SignedIn, clock: HeldClock) -> None:
    holder = use(installed, make(installed, owner, clock), clock)
    assert holder.login == owner.login
    assert holder.account_id == owner.account_id
    assert holder.permissions == VIEW
    assert not holder.roles
    assert holder.actor("10.1.1.9").name == f"zhangwei>token:{holder.token_id}"


def test_the_text_is_kept_nowhere(installed: Database, owner: SignedIn, clock: HeldClock) -> None:
    text = make(installed, owner, clock)
    assert installed.path is None or text[7:].encode() not in installed.path.read_bytes()
    assert only(installed).hint == text[:7]
    with installed.read() as session:
        assert text[7:] not in str([record.public() for record in session.scalars(select(AuditRecord))])


def test_the_making_is_recorded_with_everything_but_the_text(
    installed: Database, owner: SignedIn, clock: HeldClock
) -> None:
    make(installed, owner, clock, networks="10.1.0.0/16")
    (entry,) = events(installed, Event.TOKEN_CREATED)
    assert entry.subject == f"token:{only(installed).id}"
    assert entry.actor_name == "zhangwei"
    assert entry.after["permissions"] == ["monitoring:view"]
    assert entry.after["networks"] == ["10.1.0.0/16"]


@pytest.mark.parametrize("permission", sorted(set(Permission) - FOR_TOKENS))
def test_what_only_a_person_may_do_no_token_may(
    installed: Database, owner: SignedIn, clock: HeldClock, permission: Permission
) -> None:
    mighty = SignedIn(**{**vars(owner), "permissions": frozenset(Permission)})
    with pytest.raises(TokenPermissionError):
        make(installed, mighty, clock, permissions=frozenset({permission}))


def test_deciding_is_left_to_persons() -> None:
    assert not FOR_TOKENS & {
        Permission.GRANT_ROLES,
        Permission.APPROVE_DEPARTMENT,
        Permission.APPROVE_SECURITY,
        Permission.RELEASE_TRANSFER,
        Permission.MANAGE_ACCOUNTS,
        Permission.MANAGE_CREDENTIALS,
    }


@given(st.frozensets(st.sampled_from(Permission)), st.frozensets(st.sampled_from(Permission)))
def test_a_token_never_does_more_than_it_was_given_nor_more_than_its_owner(
    given_: frozenset[Permission], held: frozenset[Permission]
) -> None:
    may = effective([*given_, "no:such"], held)
    assert may == given_ & held & FOR_TOKENS


def test_one_cannot_give_what_one_does_not_hold(installed: Database, owner: SignedIn, clock: HeldClock) -> None:
    with pytest.raises(TokenPermissionError) as caught:
        make(installed, owner, clock, permissions=frozenset({Permission.READ_AUDIT, Permission.VIEW_JOBS}))
    assert caught.value.facts["permission"] == "audit:read"
    with pytest.raises(TokenPermissionError):
        make(installed, owner, clock, permissions=frozenset())


def test_a_role_that_is_revoked_leaves_the_token_empty_handed_at_once(
    installed: Database, owner: SignedIn, clock: HeldClock
) -> None:
    text = make(installed, owner, clock)
    with installed.write() as session:
        grants.revoke(session, owner.account_id, Role.OPERATOR, actor=SECURITY_ADMIN, clock=clock)
    assert use(installed, text, clock).permissions == frozenset()


def test_a_role_that_is_added_later_gives_the_token_nothing(
    installed: Database, owner: SignedIn, clock: HeldClock
) -> None:
    text = make(installed, owner, clock)
    with installed.write() as session:
        grants.grant(session, owner.account_id, Role.SECURITY_OFFICER, actor=SECURITY_ADMIN, clock=clock)
    assert use(installed, text, clock).permissions == VIEW


def test_a_disabled_account_has_no_tokens(installed: Database, owner: SignedIn, clock: HeldClock) -> None:
    text = make(installed, owner, clock)
    with installed.write() as session:
        accounts.disable(session, owner.account_id, actor=SYSTEM_ADMIN, clock=clock)
    with pytest.raises(TokenOwnerError):
        use(installed, text, clock)


def test_a_password_that_is_due_stops_the_tokens_too(installed: Database, owner: SignedIn, clock: HeldClock) -> None:
    text = make(installed, owner, clock)
    with installed.write() as session:
        accounts.get(session, owner.account_id).must_change_password = True
    with pytest.raises(TokenPasswordError):
        use(installed, text, clock)


def test_a_revoked_token_is_refused_from_then_on(installed: Database, owner: SignedIn, clock: HeldClock) -> None:
    text = make(installed, owner, clock)
    number = only(installed).id
    with installed.write() as session:
        tokens.revoke(session, number, actor=SYSTEM_ADMIN, clock=clock)
        tokens.revoke(session, number, actor=SYSTEM_ADMIN, clock=clock)
    with pytest.raises(TokenRevokedError):
        use(installed, text, clock)
    assert len(events(installed, Event.TOKEN_REVOKED)) == 1
    assert only(installed).revoked_by == "system_admin"


def test_another_persons_token_is_not_there(installed: Database, owner: SignedIn, clock: HeldClock) -> None:
    make(installed, owner, clock)
    with installed.write() as session, pytest.raises(TokenNotFoundError):
        tokens.revoke(session, only(installed).id, actor=SYSTEM_ADMIN, clock=clock, account_id=1)
    with installed.write() as session, pytest.raises(TokenNotFoundError):
        tokens.revoke(session, 4711, actor=SYSTEM_ADMIN, clock=clock)


def test_a_token_ends_at_its_moment_and_no_later(installed: Database, owner: SignedIn, clock: HeldClock) -> None:
    text = make(installed, owner, clock, days=7)
    clock.forward(days=7, seconds=-1)
    assert use(installed, text, clock)
    clock.forward(seconds=1)
    with pytest.raises(TokenExpiredError):
        use(installed, text, clock)


def test_a_clock_that_is_set_back_makes_no_token_young(installed: Database, owner: SignedIn, clock: HeldClock) -> None:
    text = make(installed, owner, clock)
    clock.forward(hours=-1)
    with pytest.raises(TokenExpiredError):
        use(installed, text, clock)


@pytest.mark.parametrize("days", [0, -1, 366])
def test_a_life_beyond_a_year_is_refused(installed: Database, owner: SignedIn, clock: HeldClock, days: int) -> None:
    with pytest.raises(TokenLifeError):
        make(installed, owner, clock, days=days)
    make(installed, owner, clock, days=365)


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "a\x00b", "a\nb"])
def test_a_name_is_one_short_line(installed: Database, owner: SignedIn, clock: HeldClock, name: str) -> None:
    with pytest.raises(TokenNameError):
        make(installed, owner, clock, name=name)


def test_nobody_collects_tokens(installed: Database, owner: SignedIn, clock: HeldClock) -> None:
    for _ in range(20):
        make(installed, owner, clock, days=1)
    with pytest.raises(TokensTooManyError):
        make(installed, owner, clock)
    clock.forward(days=1)
    assert make(installed, owner, clock), "those that have ended do not count"


@pytest.mark.parametrize(
    ("address", "welcome"),
    [
        ("10.1.1.9", True),
        ("::ffff:10.1.1.9", True),
        ("10.2.0.1", False),
        ("2001:db8::1", True),
        ("2001:db9::1", False),
        ("", False),
        ("nonsense", False),
    ],
)
def test_a_token_works_from_its_networks_only(
    installed: Database, owner: SignedIn, clock: HeldClock, address: str, *, welcome: bool
) -> None:
    text = make(installed, owner, clock, networks="10.1.0.0/16, 2001:db8::/32")
    if welcome:
        assert use(installed, text, clock, address)
        return
    with pytest.raises(TokenAddressError):
        use(installed, text, clock, address)


def test_what_is_no_network_is_named(installed: Database, owner: SignedIn, clock: HeldClock) -> None:
    with pytest.raises(AddressRangeError):
        make(installed, owner, clock, networks="office")


def test_where_the_owner_may_not_come_from_no_token_does(
    installed: Database, owner: SignedIn, clock: HeldClock
) -> None:
    text = make(installed, owner, clock)
    with installed.write() as session:
        accounts.get(session, owner.account_id).allowed_addresses = ["10.9.0.0/16"]
    assert use(installed, text, clock, "10.9.1.1")
    with pytest.raises(TokenAddressError):
        use(installed, text, clock, "10.1.1.9")


def test_a_password_that_has_expired_stops_the_tokens_too(
    installed: Database, owner: SignedIn, clock: HeldClock
) -> None:
    strict = SecuritySettings(profile="mlps3")
    text = make(installed, owner, clock, days=365)
    clock.forward(days=89)
    assert use(installed, text, clock, settings=strict)
    clock.forward(days=1)
    with pytest.raises(TokenPasswordError):
        use(installed, text, clock, settings=strict)
    assert use(installed, text, clock)


def test_a_limited_grant_limits_the_token(installed: Database, clock: HeldClock, owner: SignedIn) -> None:
    text = make(installed, owner, clock)
    with installed.write() as session:
        grants.grant(session, owner.account_id, Role.OPERATOR, Reach.to(units=[7]), actor=SECURITY_ADMIN, clock=clock)
    holder = use(installed, text, clock)
    assert holder.reach(Permission.VIEW_MONITORING) == Reach.to(units=[7])
    assert not holder.reach(Permission.VIEW_JOBS), "it was not given that"


def test_the_last_use_is_written_once_a_minute(installed: Database, owner: SignedIn, clock: HeldClock) -> None:
    text = make(installed, owner, clock)
    use(installed, text, clock)
    first = only(installed)
    assert (first.last_used, first.last_address) == (clock.now(), "10.1.1.9")
    clock.forward(seconds=59)
    use(installed, text, clock, "10.1.1.10")
    assert only(installed).last_address == "10.1.1.9"
    clock.forward(seconds=1)
    use(installed, text, clock, "10.1.1.10")
    assert only(installed).last_used == clock.now()
    assert only(installed).last_address == "10.1.1.10"


def test_a_refused_use_is_recorded_once_a_minute_and_is_no_use(
    installed: Database, owner: SignedIn, clock: HeldClock
) -> None:
    text = make(installed, owner, clock, networks="10.9.0.0/16")
    for _ in range(3):
        with pytest.raises(TokenError):
            use(installed, text, clock)
    (entry,) = events(installed, Event.TOKEN_REFUSED)
    assert entry.result == "refused"
    assert entry.detail == {"address": "10.1.1.9", "code": "token.address"}
    assert only(installed).last_used is None
    clock.forward(minutes=1)
    with pytest.raises(TokenError):
        use(installed, text, clock)
    assert len(events(installed, Event.TOKEN_REFUSED)) == 2


@pytest.mark.parametrize("text", ["", "gj_" + "0" * 49, "Bearer x", "\udcff" * 52])
def test_an_unknown_token_is_nobody(installed: Database, clock: HeldClock, text: str) -> None:
    with pytest.raises(TokenUnknownError):
        use(installed, text, clock)


def test_a_well_formed_token_that_was_never_given_out_is_nobody(
    installed: Database, owner: SignedIn, clock: HeldClock
) -> None:
    make(installed, owner, clock)
    with pytest.raises(TokenUnknownError):
        use(installed, tokens.form.generate(), clock)
    assert not events(installed, Event.TOKEN_REFUSED), "strangers cannot fill the log"


def test_lists_show_ended_tokens_too_the_newest_first(installed: Database, owner: SignedIn, clock: HeldClock) -> None:
    make(installed, owner, clock, name="first", days=1)
    clock.forward(days=2)
    make(installed, owner, clock, name="second")
    with installed.read() as session:
        assert [token.name for token in tokens.of_account(session, owner.account_id)] == ["second", "first"]
        assert [tokens.state_of(token, clock.now()) for token in tokens.every(session)] == ["live", "expired"]
        assert not tokens.of_account(session, 1)


def test_a_token_usually_lives_ninety_days(installed: Database, owner: SignedIn, clock: HeldClock) -> None:
    make(installed, owner, clock)
    assert only(installed).expires - only(installed).created == timedelta(days=90)
