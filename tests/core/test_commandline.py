import json
from collections.abc import Callable

import click
import pytest

from core.commandline import print_json, print_table, run
from core.errors import Category, GuanjinError


class SampleError(GuanjinError):
    code = "test.sample"
    message = "%(object)s is wrong"
    hint = "mend %(object)s"


def _outcome(action: Callable[[], object]) -> int:
    with pytest.raises(SystemExit) as left:
        run(click.Command("sample", callback=action), [])
    assert isinstance(left.value.code, int)
    return left.value.code


@pytest.mark.parametrize(
    ("category", "code"),
    [
        (Category.FAILED, 1),
        (Category.USAGE, 2),
        (Category.REFUSED, 3),
        (Category.INTEGRITY, 4),
        (Category.UNREACHABLE, 5),
    ],
)
def test_an_error_leaves_with_its_category_and_says_what_to_do(
    category: Category, code: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GUANJIN_LANGUAGE", "en")

    def action() -> None:
        raise type("Raised", (SampleError,), {"category": category})(object="HW-1")

    assert _outcome(action) == code
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.splitlines() == ["guanjin: HW-1 is wrong [test.sample]", "hint: mend HW-1"]


def test_success_is_zero() -> None:
    assert _outcome(lambda: None) == 0


def test_chinese_columns_line_up(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(["名称", "x"], [["核心", 1], ["ab", 2]])
    assert capsys.readouterr().out == "名称  x\n核心  1\nab    2\n"


def test_json_keeps_chinese_readable(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"name": "核心", "state": Category.REFUSED})
    out = capsys.readouterr().out
    assert "核心" in out
    assert json.loads(out)["state"] == [3, 403]
