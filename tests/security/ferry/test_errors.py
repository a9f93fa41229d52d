"""Every refusal has a name of its own, a hint, and both languages; what is stored comes back as it was."""

import re

import pytest

from core.i18n import translator
from security.ferry import errors
from security.ferry.errors import FerryError
from security.ferry.inspection import wording
from security.ferry.inspection.findings import Finding
from security.ferry.labels import STATES
from security.ferry.states import Incoming, Outgoing

KINDS = FerryError.__subclasses__()
ZH = translator("zh")


def names_in(template: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)s", template))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_a_refusal_says_what_and_what_to_do_in_both_languages(kind: type[FerryError]) -> None:
    assert kind.message
    assert kind.hint
    for text in (kind.message, kind.hint):
        assert ZH(text) != text
        assert names_in(ZH(text)) == names_in(text)


def test_no_two_refusals_share_a_code() -> None:
    assert len({kind.code for kind in KINDS}) == len(KINDS)
    assert all(kind.code.startswith("ferry.") for kind in KINDS)


def test_a_stored_refusal_comes_back_with_its_words() -> None:
    error = errors.HashMismatchError(name="台账.docx")
    assert errors.restore(errors.stored(error)).render(ZH) == error.render(ZH)


def test_every_finding_and_state_is_worded_in_both_languages() -> None:
    for code, template in wording._TEMPLATES.items():
        facts: dict[str, str | int] = dict.fromkeys(names_in(template), "x")
        assert wording.render(Finding(code, "", facts), ZH) != wording.render(Finding(code, "", facts))
    assert set(STATES) == {*Outgoing, *Incoming}
    assert all(ZH(label) != label for label in STATES.values())
    assert wording.render(Finding("something.newer", "")) == "something.newer"
