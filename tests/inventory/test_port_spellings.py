"""One port, however it is written."""

import pytest

from inventory.ports import port_key, spellings


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("GE1/0/1", "gigabitethernet1/0/1"),
        ("Gi 0/24", "gigabitethernet0/24"),
        ("GigabitEthernet1/0/1", "ge1/0/1"),
        ("XGE0/0/1", "ten-gigabitethernet0/0/1"),
        ("Vlan-interface10", "vlan10"),
        ("swp1", "swp1"),
        ("财政局上联", "财政局上联"),
    ],
)
def test_a_short_name_finds_the_long_one_and_the_other_way_round(written: str, found: str) -> None:
    assert found in spellings(written)
    assert {port_key(one) for one in spellings(written)} == {port_key(written)}
