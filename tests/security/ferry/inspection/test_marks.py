import pytest
from hypothesis import given
from hypothesis import strategies as st

from security.ferry.inspection import marks
from security.ferry.levels import Level

CLASSIFIED = [
    ("机密★10年", Level.SECRET),
    ("秘密★", Level.CONFIDENTIAL),
    ("绝密★长期", Level.TOP_SECRET),
    ("机 密 ★ 10 年", Level.SECRET),
    ("机\u200d密\u00ad★", Level.SECRET),
    ("機密★", Level.SECRET),
    ("祕密☆", Level.CONFIDENTIAL),
    ("绝密＊", Level.TOP_SECRET),
    ("㊙", Level.CONFIDENTIAL),
    ("密级：秘密", Level.CONFIDENTIAL),
    ("密级为机密", Level.SECRET),
    ("【机密】关于……", Level.SECRET),
    ("（秘密）", Level.CONFIDENTIAL),
    ("第一行\n机密\n第三行", Level.SECRET),
    ("秘密 10年", Level.CONFIDENTIAL),
    ("秘密级", Level.CONFIDENTIAL),
    ("机密·5年", Level.SECRET),
]
PLAIN = [
    "保守国家秘密是公民的义务",
    "本单位的商业秘密★不在此列",
    "机密计算技术介绍",
    "工作秘密★",
    "涉及国家秘密的信息系统",
    "secret",
    "密级标志的规定",
    "",
]


@pytest.mark.parametrize(("text", "level"), CLASSIFIED)
def test_a_mark_is_found_however_it_is_written(text: str, level: Level) -> None:
    assert marks.highest([text]) is level


@pytest.mark.parametrize("text", PLAIN)
def test_prose_about_secrets_is_not_a_mark(text: str) -> None:
    assert not marks.highest([text]).classified


@pytest.mark.parametrize("text", ["内部资料", "内部★", "密级：工作秘密", "【内部】", "工作秘密"])
def test_inner_marks_are_found(text: str) -> None:
    assert marks.highest([text]) is Level.INTERNAL


def test_a_mark_set_vertically_over_blocks_is_found() -> None:
    assert marks.highest(["机", "密", "★", "十年"]) is Level.SECRET


INVISIBLE = st.text(st.sampled_from(" \u3000\u200b\u200c\u200d\u2060\u00ad\ufeff\u0301\t"), max_size=5)


@given(INVISIBLE, INVISIBLE, INVISIBLE, st.sampled_from("★☆⭐＊"), st.text(max_size=10))
def test_no_invisible_character_hides_a_mark(a: str, b: str, c: str, star: str, rest: str) -> None:
    assert marks.highest([f"{a}机{b}密{c}{star}\n{rest}"]).classified


@given(st.lists(st.text("ab机密★\n", max_size=40), max_size=6))
def test_windows_cut_no_short_line(pieces: list[str]) -> None:
    whole = "".join(pieces)
    assert marks.highest(marks.lines(pieces)).classified == marks.highest(whole.split("\n")).classified
