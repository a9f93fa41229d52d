"""Every kind's list on both databases: each order, each filter, the scope in the query."""

from datetime import UTC, datetime

import pytest

from core.database import Database
from inventory import relations
from inventory.catalogue import TAG, catalogue, conditions, count, narrowing
from inventory.changes.importing import import_ledger
from inventory.kinds import ObjectKind
from inventory.ledger.state import MODELS
from inventory.scope import ALL, Scope
from security.audit import Actor
from security.reach import NOWHERE
from tests.inventory.sheets import COUNTY, workbook


@pytest.fixture
def county(database: Database) -> Database:
    with database.write() as session:
        import_ledger(session, workbook(COUNTY), Actor("wang", "person"), now=datetime(2026, 3, 1, tzinfo=UTC))
    return database


@pytest.mark.parametrize("kind", list(ObjectKind))
def test_every_order_gives_every_object_once_and_its_reverse(county: Database, kind: ObjectKind) -> None:
    with county.read() as session:
        every = {row.id for row in session.query(MODELS[kind]).all()}
        for order in catalogue(kind).orders:
            for asked in (order, f"-{order}"):
                page = catalogue(kind).page(session, order=asked)
                assert [one.id for one in page.items] == list(dict.fromkeys(one.id for one in page.items))
                assert {one.id for one in page.items} == every
                assert page.total == count(session, kind, ALL) == len(every)


@pytest.mark.parametrize("kind", list(ObjectKind))
def test_every_filter_keeps_what_says_so_and_nonsense_finds_nothing(county: Database, kind: ObjectKind) -> None:
    with county.read() as session:
        for field in narrowing(kind):
            for nonsense in ("nonsense", "-1", "0", "99999999999999999999", "٣"):
                assert not catalogue(kind).page(session, where=conditions(kind, {field: nonsense})).items
        for relation in relations.of_kind(kind).values():
            for other in session.query(MODELS[relation.to]).all():
                found = catalogue(kind).page(session, where=conditions(kind, {relation.field: str(other.id)})).items
                assert {one.id for one in found} == named(session, relation, other)


def named(session: object, relation: relations.Relation, other: object) -> set[int]:
    """What names it, found by looking at every row."""
    found = set()
    for row in session.query(MODELS[relation.kind]).all():  # type: ignore[attr-defined]
        held = getattr(row, relation.field)
        if other in held if relation.several else held is other:
            found.add(row.id)
    return found


def test_a_tag_is_one_whole_word(county: Database) -> None:
    with county.read() as session:
        listing = catalogue(ObjectKind.DEVICE)
        assert [
            one.name for one in listing.page(session, where=conditions(ObjectKind.DEVICE, {TAG: "核心"})).items
        ] == ["CORE-01"]
        for part in ("核", "核心|双电源", "%", "_"):
            assert not listing.page(session, where=conditions(ObjectKind.DEVICE, {TAG: part})).items


@pytest.mark.parametrize("kind", list(ObjectKind))
def test_out_of_reach_is_not_listed_counted_or_hanging(county: Database, kind: ObjectKind) -> None:
    nothing = Scope(NOWHERE)
    with county.read() as session:
        assert count(session, kind, nothing) == 0
        assert catalogue(kind).page(session, scope=nothing).items == []
        assert not nothing.may_hold(MODELS[kind])
        for relation in relations.towards(kind):
            for row in session.query(MODELS[kind]).all():
                assert relations.count_pointing(session, relation, row.id, nothing) == 0


def test_contacts_vlans_subnets_and_addresses_are_their_units(county: Database) -> None:
    with county.read() as session:
        numbers = dict(session.query(MODELS[ObjectKind.UNIT].name, MODELS[ObjectKind.UNIT].id).all())
        own, other = (Scope.units([numbers[name]]) for name in ("电子政务办", "城关镇人民政府"))
        for kind in (ObjectKind.CONTACT, ObjectKind.VLAN):
            assert (count(session, kind, own), count(session, kind, other)) == (1, 0)
        for kind in (ObjectKind.SUBNET, ObjectKind.ADDRESS, ObjectKind.SITE, ObjectKind.SYSTEM):
            assert count(session, kind, own) == 0, "of no unit"


def test_what_hangs_on_an_object_is_found_once(county: Database) -> None:
    with county.read() as session:
        device = session.query(MODELS[ObjectKind.DEVICE]).filter_by(name="CORE-01").one()
        found = [(kind, row.name) for kind, row in relations.hanging_on(session, ObjectKind.DEVICE, device.id)]
    assert found == [
        (ObjectKind.LINE, "城关专线"),
        (ObjectKind.LINE, "城关备线"),
        (ObjectKind.ADDRESS, "10.0.0.1"),
        (ObjectKind.SYSTEM, "行政审批"),
    ]
