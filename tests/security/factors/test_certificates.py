"""Certificates that stand for accounts: read strictly, one person each, revoked for good."""

import contextlib
from typing import Protocol
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from core.clock import Clock
from core.events import Event
from security import accounts
from security.audit import SYSTEM, AuditRecord
from security.door import Door
from security.errors import SecurityError
from security.factors import certificates
from security.factors.errors import (
    CertificateExpiredError,
    CertificateTakenError,
    CertificateUnreadableError,
    FactorMissingError,
)
from security.factors.setting_up import revoke_certificate
from tests.security.factors.making import made


class Held(Clock, Protocol):
    def forward(self, **duration: float) -> None: ...


def number_of(door: Door, login: str) -> int:
    with door.database.read() as session:
        return accounts.by_login(session, login).id


def enrol(door: Door, login: str, pem: str) -> None:
    number = number_of(door, login)
    with door.database.write() as session:
        certificates.enrol(session, number, pem, actor=SYSTEM, clock=door.clock)


def shown(door: Door, login: str, pem: str) -> bool:
    number = number_of(door, login)
    with door.database.write() as session:
        return certificates.use(session, number, certificates.fingerprint_of(quote(pem)), door.clock.now())


def test_it_stands_for_its_account_until_it_expires(door: Door, clock: Held) -> None:
    pem = made(clock)
    enrol(door, "audit_admin", pem)
    assert shown(door, "audit_admin", pem)
    assert not shown(door, "system_admin", pem)
    clock.forward(days=31)
    assert not shown(door, "audit_admin", pem)


def test_another_one_with_the_same_name_is_another_one(door: Door, clock: Held) -> None:
    enrol(door, "audit_admin", made(clock))
    assert not shown(door, "audit_admin", made(clock))


def test_a_certificate_stands_for_one_person(door: Door, clock: Held) -> None:
    pem = made(clock)
    enrol(door, "audit_admin", pem)
    for login in ("audit_admin", "system_admin"):
        with pytest.raises(CertificateTakenError):
            enrol(door, login, pem)


def test_an_expired_one_is_not_taken(door: Door, clock: Held) -> None:
    pem = made(clock)
    clock.forward(days=30)
    with pytest.raises(CertificateExpiredError):
        enrol(door, "audit_admin", pem)


def test_what_is_more_or_less_than_a_certificate_is_refused(door: Door, clock: Held) -> None:
    pem = made(clock)
    for text in ("", "certificate", pem[:-40], pem + pem, pem * 60, pem.replace("M", "密")):
        with pytest.raises(CertificateUnreadableError):
            enrol(door, "audit_admin", text)
        assert certificates.fingerprint_of(text) is None


@given(st.one_of(st.text(), st.text().map(lambda x: f"-----BEGIN CERTIFICATE-----\n{x}\n-----END CERTIFICATE-----")))
def test_any_header_is_a_certificate_or_none(text: str) -> None:
    assert certificates.fingerprint_of(text) is None


def test_revoking_is_for_good_and_recorded_and_reaches_nobody_elses(door: Door, clock: Held) -> None:
    pem = made(clock)
    enrol(door, "audit_admin", pem)
    with contextlib.suppress(SecurityError), door.database.write() as session:
        revoke_certificate(session, number_of(door, "system_admin"), 1, actor=SYSTEM, clock=clock)
    assert shown(door, "audit_admin", pem)
    number = number_of(door, "audit_admin")
    with door.database.write() as session:
        revoke_certificate(session, number, 1, actor=SYSTEM, clock=clock)
    assert not shown(door, "audit_admin", pem)
    with pytest.raises(FactorMissingError), door.database.write() as session:
        revoke_certificate(session, number, 1, actor=SYSTEM, clock=clock)
    with door.database.read() as session:
        entry = session.scalars(select(AuditRecord).where(AuditRecord.event == Event.FACTOR_REMOVED)).one()
    fingerprint = certificates.fingerprint_of(pem)
    assert fingerprint
    assert fingerprint in str(entry.before_json)
    assert fingerprint not in str(entry.after_json)
