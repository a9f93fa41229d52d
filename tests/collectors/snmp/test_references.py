"""How a profile names objects."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.snmp.references import Reference, name, reference
from collectors.snmp.wire import dotted
from collectors.snmp.wire.ber import oid_contents

ROW = (7, 3, 1)
OIDS = st.lists(st.integers(1, 2**32 - 1), min_size=2, max_size=20).map(lambda tail: (1, 3, *tail))


@pytest.mark.parametrize(
    ("text", "instance"),
    [
        ("1.3.6.1.2.1.33.1.2.4.0", (1, 3, 6, 1, 2, 1, 33, 1, 2, 4, 0)),
        ("=1.3.6.1.2.1.25.2.3.1.5.1", (1, 3, 6, 1, 2, 1, 25, 2, 3, 1, 5, 1)),
        ("1.3.6.1.4.1.9.1", (1, 3, 6, 1, 4, 1, 9, 1, 7, 3, 1)),
        (".1.3.6.1.4.1.9.1", (1, 3, 6, 1, 4, 1, 9, 1, 7, 3, 1)),
        ("1.3.6.1.4.1.9.1[1]", (1, 3, 6, 1, 4, 1, 9, 1, 7)),
        ("1.3.6.1.4.1.9.1[2]", (1, 3, 6, 1, 4, 1, 9, 1, 7, 3)),
        ("1.3.6.1.4.1.9.1[-1]", (1, 3, 6, 1, 4, 1, 9, 1, 1)),
    ],
)
def test_an_instance_is_made_of_the_name_and_the_part_of_the_index_that_is_asked_for(
    text: str, instance: tuple[int, ...]
) -> None:
    assert reference(text).at(ROW) == instance


@given(OIDS)
def test_every_object_identifier_is_read_back_as_itself(oid: tuple[int, ...]) -> None:
    assert reference(dotted(oid)) == Reference(oid)
    assert reference(f"={dotted(oid)}").single


@given(st.text() | st.text(alphabet="0123456789.=[-]"))
def test_any_text_names_an_object_that_can_be_asked_for_or_is_an_error_that_quotes_it(text: str) -> None:
    told = ""
    try:
        named = oid_contents(reference(text).at(ROW))
    except ValueError as error:
        named, told = b"", str(error)
    assert bool(named) != (repr(text) in told)


@pytest.mark.parametrize(
    "wrong", ["", "fan", "1.3.6.x", "1..3", "1.3.6.1[0]", "1.3.6.1[a]", "1.3.6.1.0[1]", "=1.3.6.1[1]", "9.9.9", 5, None]
)
def test_what_is_no_object_identifier_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match=r"object identifier|one instance"):
        reference(wrong)


def test_a_name_is_text_unless_it_looks_like_an_object_identifier() -> None:
    assert name("Fan 1.3") == "Fan 1.3"
    assert name("1.3.6.1.2.1.31.1.1.1.1[1]") == reference("1.3.6.1.2.1.31.1.1.1.1[1]")
    with pytest.raises(ValueError, match="a name is text"):
        name(7)
