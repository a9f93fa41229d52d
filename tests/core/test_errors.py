import pickle

from core.errors import GuanjinError, remembered
from core.schema import SchemaMissingError, SchemaOutdatedError


class RefusalError(GuanjinError):
    code = "test.refusal"
    message = "refused: %(reason)s"


def test_a_fact_that_is_a_message_is_translated_too() -> None:
    words = {"refused: %(reason)s": "拒绝：%(reason)s", "too late": "太晚"}
    assert RefusalError(reason="too late").render(lambda text: words.get(text, text)) == "拒绝：太晚"


def test_an_error_survives_the_way_to_another_process() -> None:
    error = pickle.loads(pickle.dumps(SchemaOutdatedError(found="1", needed="2")))  # noqa: S301  # our own bytes
    assert (type(error), error.facts) == (SchemaOutdatedError, {"found": "1", "needed": "2"})


def test_an_error_is_found_again_by_its_code() -> None:
    error = remembered("core.schema_missing", {"url": "x"})
    assert isinstance(error, SchemaMissingError)
    assert remembered("no.such", {}) is None
