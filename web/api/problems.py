"""Every refusal below `/api/` is a problem document (RFC 9457), in the language that the program asks for.

`type` leads to the code's place on the page of all errors, `code` and `facts` are for programs, `detail` and `hint` for
whoever reads their log. An unexpected error says its incident number and nothing of the inside.
"""

import logging
import secrets
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from flask import Response, request
from pydantic import BaseModel, Field
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, RequestEntityTooLarge

from core.errors import GuanjinError
from core.i18n import N_
from security.tokens.errors import TokenInvalidError, TokenMissingError
from web.api.errors import AddressMissingError, MethodError, TokenPermissionError
from web.errors import BadRequestError, InternalError, TooLargeError
from web.i18n import gettext, language

log = logging.getLogger(__name__)
MEDIA_TYPE: Final = "application/problem+json"
ERRORS_PAGE: Final = "/reference/errors"
UNAUTHORIZED: Final = 401

TITLES: Final = {
    400: N_("The request cannot be used"),
    401: N_("No valid token"),
    403: N_("Refused"),
    404: N_("Not found"),
    405: N_("Method not allowed"),
    409: N_("That does not fit the present state"),
    413: N_("Too large"),
    415: N_("Unknown kind of body"),
    422: N_("An integrity check failed"),
    429: N_("Too many requests"),
    500: N_("That failed"),
    502: N_("Not reachable"),
}


class Problem(BaseModel):
    """RFC 9457, with the members `code`, `facts` and `hint` of ours."""

    type: str = Field(
        description=N_("where the error code is explained"), json_schema_extra={"format": "uri-reference"}
    )
    title: str = Field(description=N_("what kind of problem it is, in the language of the answer"))
    status: int = Field(description=N_("the HTTP status"))
    detail: str = Field(description=N_("what is wrong with which object, in the language of the answer"))
    instance: str = Field(
        description=N_("the address that was asked for"), json_schema_extra={"format": "uri-reference"}
    )
    code: str = Field(description=N_("the stable error code"))
    hint: str = Field(description=N_("what to do about it; empty where nothing general can be said"))
    facts: dict[str, Any] = Field(description=N_("what the texts are made of, for programs"))


def status_of_kind(kind: type[GuanjinError]) -> int:
    if issubclass(kind, TokenInvalidError):
        return UNAUTHORIZED
    exact: int = getattr(kind, "status", kind.category.http_status)
    return exact


def answer(error: GuanjinError, status: int | None = None) -> Response:
    status = status or status_of_kind(type(error))
    problem = Problem(
        type=f"{ERRORS_PAGE}#{error.code}",
        title=gettext(TITLES.get(status, TITLES[500])),
        status=status,
        detail=error.render(gettext),
        instance=quote(request.path),
        code=error.code,
        hint=error.render_hint(gettext),
        facts={name: _plain(fact) for name, fact in error.facts.items()},
    )
    response = Response(problem.model_dump_json(), status, mimetype=MEDIA_TYPE)
    response.headers["Content-Language"] = language()
    if challenge := _challenge(error, status):
        response.headers["WWW-Authenticate"] = challenge
    return response


def of_http(error: HTTPException) -> Response:
    """Flask's own refusals, in our words."""
    if isinstance(error, NotFound):
        return answer(AddressMissingError(path=request.path))
    if isinstance(error, MethodNotAllowed):
        allowed = ", ".join(sorted(error.valid_methods or ()))
        response = answer(MethodError(path=request.path, method=request.method, allowed=allowed))
        response.headers["Allow"] = allowed
        return response
    if isinstance(error, RequestEntityTooLarge):
        return answer(TooLargeError(limit=request.max_content_length), 413)
    return answer(BadRequestError(reason=error.description or error.name), error.code or 400)


def unexpected(error: Exception) -> Response:
    """The reader gets a number, the log gets the rest."""
    incident = secrets.token_hex(4)
    log.error("incident %s at %s", incident, request.endpoint, exc_info=error)
    return answer(InternalError(incident=incident))


def _challenge(error: GuanjinError, status: int) -> str:
    """RFC 6750, 3: what a client is told about its credentials."""
    if isinstance(error, TokenMissingError):
        return 'Bearer realm="guanjin"'
    if status == UNAUTHORIZED:
        return 'Bearer realm="guanjin", error="invalid_token"'
    if isinstance(error, TokenPermissionError):
        return 'Bearer realm="guanjin", error="insufficient_scope"'
    return ""


def _plain(fact: object) -> object:
    if isinstance(fact, Mapping):
        return {str(name): _plain(part) for name, part in fact.items()}
    return fact if fact is None or isinstance(fact, bool | int | float) else str(fact)
