"""From password to rights: codes once, wrong ones counted, nothing before the second step."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Protocol

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text

from core.database import Database
from core.events import Event
from core.settings import SecuritySettings
from security import accounts, grants, passwords, sessions
from security.audit import SYSTEM, AuditRecord
from security.door import Door
from security.errors import LoginLockedError, PasswordWrongError, SecurityError
from security.factors import enrolled, totp
from security.factors.errors import (
    CodeWrongError,
    FactorMissingError,
    LastFactorError,
    SecondStepDueError,
    TotpSecretError,
)
from security.factors.kinds import UNPRIVILEGED, Factor, Reach, SecondStep, demanded, next_step
from security.factors.proving import prove_code
from security.factors.setting_up import SetUp, issue_codes, remove_totp, reset, set_up_totp
from security.login import LoggedIn, log_in
from security.roles import Role
from security.sessions import SignedIn
from security.vault import Vault

PASSWORD = "marble-otter-lantern"
SECRET = b"the-secret-of-a-test"
KEY = totp.written(SECRET)


class Held(Protocol):
    def forward(self, **duration: float) -> None: ...


def who(door: Door, token: str) -> SignedIn | None:
    return sessions.identify(door.database, token, active=True, settings=door.settings, clock=door.clock)


def code(door: Door, steps: int = 0) -> str:
    return totp.code_of(SECRET, totp.step_of(door.clock.now()) + steps)


def wrong(door: Door) -> str:
    near = {code(door, steps) for steps in (-1, 0, 1)}
    return next(f"{number:06d}" for number in range(10) if f"{number:06d}" not in near)


def set_up(door: Door, found: LoggedIn, vault: Vault) -> SetUp:
    return set_up_totp(door, found.signed_in, vault, password=PASSWORD, key=KEY, code=code(door))


@pytest.fixture
def with_codes(demanding: Door, vault: Vault, at_the_door: LoggedIn, clock: Held) -> tuple[str, ...]:
    """`system_admin` has one-time codes by SECRET; a step has passed since. The recovery codes."""
    codes = set_up(demanding, at_the_door, vault).codes
    clock.forward(seconds=30)
    return codes


@given(proven=st.booleans(), had=st.booleans(), needed=st.booleans())
def test_only_a_proof_or_nothing_to_prove_ends_the_second_step(*, proven: bool, had: bool, needed: bool) -> None:
    step = next_step(proven=proven, enrolled=had, demanded=needed)
    assert (step is SecondStep.NONE) == (proven or not (had or needed))
    assert (step is SecondStep.PROVE) == (had and not proven)


@given(st.frozensets(st.sampled_from(Role)))
def test_whoever_holds_one_privileged_role_needs_a_factor(roles: frozenset[Role]) -> None:
    assert demanded(Reach.PRIVILEGED, roles) == bool(roles - UNPRIVILEGED)
    assert demanded(Reach.EVERYONE, roles)
    assert not demanded(Reach.OFF, roles)


def test_a_password_alone_has_no_rights_until_a_factor_is_set_up(
    demanding: Door, vault: Vault, at_the_door: LoggedIn
) -> None:
    assert at_the_door.signed_in.second_step is SecondStep.ENROL
    assert at_the_door.signed_in.permissions == at_the_door.signed_in.roles == frozenset()
    done = set_up(demanding, at_the_door, vault)
    assert done.token
    assert who(demanding, at_the_door.token) is None, "the token from before the rights grew is void"
    found = who(demanding, done.token)
    assert found
    assert (found.second_step, found.factor, found.roles) == (SecondStep.NONE, Factor.TOTP, {Role.SYSTEM_ADMIN})


def test_the_next_log_in_asks_for_a_code(demanding: Door, vault: Vault, with_codes: tuple[str, ...]) -> None:
    found = log_in(demanding, "system_admin", PASSWORD)
    assert found.signed_in.second_step is SecondStep.PROVE
    assert found.signed_in.permissions == frozenset()
    token = prove_code(demanding, found.signed_in, vault, code(demanding))
    assert token
    assert who(demanding, found.token) is None
    again = who(demanding, token)
    assert again
    assert again.permissions
    assert again.factor_at == demanding.clock.now()
    with demanding.database.read() as session:
        newest = session.scalars(select(AuditRecord).order_by(AuditRecord.sequence.desc()).limit(2)).all()
    assert [entry.event for entry in newest] == [Event.LOGIN_SUCCEEDED, Event.PASSWORD_ACCEPTED]


def test_a_factor_that_was_set_up_is_asked_for_even_when_no_policy_does(
    door: Door, vault: Vault, with_codes: tuple[str, ...]
) -> None:
    assert log_in(door, "system_admin", PASSWORD).signed_in.second_step is SecondStep.PROVE
    assert log_in(door, "audit_admin", PASSWORD).signed_in.second_step is SecondStep.NONE


def test_the_code_that_set_up_the_factor_is_used(demanding: Door, vault: Vault, at_the_door: LoggedIn) -> None:
    used = code(demanding)
    set_up(demanding, at_the_door, vault)
    found = log_in(demanding, "system_admin", PASSWORD).signed_in
    with pytest.raises(CodeWrongError):
        prove_code(demanding, found, vault, used)


def test_a_code_counts_once_also_after_a_restart(demanding: Door, vault: Vault, with_codes: tuple[str, ...]) -> None:
    used = code(demanding)
    first, second = (log_in(demanding, "system_admin", PASSWORD).signed_in for _ in range(2))
    prove_code(demanding, first, vault, used)
    again = Database(demanding.database.url.render_as_string(hide_password=False))
    with pytest.raises(CodeWrongError):
        prove_code(replace(demanding, database=again), second, vault, used)
    again.close()


def test_a_code_counts_once_also_at_the_same_moment(demanding: Door, vault: Vault, with_codes: tuple[str, ...]) -> None:
    found = [log_in(demanding, "system_admin", PASSWORD).signed_in for _ in range(4)]
    brought = code(demanding)

    def bring(signed_in: SignedIn) -> bool:
        try:
            return prove_code(demanding, signed_in, vault, brought) is not None
        except SecurityError:
            return False

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(bring, found)) == [False, False, False, True]


def test_setting_the_clock_back_does_not_bring_a_code_back(
    demanding: Door, vault: Vault, with_codes: tuple[str, ...], clock: Held
) -> None:
    used = code(demanding)
    prove_code(demanding, log_in(demanding, "system_admin", PASSWORD).signed_in, vault, used)
    clock.forward(seconds=300)
    later = code(demanding)
    prove_code(demanding, log_in(demanding, "system_admin", PASSWORD).signed_in, vault, later)
    clock.forward(seconds=-300)
    found = log_in(demanding, "system_admin", PASSWORD).signed_in
    for brought in (used, code(demanding, 1)):
        with pytest.raises(CodeWrongError):
            prove_code(demanding, found, vault, brought)


def test_the_sixth_code_is_refused_although_it_is_right_from_wherever_it_comes(
    demanding: Door, vault: Vault, with_codes: tuple[str, ...], clock: Held
) -> None:
    for number in range(5):
        elsewhere = replace(demanding, address=f"10.7.7.{number}")
        found = log_in(elsewhere, "system_admin", PASSWORD).signed_in
        with pytest.raises((CodeWrongError, LoginLockedError)):
            prove_code(elsewhere, found, vault, wrong(demanding))
    fresh = Database(demanding.database.url.render_as_string(hide_password=False))
    after_a_restart = replace(demanding, database=fresh, address="10.8.8.8")
    found = log_in(after_a_restart, "system_admin", PASSWORD).signed_in
    for brought in (code(demanding), with_codes[0]):
        with pytest.raises(LoginLockedError):
            prove_code(after_a_restart, found, vault, brought)
    clock.forward(minutes=15)
    assert prove_code(after_a_restart, found, vault, code(demanding))
    fresh.close()


def test_the_password_does_not_set_the_count_of_wrong_codes_back(
    demanding: Door, vault: Vault, with_codes: tuple[str, ...]
) -> None:
    refused: list[type[SecurityError]] = []
    for _ in range(6):
        found = log_in(demanding, "system_admin", PASSWORD).signed_in
        with pytest.raises((CodeWrongError, LoginLockedError)) as caught:
            prove_code(demanding, found, vault, wrong(demanding))
        refused.append(caught.type)
    assert refused == [CodeWrongError] * 4 + [LoginLockedError] * 2


def test_a_recovery_code_works_once_however_it_is_typed(
    demanding: Door, vault: Vault, with_codes: tuple[str, ...]
) -> None:
    assert len(set(with_codes)) == 10
    typed = with_codes[3].lower().replace("-", " ")
    found = [log_in(demanding, "system_admin", PASSWORD).signed_in for _ in range(2)]
    token = prove_code(demanding, found[0], vault, typed)
    assert token
    proved = who(demanding, token)
    assert proved
    assert proved.factor is Factor.RECOVERY
    with pytest.raises(CodeWrongError):
        prove_code(demanding, found[1], vault, typed)
    with demanding.database.read() as session:
        assert enrolled.of_account(session, proved.account_id).recovery_codes == 9


def test_new_recovery_codes_void_the_old_ones(demanding: Door, vault: Vault, with_codes: tuple[str, ...]) -> None:
    found = log_in(demanding, "system_admin", PASSWORD).signed_in
    new = issue_codes(demanding, found)
    with pytest.raises(CodeWrongError):
        prove_code(demanding, found, vault, with_codes[0])
    prove_code(demanding, found, vault, new[0])


def test_recovery_codes_of_one_account_open_no_other(
    demanding: Door, vault: Vault, with_codes: tuple[str, ...]
) -> None:
    other = log_in(demanding, "audit_admin", PASSWORD)
    set_up_totp(demanding, other.signed_in, vault, password=PASSWORD, key=KEY, code=code(demanding))
    found = log_in(demanding, "audit_admin", PASSWORD).signed_in
    with pytest.raises(CodeWrongError):
        prove_code(demanding, found, vault, with_codes[0])


def test_neither_secret_nor_codes_are_readable_in_the_database(
    demanding: Door, vault: Vault, with_codes: tuple[str, ...]
) -> None:
    with demanding.database.read() as session:
        tables = ("vault_secret", "totp_factor", "recovery_code", "audit_record", "login_session")
        rows = repr([session.execute(text(f"SELECT * FROM {table}")).all() for table in tables])  # noqa: S608  # ours
    planted = [KEY, KEY.replace(" ", ""), SECRET.decode(), *with_codes, *(c.replace("-", "") for c in with_codes)]
    assert [secret for secret in planted if secret in rows] == []


def test_the_secret_of_codes_is_no_credential_in_the_list(
    demanding: Door, vault: Vault, with_codes: tuple[str, ...]
) -> None:
    with demanding.database.read() as session:
        assert vault.list(session) == ()


def test_setting_up_asks_for_the_password_and_for_a_code_of_the_shown_key(
    demanding: Door, vault: Vault, at_the_door: LoggedIn
) -> None:
    found = at_the_door.signed_in
    for changed, error in (
        ({"password": "wrong-otter-lantern"}, PasswordWrongError),
        ({"code": wrong(demanding)}, CodeWrongError),
        ({"key": "ABCD EFGH"}, TotpSecretError),
    ):
        with pytest.raises(error):
            set_up_totp(
                demanding, found, vault, **{"password": PASSWORD, "key": KEY, "code": code(demanding), **changed}
            )
    with demanding.database.read() as session:
        assert not enrolled.has_any(session, found.account_id)


def test_who_only_knows_the_password_cannot_replace_the_factor(
    demanding: Door, vault: Vault, with_codes: tuple[str, ...]
) -> None:
    found = log_in(demanding, "system_admin", PASSWORD)
    with pytest.raises(SecondStepDueError):
        set_up(demanding, found, vault)


def test_the_last_factor_stays_where_the_roles_need_one(
    door: Door, demanding: Door, vault: Vault, with_codes: tuple[str, ...]
) -> None:
    found = log_in(demanding, "system_admin", PASSWORD).signed_in
    with pytest.raises(LastFactorError):
        remove_totp(demanding, found, vault)
    remove_totp(door, found, vault)
    with door.database.read() as session:
        assert not enrolled.has_any(session, found.account_id)
        assert enrolled.of_account(session, found.account_id).recovery_codes == 0
        assert session.scalar(text("SELECT count(*) FROM vault_secret")) == 0
    with pytest.raises(FactorMissingError):
        remove_totp(door, found, vault)


def test_lost_factors_are_reset_and_the_sessions_end(
    demanding: Door, vault: Vault, with_codes: tuple[str, ...]
) -> None:
    found = log_in(demanding, "system_admin", PASSWORD)
    token = prove_code(demanding, found.signed_in, vault, code(demanding))
    with demanding.database.write() as session:
        reset(session, vault, found.signed_in.account_id, actor=SYSTEM, clock=demanding.clock)
    assert token
    assert who(demanding, token) is None
    assert log_in(demanding, "system_admin", PASSWORD).signed_in.second_step is SecondStep.ENROL
    with demanding.database.read() as session:
        entry = session.scalars(select(AuditRecord).where(AuditRecord.event == Event.FACTORS_RESET)).one()
    assert '"one_time_codes":true' in str(entry.before_json)


def test_one_session_at_a_time_ends_the_others_at_the_second_step_and_not_before(
    demanding: Door, vault: Vault, with_codes: tuple[str, ...], clock: Held
) -> None:
    strict = replace(demanding, settings=SecuritySettings(profile="mlps3"))
    earlier = prove_code(strict, log_in(strict, "system_admin", PASSWORD).signed_in, vault, code(strict))
    clock.forward(seconds=60)
    assert earlier
    found = log_in(strict, "system_admin", PASSWORD)
    assert who(strict, earlier), "who only knows the password cannot throw the person out"
    prove_code(strict, found.signed_in, vault, code(strict))
    assert who(strict, earlier) is None


def test_the_same_proof_again_renews_its_time_and_keeps_the_token(
    demanding: Door, vault: Vault, with_codes: tuple[str, ...], clock: Held
) -> None:
    token = prove_code(demanding, log_in(demanding, "system_admin", PASSWORD).signed_in, vault, code(demanding))
    assert token
    clock.forward(minutes=20)
    proved = who(demanding, token)
    assert proved
    assert prove_code(demanding, proved, vault, code(demanding)) is None
    again = who(demanding, token)
    assert again
    assert again.factor_at == demanding.clock.now()


def test_a_role_that_is_granted_asks_for_a_factor_in_the_running_session(demanding: Door, vault: Vault) -> None:
    with demanding.database.write() as session:
        hashed = passwords.PasswordPolicy(12).accept(PASSWORD, login="lisi")
        new = accounts.NewAccount("lisi", "李四", must_change_password=False)
        account = accounts.create(session, new, hashed, actor=SYSTEM)
        grants.grant(session, account.id, Role.SUBMITTER, actor=SYSTEM)
    found = log_in(demanding, "lisi", PASSWORD)
    assert found.signed_in.second_step is SecondStep.NONE
    with demanding.database.write() as session:
        grants.grant(session, account.id, Role.MEDIA_OPERATOR, actor=SYSTEM)
    again = who(demanding, found.token)
    assert again
    assert again.second_step is SecondStep.ENROL
    assert again.permissions == frozenset()
