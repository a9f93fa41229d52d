"""A rack from the front: every rack unit once, everything that stands in it."""

from hypothesis import given
from hypothesis import strategies as st

from inventory.elevation import Placed, Slot, elevation

HEIGHT = st.integers(1, 60)
PLACED = st.lists(st.builds(Placed[int], st.integers(0, 10**6), st.integers(-2, 70), st.integers(1, 12)), max_size=8)


def test_the_top_unit_comes_first() -> None:
    assert elevation(6, [Placed("switch", 2, 1), Placed("server", 4, 2)]) == [
        Slot(6, 1, ()),
        Slot(4, 2, ("server",)),
        Slot(3, 1, ()),
        Slot(2, 1, ("switch",)),
        Slot(1, 1, ()),
    ]


def test_what_claims_the_same_units_is_shown_together() -> None:
    (slot,) = (slot for slot in elevation(10, [Placed("a", 2, 3), Placed("b", 4, 2), Placed("c", 5, 2)]) if slot.things)
    assert (slot.lowest, slot.units, slot.things, slot.disputed) == (2, 5, ("a", "b", "c"), True)


@given(HEIGHT, PLACED)
def test_every_unit_stands_once_and_nothing_is_lost(height: int, placed: list[Placed[int]]) -> None:
    slots = elevation(height, placed)
    units = [unit for slot in slots for unit in range(slot.highest, slot.lowest - 1, -1)]
    assert units == list(range(height, 0, -1))
    assert sorted(thing for slot in slots for thing in slot.things) == sorted(one.thing for one in placed)
