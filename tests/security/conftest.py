"""A held clock, cheap hashes, and an installation whose three administrators have been named."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from core.database import Database
from core.settings import SecuritySettings
from security import passwords, setup
from security.door import Door
from security.passwords import Cost, PasswordPolicy
from security.roles import THREE_ADMINISTRATORS, Role
from security.setup import Administrator

PASSWORD = "marble-otter-lantern"


@dataclass
class HeldClock:
    """Time that passes when a test says so."""

    at: datetime = field(default_factory=lambda: datetime(2026, 11, 23, 8, 0, tzinfo=UTC))

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    def forward(self, **duration: float) -> None:
        self.at += timedelta(**duration)


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock()


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hashes that take no time; what they cost for real is tested in test_passwords."""
    monkeypatch.setattr(passwords, "COST", Cost(memory_kib=64, iterations=1, lanes=1))
    return


@pytest.fixture
def settings() -> SecuritySettings:
    return SecuritySettings()


@pytest.fixture
def installed(database: Database, clock: HeldClock, cheap: None) -> Database:
    """`system_admin`, `security_admin` and `audit_admin` exist, each with PASSWORD."""
    administrators = {
        role: Administrator(
            role.value, f"name of {role.value}", PasswordPolicy(12).accept(PASSWORD, login=role.value), False
        )
        for role in THREE_ADMINISTRATORS
    }
    with database.write() as session:
        token = setup.issue_token(session, clock=clock)
        setup.complete_setup(session, token, administrators, address="127.0.0.1", clock=clock)
    return database


@pytest.fixture
def door(installed: Database, settings: SecuritySettings, clock: HeldClock) -> Door:
    return Door(installed, settings, clock, "10.1.1.9", "Firefox")


__all__ = ["PASSWORD", "HeldClock", "Role"]
