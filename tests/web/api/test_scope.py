"""A unit's administrator has a token of the unit: what belongs to others is not there, whichever way one asks."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from core.database import Database
from inventory.models import Device, Line, Port, Unit
from security.roles import Permission, Role
from tests.web import county
from tests.web.api.conftest import Program

UNIT = "白沙镇人民政府"


@pytest.fixture
def unit_id(sample: Database) -> int:
    with sample.read() as session:
        return session.scalars(select(Unit.id).where(Unit.name == UNIT)).one()


@pytest.fixture
def scoped(program: Callable[..., Program], unit_id: int) -> Program:
    return program(Role.UNIT_ADMIN, unit_id=unit_id)


def test_lists_hold_the_units_own_things(scoped: Program, sample: Database, unit_id: int) -> None:
    with sample.read() as session:
        devices = set(session.scalars(select(Device.id).where(Device.unit_id == unit_id)))
        lines = set(session.scalars(select(Line.id).where(Line.unit_id == unit_id)))
    assert {one["id"] for one in scoped.items("/devices?limit=200")} == devices
    assert {one["id"] for one in scoped.items("/lines?limit=200")} == lines
    assert [one["id"] for one in scoped.items("/units")] == [unit_id]
    assert scoped.items("/sites") == []
    assert scoped.items("/rooms") == []


def test_every_object_of_others_is_missing_and_not_forbidden(scoped: Program, sample: Database, unit_id: int) -> None:
    with sample.read() as session:
        devices = session.scalars(select(Device.id).where(Device.unit_id != unit_id)).all()
        lines = session.scalars(select(Line.id).where(Line.unit_id != unit_id)).all()
        ports = session.execute(
            select(Port.device_id, Port.id).join(Device).where(Device.unit_id != unit_id).limit(40)
        ).all()
        units = session.scalars(select(Unit.id).where(Unit.id != unit_id)).all()
    paths = [f"/devices/{number}{part}" for number in devices for part in ("", "/ports", "/sensors", "/outages")]
    paths += [f"/devices/{number}/history" for number in devices[:5]]
    paths += [f"/lines/{number}{part}" for number in lines for part in ("", "/outages", "/availability")]
    paths += [f"/lines/{number}{part}" for number in lines[:5] for part in ("/utilisation", "/history")]
    paths += [f"/devices/{device}/ports/{port}{part}" for device, port in ports for part in ("", "/history")]
    paths += [f"/units/{number}" for number in units] + ["/sites/1", "/rooms/1"]
    assert len(paths) > 200
    for path in paths:
        answer = scoped.get(path)
        assert answer.status_code == 404, path


def test_a_port_is_not_reached_through_a_device_of_ones_own(scoped: Program, sample: Database, unit_id: int) -> None:
    with sample.read() as session:
        own = session.scalars(select(Device.id).where(Device.unit_id == unit_id)).first()
        other = session.scalars(select(Port.id).join(Device).where(Device.unit_id != unit_id)).first()
    assert scoped.get(f"/devices/{own}/ports/{other}").status_code == 404
    assert scoped.get(f"/devices/{own}/ports/{other}/history").status_code == 404


def test_search_finds_nothing_of_others(scoped: Program) -> None:
    assert {one["kind"] for one in scoped.items(f"/search?q={county.STATION}")} == set()
    assert {"JR-白沙镇人民政府"} <= {one["name"] for one in scoped.items("/search?q=JR")}
    assert all("白沙镇" in str(one["name"]) for one in scoped.items("/search?q=JR"))


def test_filters_do_not_widen_the_scope(scoped: Program, unit_id: int) -> None:
    assert scoped.items(f"/devices?unit_id={unit_id + 1}") == []
    assert scoped.items(f"/lines?unit_id={unit_id + 1}") == []


def test_a_person_without_a_unit_sees_nothing(program: Callable[..., Program]) -> None:
    lost = program(Role.UNIT_ADMIN)
    assert lost.items("/devices") == []
    assert lost.items("/units") == []


def test_the_permission_of_the_operation_decides_how_far_a_token_reaches(
    program: Callable[..., Program], sample: Database
) -> None:
    backing_up = program(Role.OPERATOR, only=frozenset({Permission.RUN_BACKUP}))
    assert backing_up.ask("/devices/1/backups", "POST").status_code == 202
    assert backing_up.get("/devices/1").status_code == 403


def test_another_persons_tokens_are_not_listed(program: Callable[..., Program]) -> None:
    one, other = program(Role.OPERATOR), program(Role.NETWORK_ADMIN)
    assert [token["id"] for token in one.items("/tokens")] != [token["id"] for token in other.items("/tokens")]
    assert len(one.items("/tokens")) == 1
