"""What a request brings, checked at the border: words of the address, and a body of JSON.

A parameter that an operation does not know is refused: a misspelt filter that is silently ignored would answer with
everything. Numbers have one spelling, so that what is accepted is what the document says.
"""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Final, TypeVar

from flask import request
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)
from pydantic_core import ErrorDetails

from core.i18n import N_
from web.api.errors import BodyError, MediaTypeError, ParameterError

Model = TypeVar("Model", bound=BaseModel)
JSON: Final = "application/json"
LARGEST_NUMBER: Final = 2**31 - 1
# No control characters: PostgreSQL's text knows no NUL, and a name has no line breaks.
ONE_LINE: Final = r"^[^\x00-\x1f\x7f]*$"
_FIRST: Final = datetime(1, 1, 1, tzinfo=UTC)
_LAST: Final = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
_RFC_3339: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,9}")


def _digits(value: object) -> object:
    """`7`, not `07`, `+7`, `7.0` or `7_0`, which a program would take for another number or for none."""
    if not isinstance(value, str):
        return value
    if not _NUMBER.fullmatch(value):
        raise ValueError
    return int(value)


def _whole(value: object) -> object:
    """JSON does not tell 1.0 from 1."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _moment(value: object) -> object:
    """RFC 3339 and nothing else: `0.5` would be taken for seconds since 1970."""
    if isinstance(value, str) and not _RFC_3339.fullmatch(value):
        raise ValueError
    return value


def _in_utc(value: datetime) -> datetime:
    """The first and last day of all, elsewhere on earth, are outside the calendar of UTC."""
    try:
        return value.astimezone(UTC)
    except OverflowError:
        return _FIRST if value.year == 1 else _LAST


def _flag(value: object) -> object:
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


# The bounds stand before it in each annotation, or pydantic would keep them out of the schema.
Digits: Final = BeforeValidator(_digits)
Id = Annotated[int, Field(ge=1, le=LARGEST_NUMBER), Digits]
Whole: Final = BeforeValidator(_whole)
Moment = Annotated[AwareDatetime, BeforeValidator(_moment), AfterValidator(_in_utc)]
Flag = Annotated[bool, Field(strict=True), BeforeValidator(_flag)]
Line = Annotated[str, StringConstraints(pattern=ONE_LINE, max_length=200)]
Words = Annotated[str, StringConstraints(pattern=ONE_LINE, max_length=100)]
Cursor = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,800}$")]


class Parameters(BaseModel):
    """The words of an address."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Paged(Parameters):
    limit: Annotated[int, Field(ge=1, le=200), Digits] = Field(50, description=N_("most items in the answer"))
    cursor: Cursor | None = Field(None, description=N_("the `next` of the page before; nothing for the first page"))


class Body(BaseModel):
    """What is sent as JSON."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Nothing(Parameters):
    """An operation that takes no words."""


def read_query(kind: type[Model]) -> Model:
    """Raises ParameterError."""
    given: dict[str, Any] = {}
    for name, values in request.args.lists():
        if len(values) > 1:
            raise ParameterError(name=name[:60], reason=N_("it was given more than once"), expected="one value")
        given[name] = values[0]
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        place, reason, expected = _first(error)
        raise ParameterError(name=place, reason=reason, expected=expected) from None


def read_body(kind: type[Model]) -> Model:
    """Raises MediaTypeError, BodyError."""
    if request.mimetype != JSON:
        raise MediaTypeError(given=request.mimetype[:60] or "-")
    try:
        return kind.model_validate_json(request.get_data())
    except ValidationError as error:
        place, reason, expected = _first(error)
        raise BodyError(place=place, reason=reason, expected=expected) from None


def _first(error: ValidationError) -> tuple[str, str, str]:
    """Place, reason and the checker's own words, without the value: it may have been pasted by mistake."""
    detail = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in detail["loc"] if not str(part).startswith("function-"))
    return place[:60] or "-", _reason(detail), detail["msg"]


def _reason(detail: ErrorDetails) -> str:
    return {"extra_forbidden": N_("there is no such thing here"), "missing": N_("it is missing")}.get(
        detail["type"], N_("it is not what the reference says")
    )
