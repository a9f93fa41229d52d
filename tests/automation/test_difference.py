from hypothesis import given
from hypothesis import strategies as st

from automation.difference import Change, compare

OLD = "sysname a\n#\ninterface GigabitEthernet0/0/1\n description old\n port link-type access\n#\nreturn\n"
TEXT = st.lists(st.sampled_from(["a", "b", " c", "  d", "#", ""]), max_size=30).map("\n".join)


def test_a_hunk_knows_its_section() -> None:
    found = compare(OLD, OLD.replace("old", "new"))
    assert [hunk.section for hunk in found.hunks] == ["interface GigabitEthernet0/0/1"]
    assert (found.added, found.removed) == (1, 1)


def test_equal_texts_have_no_hunks() -> None:
    assert compare(OLD, OLD).hunks == ()


@given(TEXT, TEXT)
def test_both_sides_can_be_read_back_from_a_difference_with_full_context(old: str, new: str) -> None:
    found = compare(old, new, context=1000)
    lines = [line for hunk in found.hunks for line in hunk.lines]
    if old.splitlines() != new.splitlines():
        assert [line.text for line in lines if line.change is not Change.ADDED] == old.splitlines()
        assert [line.text for line in lines if line.change is not Change.REMOVED] == new.splitlines()
    else:
        assert lines == []
