"""From where an account may be used."""

import contextlib
from dataclasses import replace
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from core.events import Event
from security import accounts, addresses, passwords, sessions
from security.audit import SYSTEM, AuditRecord
from security.door import Door
from security.errors import AddressRangeError, AddressRangesError, LoginFailedError, LoginLockedError
from security.login import log_in

PASSWORD = "marble-otter-lantern"


def test_networks_are_read_however_they_are_separated() -> None:
    assert addresses.parse("10.1.0.0/16，10.2.3.4 \n 2001:db8::/32、10.2.3.4") == (
        "10.1.0.0/16",
        "10.2.3.4/32",
        "2001:db8::/32",
    )
    assert addresses.parse("  ") == ()


@pytest.mark.parametrize("text", ["10.1.1.9/16", "10.1", "everywhere", "10.1.1.0/33", "10.1.1.1-9"])
def test_what_is_no_network_is_named(text: str) -> None:
    with pytest.raises(AddressRangeError) as caught:
        addresses.parse(f"10.2.0.0/16 {text}")
    assert caught.value.facts["entry"] == text


def test_a_list_has_an_end() -> None:
    with pytest.raises(AddressRangesError):
        addresses.parse(" ".join(f"10.0.{n}.0/24" for n in range(51)))


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(AddressRangeError, AddressRangesError):
        assert addresses.parse(" ".join(addresses.parse(text))) == addresses.parse(text)


@given(st.lists(st.ip_addresses(v=4), min_size=1, max_size=4), st.integers(0, 32), st.ip_addresses(v=4))
def test_an_address_is_let_in_when_a_network_holds_it(bases: list[object], bits: int, address: object) -> None:
    networks = [str(ip_network(f"{base}/{bits}", strict=False)) for base in bases]
    held = any(ip_address(str(address)) in ip_network(network) for network in networks)
    assert addresses.permits(networks, str(address)) == held
    assert addresses.permits(networks, f"::ffff:{address}") == held, "IPv4 in IPv6's clothes"


def test_no_list_lets_everybody_in_and_a_list_nobody_without_an_address() -> None:
    assert addresses.permits([], "10.1.1.9")
    assert addresses.permits([], "")
    assert not addresses.permits(["10.0.0.0/8"], "")


@pytest.fixture
def fenced(door: Door) -> Door:
    """`system_admin` may come from 10.1.1.0/24 alone."""
    with door.database.write() as session:
        account = accounts.by_login(session, "system_admin")
        accounts.allow_addresses(session, account.id, "10.1.1.0/24", actor=SYSTEM, clock=door.clock)
    return door


def test_a_log_in_from_elsewhere_is_refused_like_a_wrong_password(
    fenced: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_in(fenced, "system_admin", PASSWORD)
    computed = []
    real = passwords.verify
    monkeypatch.setattr(passwords, "verify", lambda stored, text: computed.append(stored) or real(stored, text))
    elsewhere = replace(fenced, address="10.1.2.9")
    said = []
    for password in (PASSWORD, "wrong-otter-lantern"):
        with pytest.raises(LoginFailedError) as caught:
            log_in(elsewhere, "system_admin", password)
        said.append((str(caught.value), caught.value.facts))
    assert said[0] == said[1]
    assert computed[0] == computed[1] is not None, "each costs one hash of the real password"
    with fenced.database.read() as session:
        causes = session.scalars(select(AuditRecord.detail_json).where(AuditRecord.event == Event.LOGIN_FAILED)).all()
    assert [("address_refused" in str(cause)) for cause in causes] == [True, False]


def test_attempts_from_elsewhere_lock_like_wrong_ones(fenced: Door) -> None:
    elsewhere = replace(fenced, address="10.1.2.9")
    for _ in range(4):
        with pytest.raises(LoginFailedError):
            log_in(elsewhere, "system_admin", PASSWORD)
    with pytest.raises(LoginLockedError):
        log_in(elsewhere, "system_admin", PASSWORD)
    log_in(fenced, "system_admin", PASSWORD)


def test_the_session_knows_from_where_it_may_be_used_and_ends_once(fenced: Door) -> None:
    found = log_in(fenced, "system_admin", PASSWORD).signed_in
    assert found.allowed_addresses == ("10.1.1.0/24",)
    for _ in range(2):
        with fenced.database.write() as session:
            sessions.end_elsewhere(session, found, address="172.16.0.1", clock=fenced.clock)
    with fenced.database.read() as session:
        refused = session.scalars(select(AuditRecord).where(AuditRecord.event == Event.SESSION_REFUSED)).all()
    assert [(entry.address, entry.result) for entry in refused] == [("172.16.0.1", "refused")]


def test_a_changed_list_is_recorded_with_before_and_after(fenced: Door) -> None:
    with fenced.database.write() as session:
        account = accounts.by_login(session, "system_admin")
        accounts.allow_addresses(session, account.id, "", actor=SYSTEM, clock=fenced.clock)
    with fenced.database.read() as session:
        entries = session.scalars(select(AuditRecord).where(AuditRecord.event == Event.ADDRESSES_CHANGED)).all()
    assert [(entry.before_json, entry.after_json) for entry in entries] == [
        ('{"addresses":[]}', '{"addresses":["10.1.1.0/24"]}'),
        ('{"addresses":["10.1.1.0/24"]}', '{"addresses":[]}'),
    ]
