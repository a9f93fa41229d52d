import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from security.ferry import canonical
from security.ferry.errors import NotCanonicalError

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
VALUES = st.recursive(
    TEXT | st.integers(-(2**63) + 1, 2**63 - 1),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_every_value_survives_and_has_one_encoding(value: Any) -> None:
    data = canonical.encode(value)
    assert canonical.decode(data, part="test", limit=len(data)) == value
    assert canonical.encode(json.loads(data)) == data


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_by_name_or_are_canonical(data: bytes) -> None:
    try:
        value = canonical.decode(data, part="test", limit=1000)
    except NotCanonicalError:
        return
    assert canonical.encode(value) == data


@pytest.mark.parametrize(
    "text",
    [
        '{"a":1,"a":1}',
        '{"b":1,"a":1}',
        '{"a": 1}',
        '{"a":1.0}',
        '{"a":1e2}',
        '{"a":null}',
        '{"a":true}',
        '{"a":-0}',
        '{"a":"\\u0041"}',
        '{"a":"\\ud800"}',
        '{"a":9223372036854775808}',
        "[" * 50 + "]" * 50,
        "[" * 100_000,
        "9" * 5000,
        "NaN",
        '\ufeff{"a":1}',
        '{"a":1}\n',
        "",
    ],
)
def test_a_second_way_to_write_a_value_is_refused(text: str) -> None:
    with pytest.raises(NotCanonicalError):
        canonical.decode(text.encode(), part="test", limit=200_000)


def test_longer_than_its_limit_is_refused_before_parsing() -> None:
    with pytest.raises(NotCanonicalError):
        canonical.decode(b'"' + b"a" * 100 + b'"', part="test", limit=100)
