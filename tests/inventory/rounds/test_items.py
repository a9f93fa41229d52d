"""What a checklist asks, as people type it, and what is made of the answers."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.kinds import ItemForm, Verdict
from inventory.rounds import items, samples
from inventory.rounds.errors import AnswerError, ItemError
from inventory.rounds.items import Answer, Item

TEMPERATURE = Item("冷通道温度", ItemForm.NUMBER, Decimal(18), Decimal(27), "℃")


@pytest.mark.parametrize(
    ("line", "item"),
    [
        ("门锁完好", Item("门锁完好")),
        ("冷通道温度 [18-27 ℃]", TEMPERATURE),
        ("冷通道温度［18－27℃］".replace("－", "～"), TEMPERATURE),
        ("冷通道温度【18 至 27 ℃】", TEMPERATURE),
        ("UPS 负载率 [-80 %]", Item("UPS 负载率", ItemForm.NUMBER, None, Decimal(80), "%")),
        ("后备时间 [15- 分钟]", Item("后备时间", ItemForm.NUMBER, Decimal(15), None, "分钟")),
        ("室外温度 [-20-45 ℃]", Item("室外温度", ItemForm.NUMBER, Decimal(-20), Decimal(45), "℃")),
        ("冷库温度 [-20--5]", Item("冷库温度", ItemForm.NUMBER, Decimal(-20), Decimal(-5))),
        ("其他情况：", Item("其他情况", ItemForm.TEXT)),
        ("标签 [清楚]", Item("标签 [清楚]")),
        ("范围 [-]", Item("范围 [-]")),
    ],
)
def test_a_line_is_read_as_it_is_meant(line: str, item: Item) -> None:
    assert items.read(line) == (item,)


@pytest.mark.parametrize(
    ("text", "line"),
    [("", 1), ("  \n ", 1), ("a\n\na", 3), ("a\n温度 [27-18 ℃]", 2), ("好" * 121, 1), ("a\n\x07b", 2)],
)
def test_what_cannot_be_a_list_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(ItemError) as refused:
        items.read(text)
    assert refused.value.facts["line"] == line


def test_a_list_has_a_hundred_items_at_most() -> None:
    hundred = [f"第{n}项" for n in range(100)]
    assert len(items.read("\n".join(hundred))) == 100
    with pytest.raises(ItemError) as refused:
        items.read("\n".join([*hundred, "又一项"]))
    assert refused.value.facts["line"] == 101


LINES = st.lists(
    st.one_of(
        st.text(min_size=1, max_size=40),
        st.builds(
            "{} [{}-{} {}]".format,
            st.text(min_size=1, max_size=10),
            st.one_of(st.just(""), st.decimals(-999, 999, places=2)),
            st.one_of(st.just(""), st.decimals(-999, 999, places=2)),
            st.sampled_from(["℃", "%", "", "A", "分钟"]),
        ),
        st.builds("{}：".format, st.text(min_size=1, max_size=10)),
    ),
    min_size=1,
    max_size=8,
).map("\n".join)


@given(LINES)
def test_what_was_read_is_written_so_that_it_reads_the_same(text: str) -> None:
    try:
        read = items.read(text)
    except ItemError:
        return
    assert items.read(items.written(read)) == read
    assert tuple(items.restored(items.stored(item)) for item in read) == read


@pytest.mark.parametrize("purpose", samples._TEXTS)
def test_the_lists_that_one_begins_with_can_be_read(purpose: str) -> None:
    text = samples.text_of(purpose)  # type: ignore[arg-type]
    assert items.written(items.read(text)) == text


@pytest.mark.parametrize(
    ("value", "verdict", "kept"),
    [
        ("18", Verdict.GOOD, "18"),
        ("27.0", Verdict.GOOD, "27.0"),
        ("27.1", Verdict.WRONG, "27.1"),
        ("２２．５ ℃", Verdict.GOOD, "22.5"),
        ("22°C", Verdict.GOOD, "22"),
        ("-3", Verdict.WRONG, "-3"),
    ],
)
def test_a_number_is_judged_by_its_bounds(value: str, verdict: Verdict, kept: str) -> None:
    assert items.judge(TEMPERATURE, value=value, verdict="", note="") == Answer(TEMPERATURE, verdict, kept)


@pytest.mark.parametrize("value", ["", "热", "nan", "1e99", "inf", "二十", "1,5"])
def test_what_is_no_number_is_refused(value: str) -> None:
    with pytest.raises(AnswerError):
        items.judge(TEMPERATURE, value=value, verdict="good", note="")


def test_bounds_are_told_so_that_no_dash_looks_like_a_minus() -> None:
    wanted = [item.wanted for item in items.read("a [18-27 ℃]\nb [-80 %]\nc [15- 分钟]\nd [-20--5]")]
    assert wanted == ["18–27 ℃", "≤ 80 %", "≥ 15 分钟", "-20–-5"]


def test_nothing_is_passed_over_in_silence() -> None:
    lock = Item("门锁完好")
    for verdict, note in (("", "x"), ("wrong", ""), ("not_applicable", ""), ("perfect", "x")):
        with pytest.raises(AnswerError):
            items.judge(lock, value="", verdict=verdict, note=note)
    assert items.judge(lock, value="", verdict="wrong", note="锁坏") == Answer(lock, Verdict.WRONG, "", "锁坏")
    skipped = items.judge(TEMPERATURE, value="", verdict="not_applicable", note="表坏了")
    assert skipped == Answer(TEMPERATURE, Verdict.NOT_APPLICABLE, "", "表坏了")


@given(st.text(max_size=60), st.sampled_from(["", "good", "wrong", "not_applicable"]), st.text(max_size=20))
def test_an_answer_comes_back_as_it_was_kept(value: str, verdict: str, note: str) -> None:
    for item in (TEMPERATURE, Item("门锁完好"), Item("其他", ItemForm.TEXT)):
        try:
            answer = items.judge(item, value=value, verdict=verdict, note=note)
        except AnswerError:
            continue
        assert items.answer_of(items.answered(answer)) == answer
