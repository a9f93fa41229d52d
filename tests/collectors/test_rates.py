import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.rates import FAULTS, OCTETS, PortRates, octet_ceiling, packet_ceiling, port_rates, rate, utilisation
from collectors.snmp import IfStatus, PortCounters, PortFacts, PortTable
from collectors.snmp.port_table import COUNTERS

GIGABIT = 1_000_000_000
WIDE, NARROW = True, False


@pytest.mark.parametrize(
    ("old", "new", "wide", "expected"),
    [
        (100, 700, WIDE, 10.0),
        (2**32 - 300, 300, NARROW, 10.0),
        (2**64 - 300, 300, WIDE, None),
        (10**9, 5, NARROW, None),
        (0, 10**15, WIDE, None),
        (None, 5, WIDE, None),
        (5, None, WIDE, None),
    ],
    ids=["plain", "wrap", "reset of 64 bits", "reset of 32 bits", "absurd", "first", "lost"],
)
def test_a_rate_is_certain_or_none(old: int | None, new: int | None, wide: bool, expected: float | None) -> None:  # noqa: FBT001
    assert rate(old, new, 60, octet_ceiling(10_000_000), wide=wide) == expected


@given(
    old=st.integers(0, 2**64 - 1),
    new=st.integers(0, 2**64 - 1),
    wide=st.booleans(),
    seconds=st.floats(0, 1e5),
    speed=st.one_of(st.none(), st.integers(0, 10**13)),
)
def test_no_rate_is_negative_or_more_than_the_port_can_carry(
    old: int,
    new: int,
    wide: bool,  # noqa: FBT001
    seconds: float,
    speed: int | None,
) -> None:
    ceiling = octet_ceiling(speed)
    size = 2**64 if wide else 2**32
    found = rate(old % size, new % size, seconds, ceiling, wide=wide)
    assert found is None or 0 <= found <= ceiling


@given(start=st.integers(0, 2**32 - 1), seconds=st.floats(1, 300), share=st.floats(0, 1))
def test_a_true_rate_survives_the_wrap(start: int, seconds: float, share: float) -> None:
    octets = int(share * GIGABIT / 8 * min(seconds, 30))
    found = rate(start, (start + octets) % 2**32, seconds, octet_ceiling(GIGABIT), wide=False)
    assert found == pytest.approx(octets / seconds)


def test_two_readings_at_the_same_moment_give_no_rate() -> None:
    assert rate(1, 2, 0.0, packet_ceiling(GIGABIT), wide=True) is None


def table(*several: PortCounters, speed_bps: int | None = GIGABIT) -> PortTable:
    up = IfStatus.UP
    known = tuple(
        PortFacts(i, f"GE{i}", f"GE{i}", "", 6, speed_bps, up, up, "", each) for i, each in enumerate(several)
    )
    columns = {name: [getattr(each, name) for each in several] for name in COUNTERS}
    return PortTable(known, [1] * len(known), [1] * len(known), [speed_bps] * len(known), columns)


def test_a_ports_rates_are_bits_and_packets_a_second() -> None:
    before = PortCounters(WIDE, in_octets=0, out_octets=1000, in_errors=2**32 - 10, out_discards=7)
    after = PortCounters(WIDE, in_octets=750_000_000, out_octets=1000, in_errors=20, out_discards=7)
    assert port_rates(table(before), table(after), 10.0) == [
        PortRates(600_000_000, 0, in_errors=3.0, out_discards=0.0, utilisation_percent=60.0)
    ]


COUNTS = st.one_of(st.none(), st.integers(0, 2**33), st.sampled_from([0, 1, 7]))
COUNTER_ROWS = st.builds(PortCounters, st.booleans(), *[COUNTS] * 8)


@given(st.lists(st.tuples(COUNTER_ROWS, COUNTER_ROWS), max_size=5), st.floats(0, 100), st.sampled_from([None, GIGABIT]))
def test_ports_do_not_mind_their_neighbours_in_a_table(
    pairs: list[tuple[PortCounters, PortCounters]], seconds: float, speed: int | None
) -> None:
    """What a column is spared, because most of it is plain or stands still, changes no rate."""
    before, after = (table(*(pair[side] for pair in pairs), speed_bps=speed) for side in (0, 1))
    expected = [each for old, new in pairs for each in _alone(old, new, seconds, speed)]
    assert port_rates(before, after, seconds) == expected


def _alone(old: PortCounters, new: PortCounters, seconds: float, speed: int | None) -> list[PortRates]:
    if old.wide is not new.wide:
        return [PortRates()]
    octets = [rate(getattr(old, n), getattr(new, n), seconds, octet_ceiling(speed), wide=new.wide) for n in OCTETS]
    faults = [rate(getattr(old, n), getattr(new, n), seconds, packet_ceiling(speed), wide=False) for n in FAULTS]
    bits = [None if each is None else round(each * 8) for each in octets]
    busier = max((each for each in bits if each is not None), default=None)
    rounded = [None if each is None else round(each, 3) for each in faults]
    return [PortRates(*bits, *rounded, utilisation(busier, speed))]


def test_after_a_restart_or_a_change_of_width_there_are_no_rates() -> None:
    before, after = PortCounters(WIDE, in_octets=5), PortCounters(WIDE, in_octets=9)
    assert port_rates(table(before), table(after), None) == [PortRates()]
    assert port_rates(table(PortCounters(NARROW, in_octets=5)), table(after), 10.0) == [PortRates()]


def test_utilisation_needs_a_speed_and_stays_within_the_whole() -> None:
    assert utilisation(5e8, GIGABIT) == 50
    assert utilisation(1.1e9, GIGABIT) == 100
    assert utilisation(5e8, 0) is None
    assert utilisation(None, GIGABIT) is None
