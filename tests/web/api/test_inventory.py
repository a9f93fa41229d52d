"""Every kind for programs: what is read can be sent back, and nobody overwrites what they did not see."""

from collections.abc import Callable
from typing import Any

import pytest

from core.database import Database
from inventory.changes.history import of_object
from inventory.changes.importing import import_ledger
from inventory.kinds import ChangeOrigin, ObjectKind
from inventory.models import Device, Unit
from security.audit import Actor
from security.roles import Permission, Role
from tests.inventory.sheets import COUNTY, workbook
from tests.web.api.conftest import Program
from tests.web.conftest import StillClock
from web.objects.kinds import SLUGS

WANG = Actor("wang", "person")


@pytest.fixture
def ledger(sample: Database, clock: StillClock) -> Database:
    """Of the prepared county, with one of every kind besides."""
    own = {
        "行政区划": [["名称", "级别", "上级"], ["江口镇", "乡镇", "江口县"], ["江口县", "县", ""]],
        "地点": [["名称", "行政区划"], ["行政中心", "江口县"], ["新华村部", "江口镇"]],
        "单位": [["名称", "地点"], ["电子政务办", "行政中心"], ["城关镇人民政府", "新华村部"]],
    }
    with sample.write() as session:
        session.query(Unit).filter_by(name="城关镇人民政府").one().name = "城关镇政府"
        import_ledger(session, workbook({**COUNTY, **own}), WANG, now=clock.now())
    return sample


def last(asking: Program, kind: ObjectKind) -> dict[str, Any]:
    return asking.items(f"/inventory/{SLUGS[kind]}?limit=200")[-1]


@pytest.mark.parametrize("kind", list(ObjectKind))
def test_what_is_read_can_be_sent_back_and_changes_nothing(
    program: Callable[..., Program], ledger: Database, kind: ObjectKind
) -> None:
    asking = program(Role.NETWORK_ADMIN)
    one = last(asking, kind)
    path = f"/inventory/{SLUGS[kind]}/{one['id']}"
    assert asking.get(path).json == one
    answer = asking.ask(path, "PATCH", json={"version": one["version"], "fields": one["fields"]})
    assert answer.status_code == 200, answer.text
    assert answer.json == one


def test_an_object_is_added_changed_and_deleted(program: Callable[..., Program], ledger: Database) -> None:
    asking = program(Role.NETWORK_ADMIN)
    fields = {"name": "SW-9", "role": "router", "unit": "电子政务办", "purchased_on": "2026-03-01"}
    made = asking.ask("/inventory/devices", "POST", json={"fields": fields})
    assert made.status_code == 201
    assert made.json is not None
    one = made.json
    assert {name: one["fields"][name] for name in fields} == fields
    path = f"/inventory/devices/{one['id']}"
    changed = asking.ask(path, "PATCH", json={"version": one["version"], "fields": {"model": "S1", "unit": ""}})
    assert changed.json is not None
    assert (changed.json["fields"]["model"], changed.json["fields"]["unit"]) == ("S1", "")
    stale = asking.ask(path, "PATCH", json={"version": one["version"], "fields": {"model": "S2"}})
    assert (stale.status_code, stale.json and stale.json["code"]) == (409, "inventory.edit_conflict")
    assert asking.ask(f"{path}?version={one['version']}", "DELETE").status_code == 409
    assert asking.ask(f"{path}?version={changed.json['version']}", "DELETE").status_code == 204
    assert asking.get(path).status_code == 404
    with ledger.read() as session:
        changes = of_object(session, ObjectKind.DEVICE, one["id"])
        assert {change.change_set.origin for change in changes} == {ChangeOrigin.API}
        assert all(">token:" in change.change_set.actor for change in changes)


def test_a_wrong_field_is_a_problem_that_names_it(program: Callable[..., Program], ledger: Database) -> None:
    asking = program(Role.NETWORK_ADMIN)
    wrong = {"name": "SW-9", "role": "router", "address": "10.0.0.999", "unit": "电子政务办"}
    for fields, named in ((wrong, "address"), ({"name": "x"}, "role"), ({"colour": "grey"}, "colour")):
        refused = asking.ask("/inventory/devices", "POST", json={"fields": fields})
        assert (refused.status_code, refused.json and refused.json["code"]) == (409, "api.fields")
        assert refused.json
        assert refused.json["facts"]["fields"][named]
    with ledger.read() as session:
        assert session.query(Device).filter_by(name="SW-9").count() == 0


def test_what_is_in_use_is_not_deleted(program: Callable[..., Program], ledger: Database) -> None:
    asking = program(Role.NETWORK_ADMIN)
    refused = asking.ask("/inventory/devices/1?version=0", "DELETE")
    assert (refused.status_code, refused.json and refused.json["code"]) == (409, "inventory.in_use")


def test_a_list_is_read_page_by_page_and_searched(program: Callable[..., Program], ledger: Database) -> None:
    asking = program(Role.NETWORK_ADMIN)
    every = [one["id"] for one in asking.items("/inventory/devices?limit=200")]
    found, cursor = [], ""
    while True:
        page = asking.get(f"/inventory/devices?limit=7{cursor}").json
        assert page
        found += [one["id"] for one in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert found == every == sorted(every)
    assert [one["name"] for one in asking.items("/inventory/units?q=dzzw")] == ["电子政务办"]


def test_a_token_of_a_unit_sees_its_own_and_changes_nothing(program: Callable[..., Program], ledger: Database) -> None:
    with ledger.read() as session:
        unit = session.query(Unit.id).filter_by(name="电子政务办").scalar()
        other = session.query(Device.id).filter(Device.unit_id != unit).first()[0]
    asking = program(Role.UNIT_ADMIN, unit_id=unit)
    assert [one["name"] for one in asking.items("/inventory/devices")] == ["CORE-01"]
    assert [one["name"] for one in asking.items("/inventory/contacts")] == ["电子政务办/王伟"]
    assert asking.items("/inventory/sites") == []
    assert asking.get(f"/inventory/devices/{other}").status_code == 404
    assert asking.ask("/inventory/devices", "POST", json={"fields": {"name": "x", "role": "router"}}).status_code == 403
    only_sees = program(Role.NETWORK_ADMIN, only=frozenset({Permission.VIEW_MONITORING}))
    assert only_sees.ask("/inventory/devices/1?version=0", "DELETE").status_code == 403
