"""Every operation that changes something writes exactly one audit record. One that nobody listed fails the run."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, select, update

from core import jobs
from core.database import Database
from core.jobs import Job, JobState
from inventory.models import Device
from inventory.topology.stating import end_of, state_link
from security.audit import SYSTEM, AuditRecord
from security.roles import Role
from tests.web.api.conftest import Program
from tests.web.conftest import StillClock
from web.api.application import OPERATIONS

# Method, path and body, and the event that is recorded.
ACTS: dict[str, tuple[str, str, dict[str, object] | None, str]] = {
    "mark_device": ("POST", "/devices/1/maintenance", {"minutes": 5}, "inventory:maintenance:mark"),
    "unmark_device": ("DELETE", "/devices/2/maintenance", None, "inventory:maintenance:unmark"),
    "mark_line": ("POST", "/lines/1/maintenance", {"minutes": 5}, "inventory:maintenance:mark"),
    "unmark_line": ("DELETE", "/lines/{marked}/maintenance", None, "inventory:maintenance:unmark"),
    "create_object": ("POST", "/inventory/sites", {"fields": {"name": "新址"}}, "inventory:object:create"),
    "change_object": (
        "PATCH",
        "/inventory/devices/1",
        {"version": 0, "fields": {"model": "S1"}},
        "inventory:object:change",
    ),
    "delete_object": ("DELETE", "/inventory/contacts/1?version=0", None, "inventory:object:delete"),
    "create_link": (
        "POST",
        "/topology/links",
        {"device_id": 1, "port": "GE1/0/8", "far_device_id": 3, "far_port": "GE1/0/8"},
        "inventory:link:state",
    ),
    "delete_link": ("DELETE", "/topology/links/1", None, "inventory:link:withdraw"),
    "back_up": ("POST", "/devices/1/backups", None, "automation:backup:request"),
    "cancel_job": ("POST", "/jobs/1/cancel", None, "jobs:job:cancel"),
    "retry_job": ("POST", "/jobs/2/retry", None, "jobs:job:retry"),
    "revoke_current_token": ("DELETE", "/tokens/current", None, "security:token:revoke"),
}


@pytest.fixture
def prepared(sample: Database, clock: StillClock) -> Database:
    """Jobs in two states, and a device that can be backed up and one that is marked."""
    with sample.write() as session:
        first, second = session.scalars(select(Device).order_by(Device.id).limit(2)).all()
        first.ssh_credential, first.address, first.platform = "ssh", "10.0.0.1", "huawei_vrp"
        second.maintenance_until, second.maintenance_note = clock.now(), "x"
        ends = [end_of(device, "GE1/0/9") for device in (first, second)]
        state_link(session, *ends, actor=SYSTEM, now=clock.now())
        for number in (1, 2):
            jobs.enqueue(session, "config.backup", {"device_id": number}, actor="test", clock=clock)
        session.execute(update(Job).where(Job.id == 2).values(state=JobState.FAILED))
    return sample


def newest(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.max(AuditRecord.sequence))) or 0


def test_every_operation_that_changes_something_is_tried_here() -> None:
    assert {one.name for one in OPERATIONS if one.method != "GET"} == set(ACTS)


@pytest.mark.parametrize("name", sorted(ACTS))
def test_a_change_is_recorded_once(prepared: Database, program: Callable[..., Program], name: str) -> None:
    method, path, body, event = ACTS[name]
    asking = program(Role.OPERATOR, Role.NETWORK_ADMIN)
    if "{marked}" in path:
        assert asking.ask("/lines/1/maintenance", "POST", json={"minutes": 5}).status_code == 201
        path = path.replace("{marked}", "1")
    before = newest(prepared)
    answer = asking.ask(path, method, json=body)
    assert answer.status_code in (200, 201, 202, 204), answer.text
    with prepared.read() as session:
        statement = select(AuditRecord.event).where(AuditRecord.sequence > before)
        assert list(session.scalars(statement)) == [event]
