from hypothesis import given
from hypothesis import strategies as st

from collectors.percentile import percentile

values_of_any_kind = st.floats(0, 1e12, allow_nan=False)


@given(st.lists(values_of_any_kind, min_size=1, max_size=100), st.floats(0, 100))
def test_a_percentile_is_the_smallest_value_that_so_many_do_not_exceed(values: list[float], percent: float) -> None:
    found = percentile(values, percent)
    assert found in values
    below, up_to = sum(value < found for value in values), sum(value <= found for value in values)
    assert up_to >= len(values) * percent / 100 - 1e-9
    assert below == 0 or below < len(values) * percent / 100
