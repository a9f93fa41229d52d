"""The search over the whole inventory, on both databases: every kind, every way in which something is named."""

from datetime import UTC, datetime

import pytest

from core.database import Database
from inventory.changes.importing import import_ledger
from inventory.kinds import ObjectKind
from inventory.models import Device, Subnet, Unit
from inventory.scope import ALL, Scope
from inventory.search import Typed, search, understood
from security.audit import Actor
from tests.inventory.sheets import COUNTY, workbook


@pytest.fixture
def county(database: Database) -> Database:
    with database.write() as session:
        import_ledger(session, workbook(COUNTY), Actor("wang", "person"), now=datetime(2026, 3, 1, tzinfo=UTC))
        session.query(Device).filter_by(name="SW-02").one().custom = {"维保单位": "青岚科技"}
        session.add_all([Subnet(name="10.0.0.0/16", purpose="全县"), Subnet(name="10.0.1.0/24", purpose="乡镇")])
    return database


def found(database: Database, words: str, scope: Scope = ALL) -> list[tuple[str, str, bool]]:
    with database.read() as session:
        return [(one.kind.value, one.row.name, one.exact) for one in search(session, words, scope, 60)]


@pytest.mark.parametrize(
    ("words", "kind", "name"),
    [
        ("青岚县", "region", "青岚县"),
        ("行政中心", "site", "行政中心"),
        ("电子政务办", "unit", "电子政务办"),
        ("政务办", "unit", "电子政务办"),
        ("王伟", "contact", "王伟"),
        ("13800138000", "contact", "王伟"),
        ("a01", "rack", "A01"),
        ("core-01", "device", "CORE-01"),
        ("10.0.0.1", "device", "CORE-01"),
        ("10.0.0.1/24", "device", "CORE-01"),
        ("ct1", "line", "城关专线"),
        ("政务办公", "vlan", "政务办公"),
        ("VLAN 10", "vlan", "政务办公"),
        ("vlan010", "vlan", "政务办公"),
        ("10.0.0.0/24", "subnet", "10.0.0.0/24"),
        ("10.0.0.9", "address", "10.0.0.9"),
        ("行政审批", "system", "行政审批"),
    ],
)
def test_what_names_an_object_finds_it_exactly(county: Database, words: str, kind: str, name: str) -> None:
    hits = found(county, words)
    assert (kind, name, True) in hits
    of_kind = [exact for found_kind, _, exact in hits if found_kind == kind]
    assert of_kind == sorted(of_kind, reverse=True), "the exact ones first"


@pytest.mark.parametrize(
    ("words", "kind", "name"),
    [
        ("zwb", "unit", "电子政务办"),
        ("ZWB", "unit", "电子政务办"),
        ("双电源", "device", "CORE-01"),
        ("青岚科技", "device", "SW-02"),
        ("城关镇人民", "device", "SW-02"),
        ("城关镇人民", "line", "城关备线"),
        ("人民路", "site", "行政中心"),
        ("10.0.0.2", "subnet", "10.0.0.0/24"),
        ("10.0.0.0/28", "device", "SW-02"),
        ("10.0.0.0/28", "address", "10.0.0.9"),
    ],
)
def test_a_part_of_it_finds_it_too(county: Database, words: str, kind: str, name: str) -> None:
    assert (kind, name, False) in found(county, words)


@pytest.mark.parametrize(
    "words", ["vlan 1", "vlan 4095", "维保单位", "z", "%", "_", "10.0.0.0/33", "10.9.0.0/24", "’ OR 1"]
)
def test_what_fits_nothing_finds_nothing(county: Database, words: str) -> None:
    assert not found(county, words)


def test_a_name_comes_before_what_only_has_the_word_somewhere(county: Database) -> None:
    with county.write() as session:
        session.add_all(Device(name=name, role="camera") for name in ("CT-城关", "城关-2", "ZZ"))
        session.query(Device).filter_by(name="ZZ").one().tags = ("城关",)
    devices = [name for kind, name, _ in found(county, "城关") if kind == "device"]
    assert devices == ["城关-2", "CT-城关", "SW-02", "ZZ"]


def test_of_several_subnets_the_narrowest_comes_first(county: Database) -> None:
    assert [name for kind, name, _ in found(county, "10.0.0.7") if kind == "subnet"] == ["10.0.0.0/24", "10.0.0.0/16"]
    within = [name for kind, name, _ in found(county, "10.0.0.0/16") if kind == "subnet"]
    assert within == ["10.0.0.0/16", "10.0.0.0/24", "10.0.1.0/24"], "the one that was typed, then what lies in it"


def test_nothing_out_of_reach_is_found_not_even_by_its_prefix(county: Database) -> None:
    with county.read() as session:
        own = Scope.units([session.query(Unit).filter_by(name="城关镇人民政府").one().id])
    assert {kind for kind, _, _ in found(county, "城关", own)} == {"unit", "device", "line"}
    assert [name for _, name, _ in found(county, "10.0.0.0/8", own)] == ["SW-02"]


@pytest.mark.parametrize(
    ("words", "typed"),
    [
        (" 10.1.1.0/24 ", ("10.1.1.0/24", False, True)),
        ("10.1.1.1/24", ("10.1.1.1", True, False)),
        ("10.1.1.1/32", ("10.1.1.1", True, False)),
        ("2001:DB8::/32", ("2001:db8::/32", False, True)),
        ("2001:0db8::0001", ("2001:db8::1", True, False)),
        ("1", ("1", False, False)),
        ("GE1/0/1", ("GE1/0/1", False, False)),
    ],
)
def test_addresses_and_prefixes_are_told_from_words(words: str, typed: tuple[str, bool, bool]) -> None:
    read: Typed = understood(words)
    assert (read.text, read.host is not None, read.network is not None) == typed


def test_every_kind_is_searched(county: Database) -> None:
    kinds = {
        kind for words in ("青岚", "中心", "政", "A01", "王", "10.0.0.0/24") for kind, _, _ in found(county, words)
    }
    assert kinds == {kind.value for kind in ObjectKind}
