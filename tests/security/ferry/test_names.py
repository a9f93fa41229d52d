import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from security.ferry import names

KINDS = st.sampled_from(["pdf", "docx", "jpg", "txt", ""])


@pytest.mark.parametrize(
    ("name", "kind", "made"),
    [
        ("季度 台账.docx", "docx", "季度 台账.docx"),
        ("report\u202etxt.exe", "pdf", "reporttxt.exe.pdf"),
        ("../../etc/passwd", "txt", "_.._etc_passwd.txt"),
        ("con.txt", "txt", "_con.txt"),
        ("photo.jpeg", "jpg", "photo.jpg"),
        ("", "txt", "file.txt"),
        ("...", "txt", "file.txt"),
        ("a\x00\x1b[31mb.txt", "txt", "a[31mb.txt"),
        ("e\u0301.txt", "txt", "\u00e9.txt"),
        ("a:b|c?.csv", "csv", "a_b_c_.csv"),
    ],
)
def test_a_name_becomes_what_it_shows(name: str, kind: str, made: str) -> None:
    assert names.safe(name, kind) == made


@given(st.text(max_size=300), KINDS)
def test_no_name_hides_leads_away_or_is_too_long(name: str, kind: str) -> None:
    made = names.safe(name, kind)
    assert len(made) <= names.LONGEST
    assert len(made.encode()) <= names.LONGEST_BYTES
    assert not set(made) & set('<>:"/\\|?*%')
    assert not {unicodedata.category(c) for c in made} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert made.endswith(f".{kind}" if kind else ".bin")
    assert not made.startswith((" ", "."))
    assert names.safe(made, kind) == made


@given(st.lists(st.sampled_from(["a.txt", "A.TXT", "a (2).txt", "b.txt", "文.txt"]), max_size=8))
def test_no_two_names_are_taken_for_one_another(given_names: list[str]) -> None:
    made = names.distinct(given_names)
    assert len({name.casefold() for name in made}) == len(given_names)
