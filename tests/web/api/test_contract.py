"""The running API against its own document: schemathesis asks what a stranger, a mistaken and a hostile program would.

Every check that it has, with a fixed seed: no 5xx, nothing accepted that the document forbids, nothing refused that it
allows, no status, header or body that it does not name.
"""

import os
import shutil
import subprocess
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import select

from automation.models import ConfigText, ConfigVersion
from core.database import Database
from core.jobs import enqueue
from core.settings import Settings
from inventory.models import Device
from security import accounts, grants, sessions, tokens
from security.accounts import NewAccount
from security.roles import Role
from security.tokens import NewToken
from security.tokens.permissions import to_choose_from
from tests.web import county
from tests.web.api.conftest import NO_PASSWORD, SETTER
from web import server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
ALL_BUT_AUDIT = (Role.NETWORK_ADMIN, Role.OPERATOR, Role.SECURITY_OFFICER, Role.SYSTEM_ADMIN)
SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")


@dataclass(frozen=True)
class Running:
    address: str
    database: Database


@pytest.fixture(scope="module")
def running(template_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The web process's server on loopback, in front of a county with something of every kind."""
    folder = tmp_path_factory.mktemp("contract")
    shutil.copyfile(template_database, folder / "guanjin.db")
    settings = Settings.model_validate(
        {
            "storage": {"data": folder},
            "web": {"listen_port": 0},
            "api": {"token_requests": 10**9, "address_requests": 10**9, "address_refusals": 10**9},
        }
    )
    database = Database(settings.database_url)
    prepare(database, datetime.now(UTC))
    ready, stop, port = Event(), Event(), []

    def on_ready(number: int) -> None:
        port.append(number)
        ready.set()

    thread = Thread(target=server.run, args=(settings, database, stop, on_ready))
    thread.start()
    assert ready.wait(30)
    yield Running(f"http://127.0.0.1:{port[0]}/api/v1", database)
    stop.set()
    thread.join()
    database.close()


def prepare(database: Database, now: datetime) -> None:
    with database.write() as session:
        county.fill(session, now)
        device = session.scalars(select(Device)).first()
        assert device
        text = "0" * 64
        session.add(ConfigText(digest=text, data=zlib.compress(b"sysname HX\n")))
        for number in (1, 2):
            session.add(
                ConfigVersion(
                    device_id=device.id,
                    number=number,
                    taken_at=now - timedelta(days=3 - number),
                    seen_at=now,
                    taken_by="zhangwei",
                    platform="huawei_vrp",
                    fingerprint=str(number) * 64,
                    text_digest=text,
                    size_bytes=11,
                    lines=1,
                    added=1,
                    removed=0,
                    sealed=b"",
                )
            )
        for number in range(3):
            enqueue(session, "config.backup", {"device_id": number}, actor="zhangwei", subject=f"device:{number}")


def token_of(database: Database, *roles: Role) -> str:
    login = "-".join(role.value.replace("_", "-")[:8] for role in roles)
    with database.write() as session:
        account = accounts.find(session, login)
        if account is None:
            new = NewAccount(login, login, must_change_password=False)
            account = accounts.create(session, new, NO_PASSWORD, actor=SETTER)
            for role in roles:
                grants.grant(session, account.id, role, actor=SETTER)
        owner = sessions.principal_of(account, session_id=1)
        new_token = NewToken("schemathesis", frozenset(to_choose_from(owner.permissions)))
        return tokens.create(session, owner, new_token, actor=owner.actor(None)).text


def schemathesis(running: Running, token: str, folder: Path, *which: str, examples: int = 8) -> None:
    """Fails with its report, where it finds something."""
    command = [
        SCHEMATHESIS,
        "run",
        f"{running.address}/openapi.json",
        "--header",
        f"Authorization: Bearer {token}",
        "--checks",
        "all",
        "--seed",
        "20261123",
        "--generation-deterministic",
        "--max-examples",
        str(examples),
        "--workers",
        "1",
        "--no-color",
        *which,
    ]
    surroundings = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    done = subprocess.run(command, cwd=folder, env=surroundings, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.fail(done.stdout + done.stderr, pytrace=False)


def test_what_programs_may_ask_is_answered_as_promised(running: Running, tmp_path: Path) -> None:
    token = token_of(running.database, *ALL_BUT_AUDIT)
    left_out = ("--exclude-operation-id", "revoke_current_token", "--exclude-tag", "audit")
    schemathesis(running, token, tmp_path, *left_out)


def test_the_auditors_reading_is_answered_as_promised(running: Running, tmp_path: Path) -> None:
    token = token_of(running.database, Role.AUDIT_ADMIN)
    schemathesis(running, token, tmp_path, "--include-tag", "audit", examples=60)


def test_a_token_that_has_ended_itself_is_refused_as_promised(running: Running, tmp_path: Path) -> None:
    token = token_of(running.database, Role.OPERATOR)
    schemathesis(running, token, tmp_path, "--include-operation-id", "revoke_current_token")
