"""Every error becomes a page that says cause, object, what to do, and a code to copy: the command line's words."""

import logging
import secrets
from dataclasses import dataclass

from flask import Flask, Response, make_response, render_template, request
from werkzeug.exceptions import HTTPException, SecurityError

from core.errors import Category, GuanjinError
from core.i18n import N_
from web.api import problems
from web.api.paths import is_api
from web.errors import BadRequestError, HostRefusedError, InternalError, PageMissingError, TooLargeError
from web.i18n import gettext

log = logging.getLogger(__name__)

TITLES = {
    Category.FAILED: N_("That failed"),
    Category.USAGE: N_("That cannot be used"),
    Category.NOT_FOUND: N_("Not found"),
    Category.CONFLICT: N_("That does not fit the present state"),
    Category.REFUSED: N_("Refused"),
    Category.INTEGRITY: N_("An integrity check failed"),
    Category.UNREACHABLE: N_("Not reachable"),
    Category.BUSY: N_("Busy at this moment"),
}


@dataclass(frozen=True)
class Explained:
    """An error in the reader's words."""

    cause: str
    hint: str
    code: str


def explained(error: GuanjinError) -> Explained:
    return Explained(error.render(gettext), error.render_hint(gettext), error.code)


def page(error: GuanjinError) -> Response:
    if is_api():
        return problems.answer(error)
    body = render_template("error.html", title=gettext(TITLES[error.category]), failure=explained(error))
    return make_response(body, error.category.http_status)


def of_http(error: HTTPException) -> Response:
    """Flask's own refusals, in our words."""
    if is_api():
        return problems.of_http(error)
    if isinstance(error, SecurityError):
        # No page: with a false host name no address on it could be right.
        refused = HostRefusedError(host=request.headers.get("Host", ""))
        return Response(f"{refused.render(gettext)}\n{refused.render_hint(gettext)}\n", 400, mimetype="text/plain")
    if error.response is not None:
        return make_response(error.response)
    if error.code == 404:  # noqa: PLR2004
        return page(PageMissingError(path=request.path))
    if error.code == 413:  # noqa: PLR2004
        return _with_status(page(TooLargeError(limit=request.max_content_length)), 413)
    return _with_status(page(BadRequestError(reason=error.description or error.name)), error.code or 400)


def unexpected(error: Exception) -> Response:
    """The reader gets a number, the log gets the rest."""
    if is_api():
        return problems.unexpected(error)
    incident = secrets.token_hex(4)
    log.error("incident %s at %s", incident, request.endpoint, exc_info=error)
    return page(InternalError(incident=incident))


def _with_status(response: Response, status: int) -> Response:
    response.status_code = status
    return response


def install(app: Flask) -> None:
    app.register_error_handler(GuanjinError, page)
    app.register_error_handler(HTTPException, of_http)
    app.register_error_handler(Exception, unexpected)
