import math

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from collectors.metrics.exposition import FAMILIES, Columns, Exposition, Number, label_text, number, sample

texts = st.text(st.characters(codec="utf-8"), max_size=20)
numbers = st.one_of(st.integers(0, 2**64 - 1), st.floats(), st.just(-0.0))


def parsed(exposition: Exposition) -> dict[str, list[tuple[dict[str, str], float]]]:
    text = b"".join(exposition.pages()).decode()
    families = text_string_to_metric_families(text)
    return {
        sample.name: [(one.labels, one.value) for one in family.samples]
        for family in families
        for sample in family.samples
    }


def same(one: float, other: float) -> bool:
    return one == other or (math.isnan(one) and math.isnan(other))


@given(rows=st.lists(st.tuples(texts, st.one_of(st.none(), numbers)), min_size=1, max_size=8))
def test_prometheus_reads_back_what_was_rendered(rows: list[tuple[str, Number | None]]) -> None:
    labels = [label_text({"ifIndex": str(i), "ifAlias": alias}) for i, (alias, _) in enumerate(rows)]
    exposition = Exposition()
    exposition.put(1, {"ifHCInOctets": Columns(labels).chunk("ifHCInOctets", [value for _, value in rows])})
    found = parsed(exposition).get("ifHCInOctets_total") or parsed(exposition).get("ifHCInOctets", [])
    expected = [(str(i), alias, float(value)) for i, (alias, value) in enumerate(rows) if value is not None]
    assert len(found) == len(expected)
    for (seen, value), (index, alias, wanted) in zip(found, expected, strict=True):
        assert seen == {"ifIndex": index, "ifAlias": alias}
        assert same(float(value), wanted)


@given(st.lists(numbers, min_size=1, max_size=5))
def test_the_quick_way_and_the_slow_way_give_the_same_octets(values: list[Number]) -> None:
    labels = [label_text({"ifDescr": f"100%d port {i}"}) for i in range(len(values))]
    quick = Columns(labels).chunk("ifSpeed", values)
    slow = Columns([*labels, "{}"]).chunk("ifSpeed", [*values, None])
    assert quick == slow


@given(st.lists(st.lists(st.one_of(st.none(), numbers, st.booleans()), min_size=2, max_size=2), max_size=6))
def test_a_column_is_rendered_as_it_is_whatever_it_was_before(columns: list[list[Number | None]]) -> None:
    labels = ["{}", '{a="1"}']
    kept = Columns(labels)
    for values in columns:
        assert kept.chunk("ifMtu", values) == Columns(labels).chunk("ifMtu", values)


def test_infinities_are_spelt_as_the_format_spells_them() -> None:
    assert [number(value) for value in (math.inf, -math.inf, math.nan, 1.5, 2**64 - 1)] == [
        "+Inf",
        "-Inf",
        "NaN",
        "1.5",
        "18446744073709551615",
    ]


def test_a_family_is_one_group_however_many_devices_have_it() -> None:
    exposition = Exposition()
    for device in ("a", "b"):
        labels = label_text({"device": device})
        exposition.put(device, {name: sample(name, labels, 1) for name in ("sysUpTime", "probe_success")})
    text = b"".join(exposition.pages()).decode()
    assert text.count("# TYPE sysUpTime gauge") == 1
    assert text.index('sysUpTime{device="b"}') < text.index("# HELP probe_success")


def test_what_a_device_no_longer_has_is_gone_from_the_page() -> None:
    exposition = Exposition()
    exposition.put(1, {"sysUpTime": b"sysUpTime 1\n", "ifMtu": b"ifMtu 2\n"})
    exposition.put(1, {"sysUpTime": b"sysUpTime 3\n"})
    assert list(parsed(exposition)) == ["sysUpTime"]
    exposition.drop(1)
    assert list(exposition.pages()) == []


def test_every_family_has_its_own_name_and_a_kind_that_prometheus_knows() -> None:
    assert len({family.name for family in FAMILIES}) == len(FAMILIES)
    assert {family.kind for family in FAMILIES} == {"gauge", "counter"}
