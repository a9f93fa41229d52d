"""Logging in by the office's OpenID provider: the way there, and the way back.

The way there is a link, because our policy lets forms go to this console only. The way back comes from another site,
so the cookie of the journey is `SameSite=Lax`, and its answer is a page and not a redirect: only a step that begins on
our own page carries the new session, whose cookie is `SameSite=Strict`.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.urls import iri_to_uri
from werkzeug.wrappers import Response

from security.directory import flow
from security.directory.errors import DirectoryError, DirectoryMissingError, FlowError
from security.directory.flow import Journey
from security.directory.kinds import Source
from security.directory.provider import Provider
from security.errors import SecurityError
from security.factors.kinds import SecondStep
from security.login import log_in_by_provider
from web.pages.session import login_page
from web.preferences import local_path
from web.session_cookie import remember
from web.state import console, door

blueprint = Blueprint("provider", __name__)
COOKIE = "guanjin_journey"
LIFETIME_S = 600


@blueprint.get("/login/provider")
def begin() -> Response:
    journey, wanted = Journey.begin(), local_path(request.args.get("next"))
    try:
        provider = _provider()
        with _recorded():
            away = flow.address(provider, journey, _back())
    except SecurityError as error:
        return _refused(error)
    response = redirect(away, 303)
    response.set_cookie(
        COOKIE,
        f"{journey.secret} {wanted}",
        max_age=LIFETIME_S,
        path="/login/provider",
        secure=console().secure,
        httponly=True,
        samesite="Lax",
    )
    return response


@blueprint.get("/login/provider/back")
def back() -> Response:
    secret, _, wanted = request.cookies.get(COOKIE, "").partition(" ")
    try:
        if not secret:
            raise FlowError
        replaces = request.cookies.get(console().session_cookie)
        found = log_in_by_provider(door(), _person(Journey(secret)), replaces=replaces)
    except SecurityError as error:
        return _forget(_refused(error))
    wanted = local_path(wanted)
    if found.signed_in.second_step is SecondStep.PROVE:
        wanted = url_for("second_factor.show", next=wanted)
    elif found.signed_in.second_step is SecondStep.ENROL:
        wanted = "/"
    page = make_response(render_template("arrived.html", wanted=wanted))
    page.headers["Refresh"] = f"0; url={iri_to_uri(wanted)}"  # a header takes no Chinese
    return _forget(remember(page, found.token))


def _person(journey: Journey) -> str:
    """Who came back. Raises DirectoryError, PasswordsBusyError."""
    provider = _provider()
    with _recorded():
        return flow.subject(
            provider,
            journey,
            request.args.to_dict(),
            back=_back(),
            claim=console().settings.directory.oidc_claim,
            now=console().clock.now(),
        )


@contextmanager
def _recorded() -> Iterator[None]:
    """What the provider did wrong, or somebody in its name, is in the log with its cause."""
    try:
        yield
    except DirectoryError as error:
        door().note_failure("", Source.OIDC, error)
        raise


def _provider() -> Provider:
    """Raises DirectoryMissingError."""
    found = console().directories.oidc
    if found is None:
        raise DirectoryMissingError(source=Source.OIDC)
    return found


def _back() -> str:
    """As the provider has it on its list, whatever the proxy says."""
    return url_for("provider.back", _external=True, _scheme="https" if console().secure else "http")


def _refused(error: SecurityError) -> Response:
    return make_response(login_page(error), error.category.http_status)


def _forget(response: Response) -> Response:
    response.delete_cookie(COOKIE, path="/login/provider")
    return response
