"""What may be swept: subnets of devices, small enough to be meant."""

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.sweep.errors import RangeTooLargeError, RangeUnusableError
from collectors.sweep.ranges import MOST_ADDRESSES, Range


@pytest.mark.parametrize(
    ("text", "first", "last", "size"),
    [
        ("10.1.8.0/24", "10.1.8.1", "10.1.8.254", 254),
        (" 10.1.8.4/30 ", "10.1.8.5", "10.1.8.6", 2),
        ("10.1.8.4/31", "10.1.8.4", "10.1.8.5", 2),
        ("10.1.8.4", "10.1.8.4", "10.1.8.4", 1),
        ("2001:db8::/126", "2001:db8::", "2001:db8::3", 4),
    ],
)
def test_a_prefix_names_its_devices(text: str, first: str, last: str, size: int) -> None:
    found = [str(address) for address in Range.read(text).addresses()]
    assert (found[0], found[-1], len(found), Range.read(text).size) == (first, last, size, size)


@pytest.mark.parametrize(
    "text",
    ["", "县政府", "10.1.8.1/24", "10.1.8.0/33", "10.1.8.0-10.1.8.9", "224.0.0.0/24", "169.254.0.0/24", "0.0.0.0/24",
     "255.255.255.0/24", "fe80::/120", "ff02::/120", "10.1.8.0/24; 10.1.9.0/24"],
)  # fmt: skip
def test_what_is_no_range_of_devices_is_refused(text: str) -> None:
    with pytest.raises(RangeUnusableError):
        Range.read(text)


@pytest.mark.parametrize("text", ["0.0.0.0/0", "10.0.0.0/8", "10.0.0.0/19", "2001:db8::/64"])
def test_a_slip_of_the_pen_does_not_sweep_a_province(text: str) -> None:
    with pytest.raises(RangeTooLargeError):
        Range.read(text)


@given(st.integers(0x01000000, 0xDFFFFFFF), st.integers(20, 32))
def test_no_address_lies_outside_and_none_comes_twice(first: int, length: int) -> None:
    network = ip_network((first, length), strict=False)
    try:
        found = list(Range.read(str(network)).addresses())
    except RangeUnusableError:
        return
    assert len(set(found)) == len(found) == Range.read(str(network)).size <= MOST_ADDRESSES
    assert all(address in network for address in found)


def test_ranges_overlap_by_their_addresses() -> None:
    assert Range.read("10.1.8.0/24").overlaps(Range.read("10.1.8.128/25"))
    assert not Range.read("10.1.8.0/24").overlaps(Range.read("10.1.9.0/24"))
    assert not Range.read("10.1.8.0/24").overlaps(Range.read("2001:db8::/120"))
