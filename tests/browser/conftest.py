"""A real browser, and a console to walk through: in this process, over a sample county with a transfer in review."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser
from sqlalchemy import select
from waitress import wasyncore
from waitress.server import create_server

from core import schema
from core.database import Database, sqlite_url
from core.settings import Settings
from inventory import groups
from inventory.models import Device, Unit
from security import accounts, grants, proposals
from security.accounts import NewAccount
from security.audit import Actor
from security.ferry import approver_key, services
from security.ferry.levels import Level, Zone
from security.ferry.models import FerryTransfer
from security.passwords import HashedPassword
from security.proposals import Change
from security.reach import Reach
from security.roles import Role
from security.sessions import SignedIn
from tests.browser.walker import Walker, chromium
from tests.security.ferry import world
from tests.security.ferry.inspection import samples
from tests.web import county
from tests.web.conftest import person
from web.app import create_app

PIN = "246810"
# Who sits where: the cookie names the person.
PEOPLE = {
    "network": (Role.NETWORK_ADMIN, Role.OPERATOR),
    "planner": (Role.NETWORK_ADMIN,),
    "officer": (Role.SECURITY_OFFICER,),
    "approver": (Role.DEPARTMENT_APPROVER,),
    "submitter": (Role.SUBMITTER, Role.RECEIVER),
    "media": (Role.MEDIA_OPERATOR,),
    "auditor": (Role.AUDIT_ADMIN,),
    "system": (Role.SYSTEM_ADMIN,),
    "security": (Role.SECURITY_ADMIN,),
}


@pytest.fixture(scope="module")  # an open Playwright keeps an event loop running, which others need
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """The application behind the product's own server, on a free port; yields its address."""
    sockets: dict[int, Any] = {}
    server = create_server(app, map=sockets, host="127.0.0.1", port=0, threads=4)
    stop = Event()

    def loop() -> None:
        while not stop.is_set():
            wasyncore.loop(timeout=0.2, use_poll=True, map=sockets, count=1)

    thread = Thread(target=loop, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        stop.set()
        thread.join(10)
        server.task_dispatcher.shutdown(timeout=5)
        wasyncore.close_all(sockets)


@dataclass(frozen=True)
class County:
    """A console that believes the cookie about who is there."""

    address: str
    database: Database
    cookie: str
    transfer: str

    def walker(self, browser: Browser, who: str, **options: Any) -> Walker:
        found = Walker(browser, self.address, **options)
        found.context.add_cookies([{"name": self.cookie, "value": who, "url": self.address}])
        return found


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[County]:
    folder = tmp_path_factory.mktemp("county")
    database = Database(sqlite_url(folder / "guanjin.db"))
    schema.upgrade(database)
    _fill(database, folder)
    transfer = _transfer(database, folder)
    settings = Settings.model_validate(
        {
            "site": {"name": "青岚县电子政务办公室"},
            "storage": {"data": folder},
            "web": {"listen_port": 0},
            "ferry": {"media": folder / "disc"},
        }
    )
    accounts_of = _people(database)

    def by_name(token: str, active: bool) -> SignedIn | None:  # noqa: FBT001  # the shape of Identify
        del active
        return person(*PEOPLE[token], login=token, account_id=accounts_of[token]) if token in PEOPLE else None

    app = create_app(settings, database, identify=by_name, is_set_up=lambda: True)
    with serving(app) as address:
        yield County(address, database, app.extensions["guanjin"].session_cookie, transfer)
    database.close()


def _people(database: Database) -> dict[str, int]:
    """Their accounts, a device group, a grant that is limited and one that waits to be confirmed."""
    giver, numbers = Actor("setup", "person"), {}
    with database.write() as session:
        for login, roles in PEOPLE.items():
            new = NewAccount(login if login != "system" else "sysadmin", f"{login} 某")  # `system` is the program
            made = accounts.create(session, new, HashedPassword("$x"), actor=giver)
            for role in roles:
                grants.grant(session, made.id, role, actor=giver)
            numbers[login] = made.id
        devices = session.scalars(select(Device.id).limit(3)).all()
        unit = session.scalars(select(Unit.id).where(Unit.name.startswith("石塘镇"))).one()
        group = groups.create(session, "骨干设备", devices, actor=giver)
        duty = accounts.create(session, NewAccount("duty", "值班员"), HashedPassword("$x"), actor=giver)
        by = Actor("security", "person", numbers["security"])
        for reach in (Reach.to(units_below=[unit]), Reach.to(units=[unit], groups=[group.id])):
            proposed = proposals.propose(
                session, duty.id, Change.GRANT, Role.OPERATOR, reach, reason="夜间值守", actor=by
            )
            if not reach.groups:
                proposals.confirm(session, proposed.id, actor=Actor("system", "person", numbers["system"]))
        numbers["duty"] = duty.id
    return numbers


def _fill(database: Database, folder: Path) -> None:
    now = datetime.now(UTC)
    with database.write() as session:
        county.fill(session, now)
        county.wire(session, now)
    with database.read() as session:
        first = session.scalars(select(Device).order_by(Device.id)).first()
        assert first
        county.history(folder / "history", {first.id: first.ports[0].id}, now)


def _transfer(database: Database, folder: Path) -> str:
    """Submitted and inspected, so that its page shows verdicts and a decision."""
    medium = folder / "disc"
    medium.mkdir()
    far_database = Database(sqlite_url(folder / "far.db"))
    schema.upgrade(far_database)
    near = world.make_site("青岚县电子政务外网", Zone.UNCLASSIFIED, folder, database, medium)
    far = world.make_site("青岚县电子政务内网", Zone.CLASSIFIED, folder / "far", far_database, medium)
    world.introduce(near, far)
    near.clock.at = datetime.now(UTC)
    with database.write() as session:
        key = approver_key.create("approver", PIN)
        services.add_approver_key(session, near.ferry, key, ["department_approver"], actor=world.ADMIN)
    staged = [
        services.stage(near.ferry, "季度专线台账.docx", io.BytesIO(samples.docx())),
        services.stage(near.ferry, "机房照片.png", io.BytesIO(samples.png())),
    ]
    with database.write() as session:
        found: FerryTransfer = services.submit(
            session,
            near.ferry,
            link="外网到内网",
            level=Level.INTERNAL,
            purpose="第四季度专线台账报送，含月租费与合同期限变更",
            recipients=["谢知秋"],
            files=staged,
            actor=world.Actor("submitter", "person"),
        )
    near.work()
    far_database.close()
    return found.uid
