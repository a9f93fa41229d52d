"""Every kind's list on both databases: each order, each filter, the scope in the query."""

from datetime import UTC, datetime

import pytest

from core.database import Database
from inventory import custom_fields, relations
from inventory.catalogue import TAG, catalogue, conditions, count, narrowing
from inventory.changes.importing import import_ledger
from inventory.custom_fields import Draft
from inventory.kinds import FieldFormat, ObjectKind
from inventory.ledger.layout import layout_of
from inventory.ledger.sheets import SHEET_OF
from inventory.ledger.state import MODELS
from inventory.models import Site
from inventory.scope import ALL, Scope
from security.audit import Actor
from security.reach import NOWHERE
from tests.inventory.sheets import COUNTY, workbook

DEVICES = SHEET_OF[ObjectKind.DEVICE]
WANG = Actor("wang", "person")


@pytest.fixture
def county(database: Database) -> Database:
    with database.write() as session:
        import_ledger(session, workbook(COUNTY), WANG, now=datetime(2026, 3, 1, tzinfo=UTC))
    return database


@pytest.mark.parametrize("kind", list(ObjectKind))
def test_every_order_gives_every_object_once_and_its_reverse(county: Database, kind: ObjectKind) -> None:
    with county.read() as session:
        every = {row.id for row in session.query(MODELS[kind]).all()}
        for order in catalogue(SHEET_OF[kind]).orders:
            for asked in (order, f"-{order}"):
                page = catalogue(SHEET_OF[kind]).page(session, order=asked)
                assert [one.id for one in page.items] == list(dict.fromkeys(one.id for one in page.items))
                assert {one.id for one in page.items} == every
                assert page.total == count(session, kind, ALL) == len(every)


@pytest.mark.parametrize("kind", list(ObjectKind))
def test_every_filter_keeps_what_says_so_and_nonsense_finds_nothing(county: Database, kind: ObjectKind) -> None:
    with county.read() as session:
        for field in narrowing(SHEET_OF[kind]):
            for nonsense in ("nonsense", "-1", "0", "99999999999999999999", "٣"):
                assert (
                    not catalogue(SHEET_OF[kind])
                    .page(session, where=conditions(SHEET_OF[kind], {field: nonsense}))
                    .items
                )
        for relation in relations.of_kind(kind).values():
            for other in session.query(MODELS[relation.to]).all():
                found = (
                    catalogue(SHEET_OF[kind])
                    .page(session, where=conditions(SHEET_OF[kind], {relation.field: str(other.id)}))
                    .items
                )
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
        listing = catalogue(DEVICES)
        assert [one.name for one in listing.page(session, where=conditions(DEVICES, {TAG: "核心"})).items] == [
            "CORE-01"
        ]
        for part in ("核", "核心|双电源", "%", "_"):
            assert not listing.page(session, where=conditions(DEVICES, {TAG: part})).items


def test_a_list_is_searched_by_tags(county: Database) -> None:
    with county.read() as session:
        assert [one.name for one in catalogue(DEVICES).page(session, text="双电源").items] == ["CORE-01"]


# As they are kept; what does not fit the field's present format was written under another one.
KEPT = {
    FieldFormat.NUMBER: ["-3", "0.5", "7", "12.50", "100"],
    FieldFormat.DATE: ["2019-12-31", "2026-01-02", "2026-03-01"],
    FieldFormat.CHOICE: ["高", "中", "低"],
    FieldFormat.TEXT: ["1-1", 'A 座"东"', "a%b", "乙"],
}


@pytest.mark.parametrize("format_", list(FieldFormat))
def test_own_fields_sort_by_what_they_mean_and_what_has_no_value_comes_last(
    database: Database, format_: FieldFormat
) -> None:
    kept = KEPT[format_]
    misfits = ["改格式前"] if format_ in {FieldFormat.NUMBER, FieldFormat.CHOICE} else []
    with database.write() as session:
        draft = Draft("考核 项", format_, ["高", "中", "低"])
        custom_fields.add(session, ObjectKind.SITE, draft, actor=WANG)
        custom_fields.add(session, ObjectKind.SITE, Draft("另项", FieldFormat.TEXT), actor=WANG)
        for place, text in enumerate([*reversed(kept), *misfits]):
            session.add(Site(name=f"地点{place}", custom={"另项": "x", "考核 项": text}))
        session.add(Site(name="空白", custom={}))
    with database.read() as session:
        sheet = layout_of(session)[ObjectKind.SITE]
        field = "custom.考核 项"
        for asked, known in ((field, kept), (f"-{field}", kept[::-1])):
            rows = catalogue(sheet).page(session, order=asked).items
            assert [row.custom.get("考核 项", "") for row in rows[: len(kept)]] == known
            assert len(rows) == len(kept) + len(misfits) + 1


def test_a_choice_narrows_a_list_and_the_search_reads_values_but_no_names(county: Database) -> None:
    with county.write() as session:
        draft = Draft("网络属性", FieldFormat.CHOICE, ["政务外网", "互联网区"])
        custom_fields.add(session, ObjectKind.DEVICE, draft, actor=WANG)
        device = session.query(MODELS[ObjectKind.DEVICE]).filter_by(name="CORE-01").one()
        device.custom = {"网络属性": "互联网区", "单价": "1"}
    with county.read() as session:
        sheet = layout_of(session)[ObjectKind.DEVICE]
        listing = catalogue(sheet)
        assert "custom.网络属性" in narrowing(sheet)
        for text, found in (("互联网区", ["CORE-01"]), ("政务外网", []), ("互联", []), ("%", []), ("", [])):
            where = conditions(sheet, {"custom.网络属性": text})
            assert [one.name for one in listing.page(session, where=where).items] == found
        assert [one.name for one in listing.page(session, text="互联网").items] == ["CORE-01"]
        assert not listing.page(session, text="网络属性").items


@pytest.mark.parametrize("kind", list(ObjectKind))
def test_out_of_reach_is_not_listed_counted_or_hanging(county: Database, kind: ObjectKind) -> None:
    nothing = Scope(NOWHERE)
    with county.read() as session:
        assert count(session, kind, nothing) == 0
        assert catalogue(SHEET_OF[kind]).page(session, scope=nothing).items == []
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
