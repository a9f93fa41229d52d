from collections.abc import Iterator
from datetime import UTC, date, datetime
from datetime import time as clock_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.kinds import Carrier, DeviceRole
from inventory.ledger import spellings
from inventory.ledger.columns import Column
from inventory.ledger.formats import Address, Day, Format, Level, Name, Names, Text, Token, Words
from inventory.ledger.quantities import Bandwidth, Money, Share, Whole
from inventory.ledger.sheets import SHEETS
from inventory.ledger.text import clean, fold
from inventory.ledger.values import UnexpectedValueError, Value, letters

UNDERSTOOD: list[tuple[Format, object, Value]] = [
    (Text(9), " 城关镇（新区）\n", "城关镇（新区）"),
    (Text(9), "ＣＯＲＥ－０１", "CORE－01"),
    (Text(9), "a\u200bb\ufeff\t c", "ab c"),
    (Text(20), 13800138000.0, "13800138000"),
    (Text(9), "'=1+1", "=1+1"),
    (Bandwidth(), "100M", 100_000_000),
    (Bandwidth(), "１００Ｍ", 100_000_000),
    (Bandwidth(), "100 Mbps", 100_000_000),
    (Bandwidth(), "100MB", 100_000_000),
    (Bandwidth(), "1G", 10**9),
    (Bandwidth(), "1.5g", 1_500_000_000),
    (Bandwidth(), "2兆", 2_000_000),
    (Bandwidth(), "千兆", 10**9),
    (Bandwidth(), "64000bps", 64_000),
    (Bandwidth(), "512k", 512_000),
    (Bandwidth(), 10, 10_000_000),
    (Bandwidth(), 2.5, 2_500_000),
    (Money(), "1,200.5元", 120_050),
    (Money(), "￥３０００", 300_000),
    (Money(), 0, 0),
    (Money(), 1200.1, 120_010),
    (Money(), "0.12万元", 120_000),
    (Share(), "99.95%", 999_500),
    (Share(), 0.9995, 999_500),
    (Share(), 99.9, 999_000),
    (Share(), "１００％", 1_000_000),
    (Day(), "2024-1-31", date(2024, 1, 31)),
    (Day(), "2024年1月31日", date(2024, 1, 31)),
    (Day(), "２０２４．０１．３１", date(2024, 1, 31)),
    (Day(), "2024/01/31 00:00:00", date(2024, 1, 31)),
    (Day(), 20240131, date(2024, 1, 31)),
    (Day(), 45322, date(2024, 1, 31)),
    (Day(), datetime(2024, 1, 31, tzinfo=UTC), date(2024, 1, 31)),
    (Address(), "10.1.1.1/24", "10.1.1.1"),
    (Address(), "１０．１．１．１", "10.1.1.1"),
    (Address(), "2001:DB8:0::1", "2001:db8::1"),
    (Whole(1, 8760, {"小时": 1, "天": 24}), "2 天", 48),
    (Whole(1, 65535), "161", 161),
    (Level(), "等保三级", 3),
    (Level(), 2, 2),
    (Token("x", spellings.PLATFORMS), "华为VRP", "huawei_vrp"),
    (Token("x"), "county-read", "county-read"),
    (Words(Carrier, spellings.CARRIERS), "中国电信", Carrier.TELECOM),
    (Words(Carrier), "China Telecom", Carrier.TELECOM),
    (Words(DeviceRole), " 核心 交换机 ", DeviceRole.CORE_SWITCH),
    (Words(DeviceRole), "core_switch", DeviceRole.CORE_SWITCH),
    (Name(), " 民政局 ", "民政局"),
    (Names(), "民政局、 教育局\n卫健局,民政局", frozenset({("民政局",), ("教育局",), ("卫健局",)})),
]

REFUSED: list[tuple[Format, object]] = [
    (Text(3), "四个字的"),
    (Text(9), datetime(2024, 1, 2, tzinfo=UTC)),  # rack 1-2, as a spreadsheet sees it
    (Text(9), True),
    (Text(20), 1.23456789012346e17),
    (Text(20), float("nan")),
    (Bandwidth(), "fast"),
    (Bandwidth(), "100X"),
    (Bandwidth(), "0"),
    (Bandwidth(), 10_000_000),
    (Bandwidth(), "-1M"),
    (Bandwidth(), "9" * 5000),
    (Bandwidth(), float("inf")),
    (Money(), "1.005"),
    (Money(), -1),
    (Money(), "100美元"),
    (Share(), "101%"),
    (Share(), "about 99"),
    (Day(), "2024-02-30"),
    (Day(), "2024年1月"),
    (Day(), "1024-01-01"),
    (Day(), "٢٠٢٤-٠١-٣١"),
    (Day(), 5),
    (Day(), clock_time(1, 2)),
    (Address(), "10.1.1"),
    (Address(), "224.0.0.1"),
    (Address(), "fe80::1%eth0"),
    (Address(), "SW-1"),
    (Whole(1, 10), "11"),
    (Whole(1, 10), "1.5"),
    (Whole(1, 10), "5 apples"),
    (Level(), "六级"),
    (Token("x"), "口令"),
    (Words(DeviceRole), "交换机"),
]


@pytest.mark.parametrize(("shape", "raw", "value"), UNDERSTOOD)
def test_what_offices_write_is_understood(shape: Format, raw: object, value: Value) -> None:
    assert shape.parse(raw) == value


@pytest.mark.parametrize(("shape", "raw"), REFUSED)
def test_what_cannot_be_meant_is_refused_with_what_was_expected(shape: Format, raw: object) -> None:
    with pytest.raises(UnexpectedValueError) as caught:
        shape.parse(raw)
    assert caught.value.expected % caught.value.facts


@pytest.mark.parametrize(("shape", "raw", "value"), UNDERSTOOD)
def test_what_is_shown_reads_back_as_the_same(shape: Format, raw: object, value: Value) -> None:
    if not isinstance(shape, Text):  # a neutralised text is undone by the reader only once
        assert shape.parse(shape.show(value)) == value


@given(st.integers(1, 10**14))
def test_any_bandwidth_reads_back(value: int) -> None:
    assert Bandwidth().parse(Bandwidth().show(value)) == value


@given(st.integers(0, 10**13), st.integers(0, 10**6), st.dates(date(1950, 1, 1), date(2199, 12, 31)))
def test_any_amount_availability_and_date_read_back(fen: int, ppm: int, day: date) -> None:
    assert Money().parse(Money().show(fen)) == fen
    assert Share().parse(Share().show(ppm)) == ppm
    assert Day().parse(Day().show(day)) == day


@given(st.ip_addresses())
def test_an_address_has_one_spelling(address: object) -> None:
    try:
        first = Address().parse(str(address))
    except UnexpectedValueError:
        return
    assert Address().parse(first) == first


def _columns() -> Iterator[Column]:
    for sheet in SHEETS:
        yield from sheet.columns


RAW = st.one_of(
    st.text(), st.integers(), st.floats(), st.booleans(), st.datetimes(), st.dates(), st.times(), st.timedeltas()
)


@given(RAW)
def test_no_cell_breaks_a_format(raw: object) -> None:
    for column in _columns():
        try:
            column.format.show(column.format.parse(raw))
        except UnexpectedValueError as error:
            assert error.expected % error.facts  # noqa: PT017  # either outcome is fine, another error is not


@given(st.text())
def test_cleaning_twice_is_cleaning_once_but_for_the_neutralising_mark(text: str) -> None:
    once = clean(text)
    assert once == once.strip()
    if not once.startswith("'"):
        assert clean(once) == once
    assert fold(once) == fold(clean(once)) or once.startswith("'")


def test_headings_of_a_sheet_are_unambiguous() -> None:
    for sheet in SHEETS:
        names = [fold(name) for column in sheet.columns for name in {column.heading, column.english, *column.aliases}]
        assert len(names) == len(set(names)), sheet.title
        assert all(sheet.column(field) for field in sheet.key)


def test_sheet_titles_are_unambiguous() -> None:
    titles = [fold(title) for sheet in SHEETS for title in {sheet.title, sheet.english, *sheet.aliases}]
    assert len(titles) == len(set(titles))


@pytest.mark.parametrize(("number", "name"), [(1, "A"), (26, "Z"), (27, "AA"), (703, "AAA"), (0, "")])
def test_columns_are_named_as_in_a_spreadsheet(number: int, name: str) -> None:
    assert letters(number) == name


def test_a_name_with_a_separator_in_it_stands_in_quotes_and_other_quotes_are_part_of_a_name() -> None:
    names = frozenset({("民政局、教育局",), ('"雪亮"工程',), ('甲"乙,丙',), ("公安局",)})
    assert Names().parse(Names().show(names)) == names
    assert Names().parse('"民政局、教育局"、公安局') == {("民政局、教育局",), ("公安局",)}
    assert Names().parse('"雪亮"、公安局') == {('"雪亮"',), ("公安局",)}
