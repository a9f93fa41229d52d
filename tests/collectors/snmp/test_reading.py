"""Values as agents send them: nothing of what comes may break a poll."""

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.snmp.facts import Mempool, Processor, Sensor, Storage
from collectors.snmp.finding import SECTIONS
from collectors.snmp.instances import Row, Told, mempool, processor, sensor, storage
from collectors.snmp.profiles import shipped
from collectors.snmp.reading import mac, number, text, whole
from collectors.snmp.schema import Entry, MempoolEntry, ProcessorEntry, SensorEntry
from collectors.snmp.wire import Missing, Value

ANYTHING: st.SearchStrategy[Value] = (
    st.none()
    | st.sampled_from(list(Missing))
    | st.integers(-(2**31), 2**64 - 1)
    | st.binary(max_size=40)
    | st.text(alphabet="0123456789.-+eE% ,C", max_size=60).map(str.encode)
    | st.floats(width=32).map(lambda held: b"\x9f\x78\x04" + struct.pack(">f", held))
    | st.lists(st.integers(0, 2**32 - 1), min_size=2, max_size=6).map(tuple)
)
ENTRIES = [
    entry for profile in shipped().by_name.values() for section in SECTIONS for entry in getattr(profile, section)
]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (42, 42),
        (b"42", 42),
        (b" 42 C/107 F", 42),
        (b"-3.50 dBm", -3.5),
        (b"15 PERCENT", 15),
        (b"93.99%", 93.99),
        (b"7.37 ,7.18 ,7.37", 7.37),
        (b"", None),
        (b"N/A", None),
        (b"210235A1BC", 210235),
        (b"9" * 21, None),
        (b"9" * 5000, None),
        (b"\x9f\x78\x04" + struct.pack(">f", 12.5), 12.5),
        (b"\x9f\x78\x04" + struct.pack(">f", math.inf), None),
        (b"\x9f\x78\x04" + struct.pack(">f", math.nan), None),
        ((1, 3, 6), None),
        (Missing.NO_SUCH_INSTANCE, None),
        (None, None),
    ],
)
def test_numbers_come_in_many_clothes(value: Value, expected: float | None) -> None:
    assert number(value) == expected


@given(ANYTHING)
def test_whatever_is_sent_is_a_finite_number_or_none_and_a_text(value: Value) -> None:
    found = number(value)
    assert found is None or math.isfinite(found)
    assert whole(value) is None or found is not None
    assert isinstance(text(value), str)
    assert mac(value) == "" or isinstance(value, bytes)


@given(
    st.sampled_from(ENTRIES), st.lists(ANYTHING, min_size=12, max_size=12), st.lists(ANYTHING, min_size=8, max_size=8)
)
def test_no_entry_of_a_shipped_profile_fails_on_what_a_device_sends(
    entry: Entry, sent: list[Value], known: list[Value]
) -> None:
    """Every reading is finite, a percentage is one, and a share of nothing is none."""
    columns = [getattr(entry, field, None) for field in ("unit", "divisor", "kind_by", "scale", "precision")]
    cells = {
        each.at((1,)): value
        for each, value in zip(filter(lambda each: hasattr(each, "at"), columns), known, strict=False)
    }
    row = Row((1,), cells, Told("1.3", "a part", "x: sensors[1]"))
    make = {ProcessorEntry: processor, MempoolEntry: mempool, SensorEntry: sensor}.get(type(entry), storage)
    instance = make(entry, row)  # type: ignore[operator]  # each entry with its own maker
    if instance is None:
        return
    match instance.read(sent[: len(instance.oids)] + sent[: max(0, len(instance.oids) - len(sent))]):
        case Processor() as found:
            assert 0 <= found.usage_percent <= 100
        case Mempool() as found:
            assert 0 <= found.percent <= 100
        case Sensor() as found:
            assert math.isfinite(found.value)
        case Storage() as found:
            assert found.size_bytes
